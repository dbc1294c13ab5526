//! Whole scripts, as they come out of synth.
use serde_json::{Value as Json, json};
use stackgen_cfn::ec2;
use stackgen_core::{App, Problem, Stack, SynthesizedStack, Value, aws};

use super::pack::tests::unpacked;
use super::{BootScript, SecretFile, SecretRef, Secrets, Section, Service, Services, Template};

fn synth(script: &BootScript) -> Result<SynthesizedStack, Vec<Problem>> {
    let mut stack = Stack::new("test");
    stack.add("Host", ec2::Instance::new().image_id("ami-0123456789abcdef0").user_data(script));
    App::from(stack).synth().map(|mut app| app.stacks.remove(0))
}

/// A section that holds a text and the region.
fn section(name: &'static str, text: &str) -> Section {
    #[derive(serde::Serialize)]
    struct Values<'a> {
        text: &'a str,
        region: Value<String>,
    }
    let template = Template::new("own.sh.hbs", "echo {{region}}\ncat <<'TEXT'\n{{{text}}}\nTEXT\n");
    Section::new(name, "it cannot be shown", template, &Values { text, region: aws::region() })
}

/// What EC2 hands over, with a name in place of the region.
fn sent(stack: &SynthesizedStack) -> String {
    let data = &stack.template.json()["Resources"]["Host"]["Properties"]["UserData"]["Fn::Base64"];
    let piece = |piece: &Json| piece.as_str().unwrap_or("eu-west-1").to_owned();
    let joined = data["Fn::Join"][1].as_array().map(|pieces| pieces.iter().map(piece).collect());
    joined.unwrap_or_else(|| piece(data))
}

/// What runs, with the same name.
fn runs(stack: &SynthesizedStack) -> String {
    stack.user_data[0].text.replace("${AWS::Region}", "eu-west-1")
}

/// Text that no compression makes small.
fn noise(bytes: usize) -> String {
    let mut state: u32 = 1;
    let mut letter = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + (state >> 24) as u8 % 90)
    };
    (0..bytes).map(|_| letter()).collect()
}

#[test]
fn sections_are_listed_with_line_size_and_origin() {
    let script = BootScript::new(60).section(section("one", "a\nb")).section(section("two", ""));
    let stack = synth(&script).expect("a right script");
    let script = &stack.user_data[0];
    let lines: Vec<&str> = script.text.lines().collect();
    let names: Vec<&str> = script.sections.iter().map(|section| section.name.as_str()).collect();
    assert_eq!(names, ["start", "one", "two", "end"]);
    assert_eq!(lines[script.sections[1].line], "begin one 'it cannot be shown'");
    assert_eq!(lines.len(), script.lines.len());
    let second = lines.iter().position(|line| *line == "b").expect("it is in the script");
    assert_eq!(script.lines[second].to_string(), "own.sh.hbs:3");
    assert_eq!(script.sections.iter().map(|section| section.bytes).sum::<usize>(), script.sent_bytes);
    assert_eq!((script.values.as_slice(), script.is_packed), (["AWS::Region".to_owned()].as_slice(), false));
}

/// Lines of the script and of its list of origins are the same lines, whatever a section ends with.
#[test]
fn every_section_ends_its_last_line() {
    let own = |name, text| {
        let template = Template::new("end.sh.hbs", text);
        let values = std::collections::BTreeMap::from([("region", aws::region())]);
        Section::new(name, "it fails", template, &values)
    };
    let script = BootScript::new(60)
        .section(own("text", "echo {{region}}\necho without"))
        .section(own("value", "echo\necho {{region}}"))
        .section(own("line", "echo {{region}}\necho with\n"))
        .section(section("last", "x"));
    let stack = synth(&script).expect("a right script");
    let script = &stack.user_data[0];
    let lines: Vec<&str> = script.text.lines().collect();
    assert_eq!(lines.len(), script.lines.len());
    for (section, last) in script.sections[1..].iter().zip(["echo without", "echo '${AWS::Region}'", "echo with"]) {
        assert_eq!(lines[section.line].split(' ').next(), Some("begin"), "{}", section.name);
        assert_eq!(lines[section.line + 2], last);
        assert_eq!(script.lines[section.line + 2].to_string(), "end.sh.hbs:2");
    }
}

