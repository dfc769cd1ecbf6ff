//! Connections, clocks and accounts.

use crate::{check, data, said, stock, until, Outcome, Scenario, World};
use ibapi::accounts::types::{AccountGroup, AccountId, ContractId};
use ibapi::accounts::{AccountSummaryResult, AccountUpdate, PositionUpdate, PositionUpdateMulti};
use ibapi::client::blocking::Client;
use std::time::Duration;

pub const SCENARIOS: &[Scenario] = &[
    ("connect", connect),
    ("clock", clock),
    ("managed accounts", managed_accounts),
    ("order id grows", order_id_grows),
    ("client id taken", client_id_taken),
    ("several clients at once", several_clients),
    ("notices of the farms", farm_notices),
    ("reconnect with the same id", reconnect),
    ("account summary", account_summary),
    ("account updates", account_updates),
    ("account updates multi", account_updates_multi),
    ("positions", positions),
    ("positions multi", positions_multi),
    ("profit and loss", pnl),
    ("profit and loss of one position", pnl_single),
    ("family codes", family_codes),
    ("user info", user_info),
    ("log level", log_level),
];

pub fn account(client: &Client) -> Result<AccountId, String> {
    let accounts = said("managed accounts", client.managed_accounts())?;
    accounts.first().map(|a| AccountId::from(a.as_str())).ok_or_else(|| "no account".to_string())
}

fn connect(world: &World) -> Outcome {
    let client = world.connect()?;
    check(client.server_version() >= 213, format!("server version {}", client.server_version()))?;
    check(client.connection_time().is_some(), "no connection time")
}

fn clock(world: &World) -> Outcome {
    let client = world.connect()?;
    let now = time::OffsetDateTime::now_utc();
    let seconds = said("current time", client.server_time())?;
    check((seconds - now).abs() < time::Duration::seconds(60), format!("it is {now}, the gateway says {seconds}"))?;
    let millis = said("current time in millis", client.server_time_millis())?;
    check((millis - now).abs() < time::Duration::seconds(60), format!("it is {now}, the gateway says {millis}"))
}

fn managed_accounts(world: &World) -> Outcome {
    let client = world.connect()?;
    let accounts = said("managed accounts", client.managed_accounts())?;
    let named: Vec<&String> = accounts.iter().filter(|a| !a.is_empty()).collect();
    check(named == ["DU0000000"], format!("{accounts:?}"))
}

fn order_id_grows(world: &World) -> Outcome {
    let client = world.connect()?;
    let first = said("next valid id", client.next_valid_order_id())?;
    let second = said("next valid id", client.next_valid_order_id())?;
    check(first > 0 && second >= first, format!("{first}, then {second}"))
}

fn client_id_taken(world: &World) -> Outcome {
    let first = world.connect_as(77)?;
    let refused = world.connect_as(77);
    check(refused.is_err(), "a second client with the same id was let in")?;
    said("the first client after that", first.server_time()).map(|_| ())
}

fn several_clients(world: &World) -> Outcome {
    let clients = (0..8).map(|_| world.connect()).collect::<Result<Vec<_>, _>>()?;
    for client in &clients {
        said("current time", client.server_time())?;
    }
    Ok(())
}

fn farm_notices(world: &World) -> Outcome {
    let connected = Client::builder().address(world.address()).client_id(901).connect_with_notice_stream();
    let (_client, notices) = said("connecting", connected)?;
    let mut codes = Vec::new();
    while let Some(notice) = notices.next_timeout(Duration::from_secs(1)) {
        codes.push(notice.code);
    }
    check([2104, 2106, 2158].iter().all(|code| codes.contains(code)), format!("{codes:?}"))
}

fn reconnect(world: &World) -> Outcome {
    for _ in 0..3 {
        let client = world.connect_as(78)?;
        said("current time", client.server_time())?;
        client.disconnect();
    }
    Ok(())
}

fn account_summary(world: &World) -> Outcome {
    let client = world.connect()?;
    let tags = ["NetLiquidation", "TotalCashValue", "BuyingPower"];
    let summary = said("asking", client.account_summary(&AccountGroup::from("All"), &tags))?;
    let mut seen = Vec::new();
    until("the summary's end", |left| summary.next_timeout(left), |item| match data(item)? {
        AccountSummaryResult::Summary(row) => {
            seen.push((row.tag, row.value));
            None
        }
        AccountSummaryResult::End => Some(()),
    })?;
    check(tags.iter().all(|tag| seen.iter().any(|(t, v)| t == tag && v.parse::<f64>().is_ok())), format!("{seen:?}"))
}

fn account_updates(world: &World) -> Outcome {
    let client = world.connect()?;
    let updates = said("asking", client.account_updates(&account(&client)?))?;
    let mut cash = None;
    until("the end of the download", |left| updates.next_timeout(left), |item| match data(item)? {
        AccountUpdate::AccountValue(value) => {
            if value.key == "CashBalance" && value.currency == "USD" {
                cash = value.value.parse::<f64>().ok();
            }
            None
        }
        AccountUpdate::End => Some(()),
        _ => None,
    })?;
    check(cash.is_some(), "no cash balance in USD")
}

fn account_updates_multi(world: &World) -> Outcome {
    let client = world.connect()?;
    let updates = said("asking", client.account_updates_multi(Some(&account(&client)?), None))?;
    let mut rows = 0;
    until("the end", |left| updates.next_timeout(left), |item| {
        rows += 1;
        matches!(data(item)?, ibapi::accounts::AccountUpdateMulti::End).then_some(())
    })?;
    check(rows > 10, format!("{rows} rows"))
}

fn positions(world: &World) -> Outcome {
    let client = world.connect()?;
    let positions = said("asking", client.positions())?;
    until("the end", |left| positions.next_timeout(left), |item| matches!(data(item)?, PositionUpdate::PositionEnd).then_some(()))
}

fn positions_multi(world: &World) -> Outcome {
    let client = world.connect()?;
    let positions = said("asking", client.positions_multi(Some(&account(&client)?), None))?;
    until("the end", |left| positions.next_timeout(left), |item| matches!(data(item)?, PositionUpdateMulti::PositionEnd).then_some(()))
}

fn pnl(world: &World) -> Outcome {
    let client = world.connect()?;
    let pnl = said("asking", client.pnl(&account(&client)?, None))?;
    let value = until("a figure", |left| pnl.next_timeout(left), data)?;
    check(value.daily_pnl.is_finite(), format!("{value:?}"))
}

fn pnl_single(world: &World) -> Outcome {
    let client = world.connect()?;
    crate::orders::buy(&client, "SPY", 5.0)?;
    let details = said("contract details", client.contract_details(&stock("SPY")))?;
    let id = ContractId(details[0].contract.contract_id);
    let pnl = said("asking", client.pnl_single(&account(&client)?, id, None))?;
    let value = until("a figure", |left| pnl.next_timeout(left), data)?;
    check(value.position >= 5.0 && value.value > 0.0, format!("{value:?}"))
}

fn family_codes(world: &World) -> Outcome {
    let client = world.connect()?;
    let codes = said("asking", client.family_codes())?;
    check(codes.len() == 1, format!("{codes:?}"))
}

fn user_info(world: &World) -> Outcome {
    let client = world.connect()?;
    said("asking", client.user_info()).map(|_| ())
}

fn log_level(world: &World) -> Outcome {
    let client = world.connect()?;
    said("asking", client.set_server_log_level(ibapi::accounts::ServerLogLevel::Detail))?;
    said("current time after it", client.server_time()).map(|_| ())
}
