//! What crosses between stacks, and the order that follows.
//!
//! A handle of another stack becomes an output there and a reading here. Names come from the stack, the logical id and the
//! attribute alone, so both sides find them without knowing each other.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use stackgen_schema::nearest;

use super::survey::{Foreign, Place, Survey};
use super::types::{self, Types};
use super::{Input, cycle};
use crate::app::App;
use crate::node::{Fault, Link, Name, Node, Reference};
use crate::problem::Problem;
use crate::stack::Stack;

/// All crossings of an app.
pub(super) struct Links<'a> {
    /// Where each stack is, by name.
    pub(super) positions: HashMap<&'a str, usize>,
    /// Positions of the stacks, each after those that it needs.
    pub(super) order: Vec<usize>,
    /// Outputs that each stack must have for others, by their id.
    pub(super) outputs: Vec<BTreeMap<String, Crossing>>,
    /// Parameters that each stack gets from others, by their id.
    pub(super) inputs: Vec<BTreeMap<String, Input>>,
    /// What each stack needs, by position.
    pub(super) needs: Vec<BTreeSet<usize>>,
    types: &'a Types,
}

/// A value that leaves its stack.
pub(super) struct Crossing {
    pub(super) reference: Reference,
    pub(super) exported: bool,
}

impl<'a> Links<'a> {
    pub(super) fn between(app: &'a App, surveys: &[Survey<'_>], types: &'a Types, problems: &mut Vec<Problem>) -> Self {
        let mut links = Links {
            positions: app.stacks.iter().enumerate().map(|(index, stack)| (&*stack.name, index)).collect(),
            order: Vec::new(),
            outputs: app.stacks.iter().map(|_| BTreeMap::new()).collect(),
            inputs: app.stacks.iter().map(|_| BTreeMap::new()).collect(),
            types,
            needs: app.stacks.iter().map(|_| BTreeSet::new()).collect(),
        };
        for (consumer, survey) in surveys.iter().enumerate() {
            for foreign in &survey.foreign {
                match links.positions.get(&**foreign.stack()).copied() {
                    Some(producer) => links.cross(app, consumer, producer, foreign, problems),
                    None => problems.push(unknown_stack(app, consumer, foreign.stack(), &foreign.place)),
                }
            }
            for (name, place) in &survey.after {
                match links.positions.get(&**name).copied() {
                    Some(producer) => drop(links.needs[consumer].insert(producer)),
                    None => problems.push(unknown_stack(app, consumer, name, place)),
                }
            }
        }
        links.sort(app, surveys, problems);
        links
    }

    fn cross(&mut self, app: &App, consumer: usize, producer: usize, foreign: &Foreign, problems: &mut Vec<Problem>) {
        let (from, to) = (&app.stacks[producer], &app.stacks[consumer]);
        let reference = &foreign.reference;
        if let Err(fault) = reachable(from, to, reference, self.types) {
            let problem = problem_at(&to.name, &foreign.place, fault.message);
            return problems.push(Problem { hint: fault.hint, ..problem });
        }
        self.needs[consumer].insert(producer);
        let output = output_id(reference);
        let crossing = self.outputs[producer].entry(output.clone());
        let crossing = crossing.or_insert_with(|| Crossing { reference: reference.clone(), exported: false });
        crossing.exported |= foreign.link() == Link::Strong;
        let same = crossing.reference.id == reference.id && crossing.reference.attribute == reference.attribute;
        if !same || from.outputs.iter().any(|own| *own.id == output) {
            let message = format!("the output `{output}` of stack `{}` would stand for two values", from.name);
            problems.push(problem_at(&to.name, &foreign.place, message).hint("rename a resource or an output there"));
        }
        if foreign.link() == Link::AtDeploy {
            let input = Input { parameter: parameter_id(&from.name, reference), stack: from.name.to_string(), output };
            self.input(to, consumer, input, &foreign.place, problems);
        }
    }

    fn input(&mut self, to: &Stack, consumer: usize, input: Input, place: &Place, problems: &mut Vec<Problem>) {
        let id = &input.parameter;
        let other = self.inputs[consumer].get(id).is_some_and(|known| *known != input);
        let own = to.parameters.iter().any(|own| *own.id == **id) || to.resource(id).is_some();
        if other || own {
            let message = format!("the parameter `{id}` would stand for two values");
            problems.push(problem_at(&to.name, place, message).hint("rename the parameter, the resource or a stack"));
        }
        self.inputs[consumer].insert(id.clone(), input);
    }

    fn sort(&mut self, app: &App, surveys: &[Survey<'_>], problems: &mut Vec<Problem>) {
        let edges = self.needs.iter().enumerate().flat_map(|(from, needs)| needs.iter().map(move |&to| (from, to)));
        match cycle::order(app.stacks.len(), edges) {
            Ok(order) => self.order = order,
            Err(cycle) => problems.push(stack_cycle(app, surveys, &cycle)),
        }
    }
}

