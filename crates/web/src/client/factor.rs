//! The second factor on pages: the second step of signing in, setting one up, and a fresh code before a task.
//!
//! A task that asks for a fresh code answers with a page that carries everything the form held and goes on with it
//! ([`prove`], [`step_up`]): nothing typed is lost. Setting up stands outside the frame, because whoever a role asks for a
//! factor may see nothing else before.
//! Not here: which codes fit (`crm`). Start reading at [`second_step`]. Proved by `tests/it/account_pages.rs`.

use super::account::answered;
use super::entry::{organisation, theme};
use super::frame::{Shell, own_address};
use crate::App;
use crate::answer::{Answer, No, Outcome, Told, sentence};
use crate::call::Call;
use crate::guard::session_cookie;
use crate::pages::Kept;
use crate::pages::account::{CodePage, RecoveryCodesPage, RenewPage, SecondFactorPage, StepUpPage, qr};
use crate::pages::frame::Frame;
use askama::Template;
use crm::sign_in::{self, Next, Opened};
use crm::{Channel, Denial, Error, Problem};

/// The field that a fresh code stands in, beside the fields of whatever asked for it.
const CODE: &str = "step-up-code";

/// Where somebody goes whose password was right.
pub(super) fn onward(app: &App, opened: &Opened, next: &str) -> Outcome {
    let next = own_address(next);
    let at = match opened.next {
        Next::Code => format!("/sign-in/code?back={}", super::address::escape(&next)),
        Next::Password => format!("/sign-in/password?back={}", super::address::escape(&next)),
        Next::In if has_news(app, opened) => "/account".to_owned(),
        Next::In => next,
    };
    Ok(Answer::see(at).with("set-cookie", session_cookie(app, &opened.token)))
}

/// Whether there is something to be told before anything else. Whoever has to set up a factor first is told after it.
fn has_news(app: &App, opened: &Opened) -> bool {
    let who = crm::Asker::with_token(&opened.token, Channel::Page);
    app.desk.look(&who, sign_in::has_news).unwrap_or(false)
}

/// `GET /sign-in/code`
pub(super) fn code(app: &App, call: &Call) -> Outcome {
    Answer::draw(&code_page(app, call, call.param("back").unwrap_or("/"))?)
}

fn half(app: &App, call: &Call, next: Next) -> Result<sign_in::Half, Error> {
    let half = sign_in::half_session(&app.desk, call.secret.as_deref().unwrap_or_default())?;
    if half.next == next { Ok(half) } else { Err(Denial::SignIn.into()) }
}

fn code_page(app: &App, call: &Call, next: &str) -> Result<CodePage, Error> {
    let half = half(app, call, Next::Code)?;
    Ok(CodePage {
        title: "Your second factor".into(),
        organisation: organisation(app)?,
        theme: theme(call),
        csrf: call.csrf(),
        next: own_address(next),
        email: half.email,
        has_no_codes: half.recovery_codes == 0,
        error: String::new(),
    })
}

/// `POST /sign-in/code`
pub(super) fn second_step(app: &App, call: &Call) -> Outcome {
    let token = call.secret.as_deref().unwrap_or_default();
    let (status, error) = match sign_in::second_step(&app.desk, token, call.field("code"), call.place, Channel::Page) {
        Ok(opened) => return onward(app, &opened, call.field("next")),
        Err(error) => wrong(error)?,
    };
    let page = code_page(app, call, call.field("next"))?;
    Ok(Answer::draw(&CodePage { error, ..page })?.status(status))
}

/// The words of a code or password that was not taken.
fn wrong(error: Error) -> Result<(u16, String), Error> {
    match error {
        Error::Wait(seconds) => Ok((429, format!("Too many tries. Wait {seconds} seconds, then try again."))),
        Error::Problem(problem) => {
            let words = problem.errors.first().map_or(&problem.detail, |e| &e.message);
            Ok((422, sentence(words)))
        }
        other => Err(other),
    }
}

/// `GET /sign-in/password`
pub(super) fn due(app: &App, call: &Call) -> Outcome {
    Answer::draw(&renew_page(app, call, call.param("back").unwrap_or("/"))?)
}

fn renew_page(app: &App, call: &Call, next: &str) -> Result<RenewPage, Error> {
    let half = half(app, call, Next::Password)?;
    Ok(RenewPage {
        title: "Choose another password".into(),
        organisation: organisation(app)?,
        theme: theme(call),
        csrf: call.csrf(),
        next: own_address(next),
        email: half.email,
        shortest: half.shortest,
        error: String::new(),
    })
}

/// `POST /sign-in/password`
pub(super) fn renew(app: &App, call: &Call) -> Outcome {
    let password = call.fields("password").first().copied().unwrap_or_default();
    let (status, error) = match sign_in::renew(&app.desk, call.secret.as_deref().unwrap_or_default(), password, Channel::Page) {
        Ok(opened) => return onward(app, &opened, call.field("next")),
        Err(error) => wrong(error)?,
    };
    let page = renew_page(app, call, call.field("next"))?;
    Ok(Answer::draw(&RenewPage { error, ..page })?.status(status))
}

