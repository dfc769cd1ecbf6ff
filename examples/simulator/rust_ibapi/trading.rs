//! A round trip with the `ibapi` crate: `cargo test`.

use ibapi::client::blocking::Client;
use ibapi::contracts::Contract;
use ibapi::orders::{order_builder, Action, PlaceOrder};
use ibapi::subscriptions::SubscriptionItem;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The simulated gateway on a port that the system chooses; ends with its value.
struct Simulator {
    process: Child,
    port: u16,
}

impl Simulator {
    fn start(arguments: &[&str]) -> Simulator {
        let program = std::env::var("TRADEWIND").unwrap_or_else(|_| "tradewind".into()); // in PATH, unless it says where
        let mut command = Command::new(program);
        command.args(["sim", "serve", "--port", "0", "--json"]).args(arguments).stdout(Stdio::piped());
        let mut process = command.spawn().expect("tradewind is there");
        let mut line = String::new(); // {"host":"127.0.0.1","port":40123,…}: comes when clients can connect
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.split("\"port\":").nth(1).and_then(|rest| rest.split([',', '}']).next()?.parse().ok());
        Simulator { process, port: port.expect("the simulator says its port") }
    }

    fn connect(&self, client_id: i32) -> Client {
        Client::connect(&format!("127.0.0.1:{}", self.port), client_id).expect("the simulator takes the connection")
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_market_order_fills() {
    let simulator = Simulator::start(&["--seed", "7"]);
    let client = simulator.connect(1);
    let order = order_builder::market_order(Action::Buy, 10.0);
    let told = client.place_order(client.next_order_id(), &Contract::stock("AAPL").build(), &order).unwrap();
    let mut filled = 0.0;
    while filled < 10.0 {
        match told.next_timeout(Duration::from_secs(20)).expect("something is told within 20 s").unwrap() {
            SubscriptionItem::Data(PlaceOrder::ExecutionData(fill)) => filled += fill.execution.shares,
            _ => (), // open orders, statuses, commissions, notices
        }
    }
    assert_eq!(filled, 10.0);
}

#[test]
fn an_unknown_contract_is_refused() {
    let simulator = Simulator::start(&["--seed", "7"]);
    let refusal = simulator.connect(1).contract_details(&Contract::stock("NOSUCH").build()).unwrap_err();
    assert!(refusal.to_string().contains("200"), "{refusal}");
}
