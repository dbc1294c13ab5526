//! A subnet, its zone, and how its hosts reach the world.
use stackgen_cfn::ec2;
use stackgen_core::{Handle, IntoValue, Resource, Value};

/// A subnet and its zone. They belong together: a volume for a host in this subnet is made in this zone. A subnet of a
/// [`Network`](super::Network) has the zone that it was made in; only [`Subnet::existing`] takes somebody's word for it.
#[derive(Clone, Debug)]
pub struct Subnet {
    id: Value<String>,
    zone: String,
    block: Value<String>,
    routes: Option<ec2::RouteTable>,
    way_out: Vec<Resource>,
}

impl Subnet {
    /// A subnet that no stack of this app makes, and the zone that it is in, such as `eu-west-1a`.
    pub fn existing(id: impl IntoValue<String>, zone: &str) -> Self {
        let (id, zone) = (id.into_value(), zone.to_owned());
        Subnet { id, zone, block: "".into_value(), routes: None, way_out: Vec::new() }
    }

    pub(super) fn made(subnet: &ec2::Subnet, zone: &str, block: Value<String>, routes: &ec2::RouteTable) -> Self {
        Subnet { block, routes: Some(routes.clone()), ..Subnet::existing(subnet, zone) }
    }

    /// Its hosts reach nothing before this is there.
    pub(super) fn reached_by(mut self, step: &impl AsRef<Resource>) -> Self {
        self.way_out.push(step.as_ref().clone());
        self
    }

    /// Its id.
    pub fn id(&self) -> &Value<String> {
        &self.id
    }

    /// Its zone.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// Where its traffic goes, if this app says so.
    pub fn routes(&self) -> Option<&ec2::RouteTable> {
        self.routes.as_ref()
    }

    /// Its addresses, or nothing if this app does not know them. Other ones mean another subnet.
    pub(crate) fn block(&self) -> &Value<String> {
        &self.block
    }

    /// Makes something wait for the way out of the subnet: what needs it and is there first fails, or reaches nobody. A way
    /// out in another stack puts that stack first.
    pub fn before<H: Handle>(&self, handle: H) -> H {
        self.way_out.iter().fold(handle, |handle, step| handle.depends_on(step))
    }
}

impl IntoValue<String> for &Subnet {
    fn into_value(self) -> Value<String> {
        self.id.clone()
    }
}
