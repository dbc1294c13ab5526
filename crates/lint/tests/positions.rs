//! Where keys and values stand, in every way of writing them.
use stackgen_lint::document::{Document, Node, ScalarKind, Style, read};

fn at<'d>(document: &'d Document, path: &str) -> Node<'d> {
    path.split('/').fold(document.root(), |node, step| match step.parse::<usize>() {
        Ok(index) if node.is_list() => node.item(index).expect("the item is there"),
        _ => node.get(step).unwrap_or_else(|| panic!("there is no {step} in {node:?}")),
    })
}

/// `line:column-line:column` of a value.
fn span(text: &str, path: &str) -> String {
    let document = read(text).expect("it is YAML");
    let span = at(&document, path).span();
    format!("{}:{}-{}:{}", span.start.line, span.start.column, span.end.line, span.end.column)
}

/// `line:column` of the place where a finding about a value stands.
fn place(text: &str, path: &str) -> String {
    let document = read(text).expect("it is YAML");
    let start = at(&document, path).place().start;
    format!("{}:{}", start.line, start.column)
}

#[test]
fn block_and_flow_values() {
    let text = "A:\n  B: one\n  C: {D: [x, 'yz']}\n  E:\n    - f\n    - G: h\n";
    assert_eq!(span(text, "A/B"), "2:6-2:9");
    assert_eq!(span(text, "A/C"), "3:6-3:20");
    assert_eq!(span(text, "A/C/D/1"), "3:14-3:18");
    assert_eq!(span(text, "A/E/1/G"), "6:10-6:11");
    assert_eq!(place(text, "A/E/1/G"), "6:7");
    assert_eq!(place(text, "A/E/0"), "5:7");
}

#[test]
fn json_with_tabs() {
    let text = "{\n\t\"A\": {\n\t\t\"B\": [\"c\", 5]\n\t}\n}";
    assert_eq!(span(text, "A/B/0"), "3:9-3:12");
    assert_eq!(place(text, "A/B"), "3:3");
    // cfn-lint has no position for a number in a list.
    assert_eq!(place(text, "A/B/1"), "3:3");
}

#[test]
fn carriage_returns_and_a_byte_order_mark() {
    let text = "\u{feff}A:\r\n  B: c\r\n  D: |\r\n    e\r\n    f\r\n  G: h\r\n";
    assert_eq!(span(text, "A/B"), "2:6-2:7");
    assert_eq!(span(text, "A/G"), "6:6-6:7");
    let document = read(text).expect("it is YAML");
    assert_eq!(at(&document, "A/D").text(), Some("e\nf\n"));
}

#[test]
fn columns_count_characters() {
    assert_eq!(span("{é: 'äöü', B: c}", "B"), "1:15-1:16");
    assert_eq!(place("{'𝄞é': x, B: c}", "B"), "1:11");
}

#[test]
fn short_tags_stand_where_the_tag_does() {
    let text = "A: !Sub x\nB:\n  - !Ref C\n  - !GetAtt D.E.F\nG: !If [H, !Ref I, !Base64 {Fn::Sub: j}]\n";
    assert_eq!(span(text, "A"), "1:4-1:10");
    assert_eq!(span(text, "A/Fn::Sub"), "1:9-1:10");
    assert_eq!(place(text, "A/Fn::Sub"), "1:1");
    assert_eq!(place(text, "B/0"), "3:5");
    // What is below a tag in a list has no place of its own: that of the list's key is used.
    assert_eq!(place(text, "B/0/Ref"), "2:1");
    assert_eq!(span(text, "B/1/Fn::GetAtt/0"), "4:13-4:14");
    assert_eq!(span(text, "B/1/Fn::GetAtt/1"), "4:15-4:18");
    assert_eq!(span(text, "G/Fn::If/1/Ref"), "5:17-5:18");
    let document = read(text).expect("it is YAML");
    assert_eq!(at(&document, "B/1/Fn::GetAtt/1").text(), Some("E.F"));
    assert_eq!(at(&document, "G/Fn::If/2/Fn::Base64/Fn::Sub").text(), Some("j"));
}

#[test]
fn lines_of_blocks() {
    let document = read("A: |\n\n  one\n\n  two\nB: >-\n  x\n  y\nC: 'q'\n").expect("it is YAML");
    let block = at(&document, "A").scalar().expect("it is text");
    assert_eq!((block.text.as_str(), block.style), ("\none\n\ntwo\n", Style::Literal(2)));
    assert_eq!(block.file_line(1, 4), 5);
    assert_eq!(at(&document, "B").scalar().map(|it| it.style), Some(Style::Folded(7)));
    assert_eq!(at(&document, "C").scalar().map(|it| it.file_line(9, 1)), Some(9));
}

