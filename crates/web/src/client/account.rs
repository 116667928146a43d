//! The own account: password, sessions, tokens; and what somebody else did to it.
//!
//! Whatever cannot be done comes back on the same page in words. A token's secret stands on the page that made it and on
//! no other.
//! Not here: the second factor ([`super::factor`]), what one may ([`super::person`]). Start reading at [`page`].
//! Proved by `tests/it/account_pages.rs`.

use super::address::Address;
use super::frame::Shell;
use super::person::{end_of_day, refused};
use super::show::Eye;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column};
use crate::pages::Choice;
use crate::pages::account::{AccountPage, OwnSession, OwnToken};
use catalogue::RowId;
use crm::sign_in::{self, Session, TokenAsk};
use crm::views::principal_names;
use crm::{Actor, Denial, Done, Error, Scope, Task, Tx, Verb};

/// The scopes of a token, and what they mean.
const SCOPES: [(Scope, &str); 4] = [
    (Scope::Read, "Read"),
    (Scope::Write, "Change records"),
    (Scope::Export, "Take out files"),
    (Scope::Admin, "People, roles and settings"),
];

/// `GET /account`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<AccountPage> {
    let who = call.asker().map_err(|_| Denial::SignIn)?;
    let shell = Shell::of(tx, actor, call)?;
    let eye = &shell.eye;
    let known = sign_in::account(tx, &who, actor)?;
    let shortest = sign_in::read_policy(tx, actor)?.rules(known.factor_since.is_some()).shortest;
    let news = news(tx, eye, &known)?;
    let can_make_tokens = shell.outlook.holds(Task::UseApi);
    let is_token = call.here.ends_with("/tokens");
    let typed = |name: &str| if is_token { call.field(name).to_owned() } else { String::new() };
    let chosen: Vec<&str> = if is_token { call.fields("scope") } else { vec!["read"] };
    let scope = |(scope, label): (Scope, &str)| Choice { selected: chosen.contains(&scope.name()), ..Choice::new(scope.name(), label) };
    Ok(AccountPage {
        news,
        assurance: format!("With {}", words(known.signed_in.assurance)),
        factor_since: known.factor_since.map(|at| eye.when(at)),
        recovery_codes: known.recovery_codes,
        asked_by: known.asked_by,
        password_on: known.password_on.map(|at| eye.when(at)),
        password_until: known.password_until.map(|at| eye.when(at)),
        shortest,
        sessions: known.sessions.iter().map(|mine| session(eye, &mine.session, mine.is_current)).collect(),
        tokens: known.tokens.iter().map(|one| token(eye, one)).collect(),
        can_make_tokens,
        scopes: SCOPES.into_iter().map(scope).collect(),
        token_name: typed("name"),
        token_until: typed("until"),
        frame: crate::pages::frame::Frame { here: "/account".into(), ..shell.frame("Your account") },
        ..AccountPage::default()
    })
}

/// How a sign-in was proven, after `with`.
pub(super) fn words(assurance: &str) -> &'static str {
    if assurance == "second_factor" { "a password and a second factor" } else { "a password" }
}

fn news(tx: &mut Tx<'_>, eye: &Eye, known: &sign_in::Account) -> Done<Vec<String>> {
    let ids: Vec<_> = known.resets.iter().filter_map(|(by, _)| *by).collect();
    let names = principal_names(tx, &ids)?;
    let line = |(by, on): &(Option<crm::PrincipalId>, i64)| {
        let who = by.and_then(|by| names.get(&by).cloned()).unwrap_or_else(|| "The operator".into());
        format!(
            "{who} took your second factor away, {}. If you did not ask for that, tell whoever looks after security.",
            eye.when(*on).short
        )
    };
    let asked = |reset: &sign_in::AskedReset| {
        let on = eye.when(reset.asked_on).short;
        format!("{} asked for a new password for you, {on}. If you did not ask for that, tell whoever looks after security.", reset.by)
    };
    Ok(known.resets.iter().map(line).chain(known.password_resets.iter().map(asked)).collect())
}

fn session(eye: &Eye, session: &Session, is_current: bool) -> OwnSession {
    let how = if session.factor_on.is_some() { "Password and second factor" } else { "Password" };
    OwnSession {
        id: session.id.to_string(),
        what: if session.kind == "api" { "A program" } else { "A browser" }.into(),
        since: eye.when(session.created_on),
        used: eye.when(session.last_used),
        assurance: how.into(),
        is_current,
    }
}

