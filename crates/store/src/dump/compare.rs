//! What a database holds, against what a dump said: counted and hashed once more, row by row.
//!
//! Only the columns that the dump had are looked at: a newer version may have more.
//! Not here: filling it ([`super::load`]). Proved by `crates/store/tests/it/dump.rs`.

use super::cells::{Sum, write_line};
use super::shape::shape;
use super::write::select;
use super::{Counted, Pick, Unfit};
use crate::Tx;

/// Counts and hashes every table again; the first that is not as told is the answer.
pub fn compare(tx: &mut Tx<'_>, told: &[Counted]) -> Result<(), Unfit> {
    for table in told {
        let mut shape = shape(tx, &table.name)?;
        shape.columns.retain(|(column, _)| table.columns.contains(column));
        if shape.columns.iter().map(|(column, _)| column).ne(&table.columns) {
            return Err(Unfit::Differs(format!("`{}` has not all of its columns", table.name)));
        }
        let sql = select(&[], &shape, &[Pick::All], tx.dialect())?;
        let (mut sum, mut line) = (Sum::default(), Vec::new());
        tx.each(&sql.text, &sql.binds, |row| {
            write_line(&row, &mut line)?;
            sum.add(&line);
            Ok::<_, crate::Fault>(())
        })?;
        if sum.rows != table.rows {
            return Err(Unfit::Differs(format!("`{}` has {} rows, and there were {}", table.name, sum.rows, table.rows)));
        }
        if sum.sha256() != table.sha256 {
            return Err(Unfit::Differs(format!("the rows of `{}` are others", table.name)));
        }
    }
    Ok(())
}
