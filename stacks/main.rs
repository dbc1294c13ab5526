//! The stacks of this repository: a network, and a host with two volumes in it.
mod compute;
mod network;
mod values;

use std::process::ExitCode;

use stackgen::{App, Failure};

/// The production stacks, with the values of `stacks/prod.yaml` and the images of `stackgen.lock`.
pub fn describe() -> Result<App, Failure> {
    let values: values::Values = stackgen::config::load("stacks/prod.yaml")?;
    let lock = stackgen::lock::load()?;
    let mut app = App::new();
    for (key, value) in &values.tags {
        app.tag(key, value);
    }
    let (network, exports) = network::network("prod-network", &values.region, &values.network);
    let compute = compute::compute("prod-compute", &values.region, &values.compute, &lock, &exports)?;
    app.add(network).add(compute);
    Ok(app)
}

fn main() -> ExitCode {
    stackgen::run(describe)
}
