//! Service accounts: who answers for them, and that no page opens.
//!
//! Not here: what is found when nobody answers any more (`crates/crm/tests/it/finder.rs`).
//! Start reading at [`a_service_account_names_an_active_person_who_answers_for_it`].

use crate::sign_in::{invitee, knock};
use crate::world::{DAY, MORNING, PASSWORD, World, denied, email, on_both, problem};
use crm::people::{self, InviteAsk};
use crm::sign_in::{self, SignInAsk, TokenAsk};
use crm::{Asker, Channel, Denial, Done, PrincipalId, Scope, Task};

pub fn set_service(world: &World, by: &str, of: &str, responsible: Option<PrincipalId>) -> Done<()> {
    let user = world.id(of);
    world.act(by, move |tx, actor| people::set_service(tx, actor, user, responsible))
}

#[test]
fn a_service_account_names_an_active_person_who_answers_for_it() {
    on_both(|world| {
        let unit = world.unit("north");
        let ask = InviteAsk { responsible: Some(world.id("manager")), ..invitee("webform", unit) };
        let made = world.act("admin", move |tx, actor| people::invite(tx, actor, &ask)).unwrap();
        let page = world.look("admin", |tx, actor| people::person(tx, actor, made.user)).unwrap();
        let details = page.person.details.unwrap();
        assert!(details.is_service);
        assert_eq!(details.responsible.unwrap().1, "manager");
        let manager = world.id("manager");
        let page = world.look("admin", |tx, actor| people::person(tx, actor, manager)).unwrap();
        assert_eq!(page.services, [(made.user, "webform".to_owned())]);

        assert_eq!(denied(set_service(world, "manager", "south_rep", Some(manager))), Denial::NoTask(Task::ManageUsers));
        let wrong = |of: &str, by: PrincipalId| problem(set_service(world, "admin", of, Some(by))).errors[0].message.clone();
        assert_eq!(wrong("south_rep", world.id("south_rep")), "a service account does not answer for itself");
        assert_eq!(wrong("south_rep", made.user), "that is a service account itself; choose a person");
        assert_eq!(wrong("south_rep", PrincipalId(unit.0)), "there is no such person");
        people::freeze(world.desk(), &world.user("admin"), world.id("service_rep"), None).unwrap();
        assert_eq!(wrong("south_rep", world.id("service_rep")), "this person is not active; choose somebody who is");
        assert_eq!(problem(set_service(world, "admin", "manager", Some(world.id("auditor")))).code, "answers-for-others");
        assert!(matches!(denied(set_service(world, "admin", "admin", Some(manager))), Denial::Guard(_)));
    });
}

#[test]
fn what_is_said_of_a_service_account_must_fit_together() {
    let (one, other) = (Some(PrincipalId::OPERATOR), Some(PrincipalId::ORGANISATION));
    let said = people::said_service;
    assert_eq!(said(None, None, None).unwrap(), None);
    assert_eq!(said(Some(true), one, None).unwrap(), Some(one));
    assert_eq!(said(Some(true), None, one).unwrap(), None);
    assert_eq!(said(None, other, one).unwrap(), Some(other));
    assert_eq!(said(Some(false), None, one).unwrap(), Some(None));
    assert_eq!(problem(said(Some(true), None, None)).errors[0].message, "a service account names a person who answers for it");
    assert_eq!(problem(said(None, one, None)).errors[0].column, "responsible");
    assert_eq!(problem(said(Some(false), one, one)).errors[0].column, "responsible");
}

#[test]
fn no_page_opens_for_a_service_account_and_the_api_does() {
    on_both(|world| {
        let (page, api) = (world.user("south_rep"), world.api("south_rep"));
        let ask = TokenAsk { name: "nightly".into(), scopes: vec![Scope::Read], expires_at: MORNING + DAY };
        let old = sign_in::create_token(world.desk(), &page, &ask).unwrap().token;
        set_service(world, "admin", "south_rep", Some(world.id("manager"))).unwrap();
        for asker in [&page, &api, &Asker::with_token(&old, Channel::Api)] {
            assert_eq!(denied(world.desk().look(asker, |_, _| Ok(()))), Denial::SignIn, "what the person had open ends");
        }
        assert_eq!(denied(knock(world, "south_rep", PASSWORD)), Denial::SignIn);
        let by_api = SignInAsk { email: email("south_rep"), password: PASSWORD.into(), place: None, channel: Channel::Api };
        let opened = sign_in::sign_in(world.desk(), &by_api).unwrap();
        let asker = Asker::with_token(&opened.token, Channel::Api);
        let token = sign_in::create_token(world.desk(), &asker, &ask).unwrap().token;
        assert!(world.desk().look(&Asker::with_token(&token, Channel::Api), |_, _| Ok(())).is_ok());

        set_service(world, "admin", "south_rep", None).unwrap();
        assert_eq!(denied(world.desk().look(&Asker::with_token(&token, Channel::Api), |_, _| Ok(()))), Denial::SignIn);
        assert!(knock(world, "south_rep", PASSWORD).is_ok(), "a person again");
    });
}

#[test]
fn a_service_account_is_never_the_last_administrator() {
    on_both(|world| {
        let (role, to) = (world.role("System Administrator"), world.id("manager"));
        let give = people::GiveAsk { role, to, reason: None, until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &give)).unwrap();
        set_service(world, "admin", "manager", Some(world.id("auditor"))).unwrap();
        assert!(matches!(denied(set_service(world, "security_admin", "admin", Some(world.id("auditor")))), Denial::Guard(_)));
        let refused = people::freeze(world.desk(), &world.user("security_admin"), world.id("admin"), None);
        assert!(matches!(denied(refused), Denial::Guard(_)));
    });
}
