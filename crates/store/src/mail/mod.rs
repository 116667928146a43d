//! Mail out: how the mail server is reached, and the outbox of what is to be sent to whom.
//!
//! A letter is put in the outbox as part of the change that it tells of ([`enqueue`]) and keeps its Message-ID for good.
//! A sender takes one for a while with [`claim`], speaks with the mail server outside of any transaction, and says what
//! became of it. What a sender that died held is taken again, under the same Message-ID.
//! Not here: who is written to and in which words (`crm`), SMTP (the binary). Start reading at [`claim`].
//! Proved by `crates/store/tests/it/mail.rs`.

mod outbox;
mod sending;
mod settings;

pub use outbox::{Line, NewLetter, State, again, counts, enqueue, line, lines, purge, wake, withdraw, withdraw_links};
pub use sending::{Taken, Verdict, claim, end, has_due, later, postpone, secret_of, take_back};
pub use settings::{Settings, forget_settings, password, set_password, set_settings, settings};