#[test]
fn sections_have_names_and_say_why_they_fail() {
    let told = |name, failure| -> Vec<String> {
        let own = Section::new(name, failure, Template::new("own.sh.hbs", "echo\n"), &json!({}));
        let problems = synth(&BootScript::new(60).section(own)).err().unwrap_or_default();
        let place = |problem: &Problem| problem.source.map(|source| source.to_string()).unwrap_or_default();
        problems.iter().map(|problem| format!("{}: {}", place(problem), problem.message)).collect()
    };
    assert_eq!(told("own-2", "it fails"), Vec::<String>::new());
    for name in ["start", "end"] {
        let message = format!("own.sh.hbs:1: `{name}` is the name of a section that every script has");
        assert_eq!(told(name, "it fails"), [message]);
    }
    for name in ["", "Own", "own section", "own_section", "own\nsay"] {
        let message = format!("own.sh.hbs:1: `{}` is no name of a section", name.escape_debug());
        assert_eq!(told(name, "it fails"), [message]);
    }
    for failure in ["", " \n"] {
        assert_eq!(told("own", failure), ["own.sh.hbs:1: the section `own` says nothing if it fails"]);
    }
}

#[test]
fn a_long_script_is_packed_and_its_values_come_last() {
    let script = BootScript::new(60).section(section("one", &"the same again\n".repeat(2000)));
    let stack = synth(&script).expect("it is small when it is packed");
    let sent = sent(&stack);
    assert!(stack.user_data[0].is_packed && sent.len() < 16 * 1024, "{}", sent.len());
    assert!(
        sent.starts_with("Content-Type: multipart/mixed") && !sent.split("content: ").nth(1).unwrap_or("").is_empty()
    );
    assert!(sent.find("eu-west-1") > sent.find("text/x-shellscript"));
    assert_eq!(unpacked(&sent), runs(&stack));
}

#[test]
fn what_is_too_long_even_packed_is_refused_with_its_largest_sections() {
    let script = BootScript::new(60).section(section("small", "x")).section(section("large", &noise(30_000)));
    let problems = synth(&script).expect_err("noise cannot be packed");
    let message = &problems[0].message;
    assert!(
        message.contains("EC2 takes 16384") && message.contains("before that its largest sections have large 30"),
        "{message}"
    );
}

#[test]
fn what_is_wrong_with_a_template_is_told_at_its_line() {
    let wrong = Section::new("own", "it fails", Template::new("own.sh.hbs", "one\n{{tow}}\n"), &json!({"two": 2}));
    let problems = synth(&BootScript::new(60).section(wrong)).expect_err("a name is misspelled");
    let told = |problem: &Problem| (problem.source.map(|source| source.to_string()), problem.message.clone());
    let told: Vec<_> = problems.iter().map(told).collect();
    let (first, second) = (Some("own.sh.hbs:2".to_owned()), Some("own.sh.hbs:1".to_owned()));
    assert_eq!(
        told,
        [(first, "nobody gave `tow`".to_owned()), (second, "`two` is given and nothing uses it".to_owned())]
    );
}

#[test]
fn only_what_is_used_is_granted() {
    let key = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let password = SecretRef::parameter("/shop/password").encrypted_by(key);
    let token = SecretRef::secret("shop/token");
    let file = SecretFile::new("/etc/shop/env").secret("PASSWORD", &password).for_unit("shop");
    let secrets = Secrets::new().file(file).credential("token", &token, "shop").credential("again", &password, "shop");
    let script = BootScript::new(60).sections(secrets.sections());
    let grants: Vec<&str> = script.grants().iter().map(|grant| grant.name).collect();
    assert_eq!(grants, ["ReadParameters", "ReadSecrets", "DecryptParameters"]);
    let text = synth(&script).expect("right secrets").user_data[0].text.clone();
    assert!(text.contains("LoadCredential=token:/run/stackgen/secrets/1"));
    assert!(text.contains("LoadCredential=again:/run/stackgen/secrets/0"));
    assert_eq!(text.matches("\nfetch ").count(), 2);
    assert!(BootScript::new(60).grants().is_empty());
}

