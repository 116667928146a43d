//! Mail: the settings with their test, the outbox, and what is asked for by whoever forgot a password.
//!
//! The password of the mail server is typed and never shown again. A test is a letter like any other: the page that
//! asked for it shows what the mail server answered as soon as it has. What is said about a forgotten password is the
//! same for every address.
//! Not here: the page behind a link ([`super::entry`]). Start reading at [`page`]. Proved by `tests/it/mail.rs`.

use super::address::Address;
use super::entry::{organisation, theme};
use super::frame::Shell;
use super::show::{capital, counted};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::form::{Field, FormPage, Input, Section};
use crate::pages::frame::Frame;
use crate::pages::mail::{ForgottenPage, LetterRow, MailPage, OutboxPage, TestLetter};
use crate::pages::{Badge, Choice, Link, Tone};
use catalogue::RowId;
use crm::mail::{self, Kind, Line, MailSettings, Safety, SettingsAsk, State};
use crm::{Actor, Channel, Done, Error, FieldError, Tx, Verb};

/// How many letters a page has.
const PAGE: usize = 50;

/// `GET /mail`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    if let (Some(id), Some(_)) = (call.param("test").and_then(RowId::parse), call.param("part")) {
        let test = app.desk.look(&call.asker()?, |tx, actor| tested(tx, actor, id))?;
        return Answer::draw(&test);
    }
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, &[]))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, wrong: &[FieldError]) -> Done<MailPage> {
    let kept = mail::settings(tx, actor)?;
    let shell = Shell::of(tx, actor, call)?;
    let waiting: i64 = mail::counts(tx, actor)?.iter().filter(|(state, _)| is_open(*state)).map(|(_, n)| n).sum();
    let test = match call.param("test").and_then(RowId::parse) {
        Some(id) => Some(tested(tx, actor, id)?),
        None => None,
    };
    let fields = fields(call, kept.as_ref(), &shell.outlook.email, wrong);
    Ok(MailPage {
        frame: Frame { here: "/mail".into(), ..shell.frame("Mail") },
        is_set_up: kept.is_some(),
        waiting: if waiting == 0 { String::new() } else { format!("{waiting} waiting") },
        form: FormPage { sections: vec![Section { title: String::new(), fields }], ..FormPage::default() },
        test,
        error: String::new(),
    })
}

fn is_open(state: State) -> bool {
    matches!(state, State::Waiting | State::Sending | State::Held)
}

fn fields(call: &Call, kept: Option<&MailSettings>, email: &str, wrong: &[FieldError]) -> Vec<Field> {
    let is_sent = !call.form.is_empty();
    let value = |name: &str, stored: String| if is_sent { call.field(name).to_owned() } else { stored };
    let safety = value("safety", kept.map_or("starttls".into(), |k| k.safety.name().into()));
    let choice = |s: Safety| {
        let label = match s {
            Safety::Tls => "TLS from the first byte",
            Safety::StartTls => "STARTTLS, required",
            Safety::None => "None: others can read along",
        };
        Choice { selected: s.name() == safety, ..Choice::new(s.name(), label) }
    };
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let of = |read: fn(&MailSettings) -> String| kept.map_or_else(String::new, read);
    let password_help = match kept.is_some_and(|k| k.has_password) {
        true => "One is kept. Leave it empty to keep it.",
        false => "It is sealed and never shown again.",
    };
    let line = |name: &str, kind: &'static str, stored: String| Input::line(kind, &value(name, stored), 254);
    let all = [
        ("host", "Server", line("host", "text", of(|k| k.host.clone())), true, "Its name or address, smtp.example.com"),
        (
            "port",
            "Port",
            line("port", "text", kept.map_or("587".into(), |k| k.port.to_string())),
            true,
            "Often 587 with STARTTLS, 465 with TLS",
        ),
        ("safety", "Safe connection", Input::One(Safety::ALL.into_iter().map(choice).collect()), true, ""),
        ("login", "Name to sign in with", line("login", "text", of(|k| k.login.clone())), false, "Empty where the server asks for none"),
        ("password", "Password", Input::line("password", "", 254), false, password_help),
        ("from", "Letters come from", line("from", "email", of(|k| k.from.clone())), true, "An address that the server lets us write from"),
        (
            "own_address",
            "Links lead to",
            line("own_address", "url", kept.map_or_else(|| format!("https://crm.{domain}"), |k| k.own_address.clone())),
            true,
            "How people reach this product, https://crm.example.com",
        ),
    ];
    let field = |(name, label, input, is_required, help): (&str, &str, Input, bool, &str)| {
        let error = wrong.iter().find(|e| e.column == name).map(|e| capital(&e.message));
        Field { name: name.into(), label: label.into(), input, is_required, help: help.into(), error, ..Field::default() }
    };
    all.into_iter().map(field).collect()
}

