//! What is wrong with a CloudFormation template, told from its text. Nothing is asked of AWS.
//!
//! [`document`] makes a tree with positions of YAML or JSON, `template` says what it means, and each rule under `rules` looks
//! for one mistake. Most mistakes are against what a resource type says about its properties: `walk` goes over all properties
//! once and calls the rules at each value. `context` is what rules are given, `report` is where they say what they found.
//!
//! Rules have cfn-lint's ids where they mean the same, and findings stand where cfn-lint puts them, so that people can move.
//! Our own begin with `S`.

pub mod context;
mod lint;
mod patterns;
pub mod report;
pub mod rule;
pub mod rules;
mod shapes;
mod suppress;
pub mod template;
pub mod walk;

pub use lint::{Options, lint, lint_if_template};
pub use report::Finding;
pub use rule::{Demand, Rule, Severity};
pub use stackgen_document::{self as document, Position, Span};
pub use stackgen_schema::Date;
