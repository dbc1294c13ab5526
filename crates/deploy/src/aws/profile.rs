//! The profile that is meant must be there. The SDK goes on without one to whatever else gives credentials, such as the role of
//! the machine, and then a deploy goes to another account than the one that was named.
use aws_config::profile;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};
use stackgen_schema::nearest;

use crate::failure::{Failure, Kind};

/// The one that may be missing: whoever names no profile means it if it is there.
const DEFAULT: &str = "default";

/// Refuses a profile, given here or as `AWS_PROFILE`, that no file has.
pub(super) async fn check(given: Option<&str>, env: &Env, files: &Fs) -> Result<(), Failure> {
    let named = given.map(str::to_owned).or_else(|| env.get("AWS_PROFILE").ok());
    let Some(named) = named.filter(|name| !name.is_empty() && name != DEFAULT) else { return Ok(()) };
    let known = profile::load(files, env, &EnvConfigFiles::default(), None).await.map_err(|error| {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
        Failure::new(Kind::Credentials, format!("cannot read the profiles: {error}{cause}"))
    })?;
    let mut names: Vec<&str> = known.profiles().collect();
    if names.contains(&named.as_str()) {
        return Ok(());
    }
    names.sort_unstable();
    let by = if given.is_some() { "" } else { ", which AWS_PROFILE names" };
    let there = match (nearest(&named, names.iter().copied()), names.as_slice()) {
        (Some(near), _) => format!("; did you mean `{near}`?"),
        (None, []) => "; there are none".to_owned(),
        (None, names) => format!("; there are: {}", names.join(", ")),
    };
    let message = format!("there is no profile `{named}` in ~/.aws/config or ~/.aws/credentials{by}{there}");
    Err(Failure::new(Kind::Credentials, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile prod]\nregion = eu-west-1\n[profile trial]\n";
    const CREDENTIALS: &str = "[keys]\naws_access_key_id = a\naws_secret_access_key = b\n";

    async fn told(given: Option<&str>, variable: Option<&str>) -> String {
        let files = Fs::from_slice(&[("/home/a/.aws/config", CONFIG), ("/home/a/.aws/credentials", CREDENTIALS)]);
        let mut variables = vec![("HOME", "/home/a")];
        variables.extend(variable.map(|name| ("AWS_PROFILE", name)));
        let checked = check(given, &Env::from_slice(&variables), &files).await;
        checked.map_or_else(|failure| failure.message, |()| "there".to_owned())
    }

    #[tokio::test]
    async fn a_profile_that_nobody_wrote_is_refused() {
        for (given, variable, expected) in [
            (None, None, "there"),
            (Some("prod"), None, "there"),
            (Some("keys"), None, "there"),
            (Some("default"), None, "there"),
            (None, Some("trial"), "there"),
            (None, Some(""), "there"),
            // What the command line says counts.
            (Some("prod"), Some("prodd"), "there"),
            (
                Some("prodd"),
                Some("prod"),
                "there is no profile `prodd` in ~/.aws/config or ~/.aws/credentials; did you mean `prod`?",
            ),
            (
                None,
                Some("elsewhere"),
                "there is no profile `elsewhere` in ~/.aws/config or ~/.aws/credentials, which AWS_PROFILE names; there are: \
                 default, keys, prod, trial",
            ),
        ] {
            assert_eq!(told(given, variable).await, expected, "{given:?} {variable:?}");
        }
    }

    #[tokio::test]
    async fn without_files_there_is_none() {
        let env = Env::from_slice(&[("HOME", "/home/a")]);
        let failure = check(Some("prod"), &env, &Fs::from_slice(&[])).await.expect_err("there are no files");
        assert_eq!(failure.kind, Kind::Credentials);
        assert!(failure.message.ends_with("; there are none"), "{failure}");
    }
}
