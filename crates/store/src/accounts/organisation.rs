//! What the organisation says of itself, and the two principals that are nobody.
//!
//! Meta is a small list of names and texts; never a secret, because the trail keeps what it was.
//! Not here: its number ([`crate::rights::numbers`]). Proved by `crates/store/tests/it/accounts.rs`.

use super::{AccountError, PrincipalKind, named, plain};
use crate::{Fault, Tx};
use catalogue::text;
use security::PrincipalId;
use serde_json::json;

const NAME: &str = "organisation_name";

/// What is kept under this name.
pub fn meta(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, Fault> {
    tx.row("SELECT value FROM sys_meta WHERE name = ?1", &[plain(name)])?.map(|r| r.text(0)).transpose()
}

/// Keeps a text under this name.
pub fn set_meta(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), Fault> {
    let old = meta(tx, name)?;
    if old.as_deref() == Some(value) {
        return Ok(());
    }
    tx.run(
        "INSERT INTO sys_meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[plain(name), plain(value)],
    )?;
    let old = old.map(|old| json!({ name: old }));
    tx.changed("organisation", PrincipalId::ORGANISATION.0, old, Some(json!({ name: value })));
    Ok(())
}

/// What the organisation is called; empty before it was named.
pub fn organisation_name(tx: &mut Tx<'_>) -> Result<String, Fault> {
    Ok(meta(tx, NAME)?.unwrap_or_default())
}

/// Names the organisation, also where it stands in a share.
pub fn set_organisation_name(tx: &mut Tx<'_>, name: &str) -> Result<(), AccountError> {
    let (name, key) = named(name)?;
    tx.run(
        "UPDATE sys_principals SET name = ?2, name_key = ?3 WHERE id = ?1",
        &[PrincipalId::ORGANISATION.0.into(), plain(&name), plain(&key)],
    )?;
    Ok(set_meta(tx, NAME, &name)?)
}

/// Makes the rows of the two fixed principals, so that their names resolve. They belong to no unit and hold no rights.
pub fn install_principals(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let fixed = [
        (PrincipalId::ORGANISATION, PrincipalKind::Organisation, "Everybody"),
        (PrincipalId::OPERATOR, PrincipalKind::Operator, "Operator"),
    ];
    for (id, kind, name) in fixed {
        tx.run(
            "INSERT INTO sys_principals (id, kind, name, name_key, state, number, epoch, is_default, created_on, share_number)
             VALUES (?1, ?2, ?3, ?4, 'active', 1, 1, 0, ?5, 0) ON CONFLICT (id) DO NOTHING",
            &[id.0.into(), kind.name().into(), plain(name), plain(&text::key(name)), tx.now.into()],
        )?;
    }
    Ok(())
}
