//! From the plan to Rust. Bodies are one call each, because fifty thousand of them are type-checked.
use std::collections::BTreeSet;
use std::fmt::Write;

use super::generics::Generics;
use super::model::{Attribute, Choice, Record, Resource, Service, Setter};

/// The content of a service's module.
pub fn service(service: &Service) -> String {
    let mut out = Out::default();
    out.line(0, "use crate::kinds as k;");
    for resource in &service.resources {
        out.handle(resource);
        out.module(resource);
    }
    out.0
}

/// The content of `missing`: one marker for each name of a required property.
pub fn markers<'a>(services: impl Iterator<Item = &'a Service>) -> String {
    let resources = services.flat_map(|service| &service.resources);
    let records = resources.flat_map(|resource| std::iter::once(&resource.builder).chain(&resource.types));
    let required = records.flat_map(|record| &record.setters).filter(|setter| setter.required);
    let markers: BTreeSet<&str> = required.map(|setter| setter.method.as_str()).collect();
    let mut out = Out::default();
    for marker in markers {
        out.line(0, &format!("/// `{marker}` has not been called."));
        out.line(0, &format!("pub enum {marker} {{}}"));
    }
    out.0
}

/// The list of modules: what the crate's root includes.
pub fn root(services: &[Service]) -> String {
    let mut out = Out::default();
    for service in services {
        let Service { module, name, resources } = service;
        out.line(0, &format!("/// Resource types of {name}: {} of them.", resources.len()));
        out.line(0, "#[allow(clippy::all, reason = \"generated\")]");
        out.line(0, &format!("pub mod {module} {{"));
        out.line(1, &format!("include!(concat!(env!(\"OUT_DIR\"), \"/{module}.rs\"));"));
        out.line(0, "}");
    }
    out.0
}

/// Rust under construction.
#[derive(Default)]
struct Out(String);

impl Out {
    fn line(&mut self, depth: usize, text: &str) {
        let indent = 4 * depth;
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{:indent$}{text}", "");
    }

