//! A port that leads to another one, and counts the requests that go through it.
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What each request of HTTP has once, at the end of its first line. No body of the AWS protocols has it.
const MARK: &[u8] = b" HTTP/1.1\r\n";

/// A port that counts. It is open until the program ends.
pub(super) struct Counter {
    pub(super) port: u16,
    count: Arc<AtomicUsize>,
}

impl Counter {
    /// Opens a port that leads to another one of this machine.
    pub(super) fn before(target: u16) -> anyhow::Result<Counter> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (port, count) = (listener.local_addr()?.port(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&count);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) else { continue };
                join(client, server, &counted);
            }
        });
        Ok(Counter { port, count })
    }

    /// How many requests went through since the last time that somebody asked.
    pub(super) fn take(&self) -> usize {
        self.count.swap(0, Ordering::SeqCst)
    }
}

fn join(client: TcpStream, server: TcpStream, count: &Arc<AtomicUsize>) {
    let (Ok(to_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else { return };
    let count = Arc::clone(count);
    let see = move |bytes: &[u8]| {
        count.fetch_add(marks(bytes), Ordering::SeqCst);
    };
    thread::spawn(move || pass(client, to_server, see));
    thread::spawn(move || pass(server, to_client, |_| {}));
}

/// Passes bytes on until there are no more. What is seen overlaps, so that a mark between two pieces is seen once.
fn pass(mut from: TcpStream, mut to: TcpStream, see: impl Fn(&[u8])) {
    let mut piece = [0; 65_536];
    let mut seen = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut piece) {
        seen.extend_from_slice(&piece[..length]);
        see(&seen);
        seen.drain(..seen.len().saturating_sub(MARK.len() - 1));
        if to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

fn marks(bytes: &[u8]) -> usize {
    bytes.windows(MARK.len()).filter(|window| *window == MARK).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_counts_once() {
        assert_eq!(marks(b"POST / HTTP/1.1\r\nhost: a\r\n\r\nAction=xPOST / HTTP/1.1\r\n\r\n"), 2);
        assert_eq!(marks(b"Action=GetTemplate&Body=HTTP/1.1"), 0);
    }
}
