//! `backup`: key, create, verify, restore.
//!
//! A backup is made by whoever has the data open, the running server if there is one; it is verified and restored by
//! this process alone, with no other than the key and the file.
//! Not here: what a backup is (`crm`, `store`). Proved by `crates/castellan/tests/it/backup.rs`.

use super::{print, text, with};
use crate::arguments::{Arguments, BackupAct, Restore, Verify};
use crate::failure::Failure;
use crate::house;
use crm::backup::{Comeback, NotDone, Restoration};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use store::dump::{self, Identity, Opened, Recipient, Told, Unfit};
use store::revocation;

/// Runs one of the acts on backups.
pub fn run(arguments: &Arguments, act: &BackupAct) -> Result<(), Failure> {
    match act {
        BackupAct::Key { file } => key(arguments, file),
        BackupAct::Create { file, key } => create(arguments, file, key),
        BackupAct::Verify(ask) => verify(arguments, ask),
        BackupAct::Restore(ask) => restore(arguments, ask),
    }
}

fn key(arguments: &Arguments, path: &Path) -> Result<(), Failure> {
    let key = Identity::generate();
    let mut options = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::refused(format!("`{}` is there already; a key never replaces a file", path.display())),
        _ => Failure::closed(format!("`{}` cannot be written: {error}", path.display())),
    })?;
    file.write_all(key.file().as_bytes())?;
    file.sync_all()?;
    let told = json!({ "key": path.display().to_string(), "recipient": key.recipient().to_string() });
    print(arguments, &told, |told| {
        println!("{}", text(told, "recipient"));
        eprintln!(
            "The key is in `{}`. Keep it away from the backups: without it none can be opened, with it everybody opens all.",
            path.display()
        );
    });
    Ok(())
}

fn create(arguments: &Arguments, path: &Path, keys: &[String]) -> Result<(), Failure> {
    let to = keys.iter().map(|key| recipient(key).map(|to| to.to_string())).collect::<Result<Vec<_>, _>>()?;
    let path = std::path::absolute(path)?;
    let told = with(arguments, |call| call.operate("backup.create", &json!({ "file": path.display().to_string(), "to": to })))?;
    read_again(&path, text(&told, "sha256"))?;
    print(arguments, &told, |told| {
        println!("{} is backed up into `{}`", text(told, "organisation"), path.display());
        say(told);
    });
    warn_of_files(&told);
    Ok(())
}

/// What the server wrote is what lies there for others: it may see other disks than we do.
fn read_again(path: &Path, sha256: &str) -> Result<(), Failure> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        // It is the server's file, and the server has said what is in it.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(()),
        Err(error) => {
            let words = format!("the server wrote the backup, and `{}` cannot be opened from here: {error}", path.display());
            return Err(Failure::closed(words));
        }
    };
    let (mut sum, mut piece) = (Sha256::new(), vec![0u8; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            got => sum.update(piece.get(..got).unwrap_or_default()),
        }
    }
    let read: String = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if read == sha256 {
        return Ok(());
    }
    Err(Failure::damaged(format!("`{}` reads otherwise than it was written; the disk may be failing", path.display())))
}

fn verify(arguments: &Arguments, ask: &Verify) -> Result<(), Failure> {
    let opened = open(&ask.file, &ask.key)?;
    let scratch = Scratch::of(ask.scratch.as_deref())?;
    let setup = house::setup(&scratch.directory, scratch.postgres.as_deref())?;
    let verified = dump::verify_in_scratch(opened, setup, None).map_err(|unfit| unfit_of(&ask.file, unfit))?;
    let mut told = told_of(&verified.told);
    if let Some(trail) = &verified.trail {
        let bad: Vec<String> = trail.bad.iter().map(ToString::to_string).collect();
        let goes_on = verified.head.names(&trail.heads);
        add(&mut told, "trail", json!({ "whole": bad.is_empty() && goes_on, "entries": trail.entries, "bad": bad }));
        if !bad.is_empty() || !goes_on {
            let why = bad.first().map_or("it does not end where the backup says", String::as_str);
            return Err(Failure::damaged(format!("`{}` holds a trail that is damaged: {why}", ask.file.display())).with(told));
        }
    }
    print(arguments, &told, |told| {
        println!("`{}` can be restored: every row came back as it was", ask.file.display());
        say(told);
    });
    warn_of_files(&told);
    Ok(())
}

