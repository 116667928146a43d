//! Team templates, and the teams that records have by them.
//!
//! Not here: plain shares and owner teams ([`crate::records_write`]), the decision with shares of access teams
//! (`crates/store/tests/it/two_readers.rs`).

use crate::records_write::{account, assign, contact, delete, edit, make, may, restore, role, sees, share, share_until, text, unshare};
use crate::world::{DAY, World, denied, on_both, problem};
use catalogue::{RowId, Value};
use crm::access;
use crm::people::{self, GiveAsk, ProfileDraft};
use crm::records::{self, TeamOfRecord};
use crm::{Done, PrincipalId, Privilege};
use security::{AccessLevel, Denial, Rights, Task, UserState};
use store::accounts;

const HELP: &[Privilege] = &[Privilege::Read, Privilege::Write];

fn template_of(world: &World, who: &str, set: &str, name: &str, rights: &[Privilege]) -> Done<RowId> {
    let (set, name, rights) = (set.to_owned(), name.to_owned(), rights.iter().copied().collect::<Rights>());
    world.act(who, move |tx, actor| people::make_team_template(tx, actor, &set, &name, rights))
}

/// A template for accounts, made by the administrator.
fn template(world: &World, rights: &[Privilege]) -> RowId {
    template_of(world, "admin", "accounts", "Account team", rights).unwrap()
}

fn put_in(world: &World, who: &str, row: RowId, template: RowId, user: &str) -> Done<()> {
    let (table, user) = (world.table_id("accounts"), world.id(user));
    world.act(who, move |tx, actor| records::put_into_team(tx, actor, table, row, template, user))
}

fn take_out(world: &World, who: &str, row: RowId, template: RowId, user: &str) -> Done<()> {
    let (table, user) = (world.table_id("accounts"), world.id(user));
    world.act(who, move |tx, actor| records::take_out_of_team(tx, actor, table, row, template, user))
}

fn teams(world: &World, who: &str, row: RowId) -> Done<Vec<TeamOfRecord>> {
    let table = world.table_id("accounts");
    world.look(who, move |tx, actor| records::teams_of_record(tx, actor, table, row))
}

/// The names of those in the only team of an account.
fn members(world: &World, row: RowId) -> Vec<String> {
    let all = teams(world, "admin", row).unwrap();
    assert_eq!(all.len(), 1);
    all[0].members.iter().map(|(_, known)| known.name.clone()).collect()
}

fn team_id(world: &World, row: RowId) -> PrincipalId {
    teams(world, "admin", row).unwrap()[0].team.unwrap()
}

#[test]
fn the_first_one_in_makes_the_team_and_the_last_one_out_ends_it() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        let other = account(world, "north_rep", "Tin Drum");
        assert!(teams(world, "north_rep", id).unwrap()[0].team.is_none(), "an empty team is none");
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        put_in(world, "manager", id, template, "service_rep").unwrap();
        assert_eq!(members(world, id), ["service_rep", "south_rep"]);
        for who in ["south_rep", "service_rep"] {
            assert!(sees(world, who, "accounts", id), "{who}");
            assert!(!may(world, who, Privilege::Share, "accounts", id), "the template does not say so");
        }
        assert!(may(world, "south_rep", Privilege::Write, "accounts", id) && !sees(world, "south_rep", "accounts", other));
        take_out(world, "north_rep", id, template, "south_rep").unwrap();
        assert!(!sees(world, "south_rep", "accounts", id));
        let first = team_id(world, id);
        take_out(world, "north_rep", id, template, "service_rep").unwrap();
        assert!(teams(world, "north_rep", id).unwrap()[0].team.is_none());
        let left = world.operate(move |tx| Ok(store::records::live_shares(tx, "accounts", id)?));
        assert!(left.is_empty(), "the share ended with the team");
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        assert_ne!(team_id(world, id), first, "what has ended stays so");
        assert_eq!(denied(take_out(world, "north_rep", id, template, "manager")), Denial::NotThere);
    });
}

