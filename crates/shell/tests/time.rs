//! How long a check takes; run with `--ignored --nocapture` to see it.

use std::time::Instant;

#[test]
#[ignore = "a measurement"]
fn sixteen_kibibytes() {
    let snapshot = include_str!("../../../snapshots/prod-compute.Host.userdata.sh.snap");
    let script = &snapshot[snapshot.find("#!").expect("it has a first line")..];
    let mut text = script.to_owned();
    text.push_str(&script[..16 * 1024 - script.len()]);
    let mut times: Vec<_> = (0..51)
        .map(|_| {
            let start = Instant::now();
            let found = stackgen_shell::check(&text).len();
            (start.elapsed(), found)
        })
        .collect();
    times.sort();
    println!("{} bytes: median {:?}, slowest {:?}", text.len(), times[25].0, times[50].0);
}
