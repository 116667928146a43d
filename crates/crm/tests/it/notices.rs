//! Notices: who is told what, and in which words for whom.
//!
//! Not here: how they lie (`crates/store/tests/it/notices.rs`). Start reading at [`told`].

use crate::exchange::{begin, run};
use crate::world::{DAY, MORNING, World, denied, on_both};
use crm::notices::{self, NoticeKind, Told};
use crm::people::{self, GiveAsk};
use crm::records::{self, ShareAsk};
use crm::{Rights, Verb};
use security::{Denial, Privilege};

/// What somebody is told, newest first.
pub fn told(world: &World, who: &str) -> Vec<Told> {
    world.look(who, |tx, actor| notices::list(tx, actor, None, 50)).unwrap().rows
}

fn texts(world: &World, who: &str) -> Vec<String> {
    told(world, who).into_iter().map(|notice| notice.text).collect()
}

fn unread(world: &World, who: &str) -> i64 {
    world.look(who, notices::unread).unwrap()
}

#[test]
fn whoever_gets_or_loses_a_role_is_told_what_by_whom_and_why() {
    on_both(|world| {
        let (to, role) = (world.id("north_rep"), world.role("Auditor"));
        let ask = GiveAsk { role, to, reason: Some("the yearly audit".into()), until: Some(MORNING + DAY) };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        assert_eq!(texts(world, "north_rep"), ["admin gave you the role “Auditor”, until 2026-03-03T09:00:00Z: the yearly audit"]);
        world.act("admin", move |tx, actor| people::take_role(tx, actor, role, to)).unwrap();
        let after = told(world, "north_rep");
        assert_eq!((after.len(), after[0].kind, after[0].title.as_str()), (2, NoticeKind::Rights, "Your access changed"));
        assert!(after.iter().any(|notice| notice.text == "admin took the role “Auditor” from you"));
        assert!(told(world, "admin").is_empty(), "nobody is told what they did themselves");
        assert!(told(world, "south_rep").is_empty());
    });
}

#[test]
fn a_role_given_again_is_one_notice() {
    on_both(|world| {
        let (to, role) = (world.id("north_rep"), world.role("Auditor"));
        for _ in 0..2 {
            let ask = GiveAsk { role, to, reason: None, until: None };
            world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        }
        assert_eq!(texts(world, "north_rep"), ["admin gave you the role “Auditor”"; 2]);
    });
}

#[test]
fn a_refused_change_tells_nobody() {
    on_both(|world| {
        let ask = GiveAsk { role: world.role("Auditor"), to: world.id("north_rep"), reason: None, until: None };
        denied(world.act("south_rep", move |tx, actor| people::give_role(tx, actor, &ask)));
        assert!(told(world, "north_rep").is_empty());
    });
}

