//! Who is written to, who looks after it, and how a link by mail lives and dies.
//!
//! The mail server is played here by the test, which takes a letter and says what became of it.
//! Not here: SMTP with a real server (`crates/castellan/tests/it/mail.rs`). Start reading at [`set_up`].

use crate::sign_in::{invitee, knock};
use crate::world::{DAY, HOUR, MINUTE, PASSWORD, World, denied, email, on_both, problem};
use crm::mail::{self, Letter, Outcome, Parcel, SettingsAsk, State};
use crm::sign_in::{accept, answer_reset, ask_reset, untold_resets};
use crm::{Channel, Denial, Done, Error, Task, people};
use std::sync::atomic::{AtomicUsize, Ordering};

const OTHER: &str = "velvet compass thirteen owls";

pub fn settings() -> SettingsAsk {
    SettingsAsk {
        host: "mail.example".into(),
        port: "587".into(),
        safety: "starttls".into(),
        login: "crm".into(),
        password: Some("open sesame".into()),
        from: "crm@acme.example".into(),
        own_address: "https://crm.acme.example/".into(),
    }
}

/// From now on the organisation sends mail.
pub fn set_up(world: &World) {
    world.act("admin", |tx, actor| mail::change(tx, actor, &settings())).unwrap();
}

fn take(world: &World) -> Option<Parcel> {
    while answer_reset(world.desk()).unwrap() {}
    mail::take(world.desk()).unwrap()
}

fn tell(world: &World, parcel: &Parcel, outcome: Outcome) {
    mail::tell(world.desk(), parcel, outcome).unwrap();
}

/// Everything that is due is taken by the mail server.
fn delivered(world: &World) -> Vec<Parcel> {
    let mut all = Vec::new();
    while let Some(parcel) = take(world) {
        tell(world, &parcel, Outcome::Accepted);
        all.push(parcel);
    }
    all
}

/// What the link in a letter ends in.
fn token(parcel: &Parcel, path: &str) -> String {
    let from = parcel.text.find(path).unwrap_or_else(|| panic!("no {path} in {}", parcel.text));
    parcel.text[from + path.len()..].lines().next().unwrap().to_owned()
}

pub fn forget(world: &World, name: &str) -> Done<()> {
    ask_reset(world.desk(), &email(name), Some("192.0.2.1".parse().unwrap()), Channel::Page)
}

fn states(world: &World) -> Vec<(String, State, Option<String>)> {
    let page = world.look("admin", |tx, actor| mail::outbox(tx, actor, None, None, 50)).unwrap();
    page.lines.into_iter().rev().map(|line| (line.kind, line.state, line.last_error)).collect()
}

#[test]
fn without_a_mail_server_letters_wait_and_with_one_they_go() {
    on_both(|world| {
        let to = world.id("north_rep");
        world.operate(move |tx| mail::post(tx, to, &Letter::notice("Your access changed", "A role was given to you.", Some("/people"))));
        assert!(take(world).is_none());
        assert_eq!(states(world), [("notice".into(), State::Waiting, None)]);
        set_up(world);
        let sent = delivered(world);
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].to, ("north_rep".into(), email("north_rep")));
        assert_eq!(sent[0].from, ("Acme".into(), "crm@acme.example".into()));
        assert_eq!(sent[0].login, Some(("crm".into(), "open sesame".into())));
        assert!(sent[0].text.contains("A role was given to you.\n\nhttps://crm.acme.example/people\n"), "{}", sent[0].text);
        assert_eq!(states(world), [("notice".into(), State::Sent, None)]);
        assert!(world.trail().contains(&("letter.send".into(), "done".into())));
    });
}

#[test]
fn a_letter_of_a_change_that_was_refused_is_not_posted() {
    on_both(|world| {
        let to = world.id("north_rep");
        let refused: Done<()> = world.act("admin", move |tx, _| {
            mail::post(tx, to, &Letter::notice("Never", "happened", None))?;
            Err(Error::Denied(Denial::NotThere))
        });
        assert!(refused.is_err());
        assert!(states(world).is_empty());
    });
}