/// What is wrong with secrets.
fn refused(secrets: Secrets) -> Vec<String> {
    let problems = synth(&BootScript::new(60).sections(secrets.sections())).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn names_that_no_file_shell_or_unit_takes_are_refused() {
    let secret = SecretRef::parameter("/a");
    let file = |path: &str| SecretFile::new(path).secret("A", &secret);
    let credential = |name: &str, unit: &str| Secrets::new().credential(name, &secret, unit);
    let id = |secret: SecretRef| Secrets::new().credential("a", &secret, "web");
    let in_file = |file: SecretFile| Secrets::new().file(file);
    let right = in_file(file("/etc/a.b/c_d@e-f").for_unit("web@1:2.service")).credential("a.b_c-d", &secret, "web");
    assert_eq!(refused(right), Vec::<String>::new());
    let paths = ["etc/env", "/etc/env/", "/etc/../env", "/etc//env", "/etc/./env", "/etc/a b", "/etc/it's", "/", ""];
    let templates = ["etc/env", "/etc/it's"].map(|path| file("/etc/env").from_template(path));
    for file in paths.map(file).into_iter().chain(templates) {
        let told = refused(in_file(file.clone()));
        assert!(told.len() == 1 && told[0].ends_with("is no absolute name of a file"), "{file:?}: {told:?}");
    }
    for path in ["/secrets", "/said", "/data.refused", "/look", "/etc/env.new"] {
        let told = refused(in_file(file(path)));
        assert!(told.len() == 1 && told[0].ends_with("where something else has that name"), "{path}: {told:?}");
    }
    for (secrets, what) in [
        (in_file(SecretFile::new("/etc/env").secret("1A", &secret)), "`1A` is no name of a variable"),
        (in_file(SecretFile::new("/etc/env").plain("A B", "x")), "`A B` is no name of a variable"),
        (in_file(SecretFile::new("/etc/env").plain("A", "$HOME")), "the value of `A` has what a shell acts on"),
        (in_file(file("/etc/env").for_unit("a b")), "`a b` is no name of a service"),
        (in_file(file("/etc/env").for_unit(".service")), "`` is no name of a service"),
        (credential("a", "web/../x"), "`web/../x` is no name of a service"),
        (credential("a:b", "web"), "`a:b` is no name of a credential"),
        (credential("", "web"), "`` is no name of a credential"),
        (credential("..", "web"), "`..` is no name of a credential"),
        (id(SecretRef::parameter("")), "`` is no name of a parameter or a secret"),
        (id(SecretRef::parameter("/a b")), "`/a b` is no name of a parameter or a secret"),
        (id(SecretRef::secret("a'$(id)")), "`a\\'$(id)` is no name of a parameter or a secret"),
    ] {
        assert_eq!(refused(secrets), [what]);
    }
}

#[test]
fn secrets_that_would_be_dropped_or_replaced_are_refused() {
    let secret = SecretRef::parameter("/a");
    let file = |path: &str| SecretFile::new(path).secret("A", &secret);
    let template = file("/etc/env").from_template("/etc/env.in").plain("B", "x");
    assert_eq!(
        refused(Secrets::new().file(template)),
        ["`/etc/env` is made from a template, which has no place for `B`"]
    );
    let twice = Secrets::new().file(file("/a/b").for_unit("web")).file(file("/a-b").for_unit("web"));
    assert_eq!(refused(twice), ["`/a-b` is a second file named `a-b`"]);
    let twice = Secrets::new().credential("a", &secret, "web").credential("a", &secret, "web.service");
    assert_eq!(refused(twice), ["the service `web` is given `a` twice"]);
    let both = Secrets::new().file(file("/a").for_unit("web.service")).credential("a", &secret, "web");
    assert_eq!(refused(both), ["the service `web` is given `a` twice"]);
    let others = Secrets::new().credential("a", &secret, "web").credential("a", &secret, "shop.service");
    assert_eq!(refused(others), Vec::<String>::new());
}

#[test]
fn a_service_has_one_name() {
    let secret = SecretRef::parameter("/a");
    let file = SecretFile::new("/env").secret("A", &secret).for_unit("web.service");
    let secrets = Secrets::new().file(file).credential("a", &secret, "shop.service");
    let text =
        synth(&BootScript::new(60).sections(secrets.sections())).expect("right secrets").user_data[0].text.clone();
    assert!(text.contains("\nuse_secret web env ") && text.contains("\nuse_secret shop a "), "{text}");
    assert!(text.contains("\ninstall -d -m 0755 /\n"), "{text}");
}

#[test]
fn services_without_data_wait_for_no_mount() {
    let text = |services: Services| {
        let script = BootScript::new(60).sections(services.sections("/srv", &["owners"]));
        synth(&script).expect("right services").user_data[0].text.clone()
    };
    assert!(!text(Services::new([Service::new("web")])).contains("RequiresMountsFor"));
    let with_data = text(Services::new([Service::new("web"), Service::new("store").on_data().instances("store@")]));
    assert!(
        with_data.contains("for unit in store store@; do")
            && with_data.contains(" /srv 'stackgen-data.service stackgen-owners.service' ")
    );
    assert!(with_data.contains("systemctl enable --now --no-block web store\n"));
}
