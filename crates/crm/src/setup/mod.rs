//! The first hour of an organisation: its name, its money, its first administrator.
//!
//! Until [`install`] has run nothing else is open. A browser comes in by a one-time link, of which only a hash is kept
//! and which dies with its use; the command line comes as the operator.
//! Not here: asking the questions (`web`, `castellan`). Start reading at [`install`]. Proved by `crates/crm/tests/it/setup.rs`.

mod place;

pub use place::{BASE_CURRENCY, Placed, place};

use crate::desk::{Channel, Desk};
use crate::sign_in::{self, passwords};
use crate::{Done, Problem};
use catalogue::{RowId, Table, Value};
use security::{Actor, PrincipalId, Privilege, RoleId, UserState, permit};
use store::records::{Cells, Written};
use store::{Fault, Stamp, Tx, accounts, records, rights};
use uuid::Uuid;

/// The role that may everything, under its fixed id.
pub const SYSTEM_ADMINISTRATOR: RoleId = RoleId(RowId(Uuid::from_u128(0x101)));
/// The role that keeps people and roles, under its fixed id.
pub const SECURITY_ADMINISTRATOR: RoleId = RoleId(RowId(Uuid::from_u128(0x102)));

/// Where the hash of the one-time link is kept. Empty when there is none.
const LINK: &str = "setup_link";
/// What one unit of the organisation's own currency buys of itself; decimal with ten digits.
const ONE: i64 = 10_000_000_000;

/// The organisation's own currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseCurrency {
    /// Three letters of ISO 4217.
    pub iso: String,
    /// What people call it.
    pub name: String,
    /// What stands beside an amount.
    pub symbol: String,
}

impl BaseCurrency {
    /// The currency of that code among those offered at the start, the euro first.
    pub fn offered() -> Vec<BaseCurrency> {
        let all = [("EUR", "Euro", "€"), ("USD", "US Dollar", "$"), ("GBP", "Pound Sterling", "£"), ("CHF", "Swiss Franc", "CHF")];
        all.into_iter().map(|(iso, name, symbol)| BaseCurrency { iso: iso.into(), name: name.into(), symbol: symbol.into() }).collect()
    }

    /// The offered currency of this code, or the problem that there is none.
    pub fn of(iso: &str) -> Done<BaseCurrency> {
        let found = BaseCurrency::offered().into_iter().find(|c| c.iso.eq_ignore_ascii_case(iso.trim()));
        found.ok_or_else(|| Problem::column("base_currency", format!("`{iso}` is not among EUR, USD, GBP, CHF")))
    }
}

/// What must be known to begin.
#[derive(Clone, Debug)]
pub struct SetupAsk {
    /// What the organisation is called; its root unit is called so too.
    pub organisation: String,
    /// Its own currency.
    pub base_currency: BaseCurrency,
    /// The first administrator's name.
    pub admin_name: String,
    /// The first administrator's address.
    pub admin_email: String,
    /// From [`passwords::hash`].
    pub password_hash: String,
}

/// What a person types on the page behind the one-time link.
#[derive(Clone, Debug)]
pub struct SetupForm {
    /// What the organisation is called.
    pub organisation: String,
    /// ISO code of its own currency.
    pub base_currency: String,
    /// The first administrator's name.
    pub name: String,
    /// The first administrator's address.
    pub email: String,
    /// The first administrator's password.
    pub password: String,
}

/// True when there is an organisation.
pub fn is_set_up(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(!accounts::units(tx)?.is_empty())
}