#[test]
fn nobody_frozen_is_written_to_and_the_address_is_that_of_the_moment() {
    on_both(|world| {
        set_up(world);
        let (gone, here) = (world.id("south_rep"), world.id("north_rep"));
        world.operate(move |tx| {
            mail::post(tx, gone, &Letter::notice("One", "text", None))?;
            mail::post(tx, here, &Letter::notice("Two", "text", None))
        });
        people::freeze(world.desk(), &world.user("admin"), gone, None).unwrap();
        let sent = delivered(world);
        assert_eq!(sent.iter().map(|p| p.subject.as_str()).collect::<Vec<_>>(), ["Two"]);
        let withdrawn = states(world).into_iter().find(|(_, state, _)| *state == State::Withdrawn);
        assert!(withdrawn.unwrap().2.unwrap().contains("frozen"));
        world.operate(move |tx| mail::post(tx, gone, &Letter::notice("Three", "text", None)));
        assert_eq!(states(world).len(), 2, "to somebody frozen nothing is posted either");
    });
}

#[test]
fn a_letter_to_a_team_goes_to_each_member() {
    on_both(|world| {
        set_up(world);
        let unit = world.unit("north");
        let team = world.desk().glance(|tx| people_team(tx, unit)).unwrap();
        world.operate(move |tx| mail::post(tx, team, &Letter::notice("All", "text", None)));
        assert_eq!(delivered(world).iter().map(|p| p.to.0.clone()).collect::<Vec<_>>(), ["north_rep"]);
    });
}

fn people_team(tx: &mut store::Tx<'_>, unit: crm::UnitId) -> Done<crm::PrincipalId> {
    Ok(store::accounts::teams(tx)?.into_iter().find(|team| team.is_default && team.unit == unit).unwrap().id)
}

#[test]
fn an_invitation_goes_by_mail_and_is_shown_to_nobody_else() {
    on_both(|world| {
        set_up(world);
        let unit = world.unit("north");
        let made = world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
        assert!(made.is_mailed && made.token.is_empty(), "the inviter has no link");
        let sent = delivered(world);
        assert_eq!((sent.len(), sent[0].to.1.as_str()), (1, email("fresh").as_str()));
        assert!(sent[0].subject.contains("Acme") && sent[0].text.contains("admin invites you"));
        let link = token(&sent[0], "https://crm.acme.example/invitation/");
        accept(world.desk(), &link, PASSWORD, Channel::Page).unwrap();
        assert_eq!(problem(accept(world.desk(), &link, PASSWORD, Channel::Page)).code, "invitation-void");
        assert!(knock(world, "fresh", PASSWORD).is_ok());
    });
}

#[test]
fn an_invitation_that_was_used_or_renewed_is_not_sent_any_more() {
    on_both(|world| {
        set_up(world);
        let unit = world.unit("north");
        let made = world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
        let user = made.user;
        world.act("admin", move |tx, actor| people::invite_again(tx, actor, user)).unwrap();
        assert_eq!(states(world)[0].1, State::Withdrawn, "the newer one is enough");
        world.clock.go_on(8 * DAY);
        assert!(delivered(world).is_empty(), "too late to be of use");
        assert_eq!(states(world)[1].1, State::Withdrawn);
    });
}

#[test]
fn a_forgotten_password_is_answered_by_mail_once_and_for_a_quarter_of_an_hour() {
    on_both(|world| {
        set_up(world);
        forget(world, "north_rep").unwrap();
        let sent = delivered(world);
        assert_eq!(sent[0].to.1, email("north_rep"));
        let link = token(&sent[0], "https://crm.acme.example/password-reset/");
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok(), "an unused link ends nothing");
        accept(world.desk(), &link, OTHER, Channel::Page).unwrap();
        assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SignIn, "every session has ended");
        assert!(knock(world, "north_rep", OTHER).is_ok());
        assert_eq!(problem(accept(world.desk(), &link, PASSWORD, Channel::Page)).code, "invitation-void");
        let told = delivered(world);
        assert!(told[0].subject.contains("was changed"), "the person is told: {}", told[0].subject);
        forget(world, "north_rep").unwrap();
        let link = token(&delivered(world)[0], "/password-reset/");
        world.clock.go_on(15 * MINUTE);
        assert_eq!(problem(accept(world.desk(), &link, PASSWORD, Channel::Page)).code, "invitation-void");
    });
}

