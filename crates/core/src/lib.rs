//! The CloudFormation document as typed data.
