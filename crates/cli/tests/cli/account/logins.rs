//! Who is logged in, and with which profile.
use std::path::PathBuf;

use insta::assert_snapshot;
use serde_json::json;

use super::{Account, note, server};

/// A profile of SSO whose login is over. Where its token is.
fn login(account: &Account) -> PathBuf {
    let config = "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n\
                  sso_registration_scopes = sso:account:access\n\
                  [profile over]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n";
    account.env.write("../home/.aws/config", config);
    // The name of the file is the SHA-1 of the session's.
    let token = json!({"startUrl": "https://corp.example/start", "region": "eu-west-1", "accessToken": "x",
                       "expiresAt": "2020-01-01T00:00:00Z"});
    let file = "../home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    account.env.write(file, &token.to_string());
    account.env.path(file)
}

#[test]
fn logins_that_are_missing_or_over() {
    let account = Account::new("unknown", &note("/unknown"));
    let token = login(&account);
    let said = |profile: &[&str]| {
        let mut command = account.env.command(&[&["diff", "--assembly", "ready"], profile].concat());
        let url = server().endpoint();
        command.env("AWS_ENDPOINT_URL_CLOUDFORMATION", url).env("AWS_EC2_METADATA_DISABLED", "true");
        let run = account.env.outcome(&command.output().unwrap());
        assert_eq!(run.code, Some(1), "{run}");
        run.stderr.lines().filter(|line| !line.contains("Planning")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(said(&[]), @r"
    error: cannot read the stack `unknown`: there are no credentials: none in the environment or the default profile, and this is no machine or container of AWS that has some
    hint: log in with `aws sso login` or `aws configure`, or choose a profile with
          --profile; --local needs no account
    ");
    assert_snapshot!(said(&["--profile", "nobody"]), @r"
    error: there is no profile `nobody` in ~/.aws/config or ~/.aws/credentials; there are: over
    hint: `aws configure list-profiles` lists them; --local needs no account
    ");
    assert_snapshot!(said(&["--profile", "over"]), @r"
    error: cannot read the stack `unknown`: the SSO login has expired
    hint: log in again: `aws sso login --profile over`. Nothing is lost: `stackgen
          resume` goes on
    ");
    std::fs::remove_file(token).unwrap();
    assert_snapshot!(said(&["--profile", "over"]), @r"
    error: cannot read the stack `unknown`: nobody is logged in: the profile is of SSO, and there is no token of a login
    hint: log in with `aws sso login --profile over` or `aws configure --profile
          over`, or choose a profile with --profile; --local needs no account
    ");
}

#[test]
fn a_profile_that_nobody_wrote_is_refused_whoever_else_has_credentials() {
    let account = Account::new("elsewhere", &note("/elsewhere"));
    account.env.write("../home/.aws/config", "[profile prod]\nregion = eu-west-1\n");
    let told = |arguments: &[&str], variable: &str| {
        let url = server().endpoint();
        let arguments = [&["diff", "--assembly", "ready", "--endpoint-url", &url], arguments].concat();
        let mut command = account.env.command(&arguments);
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_PROFILE", variable);
        account.env.outcome(&command.output().unwrap())
    };
    let near = told(&["--profile", "prodd"], "");
    assert_eq!(near.code, Some(1), "{near}");
    assert!(
        near.stderr.contains("error: there is no profile `prodd`") && near.stderr.contains("mean `prod`?"),
        "{near}"
    );
    let variable = told(&[], "trial");
    assert_eq!(variable.code, Some(1), "{variable}");
    assert!(variable.stderr.contains("`trial`") && variable.stderr.contains("which AWS_PROFILE names"), "{variable}");
    let there = told(&[], "prod");
    assert_eq!(there.code, Some(0), "{there}");
}
