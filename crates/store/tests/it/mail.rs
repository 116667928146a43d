//! A letter goes once, however often its sender dies; secrets lie sealed; asks are taken once.
//!
//! Not here: who is written to and what stands in a letter (`crates/crm/tests/it/mail.rs`), SMTP (the binary's tests).
//! Start reading at [`post`].

use crate::both::{MINUTE, No, SECOND, TestStore, on_both};
use catalogue::RowId;
use security::PrincipalId;
use store::accounts;
use store::mail::{self, NewLetter, Settings, State, Taken, Verdict};
use store::{Fault, Store};
use uuid::Uuid;

const REP: PrincipalId = PrincipalId(RowId(Uuid::from_u128(77)));

fn post(store: &TestStore, secret: Option<&'static str>) -> RowId {
    store.clock.go_on(SECOND);
    let posted = store.act("letter.post", move |tx| {
        let path = secret.map(|_| "/invitation/");
        let letter = NewLetter { to: REP, kind: "notice", subject: "Look", body: "Something changed.", path, secret, ends_on: None };
        Ok(mail::enqueue(tx, &letter, "crm.example")?)
    });
    posted.unwrap()
}

fn claim(store: &TestStore) -> Option<Taken> {
    let until = store.now() + MINUTE;
    // Taking a letter is bookkeeping: it needs no signature.
    store.write(move |tx| mail::claim(tx, until)).unwrap()
}

fn end(store: &TestStore, taken: &Taken, verdict: fn() -> Verdict<'static>) -> bool {
    let taken = taken.clone();
    store.act("letter.end", move |tx| Ok(mail::end(tx, &taken, &verdict())?)).unwrap()
}

fn state(store: &TestStore, id: RowId) -> State {
    store.read(|tx| mail::line(tx, id)).unwrap().unwrap().state
}

#[test]
fn letters_go_oldest_first_and_each_once() {
    on_both(|store| {
        let (first, second) = (post(store, None), post(store, None));
        assert!(store.read(mail::has_due).unwrap());
        let taken = claim(store).unwrap();
        assert_eq!((taken.id, taken.to, taken.attempts), (first, REP, 1));
        assert_eq!(taken.message_id, format!("{first}@crm.example"));
        assert_eq!(claim(store).unwrap().id, second);
        assert!(claim(store).is_none());
        assert!(end(store, &taken, || Verdict::Sent("rep@acme.example")));
        let line = store.read(|tx| mail::line(tx, first)).unwrap().unwrap();
        assert_eq!((line.state, line.address.as_deref()), (State::Sent, Some("rep@acme.example")));
        assert!(!end(store, &taken, || Verdict::Failed("too late")), "what ended stays so");
        assert_eq!(store.read(mail::counts).unwrap(), [(State::Sending, 1), (State::Sent, 1)]);
    });
}

#[test]
fn a_letter_whose_sender_died_goes_again_under_the_same_name() {
    on_both(|store| {
        let id = post(store, None);
        let dead = claim(store).unwrap();
        assert!(claim(store).is_none(), "somebody has it");
        store.clock.go_on(2 * MINUTE);
        let next = claim(store).unwrap();
        assert_eq!((next.id, &next.message_id, next.attempts), (id, &dead.message_id, 2));
        assert!(!end(store, &dead, || Verdict::Sent("rep@acme.example")), "the dead one's word comes too late");
        assert_eq!(state(store, id), State::Sending);
        store.write(mail::take_back).unwrap();
        assert_eq!(claim(store).unwrap().attempts, 3, "a process that starts alone need not wait");
    });
}

#[test]
fn a_letter_is_tried_later_held_and_withdrawn() {
    on_both(|store| {
        let id = post(store, Some("0123456789abcdef"));
        let taken = claim(store).unwrap();
        let (copy, at) = (taken.clone(), store.now() + 30 * SECOND);
        assert!(store.write(move |tx| mail::later(tx, &copy, at, "the server did not answer")).unwrap());
        assert!(claim(store).is_none(), "not before its time");
        store.clock.go_on(31 * SECOND);
        let taken = claim(store).unwrap();
        assert!(end(store, &taken, || Verdict::Held("the name was not taken")));
        assert!(claim(store).is_none(), "a held letter waits for somebody");
        store.act("mail.change", |tx| Ok(mail::wake(tx)?)).unwrap();
        assert_eq!(claim(store).unwrap().id, id);
        store.write(mail::take_back).unwrap();
        store.clock.go_on(SECOND);
        assert!(!store.act("letter.withdraw", move |tx| Ok(mail::withdraw(tx, id, "unwanted")?)).unwrap(), "a sender may have it");
        let taken = claim(store).unwrap();
        assert!(end(store, &taken, || Verdict::Failed("no such mailbox")));
        assert!(store.act("letter.again", move |tx| Ok(mail::again(tx, id)?)).unwrap());
        store.act("letter.link", |tx| Ok(mail::withdraw_links(tx, REP, "a newer link was made")?)).unwrap();
        assert_eq!(state(store, id), State::Withdrawn);
        assert!(!store.act("letter.again", move |tx| Ok(mail::again(tx, id)?)).unwrap());
        assert_eq!(store.read(|tx| mail::secret_of(tx, id)).unwrap(), None, "its secret is gone");
    });
}

