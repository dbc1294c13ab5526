//! Whether a command runs only if a disk was looked at first.
//!
//! A look is `blkid`, `wipefs`, `file -s`, `lsblk`, `findfs` and the like. A command is guarded if a look, or a variable
//! or function made of one, stands before it in its `&&` and `||` chain, in the condition of an `if`, `while` or `case`
//! around it, or in an earlier statement beside it that can leave (`is_blank || exit 1`). A command in a function is also
//! guarded where every call of the function is. What the look must say is not judged.

use crate::script::{Script, Touched};
use crate::syntax::Word;
use crate::syntax::{Command, Kind, Link, Part};

const LOOKS: [&str; 9] =
    ["blkid", "wipefs", "lsblk", "findfs", "dumpe2fs", "xfs_info", "xfs_db", "tune2fs", "blkid.static"];

fn is_look(command: &Command<'_>) -> bool {
    let name = command.name();
    LOOKS.contains(&name)
        || (name == "file"
            && command.arguments().iter().any(|word| word.text.starts_with("-") && word.text.contains('s')))
}

/// What is known of a script's looks at disks.
pub struct Guards<'s, 'a> {
    script: &'s Script<'a>,
    looks: Touched<'a>,
}

impl<'s, 'a> Guards<'s, 'a> {
    pub fn new(script: &'s Script<'a>) -> Self {
        Guards { script, looks: script.touched_by(&is_look) }
    }

    fn looks_at(&self, id: usize) -> bool {
        let command = &self.script.commands[id];
        if command.kind == Kind::Case {
            // Only what the case asks for: its branches run after it.
            return command.words.first().is_some_and(|word| {
                word.expansions.iter().any(|expansion| self.looks.variables.contains(&expansion.name))
                    || word.substitutions.iter().any(|inner| self.looks_at(*inner))
            });
        }
        self.script.touches(id, &is_look, &self.looks)
    }

    /// Whether a look was at this one: of a disk by name the same name must have been looked at.
    pub fn know(&self, disk: Option<&Word<'_>>) -> bool {
        let Some(disk) = disk.filter(|disk| disk.is_literal()) else { return true };
        let mut looks = self.script.commands.iter().filter(|command| is_look(command));
        looks.any(|look| look.arguments().iter().any(|word| word.text == disk.text))
    }

    pub fn is_guarded(&self, id: usize) -> bool {
        self.is_guarded_within(id, 0)
    }

    fn is_guarded_within(&self, id: usize, depth: usize) -> bool {
        if self.conditions(id).into_iter().any(|condition| self.looks_at(condition)) || self.left_before(id) {
            return true;
        }
        let function = self.script.around(id).find_map(|id| self.script.commands[id].function);
        let Some(name) = function.filter(|_| depth < 3) else { return false };
        let mut calls = self.script.named(std::slice::from_ref(&name)).peekable();
        calls.peek().is_some() && calls.all(|(call, _)| self.is_guarded_within(call, depth + 1))
    }

    /// The commands whose status decides whether this one runs.
    pub fn conditions(&self, id: usize) -> Vec<usize> {
        let commands = &self.script.commands;
        let mut conditions = Vec::new();
        let mut inner = id;
        loop {
            conditions.extend(chain(commands, inner));
            let Some(outer) = commands[inner].parent else { return conditions };
            let has_condition = matches!(commands[outer].kind, Kind::If | Kind::While | Kind::Until);
            if has_condition && commands[inner].part != Part::Condition {
                let before = (outer + 1..inner).filter(|at| commands[*at].parent == Some(outer));
                conditions.extend(before.filter(|at| commands[*at].part == Part::Condition));
            }
            if commands[outer].kind == Kind::Case {
                conditions.push(outer);
            }
            inner = outer;
        }
    }

    /// True if an earlier statement looks and can leave.
    fn left_before(&self, id: usize) -> bool {
        let commands = &self.script.commands;
        std::iter::once(id).chain(self.script.around(id)).any(|inner| {
            let earlier = std::iter::successors(commands[inner].previous, |at| commands[*at].previous);
            earlier.into_iter().any(|at| self.leaves(at) && self.decides(at))
        })
    }

    /// A case is a condition as a whole only by its subject.
    fn decides(&self, id: usize) -> bool {
        chain(&self.script.commands, id).into_iter().chain([id]).any(|at| self.looks_at(at))
    }

    fn leaves(&self, id: usize) -> bool {
        let in_function = self.script.around(id).any(|outer| self.script.commands[outer].function.is_some());
        self.script.with_inner(id).iter().any(|command| {
            let name = command.name();
            name == "exit" || (name == "return" && in_function) || self.exits(name)
        })
    }

    fn exits(&self, function: &str) -> bool {
        exits(self.script, function)
    }
}

/// True if a function of this name ends the script.
pub fn exits(script: &Script<'_>, function: &str) -> bool {
    let Some(body) = script.functions.get(function) else { return false };
    script.with_inner(*body).iter().any(|command| command.name() == "exit")
}

/// What stands before a command in its `&&` and `||` chain.
fn chain(commands: &[Command<'_>], id: usize) -> Vec<usize> {
    let mut before = Vec::new();
    let mut at = id;
    while let (Some(previous), Link::And | Link::Or | Link::Pipe) = (commands[at].previous, commands[at].link) {
        before.push(previous);
        at = previous;
    }
    before
}
