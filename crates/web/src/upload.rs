//! A form with a file, read while it arrives.
//!
//! Parts before the file are fields of the [`Call`]; the file is an ordinary reader on the door's blocking thread, so a
//! gigabyte never lies in memory; parts behind it are read by [`Upload::rest`]. Every part is one that the door knows.
//! The parser keeps whatever it is handed until it understands it, so it is handed little at a time ([`Metered`]), and
//! outside of a file no more than a body may have.
//! Not here: where the bytes go (`crm`). Start reading at [`Upload::begin`]. Proved by `tests/it/exchange.rs`.

use crate::answer::No;
use crate::body::{LARGEST, too_large};
use crate::call::{Call, column, malformed};
use crate::doors::fields;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use hyper::body::Frame;
use multer::{Field, Multipart};
use std::io::{Error, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;

/// Bytes handed to the parser at once.
const PIECE: usize = 64 * 1024;
/// A sender who is silent for so long is given up; one who sends slowly is not.
const SILENCE: Duration = Duration::from_secs(60);

/// A form whose file has not been read.
pub struct Upload {
    form: Multipart<'static>,
    known: &'static str,
    file: Option<Field<'static>>,
    seen: Vec<String>,
    size: usize,
    left: Arc<AtomicUsize>,
    here: Handle,
}

/// The file being read.
pub struct Arriving {
    field: Field<'static>,
    piece: Bytes,
    here: Handle,
}

impl Upload {
    /// Reads the parts up to the file into the call.
    pub(crate) async fn begin(headers: &HeaderMap, body: Body, known: &'static str, call: &mut Call) -> Result<Upload, No> {
        let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| No::Media("a form with a file, `multipart/form-data`"))?;
        let left = Arc::new(AtomicUsize::new(0));
        let metered = Metered { body, piece: Bytes::new(), rests: false, left: left.clone() };
        let form = Multipart::new(Body::new(metered).into_data_stream(), boundary);
        let mut upload = Upload { form, known, file: None, seen: Vec::new(), size: 0, left, here: Handle::current() };
        // What stands before a file is no more than another form.
        tokio::time::timeout(SILENCE, upload.read_fields(&mut call.form)).await.map_err(|_| No::TooSlow)??;
        Ok(upload)
    }

    /// The file and what its sender calls it. A form without one is refused.
    pub fn file(&mut self) -> Result<(String, Arriving), No> {
        let field = self.file.take().ok_or_else(|| column("file", "a file is needed"))?;
        let name = field.file_name().unwrap_or_default();
        // Some send a whole path; only what stands behind its last separator is a name.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim().to_owned();
        let name = if name.is_empty() { "file".to_owned() } else { name };
        Ok((name, Arriving { field, piece: Bytes::new(), here: self.here.clone() }))
    }

    /// The fields behind the file, which was read and let go before.
    pub fn rest(&mut self) -> Result<Vec<(String, String)>, No> {
        let here = self.here.clone();
        let mut more = Vec::new();
        // What stands behind a file is little.
        here.block_on(async { tokio::time::timeout(SILENCE, self.read_fields(&mut more)).await }).map_err(|_| No::TooSlow)??;
        if self.file.is_some() {
            return Err(column("file", "one file at a time"));
        }
        Ok(more)
    }

    async fn read_fields(&mut self, into: &mut Vec<(String, String)>) -> Result<(), No> {
        self.left.store(LARGEST + PIECE, Ordering::Relaxed);
        while let Some(mut field) = self.form.next_field().await.map_err(|_| broken())? {
            let name = field.name().unwrap_or_default().to_owned();
            if name != "csrf" && !fields(self.known).any(|f| f.name == name) {
                return Err(malformed("unknown-field", format!("there is no field `{name}` here")));
            }
            if name == "file" {
                // How large a file may be is counted where it is kept.
                self.left.store(usize::MAX, Ordering::Relaxed);
                self.file = Some(field);
                return Ok(());
            }
            if self.seen.contains(&name) {
                return Err(malformed("unknown-field", format!("`{name}` is there twice")));
            }
            let mut bytes = Vec::new();
            while let Some(piece) = field.chunk().await.map_err(|_| broken())? {
                self.size += piece.len();
                if self.size > LARGEST {
                    return Err(too_large().into());
                }
                bytes.extend_from_slice(&piece);
            }
            let text = String::from_utf8(bytes).map_err(|_| column(&name, "this is not text in UTF-8"))?;
            self.seen.push(name.clone());
            into.push((name, text));
        }
        Ok(())
    }
}

impl Read for Arriving {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.piece.is_empty() {
            let arriving = async { tokio::time::timeout(SILENCE, self.field.chunk()).await };
            match self.here.block_on(arriving).map_err(Error::other)?.map_err(Error::other)? {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let size = into.len().min(self.piece.len());
        let piece = self.piece.split_to(size);
        into.get_mut(..size).unwrap_or_default().copy_from_slice(&piece);
        Ok(size)
    }
}

/// A body that comes in small pieces, each only when it is asked for, and ends in an error when too much comes.
struct Metered {
    body: Body,
    piece: Bytes,
    /// A piece was handed over: whoever asks again works on it first.
    rests: bool,
    left: Arc<AtomicUsize>,
}

impl HttpBody for Metered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if std::mem::take(&mut self.rests) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.piece.is_empty() {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => self.piece = frame.into_data().unwrap_or_default(),
                other => return other,
            }
        }
        let size = PIECE.min(self.piece.len());
        let left = self.left.load(Ordering::Relaxed);
        if size > left {
            return Poll::Ready(Some(Err(axum::Error::new("more than a form may say outside of its file"))));
        }
        if left != usize::MAX {
            self.left.fetch_sub(size, Ordering::Relaxed);
        }
        self.rests = true;
        Poll::Ready(Some(Ok(Frame::data(self.piece.split_to(size)))))
    }
}

fn broken() -> No {
    malformed("bad-form", "this form cannot be read")
}
