//! Which module answers a call.
use crate::wire::{Answer, ApiError, Decoded, Service};
use crate::world::World;
use crate::{cloudformation, ec2, iam, lambda, logs, s3, ssm, sts};

pub(super) fn dispatch(world: &mut World, call: &Decoded) -> Result<Answer, ApiError> {
    let request = &call.request;
    let members = match request.service {
        Service::CloudFormation => cloudformation::api::answer(world, request),
        Service::Sts => sts::answer(world, request),
        Service::Ec2 => ec2::answer(world, request),
        Service::Iam => iam::answer(world, request),
        Service::Ssm => ssm::answer(world, request),
        Service::S3 => return s3::answer(world, request, &call.rest),
        Service::Logs => logs::answer(world, request),
        Service::Lambda => lambda::answer(world, request),
    };
    members.map(Answer::Members)
}

/// Whether a call only looks. STS looks at nothing that changes, and whoever asks who he is wants no time to pass.
pub(super) fn is_look(service: Service, operation: &str) -> bool {
    service != Service::Sts && only_reads(operation)
}

/// Whether an operation changes nothing, by its name.
pub(super) fn only_reads(operation: &str) -> bool {
    ["Describe", "Get", "List", "Head"].iter().any(|verb| operation.starts_with(verb))
}
