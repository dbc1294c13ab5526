//! Several people at once, and plans of yesterday.
use stackgen_deploy::plan::{self, Wishes};
use stackgen_deploy::record::Records;
use stackgen_deploy::run::{self, Ending};

use crate::desk::{Desk, approvals, note, one};

#[tokio::test]
async fn of_two_who_plan_at_once_one_is_refused() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&one(note("a"))).await.is_good());
    let other = Records::new(desk.folder.path().join("other"));
    let mine = desk.plan(&one(note("b"))).await.expect("it is planned");
    let (selection, wishes) = (plan::Selection::default(), Wishes::default());
    let yours =
        plan::make(&desk.connection, &other, &one(note("c")), &selection, &wishes).await.expect("it is planned");
    let granted = approvals(&yours);
    let (mine, yours) = tokio::join!(desk.run(&mine), run::deploy(&desk.connection, &other, &yours, &granted, &|_| {}));
    let (mine, yours) = (mine.expect("it runs"), yours.expect("it runs"));
    assert!(mine.is_good() != yours.is_good(), "{mine:?} {yours:?}");
    let late = if mine.is_good() { &yours } else { &mine };
    assert!(matches!(&late.stacks[0].ending, Ending::Refused(_)), "{late:?}");
    let events = stackgen_deploy::follow::history(&desk.connection, "prod").await.expect("there are events");
    assert_eq!(events.iter().filter(|it| it.id == "prod" && it.status == "UPDATE_IN_PROGRESS").count(), 1);
    assert!(desk.records().stacks().expect("it is a folder").iter().all(|name| name != "prod"));
}

#[tokio::test]
async fn a_plan_file_is_refused_after_the_world_has_moved() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&one(note("a"))).await.is_good());
    let kept = Wishes { keep: true, ..Wishes::default() };
    let plan = desk.wish(&one(note("b")), &kept).await.expect("it is planned");
    let file = desk.folder.path().join("plan.json");
    plan::save(&plan, &file).expect("it is written");
    assert!(desk.deploy(&one(note("c"))).await.is_good());
    let plan = plan::load(&file).expect("it is read");
    plan::check(&desk.connection, &plan).await.expect_err("its change set is gone");
    let outcome = desk.run(&plan).await.expect("it is tried");
    let Ending::Refused(why) = &outcome.stacks[0].ending else { panic!("{outcome:?}") };
    assert!(why.contains("its status was CREATE_COMPLETE and is UPDATE_COMPLETE"), "{why}");
    assert_eq!(desk.status("prod").await.as_deref(), Some("UPDATE_COMPLETE"));
}
