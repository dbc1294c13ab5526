//! What a host may do.
use stackgen_cfn::iam as cfn;
use stackgen_core::Stack;

use crate::iam::{Grant, PolicyDocument};

/// Adds a role for instances with these grants, and the profile that carries it. Logical ids start with `prefix`. Grants
/// of one name become one policy, since a role cannot have two of a name.
#[track_caller]
pub fn add_role(
    stack: &mut Stack,
    prefix: &str,
    grants: impl IntoIterator<Item = Grant>,
) -> (cfn::Role, cfn::InstanceProfile) {
    let mut named: Vec<Grant> = Vec::new();
    for grant in grants {
        match named.iter_mut().find(|known| known.name == grant.name) {
            Some(known) => known.statements.extend(grant.statements),
            None => named.push(grant),
        }
    }
    let policy = |grant: Grant| {
        let document = PolicyDocument::new(grant.statements);
        cfn::role::Policy::new().policy_name(grant.name).policy_document(document)
    };
    let policies: Vec<_> = named.into_iter().map(policy).collect();
    let role = cfn::Role::new().assume_role_policy_document(PolicyDocument::assumed_by("ec2")).policies(policies);
    let role = stack.add(&format!("{prefix}Role"), role);
    let profile = stack.add(&format!("{prefix}Profile"), cfn::InstanceProfile::new().roles([&role]));
    (role, profile)
}