#[test]
fn only_whoever_may_share_the_record_changes_who_is_in_its_team() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        let row = |privilege| Denial::Row { privilege, set: "accounts".into() };
        assert_eq!(denied(put_in(world, "south_rep", id, template, "service_rep")), Denial::NotThere);
        assert_eq!(denied(teams(world, "south_rep", id)), Denial::NotThere);
        share(world, "north_rep", "accounts", id, world.id("south_rep"), &[Privilege::Read]).unwrap();
        assert_eq!(denied(put_in(world, "south_rep", id, template, "service_rep")), row(Privilege::Share));
        assert!(matches!(denied(put_in(world, "auditor", id, template, "south_rep")), Denial::NoPrivilege { .. }));
        put_in(world, "north_rep", id, template, "manager").unwrap();
        assert_eq!(denied(take_out(world, "south_rep", id, template, "manager")), row(Privilege::Share));
        let seen = teams(world, "south_rep", id).unwrap();
        assert!(!seen[0].may_put_in && !seen[0].may_take_out, "whoever reads the record sees who is in, no more");
        assert_eq!(seen[0].members.len(), 1);
        assert_eq!(problem(put_in(world, "north_rep", id, template, "north_rep")).errors[0].column, "user");
        let frozen = world.id("service_rep");
        world.operate(move |tx| Ok(accounts::set_state(tx, frozen, UserState::Frozen)?));
        assert_eq!(problem(put_in(world, "north_rep", id, template, "service_rep")).detail, "user: service_rep is not active");
        let elsewhere = template_of(world, "admin", "contacts", "Contact team", HELP).unwrap();
        assert_eq!(denied(put_in(world, "north_rep", id, elsewhere, "south_rep")), Denial::NotThere, "of another table");
    });
}

#[test]
fn nobody_gives_by_a_team_a_right_that_they_lack_or_that_ends() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let deletes = template(world, &[Privilege::Read, Privilege::Delete]);
        let refused = put_in(world, "north_rep", id, deletes, "south_rep");
        assert_eq!(denied(refused), Denial::NoPrivilege { privilege: Privilege::Delete, set: "accounts".into() });
        let help = template_of(world, "admin", "accounts", "Helpers", HELP).unwrap();
        let south = world.id("south_rep");
        share(world, "north_rep", "accounts", id, south, &[Privilege::Read, Privilege::Share]).unwrap();
        let further = put_in(world, "south_rep", id, help, "service_rep");
        assert_eq!(denied(further), Denial::Row { privilege: Privilege::Write, set: "accounts".into() });
        let until = world.desk().store().now() + DAY;
        share_until(world, "north_rep", "accounts", id, south, &[Privilege::Write], Some(until)).unwrap();
        assert_eq!(problem(put_in(world, "south_rep", id, help, "service_rep")).code, "right-ends", "where there is no team yet");
        put_in(world, "north_rep", id, help, "manager").unwrap();
        assert_eq!(problem(put_in(world, "south_rep", id, help, "service_rep")).code, "right-ends", "and where there is");
        assert!(teams(world, "admin", id).unwrap().iter().all(|team| team.members.len() < 2));
    });
}

#[test]
fn a_team_never_makes_up_for_a_missing_privilege() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        put_in(world, "north_rep", id, template, "auditor").unwrap();
        assert!(!sees(world, "auditor", "accounts", id));
    });
}

#[test]
fn children_come_along_and_go_with_the_team() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        let first = contact(world, "north_rep", "Doe", Some(id));
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        let later = contact(world, "north_rep", "Roe", None);
        edit(world, "north_rep", "contacts", later, &[("account", Value::Id(id))]).unwrap();
        for child in [first, later] {
            assert!(may(world, "south_rep", Privilege::Write, "contacts", child));
        }
        take_out(world, "north_rep", id, template, "south_rep").unwrap();
        for child in [first, later] {
            assert!(!sees(world, "south_rep", "contacts", child));
        }
    });
}

#[test]
fn nobody_puts_somebody_into_a_team_that_has_come_to_what_they_may_not_share() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        let hidden = contact(world, "manager", "Hidden", Some(id));
        assert!(!sees(world, "north_rep", "contacts", hidden));
        put_in(world, "north_rep", id, template, "auditor").unwrap();
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        assert!(!sees(world, "south_rep", "contacts", hidden), "it has not come along");
        for who in ["auditor", "south_rep"] {
            take_out(world, "north_rep", id, template, who).unwrap();
        }
        put_in(world, "manager", id, template, "auditor").unwrap();
        let refused = problem(put_in(world, "north_rep", id, template, "south_rep"));
        assert_eq!((refused.code, refused.errors.len()), ("beyond-rights", 0));
        assert!(!refused.detail.contains("Hidden") && !refused.detail.contains("contact"));
        assert!(!sees(world, "south_rep", "contacts", hidden));
        put_in(world, "manager", id, template, "south_rep").unwrap();
        assert!(sees(world, "south_rep", "contacts", hidden));
        take_out(world, "manager", id, template, "south_rep").unwrap();
        delete(world, "manager", "contacts", hidden).unwrap();
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
    });
}

