//! The command line: its words, and what the process ends with.
//!
//! Exit codes: 0 done, 1 refused or failed, 2 wrong words, 3 nothing there, 4 the data cannot be opened, 5 the trail or
//! the data is damaged. They are documented in `docs/running/command-line.md`.
//! Not here: what the commands do (`commands/`). Proved by `crates/castellan/tests/it/main.rs`.

mod backup;

pub use backup::{BackupAct, Restore, Verify};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A CRM whose first question is who may see, change and take out customer data.
#[derive(Parser, Debug)]
#[command(name = "castellan", version, arg_required_else_help = true)]
pub struct Arguments {
    /// Answer in JSON, one line.
    #[arg(long, global = true)]
    pub json: bool,
    /// The data directory.
    #[arg(long, global = true, default_value = "castellan-data", env = "CASTELLAN_DATA_DIR")]
    pub data: PathBuf,
    /// A PostgreSQL database, `postgres://…`; without it the embedded database of the data directory.
    #[arg(long, global = true, env = "CASTELLAN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// The access token of the person who acts.
    #[arg(long = "as", global = true, env = "CASTELLAN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Option<String>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Serve the organisation of the data directory.
    Serve(Listen),
    /// Build a sample organisation (once) and serve it.
    Demo(Listen),
    /// Make an organisation and its first administrator; the password is read from standard input.
    Init(Init),
    /// Fill an organisation with generated records.
    Generate(Generate),
    /// Bring the data to what this version needs.
    Migrate,
    /// People.
    User {
        #[command(subcommand)]
        act: UserAct,
    },
    /// Columns of your own.
    Column {
        #[command(subcommand)]
        act: ColumnAct,
    },
    /// Workflows.
    Workflow {
        #[command(subcommand)]
        act: WorkflowAct,
    },
    /// Somebody leaves: plan it, run it, prove it, undo it.
    Departure {
        #[command(subcommand)]
        act: DepartureAct,
    },
    /// Import a CSV file.
    Import(Import),
    /// Take a view out into a file.
    Export(Export),
    /// Say why somebody may or may not do something with a record.
    Explain(Explain),
    /// Backups.
    Backup {
        #[command(subcommand)]
        act: BackupAct,
    },
    /// The trail.
    Audit {
        #[command(subcommand)]
        act: AuditAct,
    },
    /// Look whether everything is in order.
    Doctor,
}

#[derive(Args, Debug)]
pub struct Listen {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8420")]
    pub listen: String,
    /// People reach this server over TLS, through a proxy: cookies then say so.
    #[arg(long)]
    pub behind_tls: bool,
}

#[derive(Args, Debug)]
pub struct Init {
    /// The organisation's name.
    #[arg(long)]
    pub organisation: String,
    /// The first administrator's name.
    #[arg(long)]
    pub name: String,
    /// The first administrator's e-mail address.
    #[arg(long)]
    pub email: String,
}

#[derive(Args, Debug)]
pub struct Generate {
    /// How many records.
    #[arg(long, default_value_t = 10_000)]
    pub rows: u64,
    /// The same seed gives the same records.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
}

