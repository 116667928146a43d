//! The words of `backup`.
//!
//! Not here: what the commands do (`commands/backup.rs`). Proved by `crates/castellan/tests/it/backup.rs`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub enum BackupAct {
    /// Make a key: the file opens backups, the line that is printed seals them.
    Key {
        /// Where to; nothing is there yet.
        file: PathBuf,
    },
    /// Write everything into one sealed file, while everybody goes on.
    Create {
        /// Where to; nothing is there yet.
        file: PathBuf,
        /// To whom it is sealed: `age1…`, or a file with it or with the key; may be given several times.
        #[arg(long, required = true)]
        key: Vec<String>,
    },
    /// Restore a backup into a scratch place, compare it, check its trail, and throw the scratch away.
    Verify(Verify),
    /// Make the organisation of a backup in an empty data directory.
    Restore(Restore),
}

#[derive(Args, Debug)]
pub struct Verify {
    /// The backup.
    pub file: PathBuf,
    /// The key file that opens it.
    #[arg(long)]
    pub key: PathBuf,
    /// An empty directory, or an empty PostgreSQL database, `postgres://…`; a new directory in the machine's temporary
    /// one when not said. The whole organisation lies there in clear meanwhile.
    #[arg(long)]
    pub scratch: Option<String>,
}

#[derive(Args, Debug)]
pub struct Restore {
    /// The backup.
    pub file: PathBuf,
    /// The key file that opens it.
    #[arg(long)]
    pub key: PathBuf,
    /// The revocation journal as it is today, `revocations.log`; several where several servers shared the database.
    #[arg(long, required_unless_present = "administrator", conflicts_with = "administrator")]
    pub revocations: Vec<PathBuf>,
    /// The journal is lost: everybody comes back frozen but the System Administrator with this address.
    #[arg(long, value_name = "EMAIL")]
    pub administrator: Option<String>,
}
