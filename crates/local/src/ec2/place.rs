//! Where a call acts: one region of a world.
use jiff::{SignedDuration, Timestamp};

use super::Ec2;
use crate::world::{Due, World};

/// One region of a world.
#[derive(Debug)]
pub struct Place<'w> {
    /// Everything.
    pub world: &'w mut World,
    /// The name of the region.
    pub region: &'w str,
}

impl<'w> Place<'w> {
    /// A region, with what every account has in it from the start.
    pub fn new(world: &'w mut World, region: &'w str) -> Place<'w> {
        let mut place = Place { world, region };
        if !place.ec2().furnished {
            super::furnish::furnish(&mut place);
        }
        place
    }

    /// The things here.
    pub fn ec2(&mut self) -> &mut Ec2 {
        &mut self.world.region(self.region).ec2
    }

    /// The things here, only to look at.
    #[must_use]
    pub fn things(&self) -> &Ec2 {
        &self.world.regions[self.region].ec2
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// The number of the account.
    #[must_use]
    pub fn account(&self) -> String {
        self.world.account.clone()
    }

    /// A time that is some seconds away, at which a thing is looked at again.
    pub fn wake(&mut self, seconds: i64, id: &str) -> Timestamp {
        let wait = SignedDuration::from_secs(seconds);
        self.world.after(wait, self.region, Due::Ec2(id.to_owned()));
        self.now().checked_add(wait).expect("no wait reaches the end of time")
    }
}

/// A time as answers show it: with milliseconds and Z.
#[must_use]
pub fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}
