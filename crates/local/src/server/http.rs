//! HTTP/1.1 on a port of this machine.
use std::convert::Infallible;
use std::io;
use std::net::TcpListener as StdListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::control::{Told, told};
use super::engine::{Engine, Outcome};
use super::store::{StateError, Store, to_json};
use crate::wire::{Call, Reply};

/// How long after a change the world is saved at the latest.
const SAVE: Duration = Duration::from_millis(300);
/// How long calls may go on when the server ends.
const GRACE: Duration = Duration::from_secs(2);
/// The largest body. S3 takes 5 GiB in one piece, which nobody sends to a world in memory.
const BODY: usize = 256 << 20;

/// What the thread of the server and those who hold it share.
pub(super) struct Shared {
    engine: Mutex<Engine>,
    store: Option<Store>,
    stop: Notify,
}

impl Shared {
    pub(super) fn new(engine: Engine, store: Option<Store>) -> Shared {
        Shared { engine: Mutex::new(engine), store, stop: Notify::new() }
    }

    pub(super) fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stop(&self) {
        self.stop.notify_one();
    }

    /// Saves the world if it changed, or in any case.
    fn save(&self, is_last: bool) -> Result<(), StateError> {
        let Some(store) = &self.store else { return Ok(()) };
        let mut engine = self.engine();
        if !std::mem::take(&mut engine.is_changed) && !is_last {
            return Ok(());
        }
        let text = to_json(&engine.world).expect("a world is plain data with text for keys");
        drop(engine);
        let saved = store.write(&text);
        self.engine().is_changed |= saved.is_err();
        saved
    }
}

/// Serves until it is told to stop, and saves.
pub(super) fn serve(
    listener: StdListener,
    shared: &Arc<Shared>,
    on_error: fn(&StateError),
) -> io::Result<Result<(), StateError>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let calls = GracefulShutdown::new();
        tokio::select! {
            () = accept(&listener, shared, &calls) => {}
            () = keep_saved(shared, on_error) => {}
            () = shared.stop.notified() => {}
        }
        drop(listener);
        let _ = tokio::time::timeout(GRACE, calls.shutdown()).await;
        Ok(shared.save(true))
    })
}

/// Never ends. A full disk may get room again, so a failure is told and tried again.
async fn keep_saved(shared: &Shared, on_error: fn(&StateError)) {
    loop {
        tokio::time::sleep(SAVE).await;
        if let Err(error) = shared.save(false) {
            on_error(&error);
        }
    }
}

/// Never ends.
async fn accept(listener: &TcpListener, shared: &Arc<Shared>, calls: &GracefulShutdown) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => connect(stream, shared, calls),
            // Too many open files, or a caller that has gone already.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

fn connect(stream: TcpStream, shared: &Arc<Shared>, calls: &GracefulShutdown) {
    let shared = Arc::clone(shared);
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    let connection = calls.watch(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    // A connection that breaks is the caller's affair, or was broken on purpose.
    tokio::spawn(async move { drop(connection.await) });
}

/// A connection that is to end without an answer.
#[derive(Debug, thiserror::Error)]
#[error("dropped on purpose")]
struct Dropped;

async fn answer(shared: &Shared, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dropped> {
    let call = match read(request).await {
        Ok(call) => call,
        Err(reply) => return Ok(response(reply)),
    };
    let told = told(&mut shared.engine(), call);
    let outcome = match told {
        Told::Nothing(call) => shared.engine().take(call),
        Told::Reply(reply) => Outcome { reply: Some(reply), stall: Duration::ZERO },
        Told::Stop(reply) => {
            shared.stop();
            Outcome { reply: Some(reply), stall: Duration::ZERO }
        }
    };
    if !outcome.stall.is_zero() {
        tokio::time::sleep(outcome.stall).await;
    }
    outcome.reply.map(response).ok_or(Dropped)
}

/// Chunks are put together, and `Expect: 100-continue` is answered, by reading the body.
async fn read(request: Request<Incoming>) -> Result<Call, Reply> {
    let (head, body) = request.into_parts();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let body = Limited::new(body, BODY).collect().await.map_err(|_| Reply::new(413))?;
    Ok(Call {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers,
        body: body.to_bytes().to_vec(),
    })
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut builder = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    let made = builder.body(Full::new(Bytes::from(reply.body)));
    made.or_else(|_| Ok::<_, Infallible>(bad())).unwrap_or_else(|never| match never {})
}

/// For a service that answers with a header that no header can be.
fn bad() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"the answer has a header that is none")));
    *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
    response
}