#[test]
fn an_ended_template_keeps_its_teams_and_lets_nobody_in() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        let end = move |who: &str| world.act(who, move |tx, actor| people::end_team_template(tx, actor, template));
        assert_eq!(denied(end("north_rep")), Denial::NoTask(Task::ManageTeams));
        end("admin").unwrap();
        assert_eq!(denied(end("admin")), Denial::NotThere);
        assert_eq!(problem(put_in(world, "north_rep", id, template, "service_rep")).code, "template-ended");
        assert!(sees(world, "south_rep", "accounts", id));
        assert_eq!(members(world, id), ["south_rep"]);
        assert!(!teams(world, "north_rep", id).unwrap()[0].may_put_in);
        assert!(teams(world, "admin", account(world, "north_rep", "Tin Drum")).unwrap().is_empty());
        take_out(world, "north_rep", id, template, "south_rep").unwrap();
        assert!(!sees(world, "south_rep", "accounts", id));
        assert!(teams(world, "admin", id).unwrap().is_empty());
        template_of(world, "admin", "accounts", "Account team", HELP).unwrap();
    });
}

#[test]
fn templates_are_made_by_whoever_manages_teams_for_tables_whose_records_have_owners() {
    on_both(|world| {
        for who in ["north_rep", "manager"] {
            assert_eq!(denied(template_of(world, who, "accounts", "Team", HELP)), Denial::NoTask(Task::ManageTeams));
            assert_eq!(denied(world.look(who, people::team_templates)), Denial::NoTask(Task::ManageTeams));
        }
        for set in ["products", "order_lines", "nothing"] {
            assert_eq!(problem(template_of(world, "admin", set, "Team", HELP)).errors[0].column, "set", "{set}");
        }
        for rights in [&[][..], &[Privilege::Read, Privilege::Export], &[Privilege::Create]] {
            assert_eq!(problem(template_of(world, "admin", "accounts", "Team", rights)).errors[0].column, "rights");
        }
        assert_eq!(problem(template_of(world, "admin", "accounts", " ", HELP)).code, "unfit");
        template_of(world, "admin", "accounts", "Team", HELP).unwrap();
        assert_eq!(problem(template_of(world, "admin", "accounts", "TEAM", HELP)).code, "taken");
        template_of(world, "admin", "contacts", "Team", HELP).unwrap();
        let all = world.look("admin", people::team_templates).unwrap();
        assert_eq!(all.iter().map(|t| (t.set.as_str(), t.name.as_str())).collect::<Vec<_>>(), [("accounts", "Team"), ("contacts", "Team")]);
    });
}

#[test]
fn deleting_ends_the_team_and_restoring_brings_it_back_with_whom_was_in_it() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "manager", "Blue Kiln"));
        put_in(world, "manager", id, template, "south_rep").unwrap();
        let before = team_id(world, id);
        let of = |world: &World| world.operate(move |tx| Ok(accounts::record_teams(tx, "accounts", id)?.len()));
        delete(world, "manager", "accounts", id).unwrap();
        assert_eq!(of(world), 0);
        assert!(!sees(world, "south_rep", "accounts", id));
        restore(world, "manager", "accounts", id).unwrap();
        assert_eq!((team_id(world, id), members(world, id)), (before, vec!["south_rep".to_owned()]));
        assert!(may(world, "south_rep", Privilege::Write, "accounts", id));
        take_out(world, "manager", id, template, "south_rep").unwrap();
        delete(world, "manager", "accounts", id).unwrap();
        restore(world, "manager", "accounts", id).unwrap();
        assert_eq!(of(world), 0, "a team that had ended before does not come back");
        assert!(!sees(world, "south_rep", "accounts", id));
    });
}

#[test]
fn nobody_is_left_in_the_team_of_a_record_that_will_not_come_back() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "manager", "Blue Kiln"));
        put_in(world, "manager", id, template, "south_rep").unwrap();
        let team = team_id(world, id);
        delete(world, "manager", "accounts", id).unwrap();
        let left = move |world: &World| {
            world.operate(move |tx| {
                store::records::purge(tx, tx.now() - records::KEPT_DAYS * DAY)?;
                Ok(accounts::members(tx, team)?.len())
            })
        };
        assert_eq!(left(world), 1, "it may come back yet");
        world.clock.go_on((records::KEPT_DAYS + 1) * DAY);
        assert_eq!(left(world), 0);
    });
}

#[test]
fn ending_the_share_with_a_team_as_a_whole_ends_the_team() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        let team = team_id(world, id);
        unshare(world, "north_rep", "accounts", id, team).unwrap();
        assert!(!sees(world, "south_rep", "accounts", id));
        assert!(teams(world, "north_rep", id).unwrap()[0].team.is_none());
        let left = world.operate(move |tx| Ok(accounts::members(tx, team)?));
        assert!(left.is_empty());
    });
}

#[test]
fn two_who_put_somebody_in_at_once_make_one_team() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        let go = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for (who, user) in [("north_rep", "south_rep"), ("manager", "service_rep")] {
                let go = &go;
                scope.spawn(move || {
                    go.wait();
                    put_in(world, who, id, template, user).unwrap();
                });
            }
        });
        assert_eq!(members(world, id), ["service_rep", "south_rep"]);
        let shares = world.operate(move |tx| Ok(store::records::live_shares(tx, "accounts", id)?));
        assert_eq!(shares.len(), 1);
    });
}

