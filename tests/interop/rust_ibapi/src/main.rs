//! Scenarios of the `ibapi` crate against a gateway on a port of this machine.
//!
//!     rust_ibapi_scenarios PORT [NAME …]
//!
//! Prints `ok NAME` or `failed NAME: why` for each scenario, and exits with 1 when one failed.

mod data;
mod history;
mod orders;
mod session;

use ibapi::client::blocking::Client;
use ibapi::contracts::Contract;
use ibapi::subscriptions::SubscriptionItem;
use ibapi::Error;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

pub type Outcome = Result<(), String>;
pub type Scenario = (&'static str, fn(&World) -> Outcome);

pub const PATIENCE: Duration = Duration::from_secs(20);

/// Where the gateway is, and client ids nobody has used.
pub struct World {
    address: String,
    next_client_id: AtomicI32,
}

impl World {
    pub fn connect(&self) -> Result<Client, String> {
        self.connect_as(self.next_client_id.fetch_add(1, Ordering::Relaxed))
    }
    pub fn connect_as(&self, id: i32) -> Result<Client, String> {
        Client::connect(&self.address, id).map_err(|e| format!("connecting as {id}: {e}"))
    }
    pub fn address(&self) -> &str {
        &self.address
    }
}

pub fn stock(symbol: &str) -> Contract {
    Contract::stock(symbol).build()
}

pub fn said<T>(what: &str, result: Result<T, Error>) -> Result<T, String> {
    result.map_err(|e| format!("{what}: {e}"))
}

pub fn check(holds: bool, what: impl Into<String>) -> Outcome {
    if holds {
        Ok(())
    } else {
        Err(what.into())
    }
}

/// Takes what a subscription brings, by its `next_timeout`, until `wanted` has found something; an error when it does not
/// in time, or when the subscription ends with one.
pub fn until<T, R>(
    what: &str,
    mut next: impl FnMut(Duration) -> Option<Result<SubscriptionItem<T>, Error>>,
    mut wanted: impl FnMut(SubscriptionItem<T>) -> Option<R>,
) -> Result<R, String> {
    let deadline = Instant::now() + PATIENCE;
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        match next(left) {
            Some(Ok(item)) => {
                if let Some(found) = wanted(item) {
                    return Ok(found);
                }
            }
            Some(Err(e)) => return Err(format!("{what}: {e}")),
            None => break,
        }
    }
    Err(format!("{what}: not in {} s", PATIENCE.as_secs()))
}

/// The data of an item; a notice is passed over.
pub fn data<T>(item: SubscriptionItem<T>) -> Option<T> {
    match item {
        SubscriptionItem::Data(data) => Some(data),
        SubscriptionItem::Notice(_) => None,
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().expect("usage: rust_ibapi_scenarios PORT [NAME …]");
    let names: Vec<String> = arguments.collect();
    let world = World { address: format!("127.0.0.1:{port}"), next_client_id: AtomicI32::new(100) };
    let mut failed = 0;
    for (name, scenario) in [session::SCENARIOS, data::SCENARIOS, history::SCENARIOS, orders::SCENARIOS].concat() {
        if !names.is_empty() && !names.iter().any(|n| n == name) {
            continue;
        }
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| scenario(&world))) {
            Ok(Ok(())) => println!("ok {name}"),
            Ok(Err(why)) => {
                failed += 1;
                println!("failed {name}: {}", why.replace('\n', " "));
            }
            Err(_) => {
                failed += 1;
                println!("failed {name}: it panicked");
            }
        }
    }
    std::process::exit(i32::from(failed != 0));
}