/// How a scratch of our own is called.
const SCRATCH: &str = "castellan-verify-";

/// Where a backup is restored to for a moment.
struct Scratch {
    directory: PathBuf,
    postgres: Option<String>,
}

impl Scratch {
    fn of(said: Option<&str>) -> Result<Scratch, Failure> {
        sweep_scratches();
        let own = || std::env::temp_dir().join(format!("{SCRATCH}{}-{}", std::process::id(), house::chance_word()));
        Ok(match said {
            None => Scratch { directory: own(), postgres: None },
            Some(address) if address.starts_with("postgres://") || address.starts_with("postgresql://") => {
                Scratch { directory: own(), postgres: Some(address.to_owned()) }
            }
            Some(directory) => Scratch { directory: PathBuf::from(directory), postgres: None },
        })
    }
}

/// Takes out what others left who were killed while they verified: a whole organisation in clear.
fn sweep_scratches() {
    let found = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let ours = found.filter(|entry| entry.file_name().to_string_lossy().starts_with(SCRATCH));
    for entry in ours.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        // Whoever still works there holds the lock; what belongs to somebody else cannot be taken out.
        let held = File::open(entry.path().join("lock"));
        if held.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn restore(arguments: &Arguments, ask: &Restore) -> Result<(), Failure> {
    let comeback = match &ask.administrator {
        Some(email) => Comeback::Only(email.clone()),
        None => Comeback::ByJournal(journals(&ask.revocations)?),
    };
    let opened = open(&ask.file, &ask.key)?;
    let setup = house::setup(&arguments.data, arguments.database.as_deref())?;
    let done = crm::backup::restore(opened, setup, house::key_given()?, &comeback).map_err(|error| match error {
        NotDone::Unfit(unfit) => unfit_of(&ask.file, unfit),
        other => Failure::refused(format!("`{}` was not restored: {other}", ask.file.display())),
    })?;
    let told = restored(&done);
    print(arguments, &told, |told| {
        println!("{} is restored into `{}`", text(told, "organisation"), arguments.data.display());
        say(told);
        say_people(&done);
    });
    warn_of_files(&told);
    if done.done.administrators == 0 {
        eprintln!("castellan: nobody is left who could administer; restore an older journal, or with --administrator");
    }
    if let Some(bad) = done.trail.bad.first() {
        eprintln!("castellan: the trail was damaged already when the backup was made: {bad}");
    }
    Ok(())
}

fn journals(files: &[PathBuf]) -> Result<Vec<revocation::Revocation>, Failure> {
    let mut acts = Vec::new();
    for file in files {
        let text = read_text(file, "revocation journal")?;
        let read = revocation::read_text(&text).map_err(|fault| Failure::damaged(format!("`{}`: {fault}", file.display())))?;
        acts.extend(read);
    }
    acts.sort_by_key(|act| act.time);
    Ok(acts)
}

fn restored(done: &Restoration) -> Json {
    let mut told = told_of(&done.told);
    let people = &done.done;
    let ids = |of: &[crm::PrincipalId]| of.iter().map(ToString::to_string).collect::<Vec<_>>();
    add(&mut told, "sessions_ended", json!(people.sessions));
    add(&mut told, "frozen", json!(ids(&people.frozen)));
    add(&mut told, "disabled", json!(ids(&people.disabled)));
    add(&mut told, "unfrozen", json!(ids(&people.unfrozen)));
    add(&mut told, "erase_again", json!(ids(&people.erase_again)));
    add(&mut told, "unknown", json!(people.unknown));
    add(&mut told, "departures", json!(people.departures.iter().map(ToString::to_string).collect::<Vec<_>>()));
    add(&mut told, "administrators", json!(people.administrators));
    let trail: Vec<String> = done.trail.bad.iter().map(ToString::to_string).collect();
    add(&mut told, "trail", json!({ "whole": trail.is_empty(), "entries": done.trail.entries, "bad": trail }));
    told
}

fn say_people(done: &Restoration) {
    let people = &done.done;
    println!("{} sessions and access tokens ended; everybody signs in anew", people.sessions);
    println!("{} people were frozen, {} disabled, {} let back", people.frozen.len(), people.disabled.len(), people.unfrozen.len());
    if people.unknown > 0 {
        println!("the journal names {} people who came after this backup", people.unknown);
    }
    if !people.departures.is_empty() {
        println!("{} departures that waited for their hour or an approval are plans again", people.departures.len());
    }
    for who in &people.erase_again {
        println!("erase again, because the backup still has them: {who}");
    }
}

fn say(told: &Json) {
    let number = |name: &str| told.get(name).and_then(Json::as_u64).unwrap_or(0);
    let tables = told.get("tables").and_then(Json::as_array).map_or(0, Vec::len);
    println!("as of {}: {} rows of {tables} tables, {} files", text(told, "time"), number("rows"), number("files"));
    println!("{} bytes, SHA-256 {}", number("bytes"), text(told, "sha256"));
}

/// It is no reason to have no backup, and nothing to be silent about.
fn warn_of_files(told: &Json) {
    for id in told.get("damaged_files").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
        eprintln!("castellan: the file {id} is not as it was once uploaded; it is in the backup as it is");
    }
}

