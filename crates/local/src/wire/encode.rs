//! From what a service answers to an answer of HTTP.
use serde_json::{Value as Json, json};

use super::call::{Answer, Reply};
use super::xml::{self, Lists};
use super::{ApiError, Service};

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// *AWS query*: forms in, XML out.
    Query,
    /// The same with EC2's ways.
    Ec2,
    /// *AWS JSON 1.0*.
    Json10,
    /// *AWS JSON 1.1*.
    Json11,
    /// *AWS restJson1*.
    RestJson,
    /// *AWS restXml*, as S3 speaks it.
    RestXml,
}

impl Service {
    const ALL: [Service; 8] = [
        Service::CloudFormation,
        Service::Ec2,
        Service::Iam,
        Service::Sts,
        Service::Ssm,
        Service::S3,
        Service::Logs,
        Service::Lambda,
    ];

    /// The service that signs its calls with a word.
    pub(super) fn signing_as(word: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.word() == word)
    }

    /// The word with which its calls are signed, such as `cloudformation`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Service::CloudFormation => "cloudformation",
            Service::Ec2 => "ec2",
            Service::Iam => "iam",
            Service::Sts => "sts",
            Service::Ssm => "ssm",
            Service::S3 => "s3",
            Service::Logs => "logs",
            Service::Lambda => "lambda",
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Service::CloudFormation => "CloudFormation",
            Service::Ec2 => "EC2",
            Service::Iam => "IAM",
            Service::Sts => "STS",
            Service::Ssm => "SSM",
            Service::S3 => "S3",
            Service::Logs => "CloudWatch Logs",
            Service::Lambda => "Lambda",
        }
    }

    /// How it speaks.
    #[must_use]
    pub fn protocol(self) -> Protocol {
        match self {
            Service::CloudFormation | Service::Iam | Service::Sts => Protocol::Query,
            Service::Ec2 => Protocol::Ec2,
            Service::Ssm | Service::Logs => Protocol::Json11,
            Service::Lambda => Protocol::RestJson,
            Service::S3 => Protocol::RestXml,
        }
    }

    /// The namespace of its XML. Source: the service models of botocore, `xmlNamespace`.
    fn namespace(self) -> &'static str {
        match self {
            Service::CloudFormation => "http://cloudformation.amazonaws.com/doc/2010-05-15/",
            Service::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
            Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Service::S3 => "http://s3.amazonaws.com/doc/2006-03-01/",
            Service::Ssm | Service::Logs | Service::Lambda => "",
        }
    }
}

const XML: &str = "text/xml";

impl Protocol {
    /// The answer to a call that was done.
    #[must_use]
    pub fn done(self, service: Service, operation: &str, answer: Answer, id: &str) -> Reply {
        let members = match answer {
            Answer::Whole(reply) => return self.signed_with(reply, id),
            Answer::Members(members) => members,
        };
        let reply = match self {
            Protocol::Query => Reply::new(200).body(XML, query(service, operation, &members, id)),
            Protocol::Ec2 => Reply::new(200).body(XML, ec2(service, operation, &members, id)),
            Protocol::RestXml => {
                let name = format!("{operation}Result");
                Reply::new(200)
                    .body("application/xml", xml::document(&name, service.namespace(), Lists::Flat, &members))
            }
            Protocol::Json10 | Protocol::Json11 | Protocol::RestJson if members.is_null() => {
                Reply::new(200).body(self.json_type(), "")
            }
            Protocol::Json10 | Protocol::Json11 | Protocol::RestJson => {
                Reply::new(200).body(self.json_type(), members.to_string())
            }
        };
        self.signed_with(reply, id)
    }

    /// The answer to a call that was refused, as each SDK looks for the code.
    #[must_use]
    pub fn refused(self, service: Option<Service>, error: &ApiError, id: &str) -> Reply {
        let (code, message) = (&error.code, &error.message);
        let reply = Reply::new(error.status);
        let reply = match self {
            Protocol::Query => {
                // Source: *Errors* of *AWS query*: whose fault it is stands in `Type`.
                let fault = if error.status < 500 { "Sender" } else { "Receiver" };
                let members = json!({"Error": {"Type": fault, "Code": code, "Message": message}, "RequestId": id});
                let namespace = service.map_or("", Service::namespace);
                reply.body(XML, xml::document("ErrorResponse", namespace, Lists::Member, &members))
            }
            Protocol::Ec2 => {
                let members = json!({"Errors": {"Error": {"Code": code, "Message": message}}, "RequestID": id});
                reply.body(XML, xml::document("Response", "", Lists::Item, &members))
            }
            Protocol::RestXml => {
                let members = json!({"Code": code, "Message": message, "RequestId": id, "HostId": id});
                reply.body("application/xml", xml::document("Error", "", Lists::Flat, &members))
            }
            Protocol::Json10 | Protocol::Json11 => {
                reply.body(self.json_type(), json!({"__type": code, "message": message}).to_string())
            }
            Protocol::RestJson => {
                let body = json!({"Type": if error.status < 500 { "User" } else { "Service" }, "Message": message});
                reply.with("x-amzn-errortype", code).body(self.json_type(), body.to_string())
            }
        };
        self.signed_with(reply, id)
    }