#[test]
fn a_reset_dies_by_a_freeze_and_by_a_newer_one() {
    on_both(|world| {
        set_up(world);
        forget(world, "north_rep").unwrap();
        let first = token(&delivered(world)[0], "/password-reset/");
        forget(world, "north_rep").unwrap();
        let second = token(&delivered(world)[0], "/password-reset/");
        assert_eq!(problem(accept(world.desk(), &first, OTHER, Channel::Page)).code, "invitation-void");
        let rep = world.id("north_rep");
        people::freeze(world.desk(), &world.user("admin"), rep, None).unwrap();
        assert_eq!(problem(accept(world.desk(), &second, OTHER, Channel::Page)).code, "invitation-void");
        people::unfreeze(world.desk(), &world.user("admin"), rep, None).unwrap();
        assert_eq!(problem(accept(world.desk(), &second, OTHER, Channel::Page)).code, "invitation-void", "also after an unfreeze");
        assert!(knock(world, "north_rep", PASSWORD).is_ok(), "the password is what it was");
    });
}

#[test]
fn what_waits_for_somebody_who_was_disabled_is_withdrawn_and_never_goes() {
    on_both(|world| {
        set_up(world);
        forget(world, "north_rep").unwrap();
        while answer_reset(world.desk()).unwrap() {}
        let rep = world.id("north_rep");
        world.operate(move |tx| mail::post(tx, rep, &Letter::notice("Your access changed", "A role was given to you.", Some("/people"))));
        people::disable(world.desk(), &world.user("admin"), rep, None).unwrap();
        world.operate(move |tx| mail::post(tx, rep, &Letter::notice("Afterwards", "Nobody is written to then.", None)));
        assert!(take(world).is_none(), "nothing goes");
        let withdrawn = Some("the person is disabled: whoever may not work here is not written to".to_owned());
        let mut found = states(world);
        found.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(found, [("notice".into(), State::Withdrawn, withdrawn.clone()), ("reset".into(), State::Withdrawn, withdrawn)]);
    });
}

#[test]
fn a_reset_that_waits_in_the_outbox_is_withdrawn_by_a_freeze() {
    on_both(|world| {
        set_up(world);
        forget(world, "north_rep").unwrap();
        while answer_reset(world.desk()).unwrap() {}
        let rep = world.id("north_rep");
        people::freeze(world.desk(), &world.user("admin"), rep, None).unwrap();
        people::unfreeze(world.desk(), &world.user("admin"), rep, None).unwrap();
        assert!(delivered(world).is_empty());
        let (_, state, why) = states(world).remove(0);
        assert_eq!((state, why.as_deref()), (State::Withdrawn, Some("its link does not work any more")));
    });
}

#[test]
fn whoever_is_unknown_invited_or_frozen_hears_the_same_and_gets_nothing() {
    on_both(|world| {
        set_up(world);
        let unit = world.unit("north");
        world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
        delivered(world);
        people::freeze(world.desk(), &world.user("admin"), world.id("south_rep"), None).unwrap();
        for name in ["nobody", "fresh", "south_rep"] {
            forget(world, name).unwrap();
        }
        assert!(delivered(world).is_empty());
        // Nothing was looked up at the door: the same rows are written for everybody, and none in the trail.
        assert!(!world.trail().iter().any(|(verb, _)| verb.starts_with("password.")));
        assert_eq!(problem(ask_reset(world.desk(), "no address", None, Channel::Page)).errors[0].column, "email");
    });
}

#[test]
fn asking_again_and_again_waits_whoever_it_is() {
    let world = World::sqlite();
    set_up(&world);
    let waits = |name: &str| (0..6).map(|_| matches!(forget(&world, name), Err(Error::Wait(_)))).collect::<Vec<_>>();
    let known = waits("north_rep");
    assert_eq!(known, waits("nobody"));
    assert_eq!(known.iter().filter(|waited| !**waited).count(), 4, "three are free, the fourth begins the wait");
    world.clock.go_on(2 * HOUR);
    assert!(forget(&world, "north_rep").is_ok(), "nobody waits for ever");
}

#[test]
fn of_fifty_who_race_for_one_link_exactly_one_wins() {
    on_both(|world| {
        set_up(world);
        forget(world, "north_rep").unwrap();
        let link = token(&delivered(world)[0], "/password-reset/");
        let (won, void) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for n in 0..50 {
                let (link, won, void) = (&link, &won, &void);
                scope.spawn(move || match accept(world.desk(), link, &format!("{OTHER} number {n}"), Channel::Page) {
                    Ok(_) => won.fetch_add(1, Ordering::SeqCst),
                    Err(Error::Problem(problem)) if problem.code == "invitation-void" => void.fetch_add(1, Ordering::SeqCst),
                    other => panic!("{other:?}"),
                });
            }
        });
        assert_eq!((won.into_inner(), void.into_inner()), (1, 49));
    });
}

