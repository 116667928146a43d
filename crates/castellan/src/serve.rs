//! Serving until told to stop.
//!
//! An organisation that is not set up yet prints a one-time link and opens nothing else. SIGTERM and Ctrl-C finish what
//! is in flight, end jobs between two batches and write what the journal holds.
//! Not here: the doors (`web`). Proved by `crates/castellan/tests/it/main.rs`.

use crate::failure::Failure;
use crate::house::House;
use crate::operator::Acts;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Where the command line finds the server of a data directory.
pub fn socket(data: &Path) -> std::path::PathBuf {
    data.join("castellan.sock")
}

/// Takes the address, with words when somebody else has it.
pub fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::closed(format!("`{address}` is taken by another program; choose one with --listen")),
        _ => Failure::closed(format!("`{address}` cannot be listened on: {error}")),
    })
}

/// Answers in flight are waited for so long when the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(15);

/// Serves this house; `is_tls` when a proxy speaks TLS with the browsers. `ready` is called when the doors are open.
pub fn serve(mut house: House, data: &Path, tcp: TcpListener, is_tls: bool, ready: impl FnOnce()) -> Result<(), Failure> {
    house.work();
    house.keep_up();
    let app = web::App::new(house.desk.clone()).with_tls(is_tls);
    let acts = Arc::new(Acts::new(house.desk.clone()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let stop = told_to_stop()?;
        let (tell, told) = tokio::sync::oneshot::channel();
        let draining = app.clone();
        let stop = async move {
            stop.await;
            draining.drain();
            let _ = tell.send(());
        };
        ready();
        let late = async {
            // An error means that the server ended by itself, which `serve` answers.
            let _ = told.await;
            tokio::time::sleep(PATIENCE).await;
        };
        tokio::select! {
            served = web::socket::serve(app, acts, tcp, socket(data), stop) => served,
            () = late => Ok(()),
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    let _ = std::fs::remove_file(socket(data));
    house.close()?;
    Ok(served?)
}

/// Prints the one-time link when there is no organisation yet.
pub fn greet(house: &House, address: &str, json: bool) -> Result<(), Failure> {
    let is_set_up = house.desk.glance(|tx| Ok(crm::setup::is_set_up(tx)?))?;
    if is_set_up {
        if json {
            println!("{}", serde_json::json!({ "address": address }));
        } else {
            println!("Castellan serves {address}");
        }
        return Ok(());
    }
    let link = format!("{address}/set-up/{}", crm::setup::make_link(&house.desk)?);
    if json {
        println!("{}", serde_json::json!({ "address": address, "set_up": link }));
    } else {
        println!("Castellan serves {address}\nSet up the organisation here, once: {link}");
    }
    Ok(())
}

fn told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
