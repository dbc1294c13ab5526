//! Which conditions can hold together.
//!
//! A condition is a formula over comparisons. A comparison of a parameter with a text asks which value the parameter has, and
//! it has one only, so `Equals(Env, prod)` and `Equals(Env, dev)` exclude each other. All values that matter are tried. When
//! there are too many ([`BOUND`]), nothing is claimed: [`Conditions::possible`] says no, since a finding that is missing harms
//! less than a false one, and no template makes the linter slow.
use std::cell::RefCell;
use std::collections::HashMap;

use super::call::{Function, call};
use super::scenario::Scenario;
use super::section::{Named, Parameter, named};
use crate::document::Node;

/// How many combinations of values are tried.
const BOUND: usize = 4096;
/// How deep formulas may nest.
const DEPTH: usize = 32;

/// The conditions of a template.
#[derive(Debug)]
pub struct Conditions<'d> {
    /// Each with its formula.
    pub named: Vec<Named<'d>>,
    formulas: HashMap<&'d str, Formula<'d>>,
    /// What each question can have for an answer.
    questions: Vec<Question>,
    /// What was found out: the same few scenarios are asked for at every `Fn::If`.
    known: RefCell<HashMap<String, bool>>,
}

/// Something whose answer is not known before the deploy. It has one of the given answers, or another one.
#[derive(Debug, Clone, Default)]
struct Question {
    text: String,
    answers: Vec<String>,
    /// Whether the answers are all there are.
    closed: bool,
}

#[derive(Debug, Clone)]
enum Formula<'d> {
    Always(bool),
    /// The question has this answer.
    Answer(usize, usize),
    Named(&'d str),
    Not(Box<Formula<'d>>),
    All(Vec<Formula<'d>>),
    Any(Vec<Formula<'d>>),
    /// Two questions have the same answer, or something that is not understood: by itself.
    Free(usize),
}

impl<'d> Conditions<'d> {
    pub(super) fn new(root: Node<'d>, parameters: &[Parameter<'d>]) -> Conditions<'d> {
        let named = named(root, "Conditions");
        let mut reader = Reader { parameters, questions: Vec::new() };
        let formulas = named.iter().map(|it| (it.name, reader.formula(it.node, 0))).collect();
        Conditions { named, formulas, questions: reader.questions, known: RefCell::default() }
    }

    /// Whether a condition of this name is defined.
    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        self.formulas.contains_key(name)
    }

    /// Whether the assumptions can hold together. Says no where it would take too long to find out.
    #[must_use]
    pub fn possible(&self, scenario: &Scenario<'_>) -> bool {
        let assumed = scenario.assumed();
        if assumed.iter().all(|(name, _)| !self.defines(name)) {
            return true;
        }
        let words = scenario.words();
        if let Some(known) = self.known.borrow().get(&words) {
            return *known;
        }
        let found = self.find_answer(scenario);
        self.known.borrow_mut().insert(words, found);
        found
    }

    fn find_answer(&self, scenario: &Scenario<'_>) -> bool {
        let assumed = scenario.assumed();
        let mut asked = Vec::new();
        for (name, _) in assumed {
            if !self.questions_of(&Formula::Named(name), &mut asked, 0) {
                return false;
            }
        }
        self.some_answer(&asked, |answers| {
            assumed.iter().all(|(name, holds)| self.holds(&Formula::Named(name), answers, 0) == *holds)
        })
    }

    /// Whether `second` holds in every case in which `first` does. Says yes only when it is certain.
    #[must_use]
    pub fn implies(&self, first: &Scenario<'_>, second: &Scenario<'_>) -> bool {
        let mut asked = Vec::new();
        let assumed: Vec<_> = first.assumed().iter().chain(second.assumed()).collect();
        if !assumed.iter().all(|(name, _)| self.questions_of(&Formula::Named(name), &mut asked, 0)) {
            return second.assumed().iter().all(|it| first.assumed().contains(it));
        }
        let all = |scenario: &Scenario<'_>, answers: &[(usize, usize)]| {
            scenario.assumed().iter().all(|(name, holds)| self.holds(&Formula::Named(name), answers, 0) == *holds)
        };
        let combinations: usize =
            asked.iter().map(|at| self.answers(*at)).try_fold(1, usize::checked_mul).unwrap_or(usize::MAX);
        if combinations > BOUND {
            return second.assumed().iter().all(|it| first.assumed().contains(it));
        }
        !self.some_answer(&asked, |answers| all(first, answers) && !all(second, answers))
    }

    /// How many answers a question has, one for all that are not named.
    fn answers(&self, question: usize) -> usize {
        self.questions[question].answers.len() + usize::from(!self.questions[question].closed)
    }

    fn some_answer(&self, asked: &[usize], mut fits: impl FnMut(&[(usize, usize)]) -> bool) -> bool {
        let counts: Vec<usize> = asked.iter().map(|at| self.answers(*at)).collect();
        let Some(combinations) = counts.iter().try_fold(1, |product: usize, count| product.checked_mul(*count)) else {
            return false;
        };
        if combinations > BOUND {
            return false;
        }
        (0..combinations).any(|mut number| {
            let mut answers = Vec::with_capacity(asked.len());
            for (question, count) in asked.iter().zip(&counts) {
                answers.push((*question, number % count));
                number /= count;
            }
            fits(&answers)
        })
    }

    fn questions_of(&self, formula: &Formula<'_>, asked: &mut Vec<usize>, depth: usize) -> bool {
        if depth > DEPTH {
            return false;
        }
        match formula {
            Formula::Always(_) => true,
            Formula::Answer(question, _) | Formula::Free(question) => {
                if !asked.contains(question) {
                    asked.push(*question);
                }
                true
            }
            Formula::Named(name) => {
                self.formulas.get(name).is_none_or(|inner| self.questions_of(inner, asked, depth + 1))
            }
            Formula::Not(inner) => self.questions_of(inner, asked, depth + 1),
            Formula::All(parts) | Formula::Any(parts) => {
                parts.iter().all(|part| self.questions_of(part, asked, depth + 1))
            }
        }
    }

    fn holds(&self, formula: &Formula<'_>, answers: &[(usize, usize)], depth: usize) -> bool {
        if depth > DEPTH {
            return false;
        }
        let answer = |question: &usize| answers.iter().find(|(asked, _)| asked == question).map(|(_, answer)| *answer);
        match formula {
            Formula::Always(holds) => *holds,
            Formula::Answer(question, wanted) => answer(question) == Some(*wanted),
            Formula::Free(question) => answer(question) == Some(0),
            Formula::Named(name) => self.formulas.get(name).is_some_and(|inner| self.holds(inner, answers, depth + 1)),
            Formula::Not(inner) => !self.holds(inner, answers, depth + 1),
            Formula::All(parts) => parts.iter().all(|part| self.holds(part, answers, depth + 1)),
            Formula::Any(parts) => parts.iter().any(|part| self.holds(part, answers, depth + 1)),
        }
    }
}