/// Whether a value can get from one stack to the other in the way it is linked.
fn reachable(from: &Stack, to: &Stack, reference: &Reference, types: &Types) -> Result<(), Fault> {
    let fault = |message, hint: &str| Err(Fault::new(message, Some(hint.to_owned())));
    let (id, resource) = (&reference.id, from.resource(&reference.id));
    let Some(resource) = resource else {
        let is_parameter = reference.attribute.is_none() && from.parameters.iter().any(|own| own.id == *id);
        let message = format!("stack `{}` has no `{id}`", from.name);
        return if is_parameter { Ok(()) } else { fault(message, "was its handle made by another stack?") };
    };
    if let Some(name) = &reference.attribute {
        if let Some(missing) = types::missing_attribute(types, resource.type_name(), id, name) {
            return Err(missing);
        }
        if !reference.is_list && types::is_list_attribute(types, resource.type_name(), name) {
            return fault(format!("the attribute `{name}` of `{id}` is a list"), "read it with `list_attribute`");
        }
    }
    if reference.link != Link::AtDeploy && differ(&from.account, &to.account) {
        let message = format!("stack `{}` is in another account, where only a deploy can read it", from.name);
        return fault(message, "read the value with `.at_deploy()` (a parameter)");
    }
    if reference.link == Link::Strong && differ(&from.region, &to.region) {
        let message = format!("an import cannot reach stack `{}` in another region", from.name);
        return fault(message, "read the value with `.weak()` (Fn::GetStackOutput) or `.at_deploy()` (a parameter)");
    }
    Ok(())
}

fn differ(left: &Option<String>, right: &Option<String>) -> bool {
    matches!((left, right), (Some(left), Some(right)) if left != right)
}

fn problem_at(stack: &str, place: &Place, message: String) -> Problem {
    Problem::of_stack(stack, message).on(&place.id).in_path(&place.path).at(place.source)
}

fn unknown_stack(app: &App, consumer: usize, name: &Name, place: &Place) -> Problem {
    let message = format!("stack `{name}` is not in the app");
    let near = nearest(name, app.stacks.iter().map(|stack| &*stack.name)).filter(|near| *near != &**name);
    let hint = match near {
        Some(near) => format!("did you mean `{near}`? every stack must be added with `app.add(…)`"),
        None => "add it with `app.add(…)`".to_owned(),
    };
    problem_at(&app.stacks[consumer].name, place, message).hint(hint)
}

fn stack_cycle(app: &App, surveys: &[Survey<'_>], cycle: &[usize]) -> Problem {
    let name = |index: &usize| app.stacks[*index].name.to_string();
    let (from, to) = (cycle[0], cycle[1 % cycle.len()]);
    let place = surveys[from].foreign.iter().find(|foreign| *foreign.stack() == app.stacks[to].name);
    let path: Vec<String> = cycle.iter().chain(cycle.first()).map(name).collect();
    let message = format!("stacks need each other: {}", path.join(" -> "));
    let hint = "move what both need into a stack of its own, or into one of the two";
    match place {
        Some(foreign) => problem_at(&name(&from), &foreign.place, message).hint(hint),
        None => Problem::of_stack(&name(&from), message).hint(hint),
    }
}

/// The id of the output that carries a value to other stacks: `DataVolume` + `VolumeId`.
pub(super) fn output_id(reference: &Reference) -> String {
    let attribute = reference.attribute.as_deref().unwrap_or("Ref");
    format!("{}{}", reference.id, attribute.replace(|letter: char| !letter.is_ascii_alphanumeric(), ""))
}

/// The name of the export: `prod-network:PublicSubnetARef`.
pub(super) fn export_name(stack: &str, reference: &Reference) -> String {
    format!("{stack}:{}", output_id(reference))
}

/// The id of the parameter that takes a value at deploy: `ProdNetworkPublicSubnetARef`.
pub(super) fn parameter_id(stack: &str, reference: &Reference) -> String {
    let words = stack.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut id: String = words.map(capitalized).collect();
    id.push_str(&output_id(reference));
    id
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The way a value of another stack is written.
///
/// `region` is the producer's, if it is not the consumer's own.
pub(super) fn crossing_node(stack: &str, region: Option<&str>, reference: &Reference) -> Node {
    let scalar = match reference.link {
        Link::Strong => Node::Call("Fn::ImportValue", Box::new(Node::text(export_name(stack, reference)))),
        Link::Weak => {
            let fields = [("StackName", stack.to_owned()), ("OutputName", output_id(reference))];
            let fields = fields.into_iter().chain(region.map(|region| ("Region", region.to_owned())));
            let fields = fields.map(|(key, text)| (key, Node::text(text)));
            Node::Call("Fn::GetStackOutput", Box::new(Node::Object(fields.collect())))
        }
        Link::AtDeploy => Node::Call("Ref", Box::new(Node::text(parameter_id(stack, reference)))),
    };
    if reference.is_list { Node::call("Fn::Split", [Node::text(LIST_SEPARATOR), scalar]) } else { scalar }
}

/// Outputs are text; a list crosses joined by something that no id or ARN has in it.
pub(super) const LIST_SEPARATOR: &str = "||";