/// Keeps the hash of a new one-time link; one before it is dead. Refused when there is an organisation.
pub fn link(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Done<()> {
    refuse_twice(tx)?;
    Ok(accounts::set_meta(tx, LINK, &sign_in::hex(token_hash))?)
}

/// True when this is the one-time link, and it was not used.
pub fn open(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Result<bool, Fault> {
    let kept = accounts::meta(tx, LINK)?.unwrap_or_default();
    Ok(!is_set_up(tx)? && sign_in::same(kept.as_bytes(), sign_in::hex(token_hash).as_bytes()))
}

/// Makes a one-time link and answers its secret; it is shown to the operator and kept nowhere.
pub fn make_link(desk: &Desk) -> Done<String> {
    desk.operate("setup.link", |tx| {
        let token = sign_in::new_token(tx);
        link(tx, &sign_in::token_hash(&token))?;
        Ok(token)
    })
}

/// Makes the organisation and its first administrator. Once.
pub fn install(tx: &mut Tx<'_>, ask: &SetupAsk) -> Done<PrincipalId> {
    refuse_twice(tx)?;
    crate::people::check_email(&ask.admin_email)?;
    if ask.admin_name.trim().is_empty() {
        return Err(Problem::column("name", "a name is needed"));
    }
    if ask.organisation.trim().is_empty() {
        return Err(Problem::column("organisation", "a name is needed"));
    }
    accounts::install_principals(tx)?;
    accounts::set_organisation_name(tx, &ask.organisation)?;
    let root = accounts::create_unit(tx, &ask.organisation, None)?;
    rights::install_shipped(tx)?;
    let new = accounts::NewUser { name: &ask.admin_name, email: &ask.admin_email, title: None, unit: root, manager: None };
    let admin = accounts::invite(tx, &new)?;
    accounts::set_state(tx, admin, UserState::Active)?;
    accounts::set_password_hash(tx, admin, &ask.password_hash)?;
    for role in [SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR] {
        rights::give_role(tx, role, admin, Some("set up the organisation"), None)?;
    }
    keep_currency(tx, admin, &ask.base_currency)?;
    accounts::set_meta(tx, LINK, "")?;
    tx.about("users", admin.0);
    Ok(admin)
}

/// Sets up by the one-time link: judges and hashes the password before the transaction, looks at the link inside it.
pub fn install_by_link(desk: &Desk, token: &str, form: &SetupForm) -> Done<PrincipalId> {
    let hash = sign_in::token_hash(token);
    if !desk.glance(|tx| Ok(open(tx, &hash)?))? {
        return Err(void());
    }
    let around = passwords::Around { organisation: form.organisation.clone(), name: form.name.clone(), email: form.email.clone() };
    passwords::judge(&form.password, &around).map_err(|words| Problem::column("password", words))?;
    let ask = SetupAsk {
        organisation: form.organisation.clone(),
        base_currency: BaseCurrency::of(&form.base_currency)?,
        admin_name: form.name.clone(),
        admin_email: form.email.clone(),
        password_hash: passwords::hash(&form.password, desk.store().chance())?,
    };
    desk.admit(move |tx| {
        tx.sign(Stamp { actor: PrincipalId::OPERATOR, channel: Channel::Page.name(), verb: "organisation.install".into(), subject: None });
        if open(tx, &hash)? { install(tx, &ask) } else { Err(void()) }
    })
}

fn void() -> crate::Error {
    Problem::conflict("link-void", "this link was used already or is not the one the server printed")
}

fn refuse_twice(tx: &mut Tx<'_>) -> Done<()> {
    if is_set_up(tx)? {
        return Err(Problem::conflict("set-up-already", "there is an organisation here already"));
    }
    Ok(())
}

/// The currency is a record like any other: it is made under the permit of the administrator who was just made.
fn keep_currency(tx: &mut Tx<'_>, admin: PrincipalId, currency: &BaseCurrency) -> Done<()> {
    let standing = rights::standing(tx, admin)?.ok_or_else(|| Fault::broken("the administrator just made is not there"))?;
    let actor = Actor::assemble(standing);
    let catalogue = actor.catalogue().clone();
    let table = catalogue.find("currencies").ok_or_else(|| Fault::broken("the catalogue has no currencies"))?;
    let permit = permit(&actor, Privilege::Create, table)?;
    let cells = currency_cells(table, currency);
    let id = tx.new_id();
    match records::insert(tx, &permit, id, &cells, None)? {
        Written::Done(_) => Ok(accounts::set_meta(tx, place::BASE_CURRENCY, &id.to_string())?),
        Written::Outside | Written::Stale => Err(Fault::broken("the administrator may not keep a currency").into()),
    }
}

fn currency_cells(table: &Table, currency: &BaseCurrency) -> Cells {
    let values: [(&str, Value); 8] = [
        ("name", currency.name.as_str().into()),
        ("iso_code", currency.iso.as_str().into()),
        ("symbol", currency.symbol.as_str().into()),
        ("rate", ONE.into()),
        ("is_base", true.into()),
        ("digits", Value::Int(2)),
        ("state", Value::Int(0)),
        ("status", Value::Int(1)),
    ];
    values.into_iter().filter_map(|(name, value)| table.find(name).map(|c| (c.id, value, None))).collect()
}