fn token(eye: &Eye, token: &Session) -> OwnToken {
    let held: Vec<&str> = token.scopes.as_deref().unwrap_or_default().split(' ').collect();
    let labels = SCOPES.iter().filter(|(scope, _)| held.contains(&scope.name())).map(|(_, label)| *label);
    OwnToken {
        id: token.id.to_string(),
        name: token.name.clone().unwrap_or_default(),
        scopes: labels.collect::<Vec<_>>().join(", "),
        used: eye.when(token.last_used),
        until: eye.when(token.ends_on),
    }
}

/// What came of it: the page to look at, or the same page with what forbids it.
pub(super) fn answered<T>(app: &App, call: &Call, done: Result<T, No>, word: &str) -> Outcome {
    let (status, error) = match done {
        Ok(_) => return Ok(Answer::see(Address::new("/account").with("done", word).to_string())),
        Err(No::Crm(Error::Wait(seconds))) => (429, format!("Too many tries. Wait {seconds} seconds, then try again.")),
        Err(no) => refused(no)?,
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Ok(Answer::draw(&AccountPage { error, ..page })?.status(status))
}

/// `POST /account/password`
pub(super) fn password(app: &App, call: &Call) -> Outcome {
    let typed = |name: &str| call.fields(name).first().copied().unwrap_or_default().to_owned();
    let done = sign_in::change_password(&app.desk, &call.asker()?, &typed("old_password"), &typed("password"), call.place);
    answered(app, call, done.map_err(No::from), "password")
}

/// `POST /account/sessions/end`: one, or all others.
pub(super) fn end_session(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    if call.field("session") == "others" {
        let done = sign_in::end_other_sessions(&app.desk, &who);
        return answered(app, call, done.map_err(No::from), "ended");
    }
    let id = RowId::parse(call.field("session")).ok_or(Denial::NotThere)?;
    let done = app.desk.perform(&who, Verb::own("session.end"), move |tx, actor| sign_in::end(tx, actor, id));
    match done {
        // WHY: one that ended by itself meanwhile is what was wanted.
        Err(Error::Denied(Denial::NotThere)) => answered(app, call, Ok(()), "ended"),
        other => answered(app, call, other.map_err(No::from), "ended"),
    }
}

/// `POST /account/tokens`: answered by the page with the secret, this once.
pub(super) fn make_token(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    match made(app, call) {
        Ok(new_token) => {
            let page = app.desk.look(&who, |tx, actor| drawn(tx, actor, call))?;
            let plain = AccountPage { token_name: String::new(), token_until: String::new(), ..page };
            Answer::draw(&AccountPage { new_token, ..plain })
        }
        Err(no) => answered::<()>(app, call, Err(no), ""),
    }
}

fn made(app: &App, call: &Call) -> Result<String, No> {
    let who = call.asker()?;
    let sent = call.fields("scope");
    let scopes = SCOPES.into_iter().map(|(scope, _)| scope).filter(|scope| sent.contains(&scope.name())).collect();
    let eye = app.desk.look(&who, |tx, actor| Eye::of(tx, actor, call))?;
    let expires_at = end_of_day(&eye, call.field("until"))?.ok_or_else(|| column("until", "choose its last day"))?;
    let ask = TokenAsk { name: call.field("name").to_owned(), scopes, expires_at };
    Ok(sign_in::create_token(&app.desk, &who, &ask)?.token)
}

/// `POST /account/tokens/revoke`
pub(super) fn revoke(app: &App, call: &Call) -> Outcome {
    let id = RowId::parse(call.field("token")).ok_or(Denial::NotThere)?;
    let done = app.desk.perform(&call.asker()?, Verb::own("token.end"), move |tx, actor| sign_in::revoke_token(tx, actor, id));
    answered(app, call, done.map_err(No::from), "revoked")
}

/// `POST /account/seen`
pub(super) fn seen(app: &App, call: &Call) -> Outcome {
    let done = app.desk.perform(&call.asker()?, Verb::own("account.seen"), sign_in::seen_news);
    answered(app, call, done.map_err(No::from), "noticed")
}