/// What is said of a backup, by whoever made it and by whoever reads it.
pub fn told_of(told: &Told) -> Json {
    let tables: Vec<Json> = told.tables.iter().map(|t| json!({ "name": t.name, "rows": t.rows, "sha256": t.sha256 })).collect();
    let damaged: Vec<String> = told.damaged.iter().map(ToString::to_string).collect();
    json!({
        "organisation": told.organisation, "time": crm::values::moment_text(told.time), "bytes": told.bytes,
        "sha256": told.sha256, "rows": told.rows(), "files": told.files, "damaged_files": damaged, "tables": tables,
    })
}

fn add(told: &mut Json, name: &str, value: Json) {
    if let Some(told) = told.as_object_mut() {
        told.insert(name.to_owned(), value);
    }
}

fn open(file: &Path, key: &Path) -> Result<Opened, Failure> {
    let words = read_text(key, "key")?;
    let identity = Identity::parse(&words).map_err(|problem| Failure::unclear(format!("`{}` is no key: {problem}", key.display())))?;
    let input = File::open(file).map_err(|error| unopened(file, "backup", &error))?;
    Opened::open(input, &identity).map_err(|unfit| unfit_of(file, unfit))
}

/// A recipient as it is typed, or the file it stands in.
fn recipient(said: &str) -> Result<Recipient, Failure> {
    if said.starts_with("age1") {
        return Recipient::parse(said)
            .map_err(|_| Failure::unclear(format!("`{said}` is no recipient: it was copied by half, or mistyped")));
    }
    let words = read_text(Path::new(said), "key")?;
    Recipient::parse(&words).map_err(|problem| Failure::unclear(format!("`{said}` is no key: {problem}")))
}

fn read_text(path: &Path, what: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => Failure::unclear(format!("`{}` is no {what}: it is not even text", path.display())),
        _ => unopened(path, what, &error),
    })
}

fn unopened(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => Failure::missing(format!("there is no {what} `{}`", path.display())),
        _ => Failure::closed(format!("`{}` cannot be opened: {error}", path.display())),
    }
}

fn unfit_of(file: &Path, unfit: Unfit) -> Failure {
    let words = format!("`{}`: {unfit}", file.display());
    match unfit {
        Unfit::NotSealed | Unfit::Damaged(_) | Unfit::Strange(_) | Unfit::Differs(_) => Failure::damaged(words),
        Unfit::OtherKey => Failure::refused(words),
        Unfit::Occupied(words) => Failure::refused(words),
        Unfit::Newer(_) | Unfit::Locked(_) | Unfit::Source(_) | Unfit::Out(_) | Unfit::Fault(_) => Failure::closed(words),
    }
}