    fn docs<'a>(&mut self, depth: usize, paragraphs: impl IntoIterator<Item = &'a String>) {
        for (index, paragraph) in paragraphs.into_iter().enumerate() {
            if index > 0 {
                self.line(depth, "///");
            }
            self.line(depth, &format!("/// {paragraph}"));
        }
    }

    fn handle(&mut self, resource: &Resource) {
        let Resource { handle, module, builder, .. } = resource;
        let empty = Generics::of(builder).empty();
        self.line(0, "");
        self.docs(0, &resource.docs);
        self.line(0, "#[derive(Clone, Debug)]");
        self.line(0, &format!("pub struct {handle}(k::Resource);"));
        self.line(0, &format!("k::handle!({handle});"));
        self.line(0, &format!("impl {handle} {{"));
        self.line(1, &format!("/// A builder for `{}`.", resource.type_name));
        self.line(1, &format!("pub fn new() -> {module}::Builder{empty} {{ {module}::Builder(k::Bag::new()) }}"));
        for attribute in &resource.attributes {
            self.attribute(attribute);
        }
        self.line(0, "}");
    }

    fn attribute(&mut self, attribute: &Attribute) {
        let Attribute { name, method, kind } = attribute;
        self.line(1, &format!("/// The attribute `{name}`."));
        self.line(1, &format!("pub fn {method}(&self) -> k::Value<{kind}> {{ self.0.typed_attribute({name:?}) }}"));
    }

    fn module(&mut self, resource: &Resource) {
        let Resource { handle, module, .. } = resource;
        self.line(0, &format!("/// What [`{handle}`] is made of."));
        self.line(0, &format!("pub mod {module} {{"));
        self.line(1, "use crate::kinds as k;");
        for (module, names) in &resource.shared {
            self.line(1, &format!("pub use super::{module}::{{{}}};", names.join(", ")));
        }
        self.builder(resource);
        for record in &resource.types {
            self.property_type(record, handle);
        }
        for choice in &resource.choices {
            self.choice(choice);
        }
        self.line(0, "}");
    }

    fn builder(&mut self, resource: &Resource) {
        let Resource { handle, type_name, builder, .. } = resource;
        let generics = Generics::of(builder);
        let Generics { names, .. } = &generics;
        self.line(1, &format!("/// Makes a [`{handle}`](super::{handle})."));
        self.line(1, "#[must_use = \"it is nothing before it is added to a stack\"]");
        self.line(1, &format!("pub struct Builder{}(pub(super) k::Bag<{}>);", generics.defaults(), generics.state()));
        self.line(1, &format!("impl{names} Builder{names} {{"));
        self.methods(builder, &generics);
        self.line(1, "}");
        self.line(1, &format!("impl{} k::IntoResource for Builder{names} {{", generics.given()));
        self.line(2, &format!("type Handle = super::{handle};"));
        self.line(2, &format!("fn type_name(&self) -> k::Key {{ k::key({type_name:?}) }}"));
        self.line(2, "fn into_properties(self) -> k::Object { self.0.object() }");
        self.line(1, "}");
    }

    fn property_type(&mut self, record: &Record, handle: &str) {
        let name = &record.name;
        let generics = Generics::of(record);
        let (names, empty) = (&generics.names, generics.empty());
        let title = format!("A property type of [`{handle}`](super::{handle}).");
        self.docs(1, std::iter::once(&title).chain(&record.docs));
        self.line(1, "#[must_use]");
        self.line(1, &format!("pub struct {name}{}(k::Bag<{}>);", generics.defaults(), generics.state()));
        self.line(1, &format!("impl {name}{empty} {{"));
        self.line(2, "/// With nothing set.");
        self.line(2, "pub fn new() -> Self { Self(k::Bag::new()) }");
        if *names != empty {
            self.line(1, "}");
            self.line(1, &format!("impl{names} {name}{names} {{"));
        }
        self.methods(record, &generics);
        self.line(1, "}");
        self.line(1, &format!("impl{} k::IntoValue<{name}> for {name}{names} {{", generics.given()));
        self.line(2, &format!("fn into_value(self) -> k::Value<{name}> {{ self.0.value() }}"));
        self.line(1, "}");
    }

    fn methods(&mut self, record: &Record, generics: &Generics) {
        for setter in &record.setters {
            self.setter(record, setter, generics);
        }
        self.line(
            2,
            "/// Sets any property by its name. It does not count as having called the property's own method.",
        );
        let arguments = "name: impl Into<k::Key>, value: impl k::IntoValue<k::Json>";
        self.line(2, &format!("pub fn set_raw(self, {arguments}) -> Self {{ Self(self.0.raw(name, value)) }}"));
    }

    fn setter(&mut self, record: &Record, setter: &Setter, generics: &Generics) {
        let Setter { property, method, kind, docs, required } = setter;
        let name = &record.name;
        let (after, call) = match required {
            true => (format!("{name}{}", generics.after(method)), format!("{name}(self.0.given({property:?}, value))")),
            false => ("Self".to_owned(), format!("Self(self.0.with({property:?}, value))")),
        };
        self.line(2, &format!("/// {docs}"));
        self.line(2, &format!("pub fn {method}(self, value: impl k::IntoValue<{kind}>) -> {after} {{ {call} }}"));
    }

    fn choice(&mut self, choice: &Choice) {
        let name = &choice.name;
        self.line(1, "/// A text with known values. A plain string does as well.");
        self.line(1, &format!("pub enum {name} {{}}"));
        self.line(1, &format!("impl k::Choice for {name} {{}}"));
        self.line(1, &format!("impl {name} {{"));
        for (constant, value) in &choice.constants {
            self.line(2, &format!("/// `{value}`"));
            self.line(2, &format!("pub const {constant}: k::Value<Self> = k::known({value:?});"));
        }
        self.line(1, "}");
    }
}
