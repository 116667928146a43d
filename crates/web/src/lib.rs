//! HOW IT LOOKS: router, guard, pages, REST.
//!
//! One idea: this room asks `crm` and shows the answer; it decides nothing. A request passes the [`guard`], one door of
//! the [`router`], and leaves through [`answer`]. A door is a plain function from a [`call::Call`] to an answer, run on a
//! blocking thread; [`pages`] are plain data with templates, [`assets`] the browser's files.
//! Deliberately not here: rights, SQL, time. Start reading at [`router::DOORS`]. Proved by `tests/it/main.rs`.

pub mod answer;
pub mod assets;
mod body;
pub mod call;
pub mod client;
mod cookies;
pub mod doors;
pub mod guard;
mod listen;
pub mod openapi;
pub mod pages;
pub mod rest;
pub mod router;
mod send;
pub mod socket;
pub mod strict;
pub mod upload;

pub use router::{doors, router};
pub use send::escape;

use crm::Desk;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What every door is handed. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where every verb passes.
    pub desk: Desk,
    /// Browsers reach this server over TLS, so cookies say `Secure`.
    pub is_tls: bool,
    draining: Arc<AtomicBool>,
}

impl App {
    /// The doors of this desk.
    pub fn new(desk: Desk) -> App {
        App { desk, is_tls: false, draining: Arc::default() }
    }

    /// The same, reached over TLS or not.
    pub fn with_tls(self, is_tls: bool) -> App {
        App { is_tls, ..self }
    }

    /// From now on [`rest::health::ready`] says no, so that nobody sends new work here.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// True when the server goes down.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// A new id for a request.
    pub(crate) fn request_id(&self) -> String {
        uuid::Builder::from_random_bytes(self.random()).into_uuid().hyphenated().to_string()
    }

    /// A new secret.
    pub(crate) fn secret(&self) -> String {
        self.random::<32>().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        self.desk.store().chance().fill(&mut bytes);
        bytes
    }
}
