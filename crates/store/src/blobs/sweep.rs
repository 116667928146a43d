//! The sweep: bytes that nobody named within a day go.
//!
//! Rows go first, in one signed change, then the bytes that no row knows; a crash in between leaves bytes for the next
//! sweep and never a row without bytes. How old bytes without a row are is told by their id.
//! Not here: when it runs (the binary's timer). Proved by `crates/store/tests/it/blobs.rs`.

use super::place;
use crate::store::Side;
use crate::{Fault, Stamp, Store, Tx};
use catalogue::RowId;
use security::PrincipalId;
use serde_json::json;
use std::path::PathBuf;

/// How long an upload waits to be named, in microseconds.
const WAIT: i64 = 24 * 3600 * 1_000_000;
/// Rows that one change takes out at most.
const BATCH: i64 = 256;

impl Store {
    /// Takes out what nobody named within a day; answers how many files that were.
    pub fn sweep_bytes(&self) -> Result<u64, Fault> {
        let mut swept = 0;
        while self.read(|tx| Ok::<_, Fault>(!unnamed(tx)?.is_empty()))? {
            swept += self.write(sweep_rows)?;
        }
        swept += match &self.side {
            Side::Sqlite { .. } => self.sweep_folder()?,
            Side::Postgres { .. } => 0,
        };
        if let Side::Postgres { pool } = &self.side {
            pool.get()?.execute(
                "DELETE FROM sys_file_chunks c WHERE c.file_id < $1 AND NOT EXISTS (SELECT 1 FROM sys_files f WHERE f.id = c.file_id)",
                &[&bound(self.now() - WAIT).0],
            )?;
        }
        Ok(swept)
    }

    /// Files without a row. Those whose row went just now are among them.
    fn sweep_folder(&self) -> Result<u64, Fault> {
        let bound = bound(self.now() - WAIT);
        let mut orphans = 0;
        // Whoever reads all files for a backup reads them to the end; what is to go goes the next time.
        let Ok(_swept) = self.shared.files_stay.try_write() else { return Ok(0) };
        for shelf in entries(&place::folder(self.directory()))? {
            for path in entries(&shelf)? {
                let id = path.file_stem().and_then(|name| name.to_str()).and_then(RowId::parse);
                let Some(id) = id.filter(|id| *id < bound) else { continue };
                let is_part = path.extension().is_some();
                if is_part || !self.read(|tx| is_known(tx, id))? {
                    std::fs::remove_file(&path)?;
                    orphans += u64::from(is_part);
                }
            }
        }
        Ok(orphans)
    }
}

fn unnamed(tx: &mut Tx<'_>) -> Result<Vec<RowId>, Fault> {
    let before = tx.now() - WAIT;
    let rows =
        tx.rows("SELECT id FROM sys_files WHERE named = 0 AND created_on < ?1 ORDER BY id LIMIT ?2", &[before.into(), BATCH.into()])?;
    rows.iter().map(|row| row.id(0)).collect()
}

fn sweep_rows(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    tx.sign(Stamp { actor: PrincipalId::OPERATOR, channel: "upkeep", verb: "file.sweep".to_owned(), subject: None });
    let ids = unnamed(tx)?;
    for id in &ids {
        tx.run("DELETE FROM sys_files WHERE id = ?1 AND named = 0", &[(*id).into()])?;
        tx.changed("file_bytes", *id, Some(json!({ "named": false })), None);
    }
    Ok(ids.len() as u64)
}

fn is_known(tx: &mut Tx<'_>, id: RowId) -> Result<bool, Fault> {
    Ok(tx.row("SELECT id FROM sys_files WHERE id = ?1", &[id.into()])?.is_some())
}

/// The least id made at this hour.
fn bound(time: i64) -> RowId {
    let millis = u128::try_from(time / 1000).unwrap_or(0);
    RowId(uuid::Uuid::from_u128(millis << 80))
}

/// What lies in a folder; nothing when there is none.
fn entries(folder: &std::path::Path) -> Result<Vec<PathBuf>, Fault> {
    match std::fs::read_dir(folder) {
        Ok(found) => Ok(found.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}