    fn json_type(self) -> &'static str {
        match self {
            Protocol::Json10 => "application/x-amz-json-1.0",
            Protocol::Json11 => "application/x-amz-json-1.1",
            _ => "application/json",
        }
    }

    fn signed_with(self, reply: Reply, id: &str) -> Reply {
        match self {
            Protocol::RestXml => reply.with("x-amz-request-id", id).with("x-amz-id-2", id),
            _ => reply.with("x-amzn-requestid", id),
        }
    }
}

fn query(service: Service, operation: &str, members: &Json, id: &str) -> String {
    let outer = format!("{operation}Response");
    let inner = json!({ format!("{operation}Result"): or_empty(members), "ResponseMetadata": {"RequestId": id} });
    xml::document(&outer, service.namespace(), Lists::Member, &inner)
}

fn ec2(service: Service, operation: &str, members: &Json, id: &str) -> String {
    let mut inner = serde_json::Map::from_iter([("requestId".to_owned(), Json::from(id))]);
    inner.extend(members.as_object().cloned().unwrap_or_default());
    xml::document(&format!("{operation}Response"), service.namespace(), Lists::Item, &Json::Object(inner))
}

/// An element that stands for nothing is left out; the one around the members never is.
fn or_empty(members: &Json) -> Json {
    if members.is_null() { json!({}) } else { members.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(reply: &Reply) -> &str {
        std::str::from_utf8(&reply.body).unwrap().trim_start_matches("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    }

    fn done(service: Service, operation: &str, members: Json) -> Reply {
        service.protocol().done(service, operation, Answer::Members(members), "id-1")
    }

    #[test]
    fn each_protocol_wraps_its_members() {
        let reply = done(Service::CloudFormation, "ListStacks", json!({"StackSummaries": [{"StackName": "a<b"}]}));
        assert_eq!(
            text(&reply),
            "<ListStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><ListStacksResult>\
             <StackSummaries><member><StackName>a&lt;b</StackName></member></StackSummaries></ListStacksResult>\
             <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></ListStacksResponse>"
        );
        assert_eq!((reply.status, reply.header("x-amzn-requestid")), (200, Some("id-1")));
        let reply = done(Service::Ec2, "DescribeVolumes", json!({"volumeSet": [{"size": 8}]}));
        assert_eq!(
            text(&reply),
            "<DescribeVolumesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>id-1</requestId>\
             <volumeSet><item><size>8</size></item></volumeSet></DescribeVolumesResponse>"
        );
        assert_eq!(
            text(&done(Service::Ssm, "GetParameter", json!({"Parameter": {"Version": 1}}))),
            r#"{"Parameter":{"Version":1}}"#
        );
        assert!(
            text(&done(Service::CloudFormation, "DeleteStack", Json::Null))
                .contains("<DeleteStackResult></DeleteStackResult>")
        );
        assert_eq!(text(&done(Service::Lambda, "DeleteFunction", Json::Null)), "");
    }

    #[test]
    fn each_protocol_has_a_place_for_the_code() {
        let error = ApiError::validation("no & such");
        let of = |service: Service| service.protocol().refused(Some(service), &error, "id-1");
        let shown = [Service::Sts, Service::Ec2, Service::S3, Service::Logs, Service::Lambda]
            .map(|it| text(&of(it)).to_owned());
        assert_eq!(
            shown[0],
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>ValidationError</Code><Message>no &amp; such</Message></Error><RequestId>id-1</RequestId></ErrorResponse>"
        );
        assert_eq!(
            shown[1],
            "<Response><Errors><Error><Code>ValidationError</Code><Message>no &amp; such</Message></Error></Errors>\
             <RequestID>id-1</RequestID></Response>"
        );
        assert!(
            shown[2].starts_with("<Error><Code>ValidationError</Code><Message>no &amp; such</Message>"),
            "{}",
            shown[2]
        );
        assert_eq!(shown[3], r#"{"__type":"ValidationError","message":"no & such"}"#);
        assert_eq!(of(Service::Lambda).header("x-amzn-errortype"), Some("ValidationError"));
        assert_eq!(of(Service::S3).header("x-amz-request-id"), Some("id-1"));
    }
}
