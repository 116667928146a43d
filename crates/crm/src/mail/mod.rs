//! Mail out: letters that verbs post, the settings of the mail server, the outbox.
//!
//! A verb calls [`post`] inside its transaction, so the letter is part of the change it tells of; a sender takes it from
//! the outbox later ([`take`]), looks again whether the person is still written to, and speaks SMTP outside of any
//! transaction. Letters are plain text and name a person, never an address. A link that opens something is sealed until
//! it goes and stands on no page.
//! Not here: SMTP (the binary), what is told inside the product. Start reading at [`post`].
//! Proved by `crates/crm/tests/it/mail.rs`.

mod letters;
mod outbox;
mod sending;
mod settings;

pub use letters::{Kind, Letter, Link};
pub(crate) use letters::{changed_password, invitation, reset};
pub use outbox::{OutboxPage, counts, letter, outbox, retry, test, withdraw};
pub use sending::{Outcome, Parcel, has_work, sweep, take, take_back, tell};
pub use settings::{MailSettings, Safety, SettingsAsk, change, forget, is_set_up, settings};
/// A letter as the outbox shows it, and where it is.
pub use store::mail::{Line, State};

use crate::Done;
use catalogue::RowId;
use security::{PrincipalId, UserState};
use store::{Tx, accounts, mail};

/// What a Message-ID ends in while nobody has said from where letters come.
const NOWHERE: &str = "castellan.invalid";

/// Puts a letter to this person in the outbox, as part of the change that it tells of; to each member, for a team.
///
/// Without a mail server it waits. Nobody is written to who does not work here when it is sent.
pub fn post(tx: &mut Tx<'_>, to: PrincipalId, letter: &Letter) -> Done<()> {
    if accounts::team(tx, to)?.is_some() {
        for member in accounts::members(tx, to)? {
            post_one(tx, member, letter)?;
        }
        return Ok(());
    }
    post_one(tx, to, letter)?;
    Ok(())
}

/// The letter; none to whoever may not work here.
fn post_one(tx: &mut Tx<'_>, to: PrincipalId, letter: &Letter) -> Done<Option<RowId>> {
    let Some(person) = accounts::user(tx, to)? else { return Ok(None) };
    if !matches!(person.state, UserState::Active | UserState::Invited) {
        return Ok(None);
    }
    let (path, secret) = match &letter.link {
        Link::None => (None, None),
        Link::To(path) => (Some(path.as_str()), None),
        Link::Secret { path, token } => (Some(path.as_str()), Some(token.as_str())),
    };
    if secret.is_some() {
        mail::withdraw_links(tx, to, "a newer link was made")?;
    }
    let domain = mail::settings(tx)?.and_then(|s| s.from_address.rsplit_once('@').map(|(_, domain)| domain.to_owned()));
    let new = mail::NewLetter {
        to,
        kind: letter.kind.name(),
        subject: &letters::one_line(&letter.subject, 200),
        body: &letter.text,
        path,
        secret,
        ends_on: letter.ends_on,
    };
    Ok(Some(mail::enqueue(tx, &new, domain.as_deref().unwrap_or(NOWHERE))?))
}