#[test]
fn what_a_team_gets_is_told_to_its_people() {
    on_both(|world| {
        let (unit, rep, role) = (world.unit("north"), world.id("north_rep"), world.role("Auditor"));
        let team = world.act("admin", move |tx, actor| people::create_team(tx, actor, "Fair", unit, true)).unwrap();
        world.act("admin", move |tx, actor| people::add_member(tx, actor, team, rep)).unwrap();
        let ask = GiveAsk { role, to: team, reason: None, until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        let mut texts = texts(world, "north_rep");
        texts.sort();
        assert_eq!(texts, ["admin gave your team “Fair” the role “Auditor”", "admin put you into the team “Fair”"]);
        assert!(told(world, "south_rep").is_empty());
    });
}

#[test]
fn a_freeze_is_told_once_the_person_is_back() {
    on_both(|world| {
        people::freeze(world.desk(), &world.user("admin"), world.id("south_rep"), Some("phone lost")).unwrap();
        let user = world.id("south_rep");
        let kept = world.desk().glance(|tx| Ok(store::notices::of(tx, user, None, 10)?)).unwrap();
        assert_eq!(
            kept.iter().map(|n| (n.said["change"].as_str(), n.said["reason"].as_str())).collect::<Vec<_>>(),
            [(Some("frozen"), Some("phone lost"))]
        );
    });
}

#[test]
fn a_shared_record_is_named_only_while_it_may_be_read() {
    on_both(|world| {
        let account = world.record("north_rep", "accounts", &[("name", "Blue Kiln".into())]);
        let (table, with) = (world.table_id("accounts"), world.id("south_rep"));
        let ask = ShareAsk { with, rights: Rights::from_iter([Privilege::Read]), until: None };
        world.act("north_rep", move |tx, actor| records::share(tx, actor, table, account, &ask)).unwrap();
        let seen = told(world, "south_rep");
        assert_eq!(seen[0].text, "north_rep shared the account “Blue Kiln” with you: see");
        assert_eq!(seen[0].link.as_deref(), Some(format!("/accounts/{account}").as_str()));
        world.act("north_rep", move |tx, actor| records::unshare(tx, actor, table, account, with)).unwrap();
        for notice in told(world, "south_rep") {
            assert!(!notice.text.contains("Blue Kiln"), "{}", notice.text);
            assert_eq!(notice.link, None);
        }
    });
}

#[test]
fn a_record_that_comes_to_somebody_is_told_and_many_are_one_notice() {
    on_both(|world| {
        let (table, to) = (world.table_id("leads"), world.id("north_rep"));
        let leads: Vec<_> = (0..6).map(|n| world.record("manager", "leads", &[("last_name", format!("Lead {n}").into())])).collect();
        let one = leads[0];
        world.act("manager", move |tx, actor| records::assign(tx, actor, table, one, to)).unwrap();
        assert_eq!(texts(world, "north_rep").len(), 1);
        let rest = leads[1..].to_vec();
        world.act("manager", move |tx, actor| rest.iter().try_for_each(|lead| records::assign(tx, actor, table, *lead, to))).unwrap();
        let texts = texts(world, "north_rep");
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(texts.contains(&"manager gave you 5 leads".to_owned()), "{texts:?}");
    });
}

#[test]
fn the_end_of_a_job_is_told_to_whoever_asked_for_it() {
    on_both(|world| {
        begin(world, "north_rep", "accounts", b"name\nx\n", |_| {}).unwrap();
        run(world);
        let seen = told(world, "north_rep");
        assert_eq!((seen.len(), seen[0].title.as_str(), seen[0].text.as_str()), (1, "Import of rows.csv", "it is done"));
        assert!(told(world, "manager").is_empty());
    });
}

#[test]
fn somebody_elses_notice_is_not_there_and_all_are_marked_at_once() {
    on_both(|world| {
        let (to, role) = (world.id("north_rep"), world.role("Auditor"));
        for _ in 0..3 {
            let ask = GiveAsk { role, to, reason: None, until: None };
            world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        }
        let id = told(world, "north_rep")[0].id;
        let read =
            |who: &str| world.desk().perform(&world.user(who), Verb::own("notice.read"), move |tx, actor| notices::read(tx, actor, id));
        assert_eq!(denied(read("south_rep")), Denial::NotThere);
        assert_eq!(unread(world, "north_rep"), 3);
        assert!(read("north_rep").unwrap().is_read);
        assert_eq!(unread(world, "north_rep"), 2);
        let page = world.look("north_rep", |tx, actor| notices::list(tx, actor, None, 2)).unwrap();
        assert!(page.rows.iter().all(|notice| !notice.is_read));
        let next = page.next.unwrap();
        let rest = world.look("north_rep", |tx, actor| notices::list(tx, actor, Some(&next), 2)).unwrap();
        assert_eq!(rest.rows.iter().map(|notice| notice.id).collect::<Vec<_>>(), [id]);
        world.act("north_rep", notices::read_all).unwrap();
        assert_eq!(unread(world, "north_rep"), 0);
    });
}

#[test]
fn an_import_in_somebody_elses_name_is_one_notice_that_counts_on() {
    on_both(|world| {
        let rep = world.id("north_rep").to_string();
        for _ in 0..2 {
            let file = (0..150).fold("name,owner\n".to_owned(), |file, n| file + &format!("account {n},{rep}\n"));
            begin(world, "manager", "accounts", file.as_bytes(), |_| {}).unwrap();
            run(world);
        }
        assert_eq!(texts(world, "north_rep"), ["manager gave you 300 accounts"]);
    });
}

#[test]
fn changed_rights_are_told_by_mail_too() {
    on_both(|world| {
        let ask = GiveAsk { role: world.role("Auditor"), to: world.id("north_rep"), reason: Some("secret reason".into()), until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        let (to, kind) = (world.id("north_rep"), crm::mail::Kind::Notice.name());
        let waiting = world.desk().glance(|tx| Ok(store::mail::lines(tx, None, None, 50)?)).unwrap();
        let mine: Vec<_> = waiting.into_iter().filter(|line| line.to == to && line.kind == kind).collect();
        assert_eq!(mine.len(), 1);
    });
}

#[test]
fn what_was_looked_at_goes_after_ninety_days_and_what_was_not_stays() {
    on_both(|world| {
        let (to, role) = (world.id("north_rep"), world.role("Auditor"));
        let ask = GiveAsk { role, to, reason: Some("the yearly audit".into()), until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        world.act("north_rep", notices::read_all).unwrap();
        world.act("admin", move |tx, actor| people::take_role(tx, actor, role, to)).unwrap();
        world.clock.go_on(90 * DAY);
        assert_eq!(world.operate(|tx| Ok(notices::sweep(tx)?)), 0, "to the day");
        world.clock.go_on(1);
        assert_eq!(world.operate(|tx| Ok(notices::sweep(tx)?)), 1);
        assert_eq!(texts(world, "north_rep"), ["admin took the role “Auditor” from you"]);
    });
}
