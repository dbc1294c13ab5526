//! Deploys against the local engine over the wire: what it says of resources is what a plan tells, and every way through the
//! statuses of a stack ends where it should.
mod bootstrap;
mod desk;
mod exports;
mod faults;
mod machines;
mod nested;
mod plan;
mod races;
mod rollback;
mod safety;
mod taking_in;
mod whole;
