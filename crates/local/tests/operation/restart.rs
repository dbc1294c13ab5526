//! A world that is written down and read back at every step goes on as if nothing had happened.
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stackgen_local::World;
use stackgen_local::resources::Doing;

use crate::engine::{Engine, and, template, topic};

const IDS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// For each resource: whether it is there, its name and what it shows, and whether it depends on the one before.
type Shape = Vec<(bool, u8, u8, bool)>;

fn body(shape: &Shape) -> Json {
    let mut resources = serde_json::Map::new();
    for (n, (there, name, shown, depends)) in shape.iter().enumerate().filter(|(_, it)| it.0) {
        let _ = there;
        let mut resource = topic(&format!("{}{name}", IDS[n]), &shown.to_string());
        let before =
            n.checked_sub(1).map(|before| IDS[before]).filter(|before| *depends && resources.contains_key(*before));
        if let Some(before) = before {
            resource = and(resource, json!({ "DependsOn": before }));
        }
        resources.insert(IDS[n].to_owned(), resource);
    }
    resources.insert("Z".to_owned(), topic("z", "x"));
    template(Json::Object(resources))
}

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let one = prop::collection::vec((any::<bool>(), 0..2u8, 0..2u8, any::<bool>()), IDS.len());
    prop::collection::vec(one, 1..4)
}

fn mishaps() -> impl Strategy<Value = Vec<(usize, u8, u32, bool)>> {
    prop::collection::vec((0..IDS.len(), 0..3u8, 1..4u32, any::<bool>()), 0..4)
}

/// The whole life of a stack; `between` is done to the world after every step.
fn live(shapes: &[Shape], mishaps: &[(usize, u8, u32, bool)], between: impl Fn(World) -> World) -> Engine {
    let mut engine = Engine::new();
    for (n, (resource, doing, times, late)) in mishaps.iter().enumerate() {
        let doing = [Doing::Create, Doing::Update, Doing::Delete][usize::from(*doing)];
        let _ = n;
        if *late {
            engine.late_mishap("one", IDS[*resource], doing, *times);
        } else {
            engine.mishap("one", IDS[*resource], doing, *times);
        }
    }
    for (n, shape) in shapes.iter().enumerate() {
        let call = if n == 0 { "CreateStack" } else { "UpdateStack" };
        let stops = shape[0].3;
        let input = json!({ "StackName": "one", "TemplateBody": body(shape).to_string(), "DisableRollback": stops });
        let _ = engine.call(call, input);
        engine = rest(engine, &between);
        // What can be taken up again is, one way or another.
        match engine.status("one") {
            "UPDATE_ROLLBACK_FAILED" => drop(engine.call("ContinueUpdateRollback", json!({ "StackName": "one" }))),
            "CREATE_FAILED" | "UPDATE_FAILED" if shape[1].3 => {
                drop(engine.call("RollbackStack", json!({ "StackName": "one" })));
            }
            _ => {}
        }
        engine = rest(engine, &between);
    }
    engine
}

fn rest(mut engine: Engine, between: &impl Fn(World) -> World) -> Engine {
    let mut steps = 0;
    while let Some(next) = engine.world.next() {
        engine.world.advance(next);
        engine.world = between(engine.world);
        steps += 1;
        assert!(steps < 1_000, "it never comes to rest: {:#?}", engine.events("one", 0));
    }
    engine
}

fn written(world: &World) -> Json {
    serde_json::to_value(world).expect("a world can be written down")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_restart_changes_nothing(shapes in shapes(), mishaps in mishaps()) {
        let whole = live(&shapes, &mishaps, |world| world);
        let restarted = live(&shapes, &mishaps, |world| {
            serde_json::from_value(written(&world)).expect("what was written can be read")
        });
        prop_assert_eq!(written(&whole.world), written(&restarted.world));
    }

    /// Whatever happened, the stack rests, and where it is complete the world holds what it says and nothing more, but for what a
    /// clean-up could not delete.
    #[test]
    fn a_stack_at_rest_tells_the_truth(shapes in shapes(), mishaps in mishaps()) {
        let mut engine = live(&shapes, &mishaps, |world| world);
        prop_assert!(!engine.stack("one").status.is_moving());
        prop_assert!(engine.stack("one").operation.is_none());
        let (status, resources) = (engine.status("one"), engine.stack("one").resources.clone());
        let things = engine.things(crate::engine::TOPIC);
        if matches!(status, "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE") {
            let mut recorded: Vec<String> = resources.values().filter_map(|it| it.physical_id.clone()).collect();
            recorded.sort();
            let orphans = engine.events("one", 0).iter().any(|line| line.contains("DELETE_FAILED"));
            for (id, resource) in &resources {
                let real = &engine.world.region(crate::engine::REGION).others[crate::engine::TOPIC];
                let real = resource.physical_id.as_ref().and_then(|physical| real.get(physical));
                prop_assert_eq!(Some(&resource.properties), real.map(|it| &it.properties), "{}", id);
            }
            prop_assert!(recorded.iter().all(|id| things.contains(id)), "{recorded:?} {things:?}");
            prop_assert!(orphans || recorded == things, "{recorded:?} {things:?}");
        }
        // What it made goes with it.
        engine.world.mishaps.clear();
        engine.ok("DeleteStack", json!({ "StackName": "one" }));
        let mut engine = rest(engine, &|world| world);
        let orphans = engine.events("one", 0).iter().any(|line| line.contains("DELETE_FAILED"));
        prop_assert_eq!(engine.status("one"), "DELETE_COMPLETE");
        prop_assert!(orphans || engine.things(crate::engine::TOPIC).is_empty(), "{:#?}", engine.events("one", 0));
    }
}
