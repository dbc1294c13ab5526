//! Shapes that hold together in some way.
use stackgen_schema::{Combination, ShapeId};

use super::place::{Fit, Place};
use super::walker::Walker;
use crate::report::{Report, Sink};
use crate::rule::Rule;
use crate::rules;
use crate::rules::schema::{alternatives, properties};
use crate::template::call;

impl Walker<'_> {
    pub(super) fn combined(&mut self, place: &Place<'_, '_>) {
        for combination in &place.shape.combinations {
            match combination {
                Combination::All(shapes) => shapes.iter().for_each(|shape| self.value(&place.with_shape(*shape))),
                Combination::Any(shapes) => self.any(place, shapes),
                Combination::One(shapes) => self.one(place, shapes),
                Combination::Not(shape) => self.not(place, *shape),
                Combination::If { test, then, otherwise } => self.when(place, *test, [*then, *otherwise]),
            }
        }
    }

    /// Whether the value satisfies another shape, in everything below it as well. Only errors of the schema rules count.
    fn fit(&mut self, place: &Place<'_, '_>, shape: ShapeId) -> Fit {
        let mut sink = Sink { only_notice: true, ..Sink::default() };
        let mut walker =
            Walker { sink: &mut sink, checks: rules::fitting(), depth: self.depth, trying: true, exact: self.exact };
        walker.value(&place.with_shape(shape));
        match (sink.unknown, sink.noticed) {
            (true, _) => Fit::Unknown,
            (false, true) => Fit::No,
            (false, false) => Fit::Yes,
        }
    }

    fn any(&mut self, place: &Place<'_, '_>, shapes: &[ShapeId]) {
        let mut unknown = false;
        for shape in shapes {
            match self.fit(place, *shape) {
                Fit::Yes => return,
                Fit::Unknown => unknown = true,
                Fit::No => {}
            }
        }
        if unknown {
            self.sink.unknown = true;
        } else {
            self.none_fits(place, shapes, &alternatives::ANY);
        }
    }

    fn one(&mut self, place: &Place<'_, '_>, shapes: &[ShapeId]) {
        let fits: Vec<Fit> = shapes.iter().map(|shape| self.fit(place, *shape)).collect();
        let count = |wanted| fits.iter().filter(|fit| **fit == wanted).count();
        match (count(Fit::Yes), count(Fit::Unknown)) {
            (0 | 1, 1..) => self.sink.unknown = true,
            (0, 0) => self.none_fits(place, shapes, &alternatives::ONE),
            (1, 0) => {}
            (several, _) => {
                let message =
                    || format!("this fits {several} of the forms that are allowed here, and must fit only one");
                Report::new(&alternatives::ONE, self.sink).at(place.node, message);
            }
        }
    }

    /// Says so, and what is wrong with each of the alternatives.
    fn none_fits(&mut self, place: &Place<'_, '_>, shapes: &[ShapeId], rule: &'static Rule) {
        let message = || format!("this fits none of the {} forms that are allowed here", shapes.len());
        Report::new(rule, self.sink).at(place.node, message);
        if self.trying {
            return;
        }
        let outer = (self.checks, self.sink.alternative);
        (self.checks, self.sink.alternative) = (rules::fitting(), true);
        shapes.iter().for_each(|shape| self.value(&place.with_shape(*shape)));
        (self.checks, self.sink.alternative) = outer;
    }

    fn not(&mut self, place: &Place<'_, '_>, shape: ShapeId) {
        match self.fit(place, shape) {
            Fit::No => {}
            Fit::Unknown => self.sink.unknown = true,
            Fit::Yes => {
                let message = || "this has a form that is not allowed here".to_owned();
                Report::new(&properties::RULE, self.sink).at(place.node, message);
            }
        }
    }

    /// What must not be there at all is wrong whatever it is, functions included.
    pub(super) fn never(&mut self, place: &Place<'_, '_>) {
        if !call(place.node).is_some_and(|call| call.is_no_value()) {
            let name = place.node.key().map_or("this", |key| &key.text);
            Report::new(&properties::RULE, self.sink).at(place.node, || format!("`{name}` must not be there"));
        }
    }

    fn when(&mut self, place: &Place<'_, '_>, test: ShapeId, [then, otherwise]: [Option<ShapeId>; 2]) {
        let next = match self.fit(place, test) {
            Fit::Yes => then,
            Fit::No => otherwise,
            Fit::Unknown => {
                self.sink.unknown = true;
                None
            }
        };
        next.iter().for_each(|shape| self.value(&place.with_shape(*shape)));
    }
}
