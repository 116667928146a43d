//! Serving, on TCP for people and on a socket in the data directory for the command line beside the server.
//!
//! The socket has every door of the API, and one more for the operator, who came in by owning the directory (mode 0700,
//! socket 0600). [`Line`] is the other end: it speaks to the running server, or, when none runs, to the same router in
//! this process, so a command has one meaning.
//! Not here: what the operator may do ([`Operator`] is given). Proved by `crates/castellan/tests/it/main.rs`.

use crate::{App, listen, router};
use axum::Router;
use axum::body::Body;
use axum::extract::Path as Segment;
use axum::http::{Method, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower::ServiceExt;

/// What the operator may do over the socket. Each act reads no record.
pub trait Operator: Send + Sync + 'static {
    /// Does it; an error is its words.
    fn act(&self, act: &str, arguments: &Json) -> Result<Json, String>;
}

/// Serves until `stop` is done; answers in flight are finished.
pub async fn serve(
    app: App,
    operator: Arc<dyn Operator>,
    tcp: std::net::TcpListener,
    socket: PathBuf,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    tcp.set_nonblocking(true)?;
    let tcp = tokio::net::TcpListener::from_std(tcp)?;
    // What a killed server left behind; the lock of the data directory says that none runs now.
    if socket.exists() {
        std::fs::remove_file(&socket)?;
    }
    let local = tokio::net::UnixListener::bind(&socket)?;
    only_owner(&socket)?;
    let (tell, told) = tokio::sync::watch::channel(false);
    let wait = |mut told: tokio::sync::watch::Receiver<bool>| async move {
        // An error means that the teller is gone, which is a reason to stop too.
        let _ = told.wait_for(|stop| *stop).await;
    };
    let people = listen::serve(router(app.clone()), tcp, wait(told.clone()));
    let beside = axum::serve(local, with_operator(app, operator)).with_graceful_shutdown(wait(told));
    tokio::spawn(async move {
        stop.await;
        let _ = tell.send(true);
    });
    let done = tokio::try_join!(people, beside.into_future());
    let _ = std::fs::remove_file(&socket);
    done.map(|_| ())
}

fn only_owner(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

/// The API with the operator's door, which no network reaches.
fn with_operator(app: App, operator: Arc<dyn Operator>) -> Router {
    let door = move |Segment(act): Segment<String>, axum::Json(arguments): axum::Json<Json>| {
        let operator = operator.clone();
        async move {
            let done = tokio::task::spawn_blocking(move || operator.act(&act, &arguments)).await;
            match done {
                Ok(Ok(answer)) => axum::Json(answer).into_response(),
                Ok(Err(words)) => (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(json!({ "detail": words }))).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
    };
    router(app).route("/operator/{act}", axum::routing::post(door))
}

/// How a command speaks to the organisation.
pub enum Line {
    /// To the server that runs on this data directory.
    Socket(PathBuf),
    /// To the same doors, in this process.
    Here(Box<Router>),
}

/// What came back.
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    body: Body,
}

impl Line {
    /// The doors in this process.
    pub fn here(app: App, operator: Arc<dyn Operator>) -> Line {
        Line::Here(Box::new(with_operator(app, operator)))
    }

    /// Asks a door. `body` is its type and bytes.
    pub async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<(&str, Body)>) -> io::Result<Reply> {
        let method = Method::from_bytes(method.as_bytes()).map_err(io::Error::other)?;
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some((kind, body)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                body
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(io::Error::other)?;
        let response: Response<Body> = match self {
            Line::Here(router) => router.as_ref().clone().oneshot(request).await.map_err(io::Error::other)?,
            Line::Socket(path) => over(path, request).await?,
        };
        Ok(Reply { status: response.status().as_u16(), body: response.into_body() })
    }

    /// A JSON question.
    pub async fn ask_json(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Json>) -> io::Result<(u16, Json)> {
        let body = body.map(|json| ("application/json", Body::from(json.to_string())));
        let reply = self.ask(method, path, token, body).await?;
        let status = reply.status;
        let bytes = reply.bytes().await?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Json::Null)))
    }
}

impl Reply {
    /// The whole body.
    pub async fn bytes(self) -> io::Result<Vec<u8>> {
        Ok(self.body.collect().await.map_err(io::Error::other)?.to_bytes().to_vec())
    }

    /// The body, written as it comes.
    pub async fn copy_to(self, out: &mut impl io::Write) -> io::Result<u64> {
        let mut body = self.body;
        let mut written = 0;
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
                out.write_all(&data)?;
                written += data.len() as u64;
            }
        }
        Ok(written)
    }
}

async fn over(path: &Path, request: Request<Body>) -> io::Result<Response<Body>> {
    let stream = tokio::net::UnixStream::connect(path).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    Ok(response.map(Body::new))
}

/// A file and fields as `multipart/form-data`: its type and its body, streamed.
pub async fn multipart(fields: &[(&str, String)], file: &Path) -> io::Result<(String, Body)> {
    use tokio_util::io::ReaderStream;
    let boundary = "castellan-boundary-7d1f0a5c4b";
    let mut head = String::new();
    for (name, value) in fields {
        head.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    let file_name = file.file_name().map(|n| n.to_string_lossy().replace(['"', '\r', '\n'], "_")).unwrap_or_default();
    head.push_str(&format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\nContent-Type: text/csv\r\n\r\n"
    ));
    let opened = tokio::fs::File::open(file).await?;
    let tail = format!("\r\n--{boundary}--\r\n");
    let whole = tokio::io::AsyncReadExt::chain(
        tokio::io::AsyncReadExt::chain(io::Cursor::new(head.into_bytes()), opened),
        io::Cursor::new(tail.into_bytes()),
    );
    Ok((format!("multipart/form-data; boundary={boundary}"), Body::from_stream(ReaderStream::new(whole))))
}
