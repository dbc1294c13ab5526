//! Why there are no credentials, in words. The SDK looks for them while it sends, and tells what it met as a chain of causes.
use crate::failure::{Failure, Kind};

/// What the texts of the SDK have in common; what they say is up to `aws-config`.
const SIGNS: &[&str] = &["credentials", "identity", "SSO session", "SSO token", "no providers in chain"];
/// What stands before the cause.
const BEFORE: &str = "an error occurred while loading credentials: ";
const LOGINS_THAT_ENDED: &[&str] =
    &["SSO token has expired", "token is expired", "Session token not found or invalid", "UnauthorizedException"];
const NO_LOGIN: &[&str] = &["cached SSO token", "/.aws/sso/cache/"];
const NOTHING_FOUND: &[&str] = &["no credentials found in chain", "no providers in chain"];

/// The failure that a chain of causes tells of, if it is about credentials.
pub(super) fn failure(said: &str) -> Option<Failure> {
    let has = |signs: &[&str]| signs.iter().any(|sign| said.contains(sign));
    if !has(SIGNS) {
        return None;
    }
    let missing_profile = said.split_once("profile `").and_then(|(_, rest)| rest.split_once("` was not defined"));
    Some(if let Some((profile, _)) = missing_profile {
        let message = format!("there is no profile `{profile}` in ~/.aws/config or ~/.aws/credentials");
        Failure::new(Kind::Credentials, message)
    } else if has(LOGINS_THAT_ENDED) {
        Failure::new(Kind::Expired, "the SSO login has expired")
    } else if has(NO_LOGIN) {
        Failure::new(Kind::Credentials, "nobody is logged in: the profile is of SSO, and there is no token of a login")
    } else if has(NOTHING_FOUND) {
        let message = "there are no credentials: none in the environment or the default profile, and this is no machine or \
                       container of AWS that has some";
        Failure::new(Kind::Credentials, message)
    } else {
        let cause = said.rsplit_once(BEFORE).map_or(said, |(_, cause)| cause).trim_end();
        Failure::new(Kind::Credentials, format!("cannot get credentials: {cause}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_the_sdk_become_sentences() {
        const LOADING: &str = "dispatch failure: other: an error occurred while loading credentials: ";
        for (cause, kind, told) in [
            (
                "an error occurred while loading an access token: the SSO token has expired and cannot be refreshed",
                Kind::Expired,
                "the SSO login has expired",
            ),
            (
                "an error occurred while loading an access token: failed to load the cached SSO token",
                Kind::Credentials,
                "nobody is logged in",
            ),
            (
                "failed to read `/home/a/.aws/sso/cache/a5.json`: No such file or directory (os error 2)",
                Kind::Credentials,
                "nobody is logged in",
            ),
            (
                "no credentials found in chain. Attempted:\nProfile: profile `prod` was not defined: could not find it",
                Kind::Credentials,
                "there is no profile `prod`",
            ),
            ("no credentials found in chain. Attempted:", Kind::Credentials, "there are no credentials"),
            ("external process exited with code 1\n", Kind::Credentials, "cannot get credentials: external process"),
        ] {
            let failure = failure(&format!("{LOADING}{cause}")).expect("it is about credentials");
            assert_eq!(failure.kind, kind, "{cause}");
            assert!(failure.message.starts_with(told), "{failure}");
        }
        assert_eq!(failure("dispatch failure: io error: connection refused"), None);
    }
}
