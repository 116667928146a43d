//! The ways in: signing in and out, setting up by the one-time link, accepting an invitation; and how things are shown.
//!
//! Nobody is told whether an address is known. A link that is void gets one page, whatever made it so. Whoever signed in
//! goes on to an address of ours only.
//! Not here: hashing, throttling (`crm`), the cookies' form (`cookies.rs`). Start reading at [`sign_in`].
//! Proved by `tests/it/client.rs`.

use super::address::Address;
use super::factor::onward;
use super::frame::own_address;
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::Call;
use crate::guard::no_session_cookie;
use crate::pages::entry::{AcceptPage, SetUpPage, SignInPage};
use crate::pages::{Choice, Kept};
use crm::setup::{BaseCurrency, SetupForm};
use crm::sign_in::{SignInAsk, accept, invited};
use crm::{Channel, Denial, Error, setup, views};

pub(super) fn organisation(app: &App) -> Result<String, Error> {
    app.desk.glance(views::organisation)
}

pub(super) fn theme(call: &Call) -> String {
    ["light", "dark"].into_iter().find(|t| *t == call.cookie("theme")).unwrap_or_default().to_owned()
}

/// `GET /sign-in`
pub(super) fn gate(app: &App, call: &Call) -> Outcome {
    let notice = match (call.param("why"), call.param("back")) {
        (Some("out"), _) => "You are signed out.",
        (_, Some(back)) if back != "/" => "Sign in to go on. A session ends by itself, and when an account is frozen.",
        _ => "",
    };
    let page = gate_page(app, call, call.param("back").unwrap_or("/"))?;
    // What the page itself has to say, that there is no organisation yet, goes before how somebody came here.
    let notice = if page.notice.is_empty() { notice.to_owned() } else { page.notice.clone() };
    Answer::draw(&SignInPage { notice, ..page })
}

fn gate_page(app: &App, call: &Call, next: &str) -> Result<SignInPage, Error> {
    let notice = match app.desk.glance(|tx| Ok(setup::is_set_up(tx)?))? {
        true => "",
        false => "There is no organisation here yet. The link that sets it up was printed by the server when it started.",
    };
    Ok(SignInPage {
        title: "Sign in".into(),
        organisation: organisation(app)?,
        theme: theme(call),
        csrf: call.csrf(),
        next: own_address(next),
        notice: notice.into(),
        has_mail: app.desk.glance(|tx| Ok(crm::mail::is_set_up(tx)?))?,
        ..SignInPage::default()
    })
}

/// `POST /sign-in`
pub(super) fn sign_in(app: &App, call: &Call) -> Outcome {
    let password = call.fields("password").first().copied().unwrap_or_default().to_owned();
    let ask = SignInAsk { email: call.field("email").into(), password, place: call.place, channel: Channel::Page };
    let (status, error) = match crm::sign_in::sign_in(&app.desk, &ask) {
        Ok(opened) => return onward(app, &opened, call.field("next")),
        Err(Error::Denied(Denial::SignIn)) => (422, "That e-mail and password do not match.".to_owned()),
        Err(Error::Wait(seconds)) => {
            (429, format!("Too many tries. Wait {}, then try again.", super::show::counted(seconds.max(1) as usize, "second", "seconds")))
        }
        Err(other) => return Err(other.into()),
    };
    let page = gate_page(app, call, call.field("next"))?;
    Ok(Answer::draw(&SignInPage { error, email: call.field("email").into(), ..page })?.status(status))
}