/// `POST /mail`
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let ask = SettingsAsk {
        host: call.field("host").into(),
        port: call.field("port").into(),
        safety: call.field("safety").into(),
        login: call.field("login").into(),
        password: call.fields("password").first().map(|typed| (*typed).to_owned()).filter(|typed| !typed.is_empty()),
        from: call.field("from").into(),
        own_address: call.field("own_address").into(),
    };
    let who = call.asker()?;
    match app.desk.perform(&who, Verb::admin("mail.change"), move |tx, actor| mail::change(tx, actor, &ask)) {
        Ok(()) => Ok(Answer::see("/mail?done=saved")),
        Err(Error::Problem(problem)) if !problem.errors.is_empty() => {
            let page = app.desk.look(&who, |tx, actor| drawn(tx, actor, call, &problem.errors))?;
            Ok(Answer::draw(&page)?.status(422))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /mail/forget`
pub(super) fn forget(app: &App, call: &Call) -> Outcome {
    app.desk.perform(&call.asker()?, Verb::admin("mail.forget"), mail::forget)?;
    Ok(Answer::see("/mail?done=saved"))
}

/// `POST /mail/test`: the page with the letter, which asks again until the mail server has answered.
pub(super) fn test(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    match app.desk.perform(&who, Verb::admin("mail.test"), mail::test) {
        Ok(id) => Ok(Answer::see(Address::new("/mail").with("test", &id.to_string()).to_string())),
        Err(Error::Problem(problem)) => {
            let page = app.desk.look(&who, |tx, actor| drawn(tx, actor, call, &[]))?;
            Ok(Answer::draw(&MailPage { error: sentence(&problem.detail), ..page })?.status(409))
        }
        Err(other) => Err(other.into()),
    }
}

fn tested(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<TestLetter> {
    let line = mail::letter(tx, actor, id)?;
    let is_running = matches!(line.state, State::Waiting | State::Sending);
    let text = match (line.state, &line.last_error) {
        (State::Sent, _) => format!("The mail server took it, for {}.", line.address.as_deref().unwrap_or("you")),
        (State::Waiting | State::Sending, _) => "The mail server is being asked.".to_owned(),
        (_, Some(words)) => sentence(words),
        (_, None) => String::new(),
    };
    let href = Address::new("/mail").with("test", &id.to_string()).with("part", "test").to_string();
    Ok(TestLetter { href, state: badge(line.state), text, is_running })
}

/// `GET /mail/outbox`
pub(super) fn outbox(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| letters(tx, actor, call, String::new()))?;
    Answer::draw(&page)
}

fn letters(tx: &mut Tx<'_>, actor: &Actor, call: &Call, error: String) -> Done<OutboxPage> {
    let state = call.param("state").and_then(State::parse);
    let after = call.param("after").and_then(RowId::parse);
    let found = mail::outbox(tx, actor, state, after, PAGE)?;
    let shell = Shell::of(tx, actor, call)?;
    let counts = mail::counts(tx, actor)?;
    let at = |state: Option<State>| Address::new("/mail/outbox").with("state", state.map_or("", State::name));
    let filter = |label: String, of: Option<State>| Link { current: of == state, ..Link::new(&label, &at(of).to_string(), "") };
    let mut filters = vec![filter("All".into(), None)];
    filters.extend(counts.iter().map(|(of, n)| filter(format!("{} {n}", badge(*of).text), Some(*of))));
    let next = found.lines.last().filter(|_| found.has_more).map(|last| at(state).with("after", &last.id.to_string()).to_string());
    let row = |line: &Line| {
        let is_open = matches!(line.state, State::Waiting | State::Held | State::Failed);
        let act = |word: &str| if is_open { format!("/mail/outbox/{}/{word}", line.id) } else { String::new() };
        LetterRow {
            kind: Kind::parse(&line.kind).map_or_else(|| capital(&line.kind), |kind| kind.label().to_owned()),
            to: found.names.get(&line.to).cloned().unwrap_or_default(),
            to_href: format!("/people/{}", line.to),
            state: badge(line.state),
            why: why(line),
            when: shell.eye.when(line.created_on),
            retry_href: act("retry"),
            withdraw_href: act("withdraw"),
        }
    };
    Ok(OutboxPage {
        frame: Frame { here: "/mail/outbox".into(), ..shell.below("Outbox", &[("Mail", "/mail")]) },
        filters,
        rows: found.lines.iter().map(row).collect(),
        is_idle: mail::settings(tx, actor)?.is_none(),
        next_href: next,
        error,
    })
}

fn why(line: &Line) -> String {
    let words = line.last_error.as_deref().map(sentence).unwrap_or_default();
    let tries = usize::try_from(line.attempts).unwrap_or(0);
    match line.state {
        State::Sent => format!("To {}.", line.address.as_deref().unwrap_or("the person")),
        State::Waiting if tries > 0 => format!("{words} Tried {}; it is tried again by itself.", counted(tries, "time", "times")),
        _ => words,
    }
}

fn badge(state: State) -> Badge {
    let (text, tone) = match state {
        State::Waiting => ("Waiting", Tone::Waits),
        State::Sending => ("Sending", Tone::Accent),
        State::Sent => ("Sent", Tone::Proven),
        State::Failed => ("Failed", Tone::Stops),
        State::Held => ("Held", Tone::Stops),
        State::Withdrawn => ("Withdrawn", Tone::Quiet),
    };
    Badge { text: text.into(), tone }
}

/// `POST /mail/outbox/{id}/retry`
pub(super) fn retry(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    acted(app, call, app.desk.perform(&call.asker()?, Verb::admin("letter.retry"), move |tx, actor| mail::retry(tx, actor, id)), "retried")
}

/// `POST /mail/outbox/{id}/withdraw`
pub(super) fn withdraw(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    let done = app.desk.perform(&call.asker()?, Verb::admin("letter.withdraw"), move |tx, actor| mail::withdraw(tx, actor, id));
    acted(app, call, done, "withdrawn")
}

fn acted(app: &App, call: &Call, done: Done<()>, word: &str) -> Outcome {
    match done {
        Ok(()) => Ok(Answer::see(Address::new("/mail/outbox").with("done", word).to_string())),
        Err(Error::Problem(problem)) => {
            let page = app.desk.look(&call.asker()?, |tx, actor| letters(tx, actor, call, sentence(&problem.detail)))?;
            Ok(Answer::draw(&page)?.status(409))
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /forgotten-password`
pub(super) fn forgotten(app: &App, call: &Call) -> Outcome {
    Answer::draw(&ForgottenPage { is_sent: call.param("sent").is_some(), ..forgotten_page(app, call)? })
}

fn forgotten_page(app: &App, call: &Call) -> Result<ForgottenPage, No> {
    Ok(ForgottenPage {
        title: "Forgotten password".into(),
        organisation: organisation(app)?,
        theme: theme(call),
        csrf: call.csrf(),
        email: call.field("email").into(),
        has_mail: app.desk.glance(|tx| Ok(mail::is_set_up(tx)?))?,
        ..ForgottenPage::default()
    })
}

/// `POST /forgotten-password`: the same answer for every address.
pub(super) fn ask_reset(app: &App, call: &Call) -> Outcome {
    let (status, error) = match crm::sign_in::ask_reset(&app.desk, call.field("email"), call.place, Channel::Page) {
        Ok(()) => return Ok(Answer::see("/forgotten-password?sent=yes")),
        Err(Error::Wait(seconds)) => {
            (429, format!("Too many asks. Wait {}, then try again.", counted(seconds.max(1) as usize, "second", "seconds")))
        }
        Err(Error::Problem(problem)) => (422, sentence(problem.errors.first().map_or(&problem.detail, |e| &e.message))),
        Err(other) => return Err(other.into()),
    };
    Ok(Answer::draw(&ForgottenPage { error, ..forgotten_page(app, call)? })?.status(status))
}
