//! What every template can refer to without saying where it comes from.

/// The pseudo parameters. Source: *Pseudo parameters reference* in the CloudFormation Template Reference.
pub const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];
