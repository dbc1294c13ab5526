//! An app: the stacks that belong together.
use crate::stack::Stack;

/// Stacks, the tags they share, and the references between them.
#[derive(Debug, Default)]
pub struct App {
    pub(crate) stacks: Vec<Stack>,
    pub(crate) tags: Vec<(String, String)>,
}

impl App {
    /// An app without stacks yet.
    pub fn new() -> Self {
        App::default()
    }

    /// A tag for every stack and every resource that can carry tags.
    pub fn tag(&mut self, key: &str, value: &str) -> &mut Self {
        self.tags.retain(|(existing, _)| existing != key);
        self.tags.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Adds a stack.
    pub fn add(&mut self, stack: Stack) -> &mut Self {
        self.stacks.push(stack);
        self
    }

    /// The stacks, in the order in which they were added.
    pub fn stacks(&self) -> &[Stack] {
        &self.stacks
    }
}

impl From<Stack> for App {
    fn from(stack: Stack) -> Self {
        App { stacks: vec![stack], tags: Vec::new() }
    }
}