#[test]
fn a_secret_lies_sealed_and_opens_with_its_key_only() {
    on_both(|store| {
        let id = post(store, Some("0123456789abcdef"));
        let settings = Settings {
            host: "mail.example".into(),
            port: 587,
            safety: "starttls".into(),
            login: Some("crm".into()),
            from_address: "crm@acme.example".into(),
            own_address: "https://crm.example".into(),
        };
        let kept = settings.clone();
        store
            .act("mail.change", move |tx| {
                mail::set_settings(tx, &kept)?;
                Ok(mail::set_password(tx, Some("open sesame"))?)
            })
            .unwrap();
        assert_eq!(store.read(mail::settings).unwrap(), Some(settings));
        assert_eq!(store.read(mail::password).unwrap(), Some(Some("open sesame".into())));
        assert_eq!(store.read(|tx| mail::secret_of(tx, id)).unwrap().as_deref(), Some("0123456789abcdef"));
    });
}

#[test]
fn with_another_key_a_secret_is_not_there() {
    let catalogue = std::sync::Arc::new(catalogue::standard::catalogue().unwrap());
    let mut store = TestStore::sqlite(&catalogue);
    let id = post(&store, Some("0123456789abcdef"));
    let in_clear = |folder: &std::path::Path| {
        let files = std::fs::read_dir(folder).unwrap().flatten().filter(|f| f.path().is_file());
        files.filter(|f| std::fs::read(f.path()).unwrap().windows(16).any(|w| w == b"0123456789abcdef")).count()
    };
    store
        .reopened(|folder| {
            assert_eq!(in_clear(folder), 0, "the secret lies in no file");
            std::fs::write(folder.join("seal.key"), [7; 32]).unwrap();
        })
        .unwrap();
    assert_eq!(store.read(|tx| mail::secret_of(tx, id)).unwrap(), None);
    let setup = store.setup();
    store.reopened(|_| {}).unwrap();
    drop(store);
    // A key that is handed in makes none in the directory.
    std::fs::create_dir_all(&setup.directory).unwrap();
    let shared = Store::open_with_key(setup.clone(), Some([9; 32])).unwrap();
    assert!(!setup.directory.join("seal.key").exists());
    drop(shared);
    std::fs::remove_dir_all(&setup.directory).unwrap();
}

#[test]
fn an_ask_for_a_reset_is_taken_once_and_leaves_no_entry() {
    on_both(|store| {
        let before = store.read(|tx| store::trail::latest(tx, &Default::default(), 100)).unwrap().len();
        store.write(|tx| accounts::ask_reset(tx, "nora@acme.example", "page")).unwrap();
        assert_eq!(store.read(|tx| store::trail::latest(tx, &Default::default(), 100)).unwrap().len(), before);
        assert!(store.read(accounts::has_reset_asks).unwrap());
        let take = || store.act("reset.take", |tx| Ok::<_, No>(accounts::take_reset_ask(tx)?)).unwrap();
        assert_eq!(take().unwrap().email, "nora@acme.example");
        assert!(take().is_none());
        assert!(!store.read(accounts::has_reset_asks).unwrap());
    });
}

#[test]
fn what_ended_long_ago_is_forgotten_and_what_waits_is_not() {
    on_both(|store| {
        let (old, waiting) = (post(store, None), post(store, None));
        let taken = claim(store).unwrap();
        assert!(end(store, &taken, || Verdict::Sent("rep@acme.example")));
        let later = store.now() + MINUTE;
        store.act("upkeep.purge", move |tx| Ok(mail::purge(tx, later)?)).unwrap();
        let there = |id| store.read(|tx| mail::line(tx, id)).map(|line: Option<mail::Line>| line.is_some());
        assert_eq!((there(old).unwrap(), there(waiting).unwrap()), (false, true), "{:?}", None::<Fault>);
    });
}