#[test]
fn a_reset_by_another_is_for_whoever_may_give_all_roles_and_is_told() {
    on_both(|world| {
        set_up(world);
        let (rep, admin) = (world.id("north_rep"), world.id("admin"));
        assert_eq!(denied(world.act("manager", move |tx, actor| people::invite_again(tx, actor, rep))), Denial::NoTask(Task::ManageUsers));
        assert!(matches!(denied(world.act("security_admin", move |tx, actor| people::invite_again(tx, actor, admin))), Denial::Guard(_)));
        let made = world.act("admin", move |tx, actor| people::invite_again(tx, actor, rep)).unwrap();
        assert!(made.is_mailed && made.token.is_empty());
        assert_eq!(made.expires_at, world.desk().store().now() + 15 * MINUTE);
        let sent = delivered(world);
        assert!(sent[0].text.contains("admin asked for a new password for you"), "{}", sent[0].text);
        let told = world.look("north_rep", untold_resets).unwrap();
        assert_eq!(told.iter().map(|reset| reset.by.as_str()).collect::<Vec<_>>(), ["admin"]);
        world.act("north_rep", crm::sign_in::seen_news).unwrap();
        assert!(world.look("north_rep", untold_resets).unwrap().is_empty());
    });
}

#[test]
fn mail_is_looked_after_by_whoever_holds_the_task_and_nobody_else() {
    on_both(|world| {
        set_up(world);
        let to = world.id("north_rep");
        world.operate(move |tx| mail::post(tx, to, &Letter::notice("Look", "text", None)));
        let id = world.look("admin", |tx, actor| mail::outbox(tx, actor, None, None, 5)).unwrap().lines[0].id;
        for name in ["security_admin", "manager", "north_rep", "auditor"] {
            let no = Denial::NoTask(Task::ManageMail);
            assert_eq!(denied(world.look(name, mail::settings)), no);
            assert_eq!(denied(world.look(name, |tx, actor| mail::outbox(tx, actor, None, None, 5)).map(|_| ())), no);
            assert_eq!(denied(world.look(name, mail::counts)), no);
            assert_eq!(denied(world.look(name, move |tx, actor| mail::letter(tx, actor, id))), no);
            assert_eq!(denied(world.act(name, |tx, actor| mail::change(tx, actor, &settings()))), no);
            assert_eq!(denied(world.act(name, mail::forget)), no);
            assert_eq!(denied(world.act(name, mail::test)), no);
            assert_eq!(denied(world.act(name, move |tx, actor| mail::retry(tx, actor, id))), no);
            assert_eq!(denied(world.act(name, move |tx, actor| mail::withdraw(tx, actor, id))), no);
        }
    });
}

#[test]
fn what_the_mail_server_says_decides_what_becomes_of_a_letter() {
    on_both(|world| {
        set_up(world);
        let to = world.id("north_rep");
        world.operate(move |tx| mail::post(tx, to, &Letter::notice("Look", "text", None)));
        let first = take(world).unwrap();
        tell(world, &first, Outcome::NoServer("it did not answer in time".into()));
        assert_eq!(states(world)[0], ("notice".into(), State::Waiting, Some("it did not answer in time".into())));
        assert!(take(world).is_none(), "not at once again");
        world.clock.go_on(MINUTE);
        let again = take(world).unwrap();
        assert_eq!(again.message_id, first.message_id, "under the same name");
        tell(world, &again, Outcome::Held("the name is not taken".into()));
        world.clock.go_on(DAY);
        assert!(take(world).is_none(), "a held letter waits for somebody");
        set_up(world);
        let again = take(world).unwrap();
        tell(world, &again, Outcome::Refused("550 no such mailbox".into()));
        assert_eq!(states(world)[0].1, State::Failed);
        let id = world.look("admin", |tx, actor| mail::outbox(tx, actor, None, None, 5)).unwrap().lines[0].id;
        world.act("admin", move |tx, actor| mail::retry(tx, actor, id)).unwrap();
        assert_eq!(delivered(world).len(), 1);
        let over = |done: Done<()>| assert_eq!(problem(done).code, "letter-over");
        over(world.act("admin", move |tx, actor| mail::retry(tx, actor, id)));
        over(world.act("admin", move |tx, actor| mail::withdraw(tx, actor, id)));
    });
}

