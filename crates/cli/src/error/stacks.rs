//! The stacks that a message names, so that hints can name them too.

/// The stack that a message is about: CloudFormation names it by its ARN or in brackets, and we between ticks.
pub(super) fn subject(message: &str) -> Option<&str> {
    let after = |sign: &str, end: char| {
        let (_, rest) = message.split_once(sign)?;
        rest.split_once(end).map(|(name, _)| name)
    };
    let named = [after(":stack/", '/'), after("Stack [", ']'), after("`", '`')];
    named.into_iter().flatten().find(|name| is_name(name))
}

/// The stacks that import an export, in the message that it is in use.
pub(super) fn importers(message: &str) -> Vec<&str> {
    let told = match (message.split_once(" in use by "), message.split_once("` imports")) {
        (Some((_, users)), _) => users,
        (None, Some((before, _))) => {
            let starts = ["which `", "while `"].into_iter().filter_map(|sign| before.rsplit_once(sign));
            starts.map(|(_, users)| users).min_by_key(|users| users.len()).unwrap_or(before)
        }
        (None, None) => return Vec::new(),
    };
    let names = told.split([',', ' ', '`']).map(|name| name.trim_end_matches('.'));
    names.filter(|name| *name != "and" && is_name(name)).collect()
}

/// What of a plan is there already, as arguments of `stackgen import`: `notes Taken=/notes/taken`. It stands in the message as
/// ``Taken: AWS::SSM::Parameter `/notes/taken` is there already``.
pub(super) fn taken(message: &str) -> Option<String> {
    let stack = subject(message)?;
    let lines = message.lines().filter_map(|line| line.strip_suffix("` is there already"));
    let named = lines.filter_map(|line| {
        let (resource, name) = line.rsplit_once(" `")?;
        let id = resource.rsplit_once(": ")?.0.rsplit(' ').next()?;
        Some(format!(" {id}={name}"))
    });
    let named: String = named.collect();
    (!named.is_empty()).then(|| format!("{stack}{named}"))
}

/// Source: `StackName` of `CreateStack` in the API reference.
fn is_name(name: &str) -> bool {
    name.len() <= 128
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_of_a_message() {
        for (message, stack) in [
            (
                "cannot plan `prod`: CreateChangeSet: Stack:arn:aws:cloudformation:eu-west-1:1:stack/prod/5f-1 is in \
                 UPDATE_IN_PROGRESS state and can not be updated.",
                Some("prod"),
            ),
            ("DeleteStack: Stack [prod-a] cannot be deleted while in status UPDATE_IN_PROGRESS", Some("prod-a")),
            ("the stack `prod-b` is in ROLLBACK_FAILED (it said `x`); it can only be deleted", Some("prod-b")),
            ("CancelUpdateStack cannot be called from current stack status", None),
            ("`a:B` is odd", None),
        ] {
            assert_eq!(subject(message), stack, "{message}");
        }
    }

    #[test]
    fn what_is_there_can_be_taken_in() {
        let one =
            "cannot plan `notes`: CloudFormation refuses the change: Taken: AWS::SSM::Parameter `/a` is there already";
        assert_eq!(taken(one).as_deref(), Some("notes Taken=/a"));
        let two =
            format!("{one}\n  Disk/Properties/Colour: unsupported\n  Logs: AWS::Logs::LogGroup `b` is there already");
        assert_eq!(taken(&two).as_deref(), Some("notes Taken=/a Logs=b"));
        assert_eq!(taken("`notes` already exists"), None);
    }

    #[test]
    fn the_stacks_that_import() {
        for (message, stacks) in [
            ("Export a:B cannot be deleted as it is in use by c", vec!["c"]),
            ("Export a:B cannot be updated as it is in use by prod-c, prod-d and e.", vec!["prod-c", "prod-d", "e"]),
            (
                "the export `a:B` cannot go while `c`, `d` imports it, and it cannot stay: the template …",
                vec!["c", "d"],
            ),
            ("`Vpc` is replaced, so that the export `a:B` of `a` would change, which `c` imports", vec!["c"]),
            ("`c` imports `a:B` of `a`; destroy it too, or first", vec!["c"]),
            ("nobody", vec![]),
        ] {
            assert_eq!(importers(message), stacks, "{message}");
        }
    }
}
