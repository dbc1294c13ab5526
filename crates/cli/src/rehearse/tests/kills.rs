//! The client dies at each of its calls that change something, and another one goes on.
use serde_json::json;
use stackgen_assembly::Assembly;

use super::{Account, assembly, rehearse, stack};

fn notes(text: &str, more: bool) -> Assembly {
    let note = |name: &str| json!({"Type": "AWS::SSM::Parameter", "Properties": {"Name": name, "Type": "String", "Value": text}});
    let mut first = json!({"Resources": {"First": note("/first"), "Other": note("/other")}});
    if more {
        first["Resources"]["More"] = note("/more");
    }
    let second = json!({"Resources": {"Second": note("/second")}});
    assembly(vec![stack("one", &first, &[]), stack("two", &second, &["one"])])
}

#[test]
fn whenever_the_client_dies_resume_ends_what_was_begun() {
    let account = Account::new();
    account.settle(&notes("old", false));
    let changed = notes("new", true);
    let seen = account.seen(&changed);
    let made = rehearse(&seen, &changed, &[], None).unwrap().calls.len();
    assert!(made >= 4, "{made}");
    for at in 1..=made {
        let story = rehearse(&seen, &changed, &[], Some(at)).unwrap();
        let death = story.death.as_ref().unwrap();
        assert_eq!(death.number, at);
        assert!(story.works, "{at}: {story:#?}");
        let ended = |name: &str| {
            let all = story.outcome.stacks.iter().filter(|stack| stack.stack == name);
            all.filter_map(|stack| stack.status.clone()).next()
        };
        for name in ["one", "two"] {
            let was_done = death.statuses.iter().any(|(stack, status)| stack == name && status == "UPDATE_COMPLETE");
            let is_left = story.left.iter().any(|left| left == name);
            let is_ended = ended(name).as_deref() == Some("UPDATE_COMPLETE");
            assert!(was_done || is_left || is_ended, "{at}, {name}: {story:#?}");
        }
    }
    let refused = rehearse(&seen, &changed, &[], Some(made + 1)).unwrap_err();
    assert!(refused.contains(&format!("makes {made} calls")), "{refused}");
}
