//! Contracts and market data that streams.

use crate::{check, data, said, stock, until, Outcome, Scenario, World};
use ibapi::contracts::{Contract, SecurityType};
use ibapi::market_data::realtime::{MarketDepths, TickTypes};
use ibapi::market_data::{IgnoreSize, MarketDataType, SmartDepth, TradingHours};
use ibapi::contracts::tick_types::TickType;
use std::time::Duration;

pub const SCENARIOS: &[Scenario] = &[
    ("contract details of a stock", stock_details),
    ("contract details of a future", future_details),
    ("contract details of a currency pair", forex_details),
    ("contract details of an option", option_details),
    ("contract that does not exist", unknown_contract),
    ("option chain", option_chain),
    ("matching symbols", matching_symbols),
    ("market rule", market_rule),
    ("exchanges with depth", depth_exchanges),
    ("quotes", quotes),
    ("quotes of several symbols", several_quotes),
    ("quotes of a future and a currency pair", other_quotes),
    ("option quotes with greeks", option_quotes),
    ("snapshot", snapshot),
    ("delayed data", delayed),
    ("real-time bars", real_time_bars),
    ("tick by tick trades", tick_by_tick_trades),
    ("tick by tick quotes", tick_by_tick_quotes),
    ("tick by tick midpoint", tick_by_tick_midpoint),
    ("depth", depth),
    ("implied volatility and option price", option_calculations),
];

fn stock_details(world: &World) -> Outcome {
    let details = said("asking", world.connect()?.contract_details(&stock("AAPL")))?;
    check(details.len() == 1 && details[0].contract.contract_id == 265598, format!("{} contracts", details.len()))?;
    check(details[0].min_tick == 0.01 && !details[0].valid_exchanges.is_empty(), "tick or exchanges are missing")
}

fn future() -> Contract {
    Contract::futures("ES").any_month().on_exchange("CME").build()
}

fn future_details(world: &World) -> Outcome {
    let details = said("asking", world.connect()?.contract_details(&future()))?;
    check(!details.is_empty(), "no contract")?;
    let first = &details[0];
    check(first.contract.multiplier == "50" && first.min_tick == 0.25, format!("{:?}", first.contract))
}

fn forex_details(world: &World) -> Outcome {
    let details = said("asking", world.connect()?.contract_details(&Contract::forex("EUR", "USD").build()))?;
    check(details.len() == 1 && details[0].contract.security_type == SecurityType::ForexPair, format!("{} contracts", details.len()))
}

/// An option that is listed: the first expiry, the strike nearest to the middle of the chain.
fn an_option(client: &ibapi::client::blocking::Client) -> Result<Contract, String> {
    let chain = said("option chain", client.option_chain("AAPL", "", SecurityType::Stock, 265598))?;
    let chain = until("a chain", |left| chain.next_timeout(left), data)?;
    let expiry = chain.expirations.first().ok_or("no expiry")?;
    let strike = chain.strikes.get(chain.strikes.len() / 2).ok_or("no strike")?;
    let (year, month, day) = (&expiry[0..4], &expiry[4..6], &expiry[6..8]);
    let asked = Contract::call("AAPL")
        .strike(*strike)
        .expires_on(year.parse().unwrap(), month.parse().unwrap(), day.parse().unwrap())
        .build();
    let details = said("option details", client.contract_details(&asked))?;
    check(details.len() == 1, format!("{} contracts for {asked:?}", details.len()))?;
    Ok(details[0].contract.clone())
}

fn option_details(world: &World) -> Outcome {
    let option = an_option(&world.connect()?)?;
    check(option.multiplier == "100" && option.security_type == SecurityType::Option, format!("{option:?}"))
}

fn unknown_contract(world: &World) -> Outcome {
    let client = world.connect()?;
    match client.contract_details(&stock("NOSUCH")) {
        Ok(details) => Err(format!("{} contracts", details.len())),
        Err(e) => check(e.to_string().contains("200"), e.to_string()),
    }
}

fn option_chain(world: &World) -> Outcome {
    let client = world.connect()?;
    let chain = said("asking", client.option_chain("AAPL", "", SecurityType::Stock, 265598))?;
    let chain = until("a chain", |left| chain.next_timeout(left), data)?;
    check(chain.expirations.len() > 1 && chain.strikes.len() > 5, format!("{} expiries, {} strikes", chain.expirations.len(), chain.strikes.len()))
}

fn matching_symbols(world: &World) -> Outcome {
    let found = said("asking", world.connect()?.matching_symbols("AAPL"))?;
    check(found.iter().any(|d| d.contract.contract_id == 265598), format!("{} rows", found.len()))
}

fn market_rule(world: &World) -> Outcome {
    let rule = said("asking", world.connect()?.market_rule(26))?;
    check(rule.price_increments.len() == 1, format!("{:?}", rule.price_increments))
}

fn depth_exchanges(world: &World) -> Outcome {
    let exchanges = said("asking", world.connect()?.market_depth_exchanges())?;
    check(!exchanges.is_empty(), "none")
}