struct Reader<'p, 'd> {
    parameters: &'p [Parameter<'d>],
    questions: Vec<Question>,
}

impl<'d> Reader<'_, 'd> {
    fn formula(&mut self, node: Node<'d>, depth: usize) -> Formula<'d> {
        if depth > DEPTH {
            return self.free(node);
        }
        let Some(call) = call(node) else { return self.free(node) };
        let parts = |reader: &mut Self| call.argument.items().map(|part| reader.formula(part, depth + 1)).collect();
        match call.function {
            Function::And => Formula::All(parts(self)),
            Function::Or => Formula::Any(parts(self)),
            Function::Not => match call.argument.item(0) {
                Some(inner) => Formula::Not(Box::new(self.formula(inner, depth + 1))),
                None => self.free(node),
            },
            Function::Condition => match call.argument.text() {
                Some(name) => Formula::Named(name),
                None => self.free(node),
            },
            Function::Equals => self.equals(node, call.argument),
            _ => self.free(node),
        }
    }

    fn equals(&mut self, node: Node<'d>, argument: Node<'d>) -> Formula<'d> {
        let (Some(first), Some(second)) = (argument.item(0), argument.item(1)) else { return self.free(node) };
        match (first.any_text(), second.any_text()) {
            (Some(first), Some(second)) => Formula::Always(first == second),
            (None, Some(text)) => self.answer(first, text),
            (Some(text), None) => self.answer(second, text),
            (None, None) if written(first) == written(second) => Formula::Always(true),
            (None, None) => self.free(node),
        }
    }

    fn answer(&mut self, question: Node<'d>, text: &str) -> Formula<'d> {
        let at = self.question(question);
        let known = &mut self.questions[at];
        match known.answers.iter().position(|answer| answer == text) {
            Some(answer) => Formula::Answer(at, answer),
            None if known.closed => Formula::Always(false),
            None => {
                known.answers.push(text.to_owned());
                Formula::Answer(at, known.answers.len() - 1)
            }
        }
    }

    fn question(&mut self, node: Node<'d>) -> usize {
        let text = written(node);
        if let Some(at) = self.questions.iter().position(|question| question.text == text) {
            return at;
        }
        let parameter = call(node).filter(|call| call.function == Function::Ref).and_then(|call| call.argument.text());
        let parameter = parameter.and_then(|name| self.parameters.iter().find(|parameter| parameter.name == name));
        let allowed = parameter.map_or(&[][..], |parameter| &parameter.allowed);
        let mut answers: Vec<String> = allowed.iter().filter_map(|node| node.any_text()).map(str::to_owned).collect();
        answers.dedup();
        self.questions.push(Question { text, closed: !answers.is_empty(), answers });
        self.questions.len() - 1
    }

    /// A formula that can be either. The same text has the same answer.
    fn free(&mut self, node: Node<'d>) -> Formula<'d> {
        let text = format!("?{}", written(node));
        let at = self.questions.iter().position(|question| question.text == text).unwrap_or_else(|| {
            self.questions.push(Question { text, answers: vec!["yes".to_owned()], closed: false });
            self.questions.len() - 1
        });
        Formula::Free(at)
    }
}

/// A value as one line, to tell whether two are written the same.
fn written(node: Node<'_>) -> String {
    if let Some(scalar) = node.scalar() {
        return format!("{:?}", scalar.text);
    }
    let items = node.items().map(written);
    let entries = node.entries().map(|entry| format!("{}:{}", entry.key.text, written(entry.value)));
    let parts: Vec<String> = items.chain(entries).collect();
    format!("({})", parts.join(","))
}
