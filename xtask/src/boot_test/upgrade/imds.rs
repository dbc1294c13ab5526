//! The metadata service for several machines: each is told of its own instance. All calls come from the host's loopback, so
//! who asks is known by whose socket the other end is.
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use anyhow::Context;

use super::hosts::Hosts;
use crate::boot_test::enclosure::METADATA;
use crate::boot_test::endpoints::{Request, metadata, say};

/// Serves from now on.
pub(super) fn start(hosts: &Arc<Hosts>) -> anyhow::Result<()> {
    let listener = TcpListener::bind((METADATA, 80)).with_context(|| format!("listening at {METADATA}"))?;
    let hosts = Arc::clone(hosts);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let hosts = Arc::clone(&hosts);
            // A caller that hangs up is the machine's business.
            thread::spawn(move || drop(serve(&hosts, &stream)));
        }
    });
    Ok(())
}

fn serve(hosts: &Hosts, stream: &TcpStream) -> anyhow::Result<()> {
    let request = Request::read(stream)?;
    let inode = inode(stream.peer_addr()?)?;
    let known = hosts.metadata_of(|pid| has(pid, inode));
    say(stream, known.map_or((404, String::new()), |known| metadata(&known, &request)))
}

/// The number of the socket that has this address. Source of the form: *proc_net_tcp* in the kernel's documentation.
fn inode(address: SocketAddr) -> anyhow::Result<u64> {
    let SocketAddr::V4(address) = address else { anyhow::bail!("{address} is not of version 4") };
    let own = format!("{:08X}:{:04X}", u32::from_le_bytes(address.ip().octets()), address.port());
    let table = fs::read_to_string("/proc/net/tcp")?;
    let mut rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|row| row.get(1) == Some(&own.as_str())).with_context(|| format!("nobody has {own}"))?;
    Ok(row.get(9).context("a row has ten fields")?.parse()?)
}

/// Whether a process has a socket open.
fn has(pid: u32, inode: u64) -> bool {
    let wanted = format!("socket:[{inode}]");
    let mut files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    files.any(|file| fs::read_link(file.path()).is_ok_and(|to| to.to_string_lossy() == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_end_is_known() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let near = TcpStream::connect(listener.local_addr().expect("an address")).expect("it listens");
        let (far, _) = listener.accept().expect("somebody connects");
        let found = inode(far.peer_addr().expect("an address")).expect("it is connected");
        assert!(has(std::process::id(), found));
        assert!(!has(1, found) && near.local_addr().is_ok());
    }
}
