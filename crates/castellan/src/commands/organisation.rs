//! `init`, `migrate`, `generate`: the operator's beginnings.
//!
//! Not here: what an organisation begins with (`crm`). Proved by `crates/castellan/tests/it/main.rs`.

use super::{print, text, with};
use crate::arguments::{Arguments, Generate, Init};
use crate::failure::Failure;
use crate::house::House;
use crm::setup::{BaseCurrency, SetupAsk, install};
use crm::sign_in::passwords::{Around, hash, judge};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value as Json, json};
use std::io::{BufRead, IsTerminal};
use std::time::Duration;

/// Makes an organisation and its first administrator, without a browser.
pub fn init(arguments: &Arguments, ask: &Init) -> Result<(), Failure> {
    let password = password()?;
    let around = Around { organisation: ask.organisation.clone(), name: ask.name.clone(), email: ask.email.clone() };
    judge(&password, &around).map_err(Failure::refused)?;
    let house = House::open(&arguments.data, arguments.database.as_deref())?;
    let made = SetupAsk {
        organisation: ask.organisation.clone(),
        base_currency: BaseCurrency::of("EUR")?,
        admin_name: ask.name.clone(),
        admin_email: ask.email.clone(),
        password_hash: hash(&password, house.desk.store().chance())?,
    };
    let admin = house.desk.operate("organisation.install", move |tx| install(tx, &made));
    house.close()?;
    let answer = json!({ "organisation": ask.organisation, "administrator": admin?.to_string() });
    print(arguments, &answer, |_| println!("{} is set up; {} is its administrator", ask.organisation, ask.email));
    Ok(())
}

/// The password: typed unseen at a terminal, else the first line of standard input.
fn password() -> Result<String, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(rpassword::prompt_password("Password: ")?);
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Opening brings the data to what this version needs.
pub fn migrate(arguments: &Arguments) -> Result<(), Failure> {
    House::open(&arguments.data, arguments.database.as_deref())?.close()?;
    print(arguments, &json!({ "version": env!("CARGO_PKG_VERSION") }), |_| {
        println!("the data is what castellan {} needs", env!("CARGO_PKG_VERSION"));
    });
    Ok(())
}

/// Fills the organisation with generated records.
pub fn generate(arguments: &Arguments, ask: &Generate) -> Result<(), Failure> {
    with(arguments, |call| {
        call.operate("generate.start", &json!({ "rows": ask.rows, "seed": ask.seed }))?;
        let bar = bar(arguments, ask.rows);
        loop {
            let told = call.operate("generate.told", &json!({}))?;
            bar.set_position(told.get("done").and_then(Json::as_u64).unwrap_or(0));
            if told.get("over").and_then(Json::as_bool) == Some(true) {
                bar.finish_and_clear();
                let trouble = text(&told, "trouble");
                if !trouble.is_empty() {
                    return Err(Failure::refused(trouble));
                }
                print(arguments, &told, |_| println!("{} records were laid out", ask.rows));
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    })
}

/// A bar on standard error, unseen where nobody watches.
pub fn bar(arguments: &Arguments, total: u64) -> ProgressBar {
    if arguments.json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} rows, {eta} left");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
