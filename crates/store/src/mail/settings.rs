//! How the mail server is reached: one row, or none while the organisation sends no mail.
//!
//! The password is sealed; the trail says that it changed, never to what.
//! Not here: who may change it and what fits (`crm`). Proved by `crates/store/tests/it/mail.rs`.

use crate::accounts::{by, maybe, plain};
use crate::{Fault, Tx};
use catalogue::Value;
use security::PrincipalId;
use serde_json::json;

const PURPOSE: &str = "mail settings password";

/// How the mail server is reached, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: i64,
    /// `none`, `starttls` or `tls`.
    pub safety: String,
    /// The name to sign in there with.
    pub login: Option<String>,
    /// From whom letters come.
    pub from_address: String,
    /// Where this product is reached, for the links in letters: `https://crm.example`.
    pub own_address: String,
}

/// The settings; none while there are none.
pub fn settings(tx: &mut Tx<'_>) -> Result<Option<Settings>, Fault> {
    let row = tx.row("SELECT host, port, safety, login, from_address, own_address FROM sys_mail_settings WHERE one = 1", &[])?;
    row.map(|row| {
        Ok(Settings {
            host: row.text(0)?,
            port: row.int(1)?,
            safety: row.text(2)?,
            login: row.opt_text(3)?,
            from_address: row.text(4)?,
            own_address: row.text(5)?,
        })
    })
    .transpose()
}

/// Keeps these settings in place of those before. The password stays what it was.
pub fn set_settings(tx: &mut Tx<'_>, new: &Settings) -> Result<(), Fault> {
    let old = settings(tx)?;
    tx.run(
        "INSERT INTO sys_mail_settings (one, host, port, safety, login, from_address, own_address, changed_on, changed_by)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (one) DO UPDATE SET host = excluded.host, port = excluded.port,
         safety = excluded.safety, login = excluded.login, from_address = excluded.from_address, own_address = excluded.own_address,
         changed_on = excluded.changed_on, changed_by = excluded.changed_by",
        &[
            plain(&new.host),
            new.port.into(),
            plain(&new.safety),
            maybe(new.login.as_deref()),
            plain(&new.from_address),
            plain(&new.own_address),
            tx.now.into(),
            by(tx),
        ],
    )?;
    tx.changed("mail_settings", PrincipalId::ORGANISATION.0, old.as_ref().map(told), Some(told(new)));
    Ok(())
}

fn told(of: &Settings) -> serde_json::Value {
    json!({ "host": of.host, "port": of.port, "safety": of.safety, "login": of.login, "from": of.from_address, "own_address": of.own_address })
}

/// Seals another password, or forgets the one there is.
pub fn set_password(tx: &mut Tx<'_>, password: Option<&str>) -> Result<(), Fault> {
    let sealed = match password {
        Some(password) => Value::Bytes(tx.seal(PURPOSE, password.as_bytes())?),
        None => Value::Null,
    };
    tx.run("UPDATE sys_mail_settings SET password = ?1 WHERE one = 1", &[sealed])?;
    let word = if password.is_some() { "changed" } else { "forgotten" };
    tx.changed("mail_settings", PrincipalId::ORGANISATION.0, None, Some(json!({ "password": word })));
    Ok(())
}

/// The password, opened: none when none is kept, an inner none when it was sealed with another key.
pub fn password(tx: &mut Tx<'_>) -> Result<Option<Option<String>>, Fault> {
    let row = tx.row("SELECT password FROM sys_mail_settings WHERE one = 1 AND password IS NOT NULL", &[])?;
    let Some(row) = row else { return Ok(None) };
    let opened = tx.unseal(PURPOSE, &row.bytes(0)?)?;
    Ok(Some(opened.and_then(|bytes| String::from_utf8(bytes).ok())))
}

/// From now on no mail is sent. True when some was.
pub fn forget_settings(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let Some(old) = settings(tx)? else { return Ok(false) };
    tx.run("DELETE FROM sys_mail_settings WHERE one = 1", &[])?;
    tx.changed("mail_settings", PrincipalId::ORGANISATION.0, Some(told(&old)), None);
    Ok(true)
}
