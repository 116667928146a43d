//! Serving people over TCP: one task a connection, and a limit on how long a request's head may take.
//!
//! The limit runs from the moment the server begins to wait for a head until the head is whole, so it ends connections
//! that send a byte now and then, and idle ones too; browsers open them anew. How long bodies and doors may take is the
//! guard's ([`crate::guard`]), which knows an upload from a form.
//! Not here: the socket of the command line ([`crate::socket`]). Proved by `crates/castellan/tests/it/slow.rs`.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// The head of a request is whole after so long.
const HEAD: Duration = Duration::from_secs(20);

/// Serves until `stop` is done; answers in flight are finished.
pub(crate) async fn serve(pages: Router, tcp: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let open = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, from) = tokio::select! {
            accepted = accept(&tcp) => accepted,
            () = &mut stop => break,
        };
        let pages = pages.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(from));
            pages.clone().oneshot(request)
        });
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::trace!(%error, "a connection ended early");
            }
        });
    }
    drop(tcp);
    open.shutdown().await;
    Ok(())
}

/// The next connection. When none can be taken, as when too many files are open, it is tried again after a moment.
async fn accept(tcp: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match tcp.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => match error.kind() {
                io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused => {}
                _ => {
                    tracing::error!(%error, "no connection can be taken");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            },
        }
    }
}
