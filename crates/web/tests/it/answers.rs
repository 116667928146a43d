//! What each kind of no becomes: one status and one name each, told in `docs/using/errors.md`.

use crm::{Denial, Error, Fault, Privilege, Problem, Task, UserState};
use serde_json::json;
use web::answer::{No, problem, told};

fn nos() -> Vec<(No, u16, &'static str)> {
    let accounts = || "accounts".to_owned();
    vec![
        (Denial::SignIn.into(), 401, "sign-in"),
        (Denial::State(UserState::Frozen).into(), 403, "not-active"),
        (Denial::NoPrivilege { privilege: Privilege::Read, set: accounts() }.into(), 403, "no-privilege"),
        (Denial::NoTask(Task::UseApi).into(), 403, "no-privilege"),
        (Denial::Row { privilege: Privilege::Write, set: accounts() }.into(), 403, "row-denied"),
        (Denial::Column { set: accounts(), column: "credit_limit".into() }.into(), 403, "column-denied"),
        (Denial::SecondFactor.into(), 403, "second-factor"),
        (Denial::StepUp.into(), 403, "step-up"),
        (No::CodeAgain("words".into()), 422, "step-up"),
        (Denial::Guard("words").into(), 403, "guarded"),
        (Denial::NotThere.into(), 404, "not-there"),
        (Problem::malformed("bad-filter", "words").into(), 400, "bad-filter"),
        (Problem::malformed("unknown-set", "words").into(), 404, "unknown-set"),
        (Problem::column("name", "words").into(), 422, "invalid-values"),
        (Problem::conflict("taken", "words").into(), 409, "taken"),
        (Problem::too_large("words").into(), 413, "too-large"),
        (Error::Wait(7).into(), 429, "wait"),
        (Fault::Unavailable("gone".into()).into(), 503, "unavailable"),
        (Fault::NoRoom("full".into()).into(), 503, "no-room"),
        (Fault::Again("met".into()).into(), 503, "busy"),
        (Fault::Taken("sys_principals.name_key".into()).into(), 409, "taken"),
        (Fault::broken("sys_trail row 7").into(), 500, "broken"),
        (No::VersionNeeded, 428, "version-needed"),
        (No::Stale { current: json!({}), version: 2, sent: 1 }, 412, "stale"),
        (No::NoAddress, 404, "no-address"),
        (No::Method, 405, "no-method"),
        (No::Media("JSON"), 415, "wrong-media"),
        (No::HeadTooLarge, 431, "head-too-large"),
        (No::Credentials, 401, "sign-in"),
        (No::Foreign, 403, "foreign-form"),
        (No::TooSlow, 503, "too-slow"),
        (No::NotReady("words"), 503, "not-ready"),
    ]
}

#[test]
fn each_kind_of_no_has_one_status_and_one_name() {
    for (no, status, code) in nos() {
        let told = told(&no);
        assert_eq!((told.status, told.code), (status, code), "{no:?}");
        assert!(!told.title.is_empty() && !told.detail.is_empty());
        assert!(!told.detail.ends_with('.'), "{}", told.detail);
        assert_eq!(told.wait.is_some(), matches!(told.status, 429 | 503));
    }
}

#[test]
fn whoever_waited_too_long_is_not_told_that_nothing_was_done() {
    let told = web::answer::told(&No::TooSlow);
    assert!(told.detail.contains("may have been made"), "a change goes on behind an answer that came too late: {}", told.detail);
}

#[test]
fn a_fault_of_ours_says_nothing_of_what_broke() {
    for (no, status, _) in nos().into_iter().filter(|(_, status, _)| *status >= 500) {
        let text = problem(&told(&no), "id").to_string();
        for secret in ["sys_", "row 7", "gone", "full", "met\""] {
            assert!(!text.contains(secret), "{status} tells `{secret}`: {text}");
        }
    }
}

#[test]
fn every_name_of_a_problem_that_web_gives_is_in_the_manual() {
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/using/errors.md")).unwrap();
    for (no, status, code) in nos() {
        assert!(manual.contains(&format!("| `{code}` | {status} |")), "`{code}` ({status}) of {no:?} is not in the manual");
    }
}

#[test]
fn every_name_of_a_problem_that_crm_gives_is_in_the_manual() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let manual = std::fs::read_to_string(format!("{root}/docs/using/errors.md")).unwrap();
    let mut missing = Vec::new();
    for room in ["crm", "web"] {
        each_file(std::path::Path::new(&format!("{root}/crates/{room}/src")), &mut |text| {
            let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for call in ["malformed(", "invalid(", "conflict("] {
                for (n, _) in plain.match_indices(call) {
                    let rest = plain[n + call.len()..].trim_start();
                    let code = rest.strip_prefix('"').and_then(|r| r.split_once('"')).map(|(code, _)| code);
                    missing.extend(code.filter(|code| !manual.contains(&format!("`{code}`"))).map(str::to_owned));
                }
            }
        });
    }
    assert!(missing.is_empty(), "not in the manual: {missing:?}");
}

fn each_file(folder: &std::path::Path, act: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, act);
        } else if path.extension().is_some_and(|e| e == "rs") {
            act(&std::fs::read_to_string(&path).unwrap());
        }
    }
}
