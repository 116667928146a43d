//! An import is asked for.
//!
//! [`prepare`] reads the file's header, outside any transaction, so that the map is checked against it before anything
//! is promised; [`start`] asks for the rights and puts the job into the queue, in one change.
//! Not here: what the job does ([`super::run_import`]). Start reading at [`begin`].
//! Proved by `crates/crm/tests/it/exchange.rs`.

use super::look::{LookAsk, LookSpec, look};
use super::map::{Goes, ImportMap, Key, Plan};
use crate::{Asker, Desk, Done, Problem, Verb};
use catalogue::{RowId, Table};
use security::{Actor, ColumnUse, PrincipalId, Privilege, Task, entrust, permit};
use serde::{Deserialize, Serialize};
use store::exchange::{NewImport, keep_import};
use store::queue::{self, NewJob};
use store::{Tx, accounts, blobs};

/// What happens with a row that is a record already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Every row becomes a new record.
    #[default]
    Create,
    /// Every row changes the record with the same keys.
    Update,
    /// A row changes the record with the same keys, or becomes a new one.
    Upsert,
}

/// What happens with a row that is the same as another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// It is a problem of the row.
    #[default]
    Refuse,
    /// It is taken like any other.
    Allow,
}

/// What is asked of an import.
#[derive(Clone, Debug, Default)]
pub struct ImportAsk {
    /// The file, as [`super::upload`] answered it.
    pub file: Option<RowId>,
    /// What the person calls the file.
    pub file_name: String,
    /// Into which set.
    pub set: String,
    /// How the file is to be read, where the guess is wrong.
    pub look: LookAsk,
    /// Which column goes where; guessed when it is not said.
    pub map: Option<ImportMap>,
    /// What happens with rows that are records already.
    pub mode: Mode,
    /// What makes two rows the same: columns of the table, or of the file.
    pub keys: Vec<String>,
    /// Who owns rows whose owner is not found; the importer when not said.
    pub owner: Option<PrincipalId>,
    /// What happens with rows that are the same.
    pub duplicates: Duplicates,
    /// Only try: nothing is kept but what would happen.
    pub dry_run: bool,
}

/// Everything but file and map, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    pub(crate) keys: Vec<String>,
    pub(crate) owner: Option<String>,
    pub(crate) duplicates: Duplicates,
    pub(crate) dry_run: bool,
}

impl Options {
    pub(crate) fn owner(&self) -> Option<PrincipalId> {
        self.owner.as_deref().and_then(RowId::parse).map(PrincipalId)
    }
}

/// An import whose file was looked at.
#[derive(Clone, Debug)]
pub struct Prepared {
    file: RowId,
    file_name: String,
    set: String,
    spec: LookSpec,
    map: ImportMap,
    options: Options,
}

/// An import that waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The import.
    pub import: RowId,
    /// Its job.
    pub job: RowId,
}

/// Looks at the file, checks what is asked and starts the import.
pub fn begin(desk: &Desk, who: &Asker, ask: &ImportAsk) -> Done<Started> {
    let prepared = prepare(desk, who, ask)?;
    desk.perform(who, Verb::write("import.start"), move |tx, actor| start(tx, actor, &prepared))
}

/// Looks at the file, so that the map can be checked.
pub fn prepare(desk: &Desk, who: &Asker, ask: &ImportAsk) -> Done<Prepared> {
    let file = ask.file.ok_or_else(|| Problem::column("file", "no file was sent"))?;
    let looked = look(desk, who, file, &ask.set, &ask.look)?;
    if let Some(fatal) = looked.fatal {
        return Err(Problem::invalid("unreadable-file", fatal));
    }
    let options = Options {
        mode: ask.mode,
        keys: ask.keys.clone(),
        owner: ask.owner.map(|owner| owner.to_string()),
        duplicates: ask.duplicates,
        dry_run: ask.dry_run,
    };
    let map = ask.map.clone().unwrap_or(looked.guess);
    Ok(Prepared { file, file_name: ask.file_name.clone(), set: ask.set.clone(), spec: looked.spec, map, options })
}

/// Puts the import into the queue.
pub fn start(tx: &mut Tx<'_>, actor: &Actor, prepared: &Prepared) -> Done<Started> {
    entrust(actor, Task::BulkImport)?;
    let catalogue = actor.catalogue().clone();
    let table = super::table(&catalogue, &prepared.set)?;
    check(tx, actor, table, prepared)?;
    if blobs::of_uploader(tx, prepared.file, actor.user())?.is_none() || !blobs::name(tx, prepared.file)? {
        return Err(super::no_file());
    }
    let person = accounts::user(tx, actor.user())?.ok_or(security::Denial::SignIn)?;
    let import = tx.new_id();
    let arguments = serde_json::json!({ "import": import.to_string(), "title": format!("Import of {}", prepared.file_name) });
    let job = NewJob { kind: super::IMPORT.into(), asker: actor.user(), session: None, epoch: person.epoch, arguments };
    let job = queue::enqueue(tx, &job)?;
    let new = NewImport {
        id: import,
        job,
        asker: actor.user(),
        set: &prepared.set,
        file: prepared.file,
        file_name: &prepared.file_name,
        look: &super::as_json(&prepared.spec)?,
        map: &super::as_json(&prepared.map)?,
        options: &super::as_json(&prepared.options)?,
    };
    keep_import(tx, &new)?;
    tx.about("imports", import);
    Ok(Started { import, job })
}

/// Asks for every right that each row will need, and fits the map.
fn check(tx: &mut Tx<'_>, actor: &Actor, table: &Table, prepared: &Prepared) -> Done<()> {
    let options = &prepared.options;
    let plan = Plan::fit(actor.catalogue(), table, &prepared.map, &options.keys, &prepared.spec.headers)?;
    if options.mode != Mode::Update {
        let create = permit(actor, Privilege::Create, table)?;
        create.admit(table, plan.columns(), ColumnUse::Create)?;
    }
    if options.mode != Mode::Create {
        let write = permit(actor, Privilege::Write, table)?;
        write.admit(table, plan.columns(), ColumnUse::Update)?;
        let is_known = !plan.keys.is_empty() && plan.keys.iter().all(|key| !matches!(key, Key::Cell(_)));
        if !is_known {
            return Err(Problem::column("keys", "to change records, say by which columns of the table they are known"));
        }
    } else if plan.steps.iter().any(|step| step.to == Goes::Id) {
        return Err(Problem::invalid("map", "a new record gets its own id; leave `id` out, or change records instead"));
    }
    let read = permit(actor, Privilege::Read, table)?;
    let keys = plan.keys.iter().filter_map(|key| if let Key::Column(column) = key { Some(*column) } else { None });
    read.admit(table, keys, ColumnUse::Read)?;
    if let Some(owner) = options.owner() {
        let name = accounts::names(tx, &[owner])?.remove(&owner);
        let fits = name.is_some_and(|n| n.state == security::UserState::Active);
        if !fits || !table.is_owned() {
            return Err(Problem::column("owner", "rows cannot be given to this owner"));
        }
    }
    Ok(())
}
