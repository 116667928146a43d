//! What an import does, and what it may not.
//!
//! Each sentence on both databases, with small files written where they are read.
//! Not here: real files, dying in the middle. Start reading at the first sentence.

use super::{begin, errors_csv, export, failed, import, map, rows, run, select, status, taking};
use crate::world::{MINUTE, denied, email, on_both, problem};
use catalogue::Value;
use crm::exchange::{self, Duplicates, LookAsk, Mode};
use crm::jobs::JobState;
use security::{Denial, UserState};
use store::{accounts, rights};

#[test]
fn a_file_becomes_records_and_every_row_is_a_record_or_a_problem() {
    on_both(|world| {
        let file = "Account Name;Phone;City;Employees\nBlue Kiln;0341 1;Leipzig;12\nTin Drum;;Halle;many\n;;Ulm;3\n";
        let done = import(world, "north_rep", "accounts", file.as_bytes(), |_| {}).unwrap();
        assert_eq!(done.state, JobState::Done, "{:?}", done.message);
        assert_eq!((done.total, done.tally.created, done.tally.failed), (Some(3), 1, 2));
        let told = failed(world, "north_rep", done.id);
        assert_eq!(told[0], (2, "number_of_employees: `many` is not a number".into()));
        assert_eq!(told[1], (3, "name: is needed".into()));
        let found = rows(world, "north_rep", "accounts", &["name", "phone", "address_city", "number_of_employees", "owner"]);
        assert_eq!(found, [["Blue Kiln", "0341 1", "Leipzig", "12", "north_rep"]]);
        // The entry of the batch names the verb, the import and the record.
        assert!(world.trail().contains(&("account.import".into(), "done".into())));
    });
}

#[test]
fn what_could_not_be_taken_comes_back_as_a_file_that_can_be_mended_and_imported() {
    on_both(|world| {
        let file = "name,employees\nBlue Kiln,12\n\"Tin, Drum\",many\nragged,1,2\n=1+1,x\n";
        let done = import(world, "north_rep", "accounts", file.as_bytes(), |_| {}).unwrap();
        assert_eq!((done.tally.created, done.tally.failed), (1, 3));
        let errors = errors_csv(world, "north_rep", done.id);
        assert_eq!(
            errors,
            "\u{feff}name,employees,column 3,problem\r\n\"Tin, Drum\",many,,number_of_employees: `many` is not a number\r\n\
             ragged,1,2,\"row 3 has 3 cells, the header has 2\"\r\n'=1+1,x,,number_of_employees: `x` is not a number\r\n"
        );
        let mended = errors.replace("many,,", "7,,").replace("'=1+1,x", "'=1+1,8");
        let done = import(world, "north_rep", "accounts", mended.as_bytes(), |_| {}).unwrap();
        assert_eq!((done.tally.created, done.tally.failed), (3, 0));
        let found = rows(world, "north_rep", "accounts", &["name", "number_of_employees"]);
        assert_eq!(found, [["=1+1", "8"], ["Blue Kiln", "12"], ["ragged", "1"], ["Tin, Drum", "7"]]);
        // Nobody else's import is there.
        assert_eq!(denied(status(world, "south_rep", done.id)), Denial::NotThere);
    });
}

