//! Any sequence of handovers, failures, kills, resumes and ways back leaves one host with its data.
use proptest::prelude::*;
use stackgen_deploy::handover::{self, Direction};
use stackgen_deploy::run;
use stackgen_local::ec2::settings::Script;

use crate::desk::{Desk, NEW, OLD, approvals, host, region};
use crate::kills::killed;

/// More calls than any handover makes.
const ALL: u32 = 100_000;

/// One thing that a person does.
#[derive(Clone, Copy, Debug)]
struct Act {
    /// Whether the new host boots the other image, or only another script.
    is_image: bool,
    /// What becomes of the old host.
    strategy: handover::Strategy,
    /// How the new host's boot fails, if it does.
    fails: Option<Script>,
    /// After how many calls the person's process is killed, if it is.
    killed: Option<u32>,
    /// Where whoever finds it afterwards leads it.
    then: Direction,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let fails = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Script::Fails(5))),
        1 => Just(Some(Script::FailsMounted(5))),
    ];
    let then = prop_oneof![3 => Just(Direction::Forward), 1 => Just(Direction::Back)];
    let strategy = prop_oneof![Just(handover::Strategy::Stop), Just(handover::Strategy::Unmount)];
    let act = (any::<bool>(), strategy, fails, prop::option::of(1_u32..60), then);
    let act = act.prop_map(|(is_image, strategy, fails, killed, then)| Act { is_image, strategy, fails, killed, then });
    prop::collection::vec(act, 1..5)
}

async fn play(acts: &[Act]) {
    let mut desk = Box::pin(Desk::with_host()).await;
    let volumes = |desk: &Desk| {
        desk.world(|world| {
            region(world)
                .volumes
                .iter()
                .filter(|(_, it)| it.spec.size == 20)
                .map(|(id, _)| id.clone())
                .collect::<Vec<_>>()
        })
    };
    let before = volumes(&desk);
    let mut image = OLD;
    for (at, act) in acts.iter().enumerate() {
        let what = format!("act {at} of {acts:?}");
        let other = if image == OLD { NEW } else { OLD };
        let wanted = if act.is_image { other } else { image };
        desk.world(|world| {
            region(world).settings.boot_of_image.clear();
            region(world).settings.boot_of_image.extend(act.fails.map(|fails| (wanted.to_owned(), fails)));
        });
        desk.strategy = act.strategy;
        let plan = desk.proposal(&host(&format!("N{at}"), wanted, &format!("word {at}")), false).await;
        let (connection, records, approvals) = (desk.again().await, desk.records(), approvals(&plan));
        let run = run::deploy(&connection, &records, &plan, &approvals, &|_| {});
        killed(&connection, act.killed.unwrap_or(ALL), run).await;
        let mut gone_on = desk.go_on(act.then, false, None).await;
        while let Ok(Some(_)) = gone_on {
            gone_on = desk.go_on(act.then, false, None).await;
        }
        gone_on.unwrap_or_else(|failure| panic!("{what}: {failure}"));
        let runs = desk.assert_one_host(&what);
        assert!(runs == image || runs == wanted, "{what}: {runs}");
        image = if runs == OLD { OLD } else { NEW };
        assert_eq!(volumes(&desk), before, "{what}");
        let word = desk.parameter("/stackgen/prod/data-volume").unwrap_or_default();
        assert_eq!(word, format!("in-service:{}", before[0]), "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_host_and_its_data_survive_whatever_is_done(acts in acts()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it can be made");
        runtime.block_on(Box::pin(play(&acts)));
    }
}