/// `GET /account/second-factor`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    Answer::draw(&set_up_page(app, call)?)
}

fn set_up_page(app: &App, call: &Call) -> Result<SecondFactorPage, No> {
    let who = call.asker()?;
    let (standing, since) = app.desk.look_before_factor(&who, |tx, actor| {
        let standing = sign_in::factor_standing(tx, &who, actor)?;
        let eye = super::show::Eye::of(tx, actor, call)?;
        let since = standing.since.map_or_else(String::new, |at| eye.when(at).short);
        Ok((standing, since))
    })?;
    let letters = |secret: &str| {
        let letters: Vec<char> = secret.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    };
    Ok(SecondFactorPage {
        title: "Set up a second factor".into(),
        organisation: organisation(app)?,
        theme: theme(call),
        csrf: call.csrf(),
        is_needed: standing.is_needed,
        since,
        asks_password: standing.asks_password,
        drawing: standing.waiting.as_ref().map_or_else(String::new, |waiting| qr(&waiting.address)),
        secret: standing.waiting.as_ref().map_or_else(String::new, |waiting| letters(&waiting.secret)),
        error: String::new(),
    })
}

fn again(app: &App, call: &Call, error: Error) -> Outcome {
    let (status, error) = wrong(error)?;
    Ok(Answer::draw(&SecondFactorPage { error, ..set_up_page(app, call)? })?.status(status))
}

/// `POST /account/second-factor`: a secret that waits for its first code.
pub(super) fn begin(app: &App, call: &Call) -> Outcome {
    let password = call.fields("old_password").first().copied().unwrap_or_default();
    match sign_in::begin_factor(&app.desk, &call.asker()?, password, call.place) {
        Ok(_) => Ok(Answer::see("/account/second-factor")),
        Err(error) => again(app, call, error),
    }
}

/// `POST /account/second-factor/confirm`: answered by the recovery codes, this once.
pub(super) fn confirm(app: &App, call: &Call) -> Outcome {
    match sign_in::confirm_factor(&app.desk, &call.asker()?, call.field("code"), call.place) {
        Ok(codes) => codes_page(app, call, codes, true),
        Err(error) => again(app, call, error),
    }
}

fn codes_page(app: &App, call: &Call, codes: Vec<String>, is_new: bool) -> Outcome {
    let title = "Keep these recovery codes".into();
    Answer::draw(&RecoveryCodesPage { title, organisation: organisation(app)?, theme: theme(call), codes, is_new })
}

/// `POST /account/recovery-codes`
pub(super) fn renew_codes(app: &App, call: &Call) -> Outcome {
    match sign_in::renew_recovery_codes(&app.desk, &call.asker()?) {
        Ok(codes) => codes_page(app, call, codes, false),
        Err(error) => answered::<()>(app, call, Err(error.into()), ""),
    }
}

/// `POST /account/second-factor/remove`
pub(super) fn remove(app: &App, call: &Call) -> Outcome {
    let done = sign_in::remove_factor(&app.desk, &call.asker()?);
    answered(app, call, done.map_err(No::from), "factor-gone")
}

/// Proves the second factor with the code that a form carries beside its own fields, and takes it out of the form.
pub(crate) fn prove(app: &App, call: &Call) -> Result<Call, No> {
    if call.field(CODE).is_empty() {
        return Ok(call.clone());
    }
    let proven = sign_in::step_up(&app.desk, &call.asker()?, call.field(CODE), call.place);
    proven.map_err(|error| match error {
        Error::Problem(Problem { code: "invalid-values", .. }) => {
            No::CodeAgain("that code does not fit, or was used already; take the next one".into())
        }
        Error::Wait(seconds) => No::CodeAgain(format!("too many tries; wait {seconds} seconds and take the next code")),
        other => other.into(),
    })?;
    Ok(Call { form: call.form.iter().filter(|(name, _)| name != CODE).cloned().collect(), ..call.clone() })
}

/// The page that asks for a fresh code and carries what was being done; none for what holds no form.
pub(super) fn step_up(app: &App, call: &Call, told: &Told) -> Option<String> {
    let who = call.asker().ok()?;
    let shell = app.desk.look(&who, |tx, actor| Shell::of(tx, actor, call)).ok()?;
    let kept = call.form.iter().filter(|(name, _)| name != CODE && name != "csrf");
    let page = StepUpPage {
        frame: Frame { flash: None, ..shell.frame(told.title) },
        action: own_address(&call.here),
        kept: kept.map(|(name, value)| Kept { name: name.clone(), value: value.clone() }).collect(),
        error: if told.status == 422 { sentence(&told.detail) } else { String::new() },
    };
    page.render().ok()
}
