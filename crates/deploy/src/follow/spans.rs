//! Where the time of an operation went.
use crate::progress::ResourceEvent;
use crate::run::Span;

/// How long CloudFormation was busy with each resource, in the order in which it began.
#[must_use]
pub fn spans(events: &[ResourceEvent]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for event in events {
        let id = event.path.iter().chain([&event.id]).cloned().collect::<Vec<_>>().join("/");
        let verb = |status: &str| status.split('_').next().unwrap_or_default().to_owned();
        // A resource that is replaced is made, and its old one deleted later: two spans.
        let open = spans.iter_mut().rev().find(|span| span.id == id && verb(&span.status) == verb(&event.status));
        match open {
            Some(span) => {
                span.to = event.at;
                span.status.clone_from(&event.status);
            }
            None => spans.push(Span {
                id,
                type_name: event.type_name.clone(),
                from: event.at,
                to: event.at,
                status: event.status.clone(),
            }),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::spans;
    use crate::follow::cause::tests::event;

    #[test]
    fn a_replacement_is_two_spans() {
        let events = [
            event("Host", "AWS::EC2::Instance", "UPDATE_IN_PROGRESS", None, 1),
            event("Host", "AWS::EC2::Instance", "UPDATE_COMPLETE", None, 21),
            event("Host", "AWS::EC2::Instance", "DELETE_IN_PROGRESS", None, 30),
            event("Host", "AWS::EC2::Instance", "DELETE_COMPLETE", None, 40),
        ];
        let seconds: Vec<_> = spans(&events).iter().map(|span| (span.from.as_second(), span.to.as_second())).collect();
        assert_eq!(seconds, [(1, 21), (30, 40)]);
    }
}
