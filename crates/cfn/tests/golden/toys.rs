use crate::kinds as k;

/// `AWS::Toys::BOX`.
///
/// [In AWS's reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-toys-box.html).
#[derive(Clone, Debug)]
pub struct Box(k::Resource);
k::handle!(Box);
impl Box {
    /// A builder for `AWS::Toys::BOX`.
    pub fn new() -> box_::Builder<crate::missing::lid> { box_::Builder(k::Bag::new()) }
    /// The attribute `Arn`.
    pub fn arn(&self) -> k::Value<k::String> { self.0.typed_attribute("Arn") }
    /// The attribute `Lid.Size`.
    pub fn lid_size(&self) -> k::Value<k::String> { self.0.typed_attribute("Lid.Size") }
    /// The attribute `Source`.
    pub fn source_attribute(&self) -> k::Value<k::String> { self.0.typed_attribute("Source") }
}
/// What [`Box`] is made of.
pub mod box_ {
    use crate::kinds as k;
    /// Makes a [`Box`](super::Box).
    #[must_use = "it is nothing before it is added to a stack"]
    pub struct Builder<LidState = k::Set>(pub(super) k::Bag<LidState>);
    impl<LidState> Builder<LidState> {
        /// `Labels`. At most 8 entries. Pattern: `` ^[a-z`]+$ ``.
        pub fn labels(self, value: impl k::IntoValue<k::Map<k::String>>) -> Self { Self(self.0.with("Labels", value)) }
        /// `Lid`. Required.
        pub fn lid(self, value: impl k::IntoValue<Lid>) -> Builder<k::Set> { Builder(self.0.given("Lid", value)) }
        /// `Plan`.
        pub fn plan(self, value: impl k::IntoValue<Plan>) -> Self { Self(self.0.with("Plan", value)) }
        /// `Name`. At most 8 characters. Pattern: `` ^[a-z`]+$ ``. Changing it replaces the resource.
        pub fn name(self, value: impl k::IntoValue<k::String>) -> Self { Self(self.0.with("Name", value)) }
        /// `New`. AWS advises against it. At most 8 entries. Pattern: `` ^[a-z`]+$ ``.
        pub fn new_(self, value: impl k::IntoValue<k::Json>) -> Self { Self(self.0.with("New", value)) }
        /// `Tags`. At most 8 items. Pattern: `` ^[a-z`]+$ ``.
        pub fn tags(self, value: impl k::IntoValue<k::Vec<k::Tag>>) -> Self { Self(self.0.with("Tags", value)) }
        /// Sets any property by its name. It does not count as having called the property's own method.
        pub fn set_raw(self, name: impl Into<k::Key>, value: impl k::IntoValue<k::Json>) -> Self { Self(self.0.raw(name, value)) }
    }
    impl<LidState: k::Given> k::IntoResource for Builder<LidState> {
        type Handle = super::Box;
        fn type_name(&self) -> k::Key { k::key("AWS::Toys::BOX") }
        fn into_properties(self) -> k::Object { self.0.object() }
    }
    /// A property type of [`Box`](super::Box).
    #[must_use]
    pub struct Lid<ModeState = k::Set, Size = k::Set>(k::Bag<(ModeState, Size)>);
    impl Lid<crate::missing::mode, crate::missing::size> {
        /// With nothing set.
        pub fn new() -> Self { Self(k::Bag::new()) }
    }
    impl<ModeState, Size> Lid<ModeState, Size> {
        /// `IPv6Addresses`. At most 8 items. Pattern: `` ^[a-z`]+$ ``.
        pub fn ipv6_addresses(self, value: impl k::IntoValue<k::Vec<k::String>>) -> Self { Self(self.0.with("IPv6Addresses", value)) }
        /// `Lid`.
        pub fn lid(self, value: impl k::IntoValue<Lid>) -> Self { Self(self.0.with("Lid", value)) }
        /// `Mode`. Required. One of `on`, `ON`, `1.5x`, `*`.
        pub fn mode(self, value: impl k::IntoValue<Mode>) -> Lid<k::Set, Size> { Lid(self.0.given("Mode", value)) }
        /// `Size`. Required. 1 to 9.
        pub fn size(self, value: impl k::IntoValue<i64>) -> Lid<ModeState, k::Set> { Lid(self.0.given("Size", value)) }
        /// Sets any property by its name. It does not count as having called the property's own method.
        pub fn set_raw(self, name: impl Into<k::Key>, value: impl k::IntoValue<k::Json>) -> Self { Self(self.0.raw(name, value)) }
    }
    impl<ModeState: k::Given, Size: k::Given> k::IntoValue<Lid> for Lid<ModeState, Size> {
        fn into_value(self) -> k::Value<Lid> { self.0.value() }
    }
    /// A property type of [`Box`](super::Box).
    #[must_use]
    pub struct Plan<Type = k::Set>(k::Bag<Type>);
    impl Plan<crate::missing::type_> {
        /// With nothing set.
        pub fn new() -> Self { Self(k::Bag::new()) }
    }
    impl<Type> Plan<Type> {
        /// `Self`. At most 8 characters. Pattern: `` ^[a-z`]+$ ``.
        pub fn self_(self, value: impl k::IntoValue<bool>) -> Self { Self(self.0.with("Self", value)) }
        /// `Type`. Required. At most 8 characters. Pattern: `` ^[a-z`]+$ ``. Changing it may replace the resource.
        pub fn type_(self, value: impl k::IntoValue<f64>) -> Plan<k::Set> { Plan(self.0.given("Type", value)) }
        /// Sets any property by its name. It does not count as having called the property's own method.
        pub fn set_raw(self, name: impl Into<k::Key>, value: impl k::IntoValue<k::Json>) -> Self { Self(self.0.raw(name, value)) }
    }
    impl<Type: k::Given> k::IntoValue<Plan> for Plan<Type> {
        fn into_value(self) -> k::Value<Plan> { self.0.value() }
    }
    /// A text with known values. A plain string does as well.
    pub enum Mode {}
    impl k::Choice for Mode {}
    impl Mode {
        /// `on`
        pub const ON: k::Value<Self> = k::known("on");
        /// `ON`
        pub const ON_2: k::Value<Self> = k::known("ON");
        /// `1.5x`
        pub const V_1_5X: k::Value<Self> = k::known("1.5x");
        /// `*`
        pub const STAR: k::Value<Self> = k::known("*");
    }
}

