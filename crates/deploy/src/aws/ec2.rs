//! Calls to EC2: forms in, XML out.
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use roxmltree::{Document, Node};

use super::signed::{Ask, Service};
use super::{Connection, Retry};
use crate::failure::{Failure, Kind};

const VERSION: &str = "2016-11-15";

impl Connection {
    /// Asks EC2, and answers with its XML. What may be repeated decides who knows the operation.
    pub(crate) async fn ec2(
        &self,
        operation: &'static str,
        retry: Retry,
        fields: &[(String, &str)],
    ) -> Result<Xml, Failure> {
        let mut body = format!("Action={operation}&Version={VERSION}");
        for (name, value) in fields {
            body += &format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let ask = Ask { service: Service::Ec2, operation, method: "POST", path: "/".to_owned(), headers, body };
        Ok(Xml { operation, text: self.ask(retry, &ask).await? })
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Xml {
    operation: &'static str,
    text: String,
}

impl Xml {
    /// What is made of each item of a set, wherever the set stands: `read` gets the items of `reservationSet`, or whatever
    /// the set is called.
    ///
    /// # Errors
    ///
    /// If the answer is no XML.
    pub(crate) fn items<T>(&self, set: &str, read: impl Fn(Node<'_, '_>) -> Option<T>) -> Result<Vec<T>, Failure> {
        let document = self.document()?;
        let sets = document.descendants().filter(|node| node.has_tag_name(set));
        let items = sets.flat_map(|set| set.children().filter(Node::is_element));
        Ok(items.filter_map(read).collect())
    }

    /// A text of the answer itself, such as the id of what was made.
    ///
    /// # Errors
    ///
    /// If it is not there.
    pub(crate) fn text(&self, tag: &str) -> Result<String, Failure> {
        let document = self.document()?;
        let found = text(document.root_element(), tag).map(str::to_owned);
        found.ok_or_else(|| Failure::new(Kind::Other, format!("{}: the answer has no {tag}", self.operation)))
    }

    fn document(&self) -> Result<Document<'_>, Failure> {
        Document::parse(&self.text)
            .map_err(|error| Failure::new(Kind::Unknown, format!("{}: the answer is no XML: {error}", self.operation)))
    }
}

/// The text of a child, such as `instanceId` or, below it, `instanceState/name`.
pub(crate) fn text<'a>(node: Node<'a, '_>, path: &str) -> Option<&'a str> {
    let down = |node: Node<'a, '_>, tag: &str| node.children().find(|child| child.has_tag_name(tag)).map(|it| it.id());
    let mut at = node;
    for tag in path.split('/') {
        at = at.document().get_node(down(at, tag)?)?;
    }
    at.text()
}

/// The block device mapping of the root, of a machine or an image.
pub(crate) fn root_mapping<'a, 'input>(node: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    let device = text(node, "rootDeviceName")?;
    let mappings = node.children().find(|child| child.has_tag_name("blockDeviceMapping"))?;
    mappings.children().find(|mapping| text(*mapping, "deviceName") == Some(device))
}

/// The fields of a list: `InstanceId.1`, `InstanceId.2`, and so on.
pub(crate) fn numbered<'a>(
    name: &str,
    values: impl IntoIterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>,
) -> Vec<(String, &'a str)> {
    values.into_iter().enumerate().map(|(index, value)| (format!("{name}.{}", index + 1), value.as_ref())).collect()
}

/// The fields of filters: `Filter.1.Name` with its values, and so on.
pub(crate) fn filters<'a>(filters: &[(&'a str, Vec<&'a str>)]) -> Vec<(String, &'a str)> {
    let one = |(index, (name, values)): (usize, &(&'a str, Vec<&'a str>))| {
        let at = format!("Filter.{}", index + 1);
        let values = values.iter().enumerate().map(|(value, text)| (format!("{at}.Value.{}", value + 1), *text));
        [(format!("{at}.Name"), *name)].into_iter().chain(values).collect::<Vec<_>>()
    };
    filters.iter().enumerate().flat_map(one).collect()
}
