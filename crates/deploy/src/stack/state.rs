//! What a status lets us do: the one table of it.
//!
//! Sources: *Update behaviors*, *Continue rolling back an update*, *Choose how to handle failures when provisioning resources*
//! and *Stack status codes* in the CloudFormation User Guide; `CreateChangeSet`, `RollbackStack` and `DeleteStack` in its API
//! reference.
use super::Status;

/// What somebody wants of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// That it is what its template says.
    Deploy,
    /// That it is gone.
    Destroy,
    /// That it returns to what it was.
    RollBack,
}

/// What comes next for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A change set that makes it. A leftover without resources takes it too.
    Create,
    /// A change set that changes it.
    Update,
    /// Its creation failed: what is left must be deleted before it is made again, and somebody must say so.
    DeleteThenCreate,
    /// It failed and was kept as it is: roll it back, or try again without rollback.
    RollBackFirst,
    /// Its rollback failed: let it go on, perhaps without what fails.
    ContinueRollback,
    /// It can only be deleted.
    OnlyDestroy,
    /// Delete it.
    Delete,
    /// Delete it, and say what to keep: the last try failed.
    DeleteRetaining,
    /// Another operation runs: watch it, never start one beside it.
    Wait,
    /// The new state is in force and old resources are being deleted: wait for that.
    WaitForCleanUp,
    /// Nothing has to be done.
    Nothing,
}

/// What comes next for a stack in a status; `None` if there is no stack.
#[must_use]
pub fn next_move(status: Option<&Status>, wish: Wish) -> Move {
    let Some(status) = status else { return absent(wish) };
    match status.word() {
        "DELETE_COMPLETE" => absent(wish),
        "REVIEW_IN_PROGRESS" => match wish {
            Wish::Deploy => Move::Create,
            Wish::Destroy => Move::Delete,
            Wish::RollBack => Move::Nothing,
        },
        _ if status.is_cleaning_up() => Move::WaitForCleanUp,
        _ if !status.is_settled() => Move::Wait,
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => match wish {
            Wish::Deploy => Move::DeleteThenCreate,
            Wish::Destroy => Move::Delete,
            Wish::RollBack => Move::OnlyDestroy,
        },
        "CREATE_FAILED" | "UPDATE_FAILED" => when(wish, Move::RollBackFirst, Move::Delete, Move::RollBackFirst),
        "UPDATE_ROLLBACK_FAILED" => when(wish, Move::ContinueRollback, Move::Delete, Move::ContinueRollback),
        "DELETE_FAILED" => when(wish, Move::OnlyDestroy, Move::DeleteRetaining, Move::OnlyDestroy),
        // What is left can be updated: CREATE_, UPDATE_, UPDATE_ROLLBACK_, IMPORT_ and IMPORT_ROLLBACK_COMPLETE. Of
        // IMPORT_ROLLBACK_FAILED AWS only says that what was imported is there; a change set will tell.
        _ => when(wish, Move::Update, Move::Delete, Move::Nothing),
    }
}

fn absent(wish: Wish) -> Move {
    when(wish, Move::Create, Move::Nothing, Move::Nothing)
}

fn when(wish: Wish, deploy: Move, destroy: Move, roll_back: Move) -> Move {
    match wish {
        Wish::Deploy => deploy,
        Wish::Destroy => destroy,
        Wish::RollBack => roll_back,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every status of the API with what a deploy, a destruction and a rollback do next.
    const TABLE: &[(&str, Move, Move, Move)] = &[
        ("REVIEW_IN_PROGRESS", Move::Create, Move::Delete, Move::Nothing),
        ("CREATE_IN_PROGRESS", Move::Wait, Move::Wait, Move::Wait),
        ("CREATE_COMPLETE", Move::Update, Move::Delete, Move::Nothing),
        ("CREATE_FAILED", Move::RollBackFirst, Move::Delete, Move::RollBackFirst),
        ("ROLLBACK_IN_PROGRESS", Move::Wait, Move::Wait, Move::Wait),
        ("ROLLBACK_COMPLETE", Move::DeleteThenCreate, Move::Delete, Move::OnlyDestroy),
        ("ROLLBACK_FAILED", Move::DeleteThenCreate, Move::Delete, Move::OnlyDestroy),
        ("UPDATE_IN_PROGRESS", Move::Wait, Move::Wait, Move::Wait),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Move::WaitForCleanUp, Move::WaitForCleanUp, Move::WaitForCleanUp),
        ("UPDATE_COMPLETE", Move::Update, Move::Delete, Move::Nothing),
        ("UPDATE_FAILED", Move::RollBackFirst, Move::Delete, Move::RollBackFirst),
        ("UPDATE_ROLLBACK_IN_PROGRESS", Move::Wait, Move::Wait, Move::Wait),
        ("UPDATE_ROLLBACK_FAILED", Move::ContinueRollback, Move::Delete, Move::ContinueRollback),
        (
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            Move::WaitForCleanUp,
            Move::WaitForCleanUp,
            Move::WaitForCleanUp,
        ),
        ("UPDATE_ROLLBACK_COMPLETE", Move::Update, Move::Delete, Move::Nothing),
        ("DELETE_IN_PROGRESS", Move::Wait, Move::Wait, Move::Wait),
        ("DELETE_COMPLETE", Move::Create, Move::Nothing, Move::Nothing),
        ("DELETE_FAILED", Move::OnlyDestroy, Move::DeleteRetaining, Move::OnlyDestroy),
        ("IMPORT_IN_PROGRESS", Move::Wait, Move::Wait, Move::Wait),
        ("IMPORT_COMPLETE", Move::Update, Move::Delete, Move::Nothing),
        ("IMPORT_ROLLBACK_IN_PROGRESS", Move::Wait, Move::Wait, Move::Wait),
        ("IMPORT_ROLLBACK_COMPLETE", Move::Update, Move::Delete, Move::Nothing),
        ("IMPORT_ROLLBACK_FAILED", Move::Update, Move::Delete, Move::Nothing),
    ];

    #[test]
    fn every_status_has_one_next_move_for_each_wish() {
        for &(word, deploy, destroy, roll_back) in TABLE {
            let status = Status::new(word);
            let moves = [Wish::Deploy, Wish::Destroy, Wish::RollBack].map(|wish| next_move(Some(&status), wish));
            assert_eq!(moves, [deploy, destroy, roll_back], "{word}");
        }
    }

    #[test]
    fn the_table_has_every_status_that_the_sdk_knows() {
        let known = aws_sdk_cloudformation::types::StackStatus::values();
        let listed: Vec<&str> = TABLE.iter().map(|row| row.0).collect();
        let missing: Vec<_> = known.iter().filter(|word| !listed.contains(word)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn no_stack_is_made_and_not_destroyed() {
        let moves = [Wish::Deploy, Wish::Destroy, Wish::RollBack].map(|wish| next_move(None, wish));
        assert_eq!(moves, [Move::Create, Move::Nothing, Move::Nothing]);
    }
}