#[test]
fn a_letter_that_is_under_way_is_left_alone_and_one_that_waits_is_withdrawn() {
    on_both(|world| {
        set_up(world);
        let to = world.id("north_rep");
        world.operate(move |tx| {
            mail::post(tx, to, &Letter::notice("One", "text", None))?;
            mail::post(tx, to, &Letter::notice("Two", "text", None))
        });
        let taken = take(world).unwrap();
        let lines = world.look("admin", |tx, actor| mail::outbox(tx, actor, None, None, 5)).unwrap().lines;
        for line in lines {
            let (id, on_its_way) = (line.id, line.message_id == taken.message_id);
            let done = world.act("admin", move |tx, actor| mail::withdraw(tx, actor, id));
            match on_its_way {
                true => assert_eq!(problem(done).code, "letter-on-its-way"),
                false => done.unwrap(),
            }
        }
        tell(world, &taken, Outcome::Accepted);
        assert!(take(world).is_none());
    });
}

#[test]
fn the_test_letter_says_what_the_server_answered_and_is_tried_once() {
    on_both(|world| {
        assert_eq!(problem(world.act("admin", mail::test)).code, "no-mail-server");
        set_up(world);
        let id = world.act("admin", mail::test).unwrap();
        let parcel = take(world).unwrap();
        assert_eq!(parcel.to.1, email("admin"));
        tell(world, &parcel, Outcome::NoServer("`mail.example` refuses connections".into()));
        let line = world.look("admin", move |tx, actor| mail::letter(tx, actor, id)).unwrap();
        assert_eq!((line.state, line.last_error.as_deref()), (State::Failed, Some("`mail.example` refuses connections")));
    });
}

#[test]
fn settings_that_do_not_fit_are_refused_by_name() {
    let world = World::sqlite();
    let wrong = |change: fn(&mut SettingsAsk)| {
        let mut ask = settings();
        change(&mut ask);
        problem(world.act("admin", move |tx, actor| mail::change(tx, actor, &ask))).errors[0].column.clone()
    };
    assert_eq!(wrong(|s| s.host = "smtp://mail.example".into()), "host");
    assert_eq!(wrong(|s| s.port = "70000".into()), "port");
    assert_eq!(wrong(|s| s.safety = "perhaps".into()), "safety");
    assert_eq!(wrong(|s| s.safety = "none".into()), "safety");
    assert_eq!(wrong(|s| s.from = "Acme".into()), "from");
    assert_eq!(wrong(|s| s.own_address = "crm.acme.example".into()), "own_address");
    assert_eq!(wrong(|s| s.own_address = "https://crm.acme.example/x?y".into()), "own_address");
    set_up(&world);
    assert_eq!(
        wrong(|s| {
            s.host = "elsewhere.example".into();
            s.password = None;
        }),
        "password",
        "a password is not handed to another server"
    );
    let kept = SettingsAsk { password: None, from: "post@acme.example".into(), ..settings() };
    world.act("admin", move |tx, actor| mail::change(tx, actor, &kept)).unwrap();
    let now = world.look("admin", mail::settings).unwrap().unwrap();
    assert!(now.has_password && now.from == "post@acme.example" && now.own_address == "https://crm.acme.example");
    world.act("admin", mail::forget).unwrap();
    assert_eq!(world.look("admin", mail::settings).unwrap(), None);
}

#[test]
fn a_subject_is_one_line_whatever_stands_in_a_name() {
    on_both(|world| {
        set_up(world);
        let to = world.id("north_rep");
        let subject = "Hello\r\nBcc: thief@example.com\u{202e}\u{2028}there";
        world.operate(move |tx| mail::post(tx, to, &Letter::notice(subject, "text", None)));
        assert_eq!(delivered(world)[0].subject, "Hello Bcc: thief@example.com there");
    });
}

#[test]
fn the_words_of_a_mail_server_show_no_link() {
    on_both(|world| {
        set_up(world);
        forget(world, "north_rep").unwrap();
        let parcel = take(world).unwrap();
        let link = token(&parcel, "/password-reset/");
        tell(world, &parcel, Outcome::Refused(format!("550 we do not like {link}")));
        let shown = states(world).remove(0).2.unwrap();
        assert!(!shown.contains(&link) && shown.contains("550 we do not like"), "{shown}");
    });
}
