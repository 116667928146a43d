//! Bytes being read, a piece at a time.
//!
//! At their end they are compared with what was kept: bytes that were changed, cut or lengthened end in a fault, so
//! whoever reads to the end knows. On PostgreSQL each chunk is a query of its own, and no transaction stays open.
//! Not here: who may ([`super::Found`]). Proved by `crates/store/tests/it/blobs.rs`.

use super::{Kept, place};
use crate::postgres_side::Pool;
use crate::store::Side;
use crate::{Fault, Store};
use catalogue::RowId;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};

/// Bytes being read.
pub struct Bytes {
    source: Source,
    kept: Kept,
    sum: Sha256,
    seen: u64,
}

enum Source {
    File(File),
    Chunks { pool: Pool, id: RowId, seq: i64, piece: Vec<u8>, at: usize },
}

impl Bytes {
    pub(super) fn open(store: &Store, kept: Kept) -> std::result::Result<Bytes, Fault> {
        let source = match &store.side {
            Side::Sqlite { .. } => Source::File(File::open(place::path(store.directory(), kept.id))?),
            Side::Postgres { pool } => Source::Chunks { pool: pool.clone(), id: kept.id, seq: 0, piece: Vec::new(), at: 0 },
        };
        Ok(Bytes { source, kept, sum: Sha256::new(), seen: 0 })
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.kept.size
    }

    fn is_as_kept(&self) -> bool {
        let sum: [u8; 32] = self.sum.clone().finalize().into();
        self.seen == self.kept.size && sum == self.kept.sha256
    }
}

impl Read for Bytes {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let got = match &mut self.source {
            Source::File(file) => file.read(into)?,
            Source::Chunks { pool, id, seq, piece, at } => {
                if *at == piece.len() {
                    *piece = chunk(pool, *id, *seq)?;
                    *seq += 1;
                    *at = 0;
                }
                let got = piece.get(*at..).unwrap_or_default().read(into)?;
                *at += got;
                got
            }
        };
        self.sum.update(into.get(..got).unwrap_or_default());
        self.seen += got as u64;
        if got == 0 && !into.is_empty() && !self.is_as_kept() {
            return Err(Error::new(ErrorKind::InvalidData, "the file is not as it was kept"));
        }
        Ok(got)
    }
}

fn chunk(pool: &Pool, id: RowId, seq: i64) -> Result<Vec<u8>> {
    let mut conn = pool.get().map_err(Error::other)?;
    let row = conn.query_opt("SELECT bytes FROM sys_file_chunks WHERE file_id = $1 AND seq = $2", &[&id.0, &seq]).map_err(Error::other)?;
    row.map_or(Ok(Vec::new()), |row| row.try_get(0).map_err(Error::other))
}