#[test]
fn anchors_and_merge_keys() {
    let text = "Base: &base\n  A: 1\n  B: {C: x}\nUse:\n  <<: *base\n  A: 2\nList: [*base, *base]\nTwo:\n  <<: [{A: 5}, *base]\n";
    let document = read(text).expect("it is YAML");
    assert_eq!(at(&document, "Use/A").any_text(), Some("2"));
    assert_eq!(at(&document, "Use/B/C").path(), "Use/B/C");
    assert_eq!(at(&document, "List/1/B/C").path(), "List/1/B/C");
    assert_eq!(at(&document, "List/1/B/C").span().start.line, 3);
    assert_eq!(at(&document, "Two/A").any_text(), Some("5"));
    let keys: Vec<_> = at(&document, "Use").entries().map(|entry| entry.key.text.as_str()).collect();
    assert_eq!(keys, ["B", "A"]);
    assert_eq!(document.aliases.len(), 4);
    assert!(document.duplicates.is_empty());
}

#[test]
fn what_yaml_1_1_takes_words_for() {
    let kinds = |text: &str| {
        let document = read(&format!("[{text}]")).expect("it is YAML");
        document.root().items().map(|item| item.scalar().expect("it is a scalar").kind).collect::<Vec<_>>()
    };
    use ScalarKind::{Boolean, Date, Float, Integer, Null, Text};
    assert_eq!(kinds("yes, NO, y, 'yes', on"), [Boolean(true), Boolean(false), Text, Text, Boolean(true)]);
    assert_eq!(kinds("08, 010, 0o14, 1_000, 0x1F, 1:30"), [Text, Integer, Text, Integer, Integer, Integer]);
    assert_eq!(kinds("1.5, 1e3, .5, 1.2.3, 1.0e+5, ."), [Float, Text, Float, Text, Float, Text]);
    assert_eq!(kinds("2010-09-09, 2010-9-9, 2001-12-14T21:59:43Z"), [Date, Text, Date]);
    assert_eq!(kinds("~, null, Null, nil"), [Null, Null, Null, Text]);
    let document = read("A: 010\nB: 1:30\nC: -0x10\n").expect("it is YAML");
    let number = |path| at(&document, path).scalar().and_then(|scalar| scalar.integer());
    assert_eq!([number("A"), number("B"), number("C")], [Some(8), Some(90), Some(-16)]);
}

#[test]
fn keys_that_stand_twice() {
    let document = read("A:\n  B: 1\n  C: 2\n  B: 3\n").expect("it is YAML");
    let found = &document.duplicates[0];
    assert_eq!((found.name.as_str(), found.first.start.line, found.again.start.line), ("B", 2, 4));
}

#[test]
fn quoted_text_may_begin_its_lines_anywhere() {
    let text = "A:\n  B: !Sub '{\n    \"c\": 1\n}'\n  D: e\n";
    assert_eq!(span(text, "A/B/Fn::Sub"), "2:11-4:3");
    assert_eq!(span(text, "A/D"), "5:6-5:7");
}

#[test]
fn what_cannot_be_read() {
    let refused = |text: &str| {
        let error = read(text).expect_err("it must be refused");
        format!("{}:{} {}", error.position.line, error.position.column, error.message)
    };
    assert!(refused("A: 1\n---\nB: 2\n").contains("second"));
    assert!(refused("A: 1\n: 2\n").contains("2:1"));
    assert!(refused("A: &a [*a]\n").contains("inside"));
    assert!(refused(&"[".repeat(100_000)).starts_with("1:"));
    assert!(refused(&format!("A: {}x{}", "!If [".repeat(300), "]".repeat(300))).starts_with("1:"));
    let bomb: String =
        (1..30).map(|at| format!("a{at}: &a{at} [{}]\n", format!("*a{}, ", at - 1).repeat(10))).collect();
    assert!(refused(&format!("a0: &a0 [x]\n{bomb}")).contains("250000"));
    assert!(refused("A:\n  !Sub b: c\n").starts_with("2:"));
    assert!(refused("? [a]\n: b\n").contains("key"));
}

#[test]
fn paths_tell_slashes_in_keys_apart() {
    let document = read("A:\n  b/c~d:\n    - e\n").expect("it is YAML");
    let paths: Vec<_> = document.nodes().map(|node| node.path()).collect();
    assert!(paths.contains(&"A/b~1c~0d/0".to_owned()), "{paths:?}");
}
