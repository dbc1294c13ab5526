//! Findings that a template's author allows, in cfn-lint's form: `Metadata.cfn-lint.config.ignore_checks` of the template
//! for all of it, of a resource for that resource. An id may be cut short: `W` stands for all warnings.
//!
//! Source: *Template based metadata* and *Resource based metadata* in cfn-lint's README.
use crate::document::Node;
use crate::report::Finding;
use crate::template::Template;

/// What is allowed where.
#[derive(Debug, Default)]
pub(crate) struct Suppressions<'d> {
    everywhere: Vec<&'d str>,
    /// The path of a resource, with a slash at its end, and the ids.
    resources: Vec<(String, Vec<&'d str>)>,
}

impl<'d> Suppressions<'d> {
    pub(crate) fn new(template: &Template<'d>) -> Suppressions<'d> {
        let resources = template.resources.iter().map(|it| (format!("Resources/{}/", it.name), ignored(it.node)));
        Suppressions {
            everywhere: ignored(template.root),
            resources: resources.filter(|(_, ids)| !ids.is_empty()).collect(),
        }
    }

    /// Whether a finding is allowed.
    pub(crate) fn cover(&self, finding: &Finding) -> bool {
        let named = |ids: &[&str]| ids.iter().any(|id| !id.is_empty() && finding.rule.starts_with(id));
        let path = format!("{}/", finding.path);
        named(&self.everywhere) || self.resources.iter().any(|(resource, ids)| path.starts_with(resource) && named(ids))
    }
}

fn ignored(node: Node<'_>) -> Vec<&str> {
    let list = ["Metadata", "cfn-lint", "config", "ignore_checks"].into_iter().try_fold(node, Node::get);
    list.into_iter().flat_map(Node::items).filter_map(Node::text).collect()
}
