//! A typed builder for every CloudFormation resource type.
//!
//! There is one module per service, turned on by the feature of that name. In it, a resource type such as
//! `AWS::EC2::Volume` is three things:
//!
//! - `ec2::Volume`, the handle that [`Stack::add`](stackgen_core::Stack::add) gives: attributes are its methods;
//! - `ec2::Volume::new()`, which makes a builder with one method per property;
//! - `ec2::volume`, the module with the builder, the property types, and the known values of texts.
//!
//! A property takes a literal, a parameter, an attribute of another resource or an intrinsic function, as long as it has
//! the right type. A builder whose required properties are not all set cannot be added; the compiler says which one is
//! missing. What has no method yet goes through `set_raw`, which every builder and property type has. A property type that is
//! used twice becomes a [`Value`](stackgen_core::Value) first, by [`IntoValue`](stackgen_core::IntoValue); values can be cloned.
//!
//! All of it is made by the build script from the facts in `stackgen-schema`, for the enabled services only.
#![allow(dead_code, unused_imports, unused_macros, reason = "without any service nothing uses the common parts")]

mod bag;
mod kinds;

/// Stand in the type of a builder or property type for each required property that has not been set. Each is named after
/// the method to call.
#[allow(non_camel_case_types, reason = "the name of the method is what a compiler error should show")]
pub mod missing {
    include!(concat!(env!("OUT_DIR"), "/missing.rs"));
}

include!(concat!(env!("OUT_DIR"), "/services.rs"));
