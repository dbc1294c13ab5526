//! The smallest app: one bucket that outlives its stack.
//!
//! Run it with `cargo run --example hello`. In a project of your own this is `stacks/main.rs`, and `stackgen synth` shows
//! the template.
use std::process::ExitCode;

use stackgen::cfn::s3;
use stackgen::{App, Stack};

fn main() -> ExitCode {
    stackgen::run(|| {
        let mut stack = Stack::new("hello");
        let bucket = stack.add("Reports", s3::Bucket::new().bucket_name("example-reports"));
        stack.output("ReportsArn", bucket.arn());
        Ok(App::from(stack))
    })
}
