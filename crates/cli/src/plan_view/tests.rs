use serde_json::Value as Json;
use unicode_width::UnicodeWidthStr;

use super::samples::{creation, destruction, export, image, import, nothing, opening, permission, plan, restart};
use super::{json, markdown, text};

type Sample = (&'static str, fn() -> Vec<Json>);

const SAMPLES: [Sample; 9] = [
    ("image", || vec![nothing(), image()]),
    ("permission", || vec![permission()]),
    ("opening", || vec![opening()]),
    ("export", || vec![export()]),
    ("creation", || vec![creation()]),
    ("nothing", || vec![nothing()]),
    ("restart", || vec![restart()]),
    ("import", || vec![import()]),
    ("destruction", || vec![destruction()]),
];

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn on_a_terminal() {
    for (name, stacks) in SAMPLES {
        insta::assert_snapshot!(format!("{name}.text"), plain(&text(&plan(stacks()), 80)));
    }
}

#[test]
fn in_a_pull_request() {
    for (name, stacks) in SAMPLES {
        insta::assert_snapshot!(format!("{name}.markdown"), markdown(&plan(stacks())));
    }
}

#[test]
fn lines_keep_to_the_width() {
    for (name, stacks) in SAMPLES {
        for line in plain(&text(&plan(stacks()), 80)).lines() {
            assert!(line.width() <= 80, "{name}: {line}");
        }
    }
}

#[test]
fn what_decides_is_not_cut_off() {
    let told = plain(&text(&plan(vec![creation(), restart()]), 80));
    let permissions =
        told.lines().skip_while(|line| *line != "  Permissions").take_while(|line| *line != "  Parameters");
    assert!(permissions.clone().all(|line| !line.contains('…')), "{told}");
    let joined: String = permissions.map(str::trim).collect();
    assert!(joined.contains(":parameter/aws/service/a-name-that-goes-on-for-long/latest"), "{told}");
    assert!(joined.contains("on ssm parameter/zmanim/prod/*,"), "{told}");
    let whole = markdown(&plan(vec![restart()]));
    assert!(whole.contains("arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/zmanim/prod/*"));
}

#[test]
fn nothing_tells_a_secret() {
    let plan = plan(vec![export()]);
    for told in [text(&plan, 80), markdown(&plan), json(&plan)] {
        assert!(!told.contains("hunter2"), "{told}");
        assert!(told.contains("resolve:ssm-secure"), "a reference is no secret");
    }
}

#[test]
fn json_is_the_plan() {
    let plan = plan(vec![image(), creation()]);
    let read: stackgen_deploy::plan::Plan = serde_json::from_str(&json(&plan)).expect("it is one");
    assert_eq!(read, plan);
}

#[test]
fn a_comment_is_never_too_long() {
    let many = plan(vec![image(); 200]);
    let told = markdown(&many);
    assert!(told.chars().count() < 65_536, "{}", told.chars().count());
    assert!(told.contains("do not fit here"));
    let mut long = image();
    long["boot_scripts"][0]["diff"] = Json::String(format!("@@ -1 +1 @@\n-{}\n+b\n", "a".repeat(70_000)));
    let told = markdown(&plan(vec![long, opening()]));
    assert!(told.chars().count() < 65_536 && told.contains("Its details do not fit here"), "{}", told.chars().count());
    assert!(told.contains("0.0.0.0/0 can reach"), "others are still told");
}

#[test]
fn nobody_gets_out_of_a_fence() {
    let mut sample = image();
    sample["changes"][1]["meaning"] = Json::String("</details> @somebody `x` | y".to_owned());
    sample["boot_scripts"][0]["diff"] = Json::String("@@ -1 +1 @@ a\n-```\n+</details>\n".to_owned());
    let told = markdown(&plan(vec![sample]));
    assert!(told.contains("&lt;/details> &#64;somebody \\`x\\` \\| y"), "{told}");
    assert!(told.contains("````diff\n@@ -1 +1 @@ a\n-```\n+</details>\n````"), "{told}");
}