/// `POST /sign-out`
pub(super) fn sign_out(app: &App, call: &Call) -> Outcome {
    match crm::sign_in::sign_out(&app.desk, &call.asker()?) {
        // WHY: a session that had ended already is what was wanted.
        Ok(()) | Err(Error::Denied(Denial::SignIn)) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(Answer::see("/sign-in?why=out").with("set-cookie", no_session_cookie(app)))
}

/// `GET /set-up/{token}`
pub(super) fn set_up(app: &App, call: &Call) -> Outcome {
    let hash = crm::sign_in::token_hash(call.name("token"));
    if !app.desk.glance(|tx| Ok(setup::open(tx, &hash)?))? {
        return Err(crm::Problem::conflict("link-void", "this link was used already or is not the one the server printed").into());
    }
    Answer::draw(&set_up_page(call, Vec::new()))
}

fn set_up_page(call: &Call, errors: Vec<Kept>) -> SetUpPage {
    let chosen = call.field("currency");
    let choice = |c: BaseCurrency| Choice { selected: c.iso == chosen, ..Choice::new(&c.iso, &format!("{} ({})", c.name, c.iso)) };
    SetUpPage {
        title: "Set up".into(),
        organisation: call.field("organisation").into(),
        theme: theme(call),
        csrf: call.csrf(),
        action: call.here.clone(),
        name: call.field("name").into(),
        email: call.field("email").into(),
        currencies: BaseCurrency::offered().into_iter().map(choice).collect(),
        errors,
    }
}

/// `POST /set-up/{token}`
pub(super) fn install(app: &App, call: &Call) -> Outcome {
    let password = call.fields("password").first().copied().unwrap_or_default().to_owned();
    let form = SetupForm {
        organisation: call.field("organisation").into(),
        base_currency: call.field("currency").into(),
        name: call.field("name").into(),
        email: call.field("email").into(),
        password: password.clone(),
    };
    match setup::install_by_link(&app.desk, call.name("token"), &form) {
        Ok(_) => enter(app, call, form.email, password),
        Err(Error::Problem(problem)) if problem.code != "link-void" => {
            let at = |e: &crm::FieldError| Kept { name: e.column.replace("base_currency", "currency"), value: sentence(&e.message) };
            let mut errors: Vec<Kept> = problem.errors.iter().map(at).collect();
            if errors.is_empty() {
                errors.push(Kept { name: String::new(), value: sentence(&problem.detail) });
            }
            Ok(Answer::draw(&set_up_page(call, errors))?.status(422))
        }
        Err(other) => Err(other.into()),
    }
}

/// Whoever just chose a password is signed in with it.
fn enter(app: &App, call: &Call, email: String, password: String) -> Outcome {
    let ask = SignInAsk { email, password, place: call.place, channel: Channel::Page };
    onward(app, &crm::sign_in::sign_in(&app.desk, &ask)?, "/")
}

/// `GET /invitation/{token}`
pub(super) fn invitation(app: &App, call: &Call) -> Outcome {
    let page = invitation_page(app, call)?;
    let status = if page.is_void { 409 } else { 200 };
    Ok(Answer::draw(&page)?.status(status))
}

fn invitation_page(app: &App, call: &Call) -> Result<AcceptPage, Error> {
    let page = AcceptPage { theme: theme(call), csrf: call.csrf(), action: call.here.clone(), ..AcceptPage::default() };
    match app.desk.glance(|tx| invited(tx, call.name("token"))) {
        Ok(invited) => {
            let first = invited.name.split_whitespace().next().unwrap_or_default();
            let lead = match invited.is_reset {
                true => "Choose a new password. Every session that was open ends.".to_owned(),
                false => format!("You were invited to {}. Choose a password to begin.", invited.organisation),
            };
            Ok(AcceptPage { title: format!("Welcome, {first}"), organisation: invited.organisation, email: invited.email, lead, ..page })
        }
        Err(Error::Problem(problem)) if problem.code == "invitation-void" => {
            let is_reset = call.here.starts_with("/password-reset/");
            Ok(AcceptPage { title: "This link does not work".into(), organisation: organisation(app)?, is_void: true, is_reset, ..page })
        }
        Err(other) => Err(other),
    }
}

/// `POST /invitation/{token}`
pub(super) fn join(app: &App, call: &Call) -> Outcome {
    let password = call.fields("password").first().copied().unwrap_or_default().to_owned();
    let page = invitation_page(app, call)?;
    if page.is_void {
        return Ok(Answer::draw(&page)?.status(409));
    }
    match accept(&app.desk, call.name("token"), &password, Channel::Page) {
        Ok(_) => enter(app, call, page.email, password),
        Err(Error::Problem(problem)) => {
            let words = problem.errors.first().map_or(&problem.detail, |e| &e.message);
            Ok(Answer::draw(&AcceptPage { error: sentence(words), ..page })?.status(422))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /preferences`: how things are shown, kept by the browser for a year.
pub(super) fn prefer(app: &App, call: &Call) -> Outcome {
    const KNOWN: [(&str, &[&str]); 4] = [
        ("theme", &["light", "dark", "auto"]),
        ("density", &["compact", "roomy"]),
        ("sitemap", &["narrow", "wide"]),
        ("rows", &["25", "50"]),
    ];
    let mut answer = Answer::see(Address::new(own_address(call.field("back"))).to_string());
    let secure = if app.is_tls { "; Secure" } else { "" };
    for (name, values) in KNOWN {
        if let Some(value) = values.iter().find(|v| **v == call.field(name)) {
            answer = answer.with("set-cookie", format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"));
        }
    }
    Ok(answer)
}