#[test]
fn what_a_map_names_and_is_not_there_is_named() {
    on_both(|world| {
        let try_map = |json: &str| {
            let started = begin(world, "north_rep", "accounts", b"name,name2,twice,twice\na,b,c,d\n", |ask| ask.map = map(json));
            problem(started).detail
        };
        let line = |from: &str, to: &str| format!(r#"{{"columns":[{{"from":"{from}","to":"{to}"}}]}}"#);
        assert_eq!(try_map(&line("name", "nmae")), "accounts have no column `nmae`");
        assert_eq!(try_map(&line("nmae", "name")), "the file has no column `nmae`");
        assert_eq!(try_map(&line("name", "version")), "`version` is kept by the product and cannot be imported");
        assert!(try_map(&line("twice", "name")).starts_with("the file has 2 columns called `twice`"));
        assert_eq!(
            try_map(r#"{"columns":[{"from":"name","to":"name"},{"from":"name2","to":"name"}]}"#),
            "two columns of the file go to `name`"
        );
        assert_eq!(
            try_map(r#"{"columns":[{"from":"name","to":"parent_account","match":{"set":"contacts","column":"email"}}]}"#),
            "`accounts.parent_account` does not look up to `contacts`"
        );
        assert_eq!(
            try_map(r#"{"columns":[{"from":"name","to":"name"}],"dates":"later"}"#),
            "`dates` is `ymd`, `dmy` or `mdy`, not `later`"
        );
        let by_place =
            import(world, "north_rep", "accounts", b"twice,twice\nc,d\n", |ask| ask.map = map(&line("column 2", "name"))).unwrap();
        assert_eq!(by_place.tally.created, 1);
        assert_eq!(rows(world, "north_rep", "accounts", &["name"]), [["d"]]);
        assert!(serde_json::from_str::<crm::exchange::ImportMap>(r#"{"colums":[]}"#).is_err());
    });
}

#[test]
fn a_lookup_to_a_hidden_row_answers_like_one_that_is_not_there() {
    on_both(|world| {
        let hidden = world.record("service_rep", "cases", &[("title", "Broken kiln".into())]);
        world.record("north_rep", "accounts", &[("name", "Blue Kiln".into())]);
        // Salespeople read cases of their own only.
        let file = format!("subject,regarding\nask,Broken kiln\nask,Nothing at all\nask,{hidden}\nask,Blue Kiln\n");
        let done = import(world, "north_rep", "tasks", file.as_bytes(), |ask| ask.duplicates = Duplicates::Allow).unwrap();
        assert_eq!((done.tally.created, done.tally.failed), (1, 3), "{:?}", done.message);
        let told = failed(world, "north_rep", done.id);
        let like = |name: &str| told[1].1.replace("Nothing at all", name);
        assert_eq!(told[0].1, like("Broken kiln"));
        assert_eq!(told[2].1, like(&hidden.to_string()));
        assert!(told[1].1.ends_with("called `Nothing at all`"), "{}", told[1].1);
    });
}

#[test]
fn a_name_that_several_records_have_is_a_problem_of_the_row() {
    on_both(|world| {
        for name in ["Blue Kiln", "Tin Drum", "Blue Kiln", "Blue Kiln"] {
            world.record("north_rep", "accounts", &[("name", name.into())]);
        }
        let file = "last_name,account\nAnders,Blue Kiln\nBerg,tin drum\n";
        let done = import(world, "north_rep", "contacts", file.as_bytes(), |_| {}).unwrap();
        assert_eq!(failed(world, "north_rep", done.id), [(1, "account: 3 accounts are called `Blue Kiln`".into())]);
        assert_eq!(rows(world, "north_rep", "contacts", &["full_name", "account"]), [["Berg", "Tin Drum"]]);
    });
}

#[test]
fn a_row_whose_owner_is_not_found_goes_to_the_fallback_and_one_that_may_not_be_made_is_refused() {
    on_both(|world| {
        let file = format!("name,owner\na,{}\nb,Nobody\nc,south_rep\nd,north_rep\ne,\n", email("north_rep"));
        let done = import(world, "north_rep", "opportunities", file.as_bytes(), |_| {}).unwrap();
        assert_eq!((done.tally.created, done.tally.fallbacks, done.tally.failed), (4, 1, 1), "{:?}", failed(world, "north_rep", done.id));
        assert_eq!(failed(world, "north_rep", done.id)[0].0, 3);
        // A manager may make rows for the team, and says who takes those of unknown owners. A frozen person takes none.
        let frozen = world.id("south_rep");
        world.operate(move |tx| Ok(accounts::set_state(tx, frozen, UserState::Frozen)?));
        let takes = world.id("north_rep");
        let done =
            import(world, "manager", "opportunities", b"name,owner\nx,Nobody\ny,south_rep\n", |ask| ask.owner = Some(takes)).unwrap();
        assert_eq!((done.tally.created, done.tally.fallbacks), (2, 2));
        let mine = rows(world, "north_rep", "opportunities", &["name", "owner"]);
        assert!(mine.contains(&vec!["x".into(), "north_rep".into()]) && mine.contains(&vec!["y".into(), "north_rep".into()]), "{mine:?}");
        let refused = begin(world, "manager", "opportunities", b"name\nx\n", |ask| ask.owner = Some(frozen));
        assert_eq!(problem(refused).errors[0].column, "owner");
    });
}

#[test]
fn a_trial_tells_the_same_and_keeps_nothing() {
    on_both(|world| {
        let file = b"name,employees\nBlue Kiln,1\nTin Drum,x\n";
        let tried = import(world, "north_rep", "accounts", file, |ask| ask.dry_run = true).unwrap();
        assert_eq!((tried.tally.created, tried.tally.failed, tried.state), (1, 1, JobState::Done));
        assert_eq!(failed(world, "north_rep", tried.id).len(), 1);
        assert!(rows(world, "north_rep", "accounts", &["name"]).is_empty());
    });
}

#[test]
fn rows_that_are_the_same_are_refused_or_allowed_as_asked() {
    on_both(|world| {
        let file = b"name,phone\nBlue Kiln,1\nTin Drum,2\nblue kiln,1\nBlue Kiln,2\n";
        let done = import(world, "north_rep", "accounts", file, |_| {}).unwrap();
        assert_eq!(failed(world, "north_rep", done.id), [(3, "the same as row 1".into())]);
        let by_name = import(world, "north_rep", "accounts", file, |ask| ask.keys = vec!["name".into()]).unwrap();
        let told = failed(world, "north_rep", by_name.id);
        assert_eq!(by_name.tally.created, 0);
        assert_eq!(told[0], (1, "there is an account with the same name already".into()));
        assert_eq!(told[2], (3, "the same as row 1".into()));
        let all = import(world, "north_rep", "accounts", file, |ask| ask.duplicates = Duplicates::Allow).unwrap();
        assert_eq!(all.tally.created, 4);
    });
}

#[test]
fn a_row_changes_the_record_with_its_keys() {
    on_both(|world| {
        world.record("north_rep", "accounts", &[("name", "Blue Kiln".into()), ("account_number", "A1".into()), ("phone", "1".into())]);
        let file = b"account_number,name,phone\nA1,Blue Kiln AG,NULL\nA2,Tin Drum,2\n";
        let with = |mode| {
            move |ask: &mut crm::exchange::ImportAsk| {
                ask.mode = mode;
                ask.keys = vec!["account_number".into()];
                ask.map = map(
                    r#"{"columns":[{"from":"account_number","to":"account_number"},{"from":"name","to":"name"},{"from":"phone","to":"phone"}],
                        "empty_words":["NULL"]}"#,
                );
            }
        };
        let done = import(world, "north_rep", "accounts", file, with(Mode::Update)).unwrap();
        assert_eq!((done.tally.updated, done.tally.created, done.tally.failed), (1, 0, 1));
        assert_eq!(failed(world, "north_rep", done.id), [(2, "there is no account with this account number".into())]);
        let done = import(world, "north_rep", "accounts", file, with(Mode::Upsert)).unwrap();
        assert_eq!((done.tally.updated, done.tally.created), (1, 1));
        let found = rows(world, "north_rep", "accounts", &["account_number", "name", "phone"]);
        assert_eq!(found, [["A1", "Blue Kiln AG", ""], ["A2", "Tin Drum", "2"]]);
        let no_keys = begin(world, "north_rep", "accounts", b"name\nx\n", |ask| ask.mode = Mode::Update);
        assert_eq!(problem(no_keys).errors[0].column, "keys");
    });
}

#[test]
fn what_is_exported_is_imported_unchanged() {
    on_both(|world| {
        let nasty = ["=1+1", "'=1+1", "-2", "@cmd", "a;=b", "\"quoted\", and comma", "two\nlines", "Ünïcode 日本", "'", "+49 341"];
        for (n, name) in nasty.iter().enumerate() {
            let cells = [("name", (*name).into()), ("description", (*name).into()), ("revenue", Value::Int(n as i64 * 12_345))];
            world.record("north_rep", "accounts", &cells);
        }
        let columns = ["name", "description", "revenue", "state", "status", "owner", "credit_on_hold"];
        let mut what = taking("accounts");
        select(&mut what, &columns);
        let before = export(world, "north_rep", &what).unwrap();
        let done = import(world, "north_rep", "accounts", &before, |_| {}).unwrap();
        assert_eq!((done.tally.created, done.tally.failed), (10, 0), "{:?}", failed(world, "north_rep", done.id));
        // By name, so that each record stands beside its copy.
        let all = rows(world, "north_rep", "accounts", &columns);
        assert_eq!(all.len(), 20);
        for pair in all.chunks(2) {
            assert_eq!(pair[0], pair[1]);
        }
    });
}

#[test]
fn whoever_may_not_import_is_refused_before_a_byte_is_read() {
    on_both(|world| {
        struct Untouched;
        impl std::io::Read for Untouched {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                panic!("the file was read")
            }
        }
        assert!(matches!(denied(exchange::upload(world.desk(), &world.user("service_rep"), Untouched)), Denial::NoTask(_)));
        // A file is its sender's alone.
        let file = exchange::upload(world.desk(), &world.user("north_rep"), b"name\nx\n".as_slice()).unwrap();
        let other = exchange::look(world.desk(), &world.user("south_rep"), file, "accounts", &LookAsk::default());
        assert_eq!(problem(other).code, "no-file");
        assert!(matches!(
            denied(exchange::look(world.desk(), &world.user("north_rep"), file, "products", &LookAsk::default())),
            Denial::NoPrivilege { .. }
        ));
        // A secured column is not imported by whoever may not fill it.
        let secured = begin(world, "north_rep", "accounts", b"name,credit_limit\nx,1\n", |ask| {
            ask.map = map(r#"{"columns":[{"from":"name","to":"name"},{"from":"credit_limit","to":"credit_limit"}]}"#);
        });
        assert!(matches!(denied(secured), Denial::Column { column, .. } if column == "credit_limit"));
    });
}

#[test]
fn an_import_runs_with_the_rights_its_asker_has_then() {
    on_both(|world| {
        let started = begin(world, "north_rep", "accounts", b"name\nx\n", |_| {}).unwrap();
        let (rep, role) = (world.id("north_rep"), world.role("Salesperson"));
        world.operate(move |tx| {
            rights::take_role(tx, role, rep)?;
            Ok(())
        });
        run(world);
        let (basic, rep) = (world.role("Salesperson"), world.id("north_rep"));
        world.operate(move |tx| {
            rights::give_role(tx, basic, rep, None, None)?;
            Ok(())
        });
        let done = status(world, "north_rep", started.import).unwrap();
        assert_eq!((done.state, done.tally.created), (JobState::Failed, 0));
        assert_eq!(done.message.as_deref(), Some("none of your roles holds the task `Import files`"));
        // Frozen before it ran.
        let started = begin(world, "south_rep", "accounts", b"name\nx\n", |_| {}).unwrap();
        let frozen = world.id("south_rep");
        world.operate(move |tx| Ok(accounts::set_state(tx, frozen, UserState::Frozen)?));
        run(world);
        world.clock.go_on(MINUTE);
        let job = world.desk().glance(|tx| Ok(store::queue::get(tx, started.job)?)).unwrap().unwrap();
        assert_eq!(job.state, JobState::Failed);
        assert_eq!(job.message.as_deref(), Some("it was stopped: the account that asked for it is not active any more"));
    });
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_makes_no_record() {
    on_both(|world| {
        let open = begin(world, "north_rep", "accounts", b"name\nBlue Kiln\n\"never closed\n", |_| {});
        assert!(problem(open).detail.contains("opens a quote that is never closed"));
        let empty = begin(world, "north_rep", "accounts", b"", |_| {});
        assert_eq!(problem(empty).detail, "the header: the file ends before its header".trim_start_matches("the header: "));
        let nul = import(world, "north_rep", "accounts", b"name\nBlue\0Kiln\nTin Drum\n", |_| {}).unwrap();
        assert_eq!((nul.tally.created, nul.tally.failed), (1, 1));
        assert!(failed(world, "north_rep", nul.id)[0].1.contains("NUL"));
    });
}

#[test]
fn what_a_file_holds_is_shown_before_it_is_imported() {
    on_both(|world| {
        let text = "Firma,Company Name,Est. close date\nx,M\u{fc}ller,13.02.2026\ny,Sch\u{f6}n,01.03.2026\n";
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        let file = exchange::upload(world.desk(), &world.user("north_rep"), latin.as_slice()).unwrap();
        let look = |ask: &LookAsk| exchange::look(world.desk(), &world.user("north_rep"), file, "opportunities", ask);
        let seen = look(&LookAsk::default()).unwrap();
        assert_eq!((seen.spec.encoding.as_str(), seen.is_encoding_certain, seen.rows), ("windows-1252", false, Some(2)));
        assert_eq!(seen.preview[0], ["x", "Müller", "13.02.2026"]);
        assert_eq!(seen.missing, ["name"]);
        let goes: Vec<(&str, &str)> = seen.guess.columns.iter().map(|l| (l.from.as_str(), l.to.as_str())).collect();
        assert_eq!(goes, [("Company Name", "customer"), ("Est. close date", "estimated_close_date")]);
        assert_eq!(seen.guess.dates.as_deref(), Some("dmy"));
        let none = look(&LookAsk { has_header: Some(false), delimiter: Some(";".into()), ..LookAsk::default() }).unwrap();
        assert_eq!(none.spec.headers, ["column 1"]);
        assert_eq!(problem(look(&LookAsk { encoding: Some("klingon".into()), ..LookAsk::default() })).errors[0].column, "encoding");
    });
}
