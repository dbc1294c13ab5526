//! Plans: what a deploy would do, what of it must be approved, and what becomes of plans that wait.
use insta::assert_snapshot;

use super::{Account, service};

#[test]
fn what_a_deploy_would_do() {
    let account = Account::deployed("diffed", &service("10.0.0.0/8", "diffed-a", 1));
    let none = account.run(&["diff", "--fail"]);
    assert_eq!(none.code, Some(0), "{none}");
    assert_snapshot!(none.stdout, @r"
    diffed: no changes

    1 stack: 1 without changes
    ");
    account.describe(&service("0.0.0.0/0", "diffed-b", 2));
    let text = account.run(&["diff", "--fail"]);
    assert_eq!(text.code, Some(1), "{text}");
    assert_snapshot!(text.stdout, @r#"
    diffed: update in eu-west-1, about 30 s
      1 data at risk, 2 changed in place; 2 approvals needed

      ! data at risk
        ! Table  AWS::DynamoDB::Table                               stacks/main.rs:1
          is replaced: TableName changes; its data is lost
          TableName: diffed-a → diffed-b  (replaces it)

      ~ changed in place
        ~ Web  AWS::EC2::SecurityGroup                              stacks/main.rs:1
          SecurityGroupIngress:
                  "ToPort": "443",
            -     "CidrIp": "10.0.0.0/8",
            +     "CidrIp": "0.0.0.0/0",
                  "Description": "web"
        ~ Queue  AWS::SQS::Queue                                    stacks/main.rs:1
          DelaySeconds: 1 → 2

      Network
        + 0.0.0.0/0 can reach Web on tcp 443 (more than before)

      Approvals needed
        ! --approve replace:Table
          is replaced: TableName changes; its data is lost
        ! --approve ingress:Web
          it lets 0.0.0.0/0 reach it on tcp 443

    1 stack: 1 to update, 2 approvals needed
    "#);
    assert_eq!(text.stderr, "    Planning in eu-west-1, at [URL]\n");
}

#[test]
fn what_a_deploy_would_do_for_reviews_and_programs() {
    let account = Account::deployed("reviewed", &service("10.0.0.0/8", "reviewed-a", 1));
    account.describe(&service("0.0.0.0/0", "reviewed-b", 2));
    let markdown = account.run(&["diff", "--format", "markdown"]);
    assert_eq!(markdown.code, Some(0), "without --fail a change is no failure");
    assert_snapshot!(markdown.stdout, @r#"
    ### Plan for `eu-west-1`

    1 stack: 1 to update, 2 approvals needed

    > [!WARNING]
    > **This needs approval:**
    > - `--approve replace:Table` in `reviewed`: is replaced: TableName changes; its data is lost
    > - `--approve ingress:Web` in `reviewed`: it lets 0.0.0.0/0 reach it on tcp 443

    <details open><summary><b>reviewed</b>: update; 1 data at risk, 2 changed in place; about 30 s</summary>

    | | Resource | What happens |
    |---|---|---|
    | `!` **data at risk** | `Table`<br>AWS::DynamoDB::Table<br>`stacks/main.rs:1` | is replaced: TableName changes; its data is lost |
    | `~` changed in place | `Web`<br>AWS::EC2::SecurityGroup<br>`stacks/main.rs:1` | changes in place: SecurityGroupIngress changes |
    | `~` changed in place | `Queue`<br>AWS::SQS::Queue<br>`stacks/main.rs:1` | changes in place: DelaySeconds changes |

    <details><summary>Properties</summary>

    `Table`
    ```diff
      TableName  (replaces it)
    - reviewed-a
    + reviewed-b
    ```

    `Web`
    ```diff
      SecurityGroupIngress
          "ToPort": "443",
    -     "CidrIp": "10.0.0.0/8",
    +     "CidrIp": "0.0.0.0/0",
          "Description": "web"
    ```

    `Queue`
    ```diff
      DelaySeconds
    - 1
    + 2
    ```

    </details>

    **Network**

    ```diff
    + 0.0.0.0/0 can reach Web on tcp 443  (more than before)
    ```

    </details>
    "#);
    let plan = account.json(&["diff", "--json"]);
    let dangers = plan["stacks"][0]["dangers"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap());
    assert_eq!(dangers.collect::<Vec<_>>(), ["Table", "Web"]);
    assert_eq!(account.waiting(), [""; 0], "nothing is left behind");
}

#[test]
fn without_a_terminal_dangers_need_their_names() {
    let account = Account::deployed("feared", &service("10.0.0.0/8", "feared-a", 1));
    account.describe(&service("0.0.0.0/0", "feared-b", 1));
    let refused = account.run(&["deploy", "--yes"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    let said = refused.stderr.split("error: ").nth(1).unwrap();
    assert_snapshot!(said, @r"
    this needs approval, and there is no terminal to ask on; nothing was done:
      replace:Table (feared): is replaced: TableName changes; its data is lost
      ingress:Web (feared): it lets 0.0.0.0/0 reach it on tcp 443
    hint: if all of it is meant: --yes --approve replace:Table --approve ingress:Web
    ");
    let half = account.run(&["deploy", "--yes", "--approve", "replace:Table"]);
    assert_eq!(half.code, Some(3), "{half}");
    assert_eq!(account.waiting(), [""; 0]);
    let done = account.run(&["deploy", "--yes", "--approve", "replace:Table", "--approve", "feared/ingress:Web"]);
    assert_eq!(done.code, Some(0), "{done}");
}

#[test]
fn change_sets_wait_and_are_carried_out_or_deleted() {
    let account = Account::deployed("waiting", &service("10.0.0.0/8", "waiting", 1));
    for delay in [2, 3] {
        account.describe(&service("10.0.0.0/8", "waiting", delay));
        assert_eq!(account.run(&["deploy", "--no-execute"]).code, Some(0));
    }
    let names = account.waiting();
    assert_eq!(names.len(), 2);
    let unclear = account.run(&["changeset", "show", "waiting"]);
    assert_eq!(unclear.code, Some(1));
    assert!(unclear.stderr.contains("has 2 change sets; say which one"), "{unclear}");
    let shown = account.run(&["changeset", "show", "waiting", &names[0]]);
    assert!(shown.stdout.contains("~ Queue  AWS::SQS::Queue"), "{shown}");
    let listed = account.run(&["changeset", "list", "waiting"]).stdout;
    assert!(listed.starts_with("CHANGE SET") && listed.contains("AVAILABLE"), "{listed}");
    let deleted = account.run(&["changeset", "delete", "waiting", &names[0]]);
    assert_eq!((deleted.code, deleted.stderr), (Some(0), format!("     Deleted {}\n", names[0])));
    let silent = account.run(&["changeset", "execute", "waiting", &names[1]]);
    assert_eq!(silent.code, Some(3), "{silent}");
    assert_eq!(account.waiting(), [names[1].clone()], "it stays if nobody says yes");
    let done = account.run(&["changeset", "execute", "waiting", &names[1], "--yes"]);
    assert_eq!(done.code, Some(0), "{done}");
    let missing = account.run(&["changeset", "delete", "waiting", &names[0]]);
    assert!(missing.stderr.contains(&format!("has no change set named `{}`", names[0])), "{missing}");
}

#[test]
fn plans_that_are_not_for_here() {
    let account = Account::deployed("planned", &service("10.0.0.0/8", "planned", 1));
    account.describe(&service("10.0.0.0/8", "planned", 2));
    assert_eq!(account.run(&["deploy", "--no-execute"]).code, Some(0));
    let elsewhere = account.run(&["deploy", "--plan", "stackgen.plan.json", "--region", "us-east-1", "--yes"]);
    assert_eq!(elsewhere.code, Some(3));
    assert!(elsewhere.stderr.contains("the plan is for eu-west-1, and this is us-east-1"), "{elsewhere}");
    assert_eq!(account.run(&["changeset", "delete", "planned"]).code, Some(0));
    let gone = account.run(&["deploy", "--plan", "stackgen.plan.json", "--yes"]);
    assert!(gone.stderr.contains("is gone: its change set was carried out or deleted"), "{gone}");
    let nothing = account.run(&["destroy", "planed", "--yes"]);
    assert_eq!(nothing.code, Some(0));
    assert!(nothing.stderr.contains("planed: there is no stack of this name in eu-west-1"), "{nothing}");
}
