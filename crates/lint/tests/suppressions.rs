//! What a template's author allows.
use stackgen_lint::{Options, Severity, lint};

const BAD: &str = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: {X: 1}\n  B:\n    Type: AWS::SNS::Topic\n    \
                   Properties: {X: 1}\n";

fn lines(text: &str, options: &Options) -> Vec<u32> {
    lint(text, options).iter().map(|finding| finding.span.start.line).collect()
}

#[test]
fn for_the_whole_template() {
    assert_eq!(lines(BAD, &Options::default()), [4, 7]);
    let allowed = |id: &str| format!("{BAD}Metadata:\n  cfn-lint:\n    config:\n      ignore_checks: [{id}]\n");
    assert_eq!(lines(&allowed("E3002"), &Options::default()), [] as [u32; 0]);
    assert_eq!(lines(&allowed("E30"), &Options::default()), [] as [u32; 0]);
    assert_eq!(lines(&allowed("W"), &Options::default()), [4, 7]);
}

#[test]
fn for_one_resource() {
    let metadata = "    Metadata:\n      cfn-lint: {config: {ignore_checks: [E3002]}}\n";
    assert_eq!(lines(&format!("{BAD}{metadata}"), &Options::default()), [4]);
}

#[test]
fn by_the_caller() {
    let ignore = Options { ignore: vec!["E3002".to_owned()], ..Options::default() };
    assert_eq!(lines(BAD, &ignore), [] as [u32; 0]);
    let only = Options { only: vec!["W".to_owned()], ..Options::default() };
    assert_eq!(lines(BAD, &only), [] as [u32; 0]);
}

#[test]
fn a_finding_says_what_where_and_what_to_do() {
    let finding = &lint(BAD, &Options::default())[0];
    assert_eq!((finding.rule, finding.severity), ("E3002", Severity::Error));
    assert_eq!(finding.path, "Resources/A/Properties/X");
    assert_eq!((finding.span.start.column, finding.span.end.column), (18, 19));
    assert!(finding.message.contains("`X`") && finding.fix.contains("stackgen explain"));
}
