//! Infrastructure as code for people who run real machines on AWS.