/// Waits for a bid and an ask that is not below it.
fn whole_quote(client: &ibapi::client::blocking::Client, contract: &Contract) -> Result<(f64, f64), String> {
    let lines = said("asking", client.market_data(contract).subscribe())?;
    let (mut bid, mut ask) = (0.0, 0.0);
    until("a bid and an ask", |left| lines.next_timeout(left), |item| {
        let (tick, price) = match data(item)? {
            TickTypes::Price(p) => (p.tick_type, p.price),
            TickTypes::PriceSize(p) => (p.price_tick_type, p.price),
            _ => return None,
        };
        match tick {
            TickType::Bid => bid = price,
            TickType::Ask => ask = price,
            _ => {}
        }
        (bid > 0.0 && ask > 0.0).then_some(())
    })?;
    check(ask >= bid, format!("{bid} x {ask}"))?;
    Ok((bid, ask))
}

pub fn quote(client: &ibapi::client::blocking::Client, symbol: &str) -> Result<(f64, f64), String> {
    whole_quote(client, &stock(symbol))
}

fn quotes(world: &World) -> Outcome {
    quote(&world.connect()?, "SPY").map(|_| ())
}

fn several_quotes(world: &World) -> Outcome {
    let client = world.connect()?;
    for symbol in ["AAPL", "MSFT", "SPY", "TSLA"] {
        quote(&client, symbol).map_err(|e| format!("{symbol}: {e}"))?;
    }
    Ok(())
}

fn other_quotes(world: &World) -> Outcome {
    let client = world.connect()?;
    let details = said("asking", client.contract_details(&future()))?;
    whole_quote(&client, &details[0].contract).map_err(|e| format!("future: {e}"))?;
    whole_quote(&client, &Contract::forex("EUR", "USD").build()).map_err(|e| format!("EUR.USD: {e}"))?;
    Ok(())
}

fn option_quotes(world: &World) -> Outcome {
    let client = world.connect()?;
    let option = an_option(&client)?;
    let lines = said("asking", client.market_data(&option).subscribe())?;
    let greeks = until("greeks", |left| lines.next_timeout(left), |item| match data(item)? {
        TickTypes::OptionComputation(greeks) if greeks.delta.is_some() => Some(greeks),
        _ => None,
    })?;
    check((0.0..=1.0).contains(&greeks.delta.unwrap()), format!("{greeks:?}"))
}

fn snapshot(world: &World) -> Outcome {
    let client = world.connect()?;
    let ticks = said("asking", client.market_data(&stock("AAPL")).snapshot_once(Duration::from_secs(15)))?;
    check(ticks.len() >= 4, format!("{ticks:?}"))
}

fn delayed(world: &World) -> Outcome {
    let client = world.connect()?;
    said("delayed", client.switch_market_data_type(MarketDataType::Delayed))?;
    let lines = said("asking", client.market_data(&stock("AAPL")).subscribe())?;
    until("a tick", |left| lines.next_timeout(left), |item| matches!(data(item)?, TickTypes::Price(_) | TickTypes::PriceSize(_)).then_some(()))?;
    said("live", client.switch_market_data_type(MarketDataType::Realtime))
}

fn real_time_bars(world: &World) -> Outcome {
    let client = world.connect()?;
    let bars = said("asking", client.realtime_bars(&stock("SPY")).trading_hours(TradingHours::Extended).subscribe())?;
    let bar = until("a bar", |left| bars.next_timeout(left), data)?;
    check(bar.low <= bar.open.min(bar.close) && bar.high >= bar.open.max(bar.close), format!("{bar:?}"))
}

fn tick_by_tick_trades(world: &World) -> Outcome {
    let client = world.connect()?;
    let trades = said("asking", client.tick_by_tick(&stock("AAPL"), 0).all_last())?;
    let trade = until("a trade", |left| trades.next_timeout(left), data)?;
    check(trade.price > 0.0 && trade.size > 0.0, format!("{trade:?}"))
}

fn tick_by_tick_quotes(world: &World) -> Outcome {
    let client = world.connect()?;
    let quotes = said("asking", client.tick_by_tick(&stock("MSFT"), 0).bid_ask(IgnoreSize::No))?;
    let quote = until("a quote", |left| quotes.next_timeout(left), data)?;
    check(quote.bid_price > 0.0 && quote.ask_price >= quote.bid_price, format!("{quote:?}"))
}

fn tick_by_tick_midpoint(world: &World) -> Outcome {
    let client = world.connect()?;
    let middles = said("asking", client.tick_by_tick(&stock("SPY"), 0).mid_point())?;
    let middle = until("a midpoint", |left| middles.next_timeout(left), data)?;
    check(middle.mid_point > 0.0, format!("{middle:?}"))
}

fn depth(world: &World) -> Outcome {
    let client = world.connect()?;
    let rows = said("asking", client.market_depth(&stock("AAPL"), 5).smart_depth(SmartDepth::Yes).subscribe())?;
    let mut sides = [false, false];
    until("rows of both sides", |left| rows.next_timeout(left), |item| {
        let side = match data(item)? {
            MarketDepths::MarketDepth(row) => row.side,
            MarketDepths::MarketDepthL2(row) => row.side,
        };
        sides[usize::from(side != 0)] = true;
        (sides == [true, true]).then_some(())
    })
}

fn option_calculations(world: &World) -> Outcome {
    let client = world.connect()?;
    let option = an_option(&client)?;
    let price = said("price", client.calculate_option_price(&option, 0.3, option.strike))?;
    let value = price.option_price.ok_or("no price")?;
    check(value > 0.0, format!("{price:?}"))?;
    let back = said("volatility", client.calculate_implied_volatility(&option, value, option.strike))?;
    let volatility = back.implied_volatility.ok_or("no volatility")?;
    check((volatility - 0.3).abs() < 0.01, format!("{back:?}"))
}
