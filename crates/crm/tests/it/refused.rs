//! Whoever tries to sign in as somebody who was stopped is answered like anybody, counted, and told of.
//!
//! The tries of an hour are one row; those who may disable are told of the first after the disabling, then once a day.
//! Not here: what a person's page shows of it (`crates/web/tests/it/people_pages.rs`).

use crate::mail::{forget, set_up};
use crate::sign_in::{invitee, knock, knock_from};
use crate::world::{DAY, HOUR, MINUTE, PASSWORD, World, denied, on_both, problem};
use crm::jobs::Runner;
use crm::people::{self, RefusedSignIn};
use crm::sign_in;
use crm::{Channel, Denial, Task, mail, notices};

fn disable(world: &World, name: &str) {
    people::disable(world.desk(), &world.user("admin"), world.id(name), None).unwrap();
}

fn tries(world: &World) -> Vec<RefusedSignIn> {
    world.look("security_admin", |tx, actor| people::refused_sign_ins(tx, actor, None, None, 50)).unwrap().rows
}

fn told(world: &World, name: &str) -> Vec<String> {
    let page = world.look(name, |tx, actor| notices::list(tx, actor, None, 50)).unwrap();
    page.rows.into_iter().filter(|told| told.kind == notices::NoticeKind::Alert).map(|told| told.text).collect()
}

fn upkeep(world: &World) {
    Runner::new(world.desk().clone()).keep_time().unwrap();
}

#[test]
fn a_try_as_a_disabled_person_is_counted_by_the_hour_and_answered_like_any() {
    on_both(|world| {
        disable(world, "north_rep");
        people::freeze(world.desk(), &world.user("admin"), world.id("south_rep"), None).unwrap();
        let unknown = format!("{:?}", knock(world, "nobody", PASSWORD).unwrap_err());
        for place in ["192.0.2.7", "192.0.2.8"] {
            assert_eq!(format!("{:?}", knock_from(world, place, "north_rep", PASSWORD).unwrap_err()), unknown);
        }
        assert_eq!(format!("{:?}", knock(world, "south_rep", PASSWORD).unwrap_err()), unknown);
        assert!(knock(world, "manager", "mistaken by a word or two").is_err());
        world.clock.go_on(HOUR);
        assert!(knock_from(world, "192.0.2.9", "north_rep", PASSWORD).is_err());
        let mut found: Vec<_> = tries(world).iter().map(|row| (row.user, row.tries, row.channel.clone())).collect();
        let latest = found.remove(0);
        assert_eq!(latest, (world.id("north_rep"), 1, "page".into()), "the next hour has a row of its own");
        found.sort_by_key(|row| row.1);
        let page = || "page".to_owned();
        assert_eq!(found, [(world.id("south_rep"), 1, page()), (world.id("north_rep"), 2, page())], "the frozen one too, nobody else");
    });
}

#[test]
fn a_dead_link_and_an_ask_for_another_password_are_tries_too() {
    on_both(|world| {
        set_up(world);
        let unit = world.unit("north");
        let fresh = world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
        disable(world, "north_rep");
        people::disable(world.desk(), &world.user("admin"), fresh.user, None).unwrap();
        forget(world, "north_rep").unwrap();
        assert!(sign_in::answer_reset(world.desk()).unwrap());
        let mut found: Vec<_> = tries(world).iter().map(|row| (row.user, row.channel.clone())).collect();
        assert_eq!(found, [(world.id("north_rep"), "reset".to_owned())]);
        let no_mail = World::sqlite();
        let fresh = no_mail.act("admin", {
            let unit = no_mail.unit("north");
            move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))
        });
        let fresh = fresh.unwrap();
        people::disable(no_mail.desk(), &no_mail.user("admin"), fresh.user, None).unwrap();
        let answer = problem(sign_in::accept(no_mail.desk(), &fresh.token, PASSWORD, Channel::Page));
        let never = problem(sign_in::accept(no_mail.desk(), "never made", PASSWORD, Channel::Page));
        assert_eq!((answer.code, answer.detail), (never.code, never.detail));
        found = tries(&no_mail).iter().map(|row| (row.user, row.channel.clone())).collect();
        assert_eq!(found, [(fresh.user, "link".to_owned())]);
    });
}

#[test]
fn the_first_try_is_told_to_those_who_may_disable_and_then_once_a_day() {
    on_both(|world| {
        set_up(world);
        let address = |n: usize| format!("192.0.2.{n}");
        let mut place = 1;
        let mut knock_again = || {
            place += 1;
            assert!(knock_from(world, &address(place), "north_rep", PASSWORD).is_err());
        };
        people::freeze(world.desk(), &world.user("admin"), world.id("north_rep"), None).unwrap();
        knock_again();
        upkeep(world);
        assert!(told(world, "security_admin").is_empty(), "while somebody is frozen they may not know yet");
        world.clock.go_on(MINUTE);
        disable(world, "north_rep");
        upkeep(world);
        assert!(told(world, "security_admin").is_empty(), "nothing since");
        world.clock.go_on(HOUR);
        knock_again();
        upkeep(world);
        upkeep(world);
        let words = "somebody tried once to sign in as north_rep, who was disabled, and was refused";
        for name in ["security_admin", "admin"] {
            assert_eq!(told(world, name), [words]);
        }
        assert!(told(world, "manager").is_empty());
        let outbox = world.look("admin", |tx, actor| mail::outbox(tx, actor, None, None, 50)).unwrap();
        assert_eq!(outbox.lines.len(), 2, "with a letter each");
        world.clock.go_on(2 * HOUR);
        knock_again();
        knock_again();
        upkeep(world);
        assert_eq!(told(world, "admin").len(), 1, "not again on the same day");
        world.clock.go_on(DAY);
        upkeep(world);
        let again = told(world, "admin");
        assert_eq!(again.len(), 2);
        assert!(again.contains(&words.replace("once", "2 times")), "{again:?}");
        world.clock.go_on(DAY + HOUR);
        upkeep(world);
        assert_eq!(told(world, "admin").len(), 2, "nothing new, nothing told");
    });
}

#[test]
fn only_who_may_disable_reads_the_list() {
    on_both(|world| {
        for name in ["manager", "auditor", "north_rep"] {
            let denial = denied(world.look(name, |tx, actor| people::refused_sign_ins(tx, actor, None, None, 5)));
            assert_eq!(denial, Denial::NoTask(Task::DisableUsers));
        }
    });
}

#[test]
fn the_list_goes_on_where_it_ended() {
    on_both(|world| {
        disable(world, "north_rep");
        for n in 0..5 {
            assert!(knock_from(world, &format!("192.0.2.{n}"), "north_rep", PASSWORD).is_err());
            world.clock.go_on(HOUR);
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = world.look("admin", move |tx, actor| people::refused_sign_ins(tx, actor, None, after, 2)).unwrap();
            seen.extend(page.rows.iter().map(|row| row.last_on));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "the latest first, each once");
    });
}
