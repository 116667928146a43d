//! The bytes of files, out of a store and into a new one.
//!
//! On SQLite they lie in `files/` of the data directory under their id, on PostgreSQL in chunks in a table; out of a dump
//! they go to wherever the new database keeps them, and are read there once more. A file's place is made of its id alone,
//! so no dump can name another place.
//! Not here: who may read a file ([`crate::blobs`]). Proved by `crates/store/tests/it/dump.rs`.

use super::{Unfit, hex};
use crate::blobs::place::{CHUNK, path};
use crate::sql::Dialect;
use crate::{Fault, Tx, durable};
use catalogue::{RowId, Value};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};

/// How many bytes there are; none when there is nothing of them.
pub(super) fn size(tx: &mut Tx<'_>, id: RowId) -> Result<Option<u64>, Fault> {
    match tx.dialect() {
        Dialect::Sqlite => match std::fs::metadata(path(&tx.shared.directory, id)) {
            Ok(about) => Ok(Some(about.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        },
        Dialect::Postgres => {
            let row = tx.row("SELECT sum(octet_length(bytes))::bigint FROM sys_file_chunks WHERE file_id = ?1", &[id.into()])?;
            let size = row.map(|row| row.opt_int(0)).transpose()?.flatten();
            Ok(size.map(|size| u64::try_from(size).unwrap_or(0)))
        }
    }
}

/// Writes exactly so many bytes of the file. Answers their SHA-256.
pub(super) fn pour(tx: &mut Tx<'_>, id: RowId, size: u64, out: &mut impl Write) -> Result<[u8; 32], Unfit> {
    let mut sum = Sha256::new();
    let mut written = 0u64;
    let mut give = |piece: &[u8]| {
        sum.update(piece);
        written += piece.len() as u64;
        out.write_all(piece).map_err(Unfit::Out)
    };
    match tx.dialect() {
        Dialect::Sqlite if size > 0 => {
            let mut file = File::open(path(&tx.shared.directory, id)).map_err(Fault::from)?.take(size);
            let mut piece = vec![0u8; 1 << 16];
            loop {
                match file.read(&mut piece).map_err(Fault::from)? {
                    0 => break,
                    got => give(piece.get(..got).unwrap_or_default())?,
                }
            }
        }
        Dialect::Sqlite => {}
        Dialect::Postgres => {
            tx.each("SELECT bytes FROM sys_file_chunks WHERE file_id = ?1 ORDER BY seq", &[id.into()], |row| give(&row.bytes(0)?))?;
        }
    }
    if written != size {
        return Err(Fault::broken(format!("the file `{id}` changed while it was read")).into());
    }
    Ok(sum.finalize().into())
}

/// Keeps so many bytes under this id in the new place. Answers their SHA-256, read again from there.
pub(super) fn keep(tx: &mut Tx<'_>, id: RowId, from: &mut impl Read, size: u64, lasting: bool) -> Result<String, Unfit> {
    let mut from = from.take(size);
    match tx.dialect() {
        Dialect::Sqlite => {
            let path = path(&tx.shared.directory, id);
            if let Some(shelf) = path.parent() {
                std::fs::create_dir_all(shelf).map_err(Fault::from)?;
            }
            let part = path.with_extension("part");
            let mut file = durable::create(&part)?;
            copy(&mut from, |piece| Ok(file.write_all(piece).map_err(Fault::from)?))?;
            if lasting {
                durable::settle(&file, &part, &path)?;
            } else {
                std::fs::rename(&part, &path).map_err(Fault::from)?;
            }
        }
        Dialect::Postgres => {
            let mut seq = 0;
            copy(&mut from, |piece| {
                let values = [id.into(), Value::Int(seq), Value::Bytes(piece.to_vec())];
                tx.run("INSERT INTO sys_file_chunks (file_id, seq, bytes) VALUES (?1, ?2, ?3)", &values)?;
                seq += 1;
                Ok(())
            })?;
        }
    }
    let kept = super::files::size(tx, id)?.unwrap_or(0);
    Ok(hex(&pour(tx, id, kept, &mut std::io::sink())?))
}

/// Hands over full pieces, the last one apart.
fn copy(from: &mut impl Read, mut give: impl FnMut(&[u8]) -> Result<(), Unfit>) -> Result<(), Unfit> {
    let mut piece = vec![0u8; CHUNK];
    loop {
        let mut filled = 0;
        while filled < piece.len() {
            match from.read(piece.get_mut(filled..).unwrap_or_default()).map_err(super::read::unfit)? {
                0 => break,
                got => filled += got,
            }
        }
        if filled > 0 {
            give(piece.get(..filled).unwrap_or_default())?;
        }
        if filled < piece.len() {
            return Ok(());
        }
    }
}
