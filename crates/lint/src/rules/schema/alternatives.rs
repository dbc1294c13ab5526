//! E3017 and E3018: values that fit none of the forms that are allowed, or several where one is meant. The walk tries them.
use crate::rule::{Check, Rule};

/// At least one.
pub static ANY: Rule = Rule {
    id: "E3017",
    name: "no-form-fits",
    reason: "The type allows this value in several forms, and CloudFormation refuses what fits none of them.",
    fix: "Write one of the forms; the findings beside this one say what each of them misses.",
    good: "Resources:\n  Policy:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyName: read\n      Users: [me]\n      \
           PolicyDocument:\n        Version: '2012-10-17'\n        Statement: []\n",
    bad: "Resources:\n  Policy:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyName: read\n      \
          PolicyDocument:\n        Version: '2012-10-17'\n        Statement: []\n",
    check: Check::Elsewhere,
};

/// Exactly one.
pub static ONE: Rule = Rule {
    id: "E3018",
    name: "not-one-form-fits",
    reason: "The type allows this value in one of several forms that exclude each other, and this is none or several of them.",
    fix: "Write exactly one of the forms; the findings beside this one say what each of them misses.",
    good: "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      BillingMode: PAY_PER_REQUEST\n      \
           AttributeDefinitions:\n        - {AttributeName: id, AttributeType: S}\n      \
           KeySchema:\n        - {AttributeName: id, KeyType: HASH}\n",
    bad: "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      BillingMode: PAY_PER_REQUEST\n      \
          AttributeDefinitions:\n        - {AttributeName: id, AttributeType: S}\n      \
          KeySchema:\n        - {AttributeName: id, KeyType: FIRST}\n",
    check: Check::Elsewhere,
};