#[derive(Subcommand, Debug)]
pub enum UserAct {
    /// Invite somebody.
    Invite {
        /// The person's name.
        name: String,
        /// The person's e-mail address.
        email: String,
        /// The business unit's name; the root when not said.
        #[arg(long)]
        unit: Option<String>,
        /// Roles to give, by name.
        #[arg(long)]
        role: Vec<String>,
    },
    /// List everybody.
    List,
    /// Show one person and what they hold.
    Show {
        /// E-mail address or id.
        who: String,
    },
    /// Stop somebody at once; nothing is lost. Without `--as` the operator does it.
    Freeze {
        /// E-mail address or id.
        who: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Shut somebody out for good: sessions, tokens and everything given end. Without `--as` the operator does it.
    Disable {
        /// E-mail address or id.
        who: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let somebody back in who was disabled, with a new invitation and nothing that was held before.
    Enable {
        /// E-mail address or id.
        who: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Take away the second factor of somebody who lost it. Without `--as` the operator does it.
    ResetFactor {
        /// E-mail address or id.
        who: String,
    },
    /// Let somebody in again.
    Unfreeze {
        /// E-mail address or id.
        who: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
}

#[derive(Subcommand, Debug)]
pub enum ColumnAct {
    /// Add a column to a table; nobody reads it until it is opened or granted.
    Add(AddColumn),
    /// List the columns that were added to a table.
    List {
        /// Which set, `accounts`.
        set: String,
    },
    /// Put a column away; its values stay, and its name stays taken.
    Retire {
        /// Which set.
        set: String,
        /// Which column, `x_rank`.
        column: String,
    },
}

#[derive(Args, Debug)]
pub struct AddColumn {
    /// To which set, `accounts`.
    pub set: String,
    /// What people read.
    pub label: String,
    /// `text`, `memo`, `email`, `phone`, `url`, `integer`, `decimal`, `money`, `yes_no`, `choice`, `multi_choice`, `date`,
    /// `date_time` or `lookup`.
    #[arg(long, default_value = "text")]
    pub kind: String,
    /// `x_` and small letters; made from the label when not said.
    #[arg(long)]
    pub name: Option<String>,
    /// One sentence of help.
    #[arg(long)]
    pub hint: Option<String>,
    /// Characters, for text.
    #[arg(long)]
    pub length: Option<u32>,
    /// Digits behind the point, for decimals.
    #[arg(long)]
    pub digits: Option<u32>,
    /// The label of an option of a choice; may be given several times.
    #[arg(long)]
    pub option: Vec<String>,
    /// What a lookup may name: a set, `users`, `teams` or `business_units`; may be given several times.
    #[arg(long)]
    pub target: Vec<String>,
    /// `general`, `personal`, `confidential` or `restricted`; from the kind when not said.
    #[arg(long)]
    pub sensitivity: Option<String>,
    /// Show it in the views that came with the product.
    #[arg(long)]
    pub listed: bool,
    /// Let search find its words once it is open.
    #[arg(long)]
    pub searched: bool,
}

#[derive(Subcommand, Debug)]
pub enum WorkflowAct {
    /// List every workflow, with its state and its owner.
    List,
    /// Stop one for now; what has begun waits.
    Pause {
        /// Name or id.
        which: String,
    },
    /// Switch one on; what waited goes on.
    Resume {
        /// Name or id.
        which: String,
    },
}

#[derive(Subcommand, Debug)]
pub enum DepartureAct {
    /// List departures, newest first.
    List,
    /// Say everything that refers to somebody, without a departure.
    Find {
        /// E-mail address or id.
        who: String,
    },
    /// Plan somebody's departure; nothing happens to them yet.
    Plan {
        /// E-mail address or id.
        who: String,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
        /// When it runs by itself, `2026-12-31T17:00:00Z`; somebody says when, where it is left out.
        #[arg(long)]
        on: Option<String>,
        /// Take what is proposed for each item.
        #[arg(long)]
        proposals: bool,
    },
    /// Show a departure: its items, and what stands in the way.
    Show {
        /// The departure's id, or the person.
        which: String,
    },
    /// Choose what becomes of an item.
    Choose {
        /// The departure's id, or the person.
        which: String,
        /// The item's key, `owned:accounts`.
        item: String,
        /// `give`, `pause`, `leave`, `read_only`, `clear`, `delete`; `undecided` takes a choice back.
        choice: String,
        /// Who gets it: e-mail address, id, or a team's name; several take turns.
        #[arg(long)]
        to: Vec<String>,
    },
    /// Say that all is decided.
    Submit {
        /// The departure's id, or the person.
        which: String,
    },
    /// Approve one.
    Approve {
        /// The departure's id, or the person.
        which: String,
        /// A note for whoever planned it.
        #[arg(long)]
        note: Option<String>,
    },
    /// Send one back to whoever planned it.
    SendBack {
        /// The departure's id, or the person.
        which: String,
        /// What has to be different.
        #[arg(long)]
        note: Option<String>,
    },
    /// Run one, or go on; waits until it is done.
    Run {
        /// The departure's id, or the person.
        which: String,
    },
    /// Stop one after the batch at hand.
    Stop {
        /// The departure's id, or the person.
        which: String,
    },
    /// Cancel one before anything is done.
    Cancel {
        /// The departure's id, or the person.
        which: String,
        /// Why.
        #[arg(long)]
        note: Option<String>,
    },
    /// Give back what was handed over; waits until it is done.
    Undo {
        /// The departure's id, or the person.
        which: String,
    },
    /// Show the certificate.
    Certificate {
        /// The departure's id, or the person.
        which: String,
    },
    /// Fetch the sealed archive.
    Archive {
        /// The departure's id, or the person.
        which: String,
        /// Where to write it.
        #[arg(long, short)]
        output: PathBuf,
    },
}

#[derive(Args, Debug)]
pub struct Import {
    /// The file.
    pub file: PathBuf,
    /// Into which set, `accounts`.
    #[arg(long)]
    pub set: String,
    /// A map as JSON; guessed from the header when not said.
    #[arg(long)]
    pub map: Option<PathBuf>,
    /// `create`, `update` or `upsert`; the last two find records by `--key`.
    #[arg(long)]
    pub mode: Option<String>,
    /// A column that tells which record a row is; may be given several times.
    #[arg(long)]
    pub key: Vec<String>,
    /// Who owns rows whose owner is not found or may not own: e-mail address or id; oneself when not said.
    #[arg(long)]
    pub owner: Option<String>,
    /// `refuse` or `allow` rows that are the same as one before them or, with `--key`, as a record that is there.
    #[arg(long)]
    pub duplicates: Option<String>,
    /// Only say what would happen.
    #[arg(long)]
    pub dry_run: bool,
    /// Where failed rows are written.
    #[arg(long)]
    pub errors: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Export {
    /// Which set.
    #[arg(long)]
    pub set: String,
    /// Which view.
    #[arg(long, default_value = "")]
    pub view: String,
    /// A filter as JSON.
    #[arg(long)]
    pub filter: Option<String>,
    /// `csv` or `xlsx`.
    #[arg(long, default_value = "csv")]
    pub format: String,
    /// Why; asked above 500 rows.
    #[arg(long)]
    pub reason: Option<String>,
    /// Where to write it; standard output when not said.
    #[arg(long, short)]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Explain {
    /// Whose right: e-mail address or id; one's own when not said.
    #[arg(long)]
    pub user: Option<String>,
    /// Which privilege.
    #[arg(long, default_value = "read")]
    pub privilege: String,
    /// `accounts/0192…`.
    pub record: String,
}

#[derive(Subcommand, Debug)]
pub enum AuditAct {
    /// Check that the trail is whole.
    Verify,
}
