//! PostgreSQL: the pool, and how a verb runs there.
//!
//! Reads run REPEATABLE READ READ ONLY, writes REPEATABLE READ. Every write takes a free lane of the trail as its first
//! statement, so writers do not queue behind one chain. A verb that met another writer (40001, 40P01) runs again.
//! Not here: what a verb is ([`crate::Store::write`]). Proved by `crates/store/tests/it/main.rs`.

use crate::store::{Refusal, Shared, run_verb, settle_time};
use crate::tx::Conn;
use crate::{Fault, Tx};
use postgres::{IsolationLevel, NoTls, Transaction};
use r2d2_postgres::PostgresConnectionManager;
use std::time::Duration;

/// How many lanes the trail has here.
pub(crate) const LANES: i64 = 16;
/// How often a verb runs at most when it keeps meeting others.
const TRIES: u32 = 12;

/// So long a request waits for a connection. A server that is gone is told soon, and a short flood is waited out.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) type Pool = r2d2::Pool<PostgresConnectionManager<NoTls>>;

pub(crate) fn pool(address: &str) -> Result<Pool, Fault> {
    let config = address.parse().map_err(|e: postgres::Error| Fault::Unavailable(e.into()))?;
    let manager = PostgresConnectionManager::new(config, NoTls);
    Ok(r2d2::Pool::builder().max_size(LANES as u32).min_idle(Some(1)).connection_timeout(PATIENCE).build(manager)?)
}

pub(crate) fn begin(conn: &mut postgres::Client, read_only: bool) -> Result<Transaction<'_>, Fault> {
    Ok(conn.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(read_only).start()?)
}

pub(crate) fn perform<T, E>(pool: &Pool, shared: &Shared, mut verb: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
where
    E: Refusal,
{
    let mut tries = 0;
    loop {
        tries += 1;
        match once(pool, shared, &mut verb) {
            Err(error) if error.may_run_again() && tries < TRIES => std::thread::sleep(Duration::from_millis(u64::from(tries))),
            done => return done,
        }
    }
}

fn once<T, E: Refusal>(pool: &Pool, shared: &Shared, verb: &mut dyn FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
    let mut conn = pool.get().map_err(Fault::from)?;
    let mut begun = begin(&mut conn, false)?;
    let lane = begun.query_opt("SELECT lane FROM sys_lanes ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED", &[]).map_err(Fault::from)?;
    let Some(lane) = lane else {
        return Err(Fault::Again("every lane of the trail is taken".into()).into());
    };
    let mut tx = shared.tx(Conn::Postgres(begun), lane.get(0));
    settle_time(&mut tx)?;
    let done = run_verb(&mut tx, verb)?;
    if let Err(error) = &done
        && error.may_run_again()
    {
        return done;
    }
    tx.conn.commit()?;
    done
}
