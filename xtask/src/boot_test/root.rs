//! The root of a machine before it starts: the image under a layer of what is different from machine to machine.
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::endpoints::CLOUDFORMATION_PORT;
use super::parameters;
use super::programs::run;

/// Another image may have installed its packages in another order, and numbers are given in order.
const OTHER_USERS: &str = "
    postgres=$(id -u postgres):$(id -g postgres) redis=$(id -u redis):$(id -g redis)
    find / -xdev '(' -user postgres -fprint0 /tmp/u-postgres -o -user redis -fprint0 /tmp/u-redis -o -true ')' \\
      '(' -group postgres -fprint0 /tmp/g-postgres -o -group redis -fprint0 /tmp/g-redis -o -true ')'
    renumber() { groupmod --gid \"${2#*:}\" \"$1\" && usermod --uid \"${2%:*}\" --gid \"${2#*:}\" \"$1\"; }
    renumber redis 64000:64000
    renumber postgres \"$redis\"
    renumber redis \"$postgres\"
    for of in postgres redis; do
      xargs -0r chown --no-dereference $of </tmp/u-$of
      xargs -0r chgrp --no-dereference $of </tmp/g-$of
    done
    rm /tmp/[ug]-*";

/// Mounts the image in `folder`, with a layer above it that takes what is written.
pub(super) fn over(image: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    for part in ["written", "work", "root"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let [written, work, root] = ["written", "work", "root"].map(|part| folder.join(part));
    let layers = format!("lowerdir={},upperdir={},workdir={}", image.display(), written.display(), work.display());
    run(Command::new("mount").args(["-t", "overlay", "overlay", "-o", &layers]).arg(&root))?;
    Ok(root)
}

/// Writes where some names of AWS are, as seen from the machine, and whom to trust there.
pub(super) fn name_aws(root: &Path, address: &str, names: &[String], trusted: &Path) -> anyhow::Result<()> {
    fs::write(root.join("etc/hosts"), format!("127.0.0.1 localhost\n{address} {}\n", names.join(" ")))?;
    let mut authorities = File::options().append(true).open(root.join("etc/ssl/certs/ca-certificates.crt"))?;
    Ok(authorities.write_all(&fs::read(trusted)?)?)
}

/// Writes where the stand-ins for AWS are, as seen from the machine.
pub(super) fn tell_of_aws(root: &Path, address: &str, trusted: &Path) -> anyhow::Result<()> {
    name_aws(root, address, &[parameters::name()], trusted)?;
    fs::create_dir_all(root.join("root/.aws"))?;
    let url = format!("http://{address}:{CLOUDFORMATION_PORT}");
    let services = format!("[services boot-test]\ncloudformation =\n  endpoint_url = {url}\n");
    Ok(fs::write(root.join("root/.aws/config"), format!("[default]\nservices = boot-test\n\n{services}"))?)
}

/// Lets PostgreSQL and Redis change places in the numbers of users.
pub(super) fn change_users(root: &Path) -> anyhow::Result<()> {
    change(root, OTHER_USERS)
}

/// Changes a root by a script that runs in it.
pub(super) fn change(root: &Path, script: &str) -> anyhow::Result<()> {
    run(Command::new("chroot").arg(root).args(["/bin/bash", "-euo", "pipefail", "-c", script]))
}