/// `AWS::Toys::Crate`.
///
/// Takes at least one of `Lids` and `Other`.
///
/// [In AWS's reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-toys-crate.html).
#[derive(Clone, Debug)]
pub struct Crate(k::Resource);
k::handle!(Crate);
impl Crate {
    /// A builder for `AWS::Toys::Crate`.
    pub fn new() -> crate_::Builder { crate_::Builder(k::Bag::new()) }
    /// The attribute `CrateID`.
    pub fn crate_id(&self) -> k::Value<k::String> { self.0.typed_attribute("CrateID") }
}
/// What [`Crate`] is made of.
pub mod crate_ {
    use crate::kinds as k;
    pub use super::box_::{Lid, Mode};
    /// Makes a [`Crate`](super::Crate).
    #[must_use = "it is nothing before it is added to a stack"]
    pub struct Builder(pub(super) k::Bag<()>);
    impl Builder {
        /// `Lids`. At most 8 items. Pattern: `` ^[a-z`]+$ ``.
        pub fn lids(self, value: impl k::IntoValue<k::Vec<Lid>>) -> Self { Self(self.0.with("Lids", value)) }
        /// Sets any property by its name. It does not count as having called the property's own method.
        pub fn set_raw(self, name: impl Into<k::Key>, value: impl k::IntoValue<k::Json>) -> Self { Self(self.0.raw(name, value)) }
    }
    impl k::IntoResource for Builder {
        type Handle = super::Crate;
        fn type_name(&self) -> k::Key { k::key("AWS::Toys::Crate") }
        fn into_properties(self) -> k::Object { self.0.object() }
    }
}
