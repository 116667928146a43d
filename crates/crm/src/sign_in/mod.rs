//! How somebody comes to stand at the desk: passwords, sessions, tokens, invitations, the throttle.
//!
//! A secret is random and long and kept as a hash only; whoever reads the database can sign in as nobody. Hashing takes
//! longer than a transaction may, so the functions here that need it take the [`crate::Desk`] and hash outside of it.
//! Unknown, frozen, invited and mistaken get one answer, at one price.
//! Not here: cookies and headers (`web`). Start reading at [`sign_in`]. Proved by `crates/crm/tests/it/sign_in.rs`.

mod accept;
mod account;
mod csrf;
mod enrol;
mod factor;
mod line;
mod open;
pub mod passwords;
mod policy;
mod reset;
mod second;
mod secret;
mod sessions;
mod throttle;
mod tokens;

pub use accept::{Invited, accept, invited};
pub use account::{Account, SignedIn, account, change_password, end_other_sessions, has_news, seen_news, signed_in};
pub use csrf::{check_csrf, csrf_token};
pub use enrol::{Enrolment, FactorStanding, begin_factor, confirm_factor, factor_standing, remove_factor, renew_recovery_codes};
pub use open::{Next, Opened, STRANGER, SignInAsk, sign_in};
pub use policy::{
    LONGEST_ASKED, MOST_REMEMBERED, Policy, SHORTEST_WITH_FACTOR, STEP_UP_OFFERED, may_set_policy, policy, read_policy, set_policy,
};
pub(crate) use reset::RESET_USABLE;
pub use reset::{AskedReset, answer_reset, ask_reset, untold_resets};
pub use second::{Half, half_session, is_fresh, renew, second_step, sign_in_whole, step_up};
pub(crate) use secret::{hex, same};
pub use secret::{new_token, token_hash};
pub use sessions::{Mine, end, sessions, sign_out};
pub use tokens::{TOKEN_PREFIX, TokenAsk, TokenMade, create_token, revoke_token, tokens};

/// A live session or token.
pub use store::accounts::Session;

/// A minute in microseconds.
pub(crate) const MINUTE: i64 = 60_000_000;
/// An hour in microseconds.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// A day in microseconds.
pub(crate) const DAY: i64 = 24 * HOUR;
