//! What holds for any description.
use proptest::prelude::*;
use stackgen_core::{App, Handle, RawResource, Resource, Stack};

/// Resources by id, each with the positions of earlier ones that it refers to, spread over stacks.
#[derive(Clone, Debug)]
struct Plan {
    resources: Vec<(String, usize, Vec<prop::sample::Index>, bool)>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let resource = (
        "[A-Z][A-Za-z0-9]{0,12}",
        0..4_usize,
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        any::<bool>(),
    );
    prop::collection::vec(resource, 1..40).prop_map(|mut resources| {
        for (index, (id, ..)) in resources.iter_mut().enumerate() {
            // Attributes are not part of these ids, so a number makes them differ from each other and from any output.
            id.push_str(&format!("x{index}"));
        }
        Plan { resources }
    })
}

fn describe(plan: &Plan) -> App {
    let mut stacks: Vec<Stack> = (0..4).map(|index| Stack::new(&format!("stack-{index}"))).collect();
    let mut made: Vec<(Resource, usize)> = Vec::new();
    for (id, stack, references, keep) in &plan.resources {
        let mut builder = RawResource::new("Some::Test::Thing");
        for (number, reference) in references.iter().enumerate() {
            // Only to the same or an earlier stack, so that there is no circle.
            let earlier: Vec<&Resource> = made.iter().filter(|(_, home)| home <= stack).map(|(one, _)| one).collect();
            if !earlier.is_empty() {
                builder = builder.property(format!("P{number}"), reference.get(&earlier).reference());
            }
        }
        let resource = stacks[*stack].add(id, builder);
        made.push((if *keep { resource.retain() } else { resource }, *stack));
    }
    let mut app = App::new();
    for mut stack in stacks {
        // A stack without resources is refused.
        stack.add("Always", RawResource::new("Some::Test::Thing"));
        app.add(stack);
    }
    app
}

proptest! {
    #[test]
    fn the_same_calls_give_the_same_bytes(plan in plan()) {
        let bytes = |app: App| app.synth().map(|app| app.stacks.iter().map(|s| s.template.as_str().to_owned()).collect::<Vec<_>>());
        prop_assert_eq!(bytes(describe(&plan)), bytes(describe(&plan)));
    }

    #[test]
    fn every_id_is_in_its_template_as_it_was_written(plan in plan()) {
        let app = describe(&plan).synth().map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
        for (id, stack, ..) in &plan.resources {
            let template = &app.stack(&format!("stack-{stack}")).expect("it was added").template;
            prop_assert!(template.json()["Resources"].get(id).is_some());
        }
    }

    #[test]
    fn every_import_has_its_export_in_an_earlier_stack(plan in plan()) {
        let app = describe(&plan).synth().map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
        let mut exported: Vec<String> = Vec::new();
        for stack in &app.stacks {
            for import in stack.template.as_str().split(r#""Fn::ImportValue":""#).skip(1) {
                let name = import.split('"').next().unwrap_or_default().to_owned();
                prop_assert!(exported.contains(&name), "{} is imported before it is exported", name);
            }
            let json = stack.template.json();
            let outputs = json["Outputs"].as_object().into_iter().flatten();
            exported.extend(outputs.filter_map(|(_, output)| output["Export"]["Name"].as_str().map(str::to_owned)));
        }
    }

    #[test]
    fn only_letters_and_digits_make_a_logical_id(id in "\\PC{0,20}") {
        let mut stack = Stack::new("test");
        stack.add(&id, RawResource::new("Some::Test::Thing"));
        let right = !id.is_empty() && id.chars().all(|letter| letter.is_ascii_alphanumeric());
        prop_assert_eq!(App::from(stack).synth().is_ok(), right);
    }
}