#[test]
fn a_team_of_a_record_is_changed_and_used_nowhere_else() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        let (team, user, unit, salesperson) = (team_id(world, id), world.id("service_rep"), world.unit("south"), world.role("Salesperson"));
        let south = world.id("south_rep");
        let unfit = |done: Done<()>| assert_eq!(problem(done).code, "unfit");
        unfit(world.act("admin", move |tx, actor| people::add_member(tx, actor, team, user)));
        unfit(world.act("admin", move |tx, actor| people::remove_member(tx, actor, team, south)));
        unfit(world.act("admin", move |tx, actor| people::rename_team(tx, actor, team, "Mine")));
        unfit(world.act("admin", move |tx, actor| people::move_team(tx, actor, team, unit, Some(people::Follow::None)).map(drop)));
        unfit(world.act("admin", move |tx, actor| {
            people::give_role(tx, actor, &GiveAsk { role: salesperson, to: team, reason: None, until: None })
        }));
        unfit(world.act("admin", move |tx, actor| {
            let profile = people::save_profile(tx, actor, &ProfileDraft { id: None, name: "Costs".into(), grants: Vec::new() })?;
            people::give_profile(tx, actor, profile, team, None, None).map(drop)
        }));
        assert_eq!(problem(assign(world, "north_rep", "accounts", id, team)).errors[0].column, "owner");
        for row in [id, account(world, "north_rep", "Tin Drum")] {
            assert_eq!(problem(share(world, "north_rep", "accounts", row, team, HELP)).errors[0].column, "principal");
        }
        let offered = world.look("admin", |tx, actor| Ok(people::pick(tx, actor, "Account team", 9)?)).unwrap();
        assert!(offered.is_empty());
        let listed = world.look("admin", people::teams).unwrap();
        assert!(listed.iter().all(|sheet| sheet.team.id != team));
        let sheet = world.look("admin", move |tx, actor| people::team(tx, actor, team)).unwrap();
        assert!(!sheet.may_rename && !sheet.may_move && !sheet.may_change_members && !sheet.may_give_roles);
    });
}

#[test]
fn who_and_explain_name_the_team() {
    on_both(|world| {
        let (template, id, table) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"), world.table_id("accounts"));
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        let words = "shared with Account team by north_rep (read, write)";
        let why = world.look("south_rep", move |tx, actor| access::explain(tx, actor, table, id, None, Privilege::Write)).unwrap();
        assert!(why.is_granted);
        assert_eq!(why.paths.iter().map(|step| step.words.as_str()).collect::<Vec<_>>(), [words]);
        let who = world.look("admin", move |tx, actor| access::who(tx, actor, table, id)).unwrap();
        let south = who.readers.iter().find(|reader| reader.name == "south_rep").unwrap();
        assert_eq!(south.paths.as_ref().unwrap()[0].words, words);
    });
}

#[test]
fn whoever_comes_into_a_team_is_told_of_the_record_once() {
    on_both(|world| {
        let (template, id) = (template(world, HELP), account(world, "north_rep", "Blue Kiln"));
        put_in(world, "north_rep", id, template, "south_rep").unwrap();
        put_in(world, "north_rep", id, template, "service_rep").unwrap();
        for who in ["south_rep", "service_rep"] {
            let told = world.look(who, |tx, actor| crm::notices::list(tx, actor, None, 10)).unwrap();
            let texts: Vec<&str> = told.rows.iter().map(|notice| notice.text.as_str()).collect();
            assert_eq!(texts, ["north_rep shared the account “Blue Kiln” with you: see, change"], "{who}");
        }
    });
}

#[test]
fn the_owner_takes_somebody_out_without_being_allowed_to_share() {
    on_both(|world| {
        use AccessLevel::User;
        let auditor = world.id("auditor");
        role(world, "Owner only", &[("campaigns", &[(Privilege::Read, User), (Privilege::Create, User)])], &[auditor]);
        let own = make(world, "auditor", "campaigns", &[("name", text("Spring"))]).unwrap();
        let (table, south) = (world.table_id("campaigns"), world.id("south_rep"));
        let template = template_of(world, "admin", "campaigns", "Campaign team", &[Privilege::Read]).unwrap();
        world.act("admin", move |tx, actor| records::put_into_team(tx, actor, table, own, template, south)).unwrap();
        let refused = world.act("auditor", move |tx, actor| records::put_into_team(tx, actor, table, own, template, auditor));
        assert!(matches!(denied(refused), Denial::NoPrivilege { privilege: Privilege::Share, .. }));
        world.act("auditor", move |tx, actor| records::take_out_of_team(tx, actor, table, own, template, south)).unwrap();
        let left = world.operate(move |tx| Ok(store::records::live_shares(tx, "campaigns", own)?));
        assert!(left.is_empty());
    });
}
