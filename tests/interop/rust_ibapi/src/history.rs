//! The past.

use crate::{check, said, stock, Outcome, Scenario, World};
use ibapi::contracts::Contract;
use ibapi::market_data::historical::{BarSize, Duration, WhatToShow};
use ibapi::market_data::{IgnoreSize, TradingHours};
use std::time::Duration as StdDuration;

pub const SCENARIOS: &[Scenario] = &[
    ("bars of a minute", minutes),
    ("bars of an hour", hours),
    ("bars of a day", days),
    ("midpoint bars", midpoint),
    ("bid and ask bars", bid_ask),
    ("bars of a currency pair", forex),
    ("no data for an unknown contract", unknown),
    ("head timestamp", head_timestamp),
    ("histogram", histogram),
    ("schedule", schedule),
    ("historical trades", ticks),
    ("historical quotes", quote_ticks),
];

fn bars(world: &World, contract: &Contract, size: BarSize, show: WhatToShow, duration: Duration) -> Outcome {
    let client = world.connect()?;
    let request = client.historical_data(contract, size).what_to_show(show).duration(duration);
    let history = said("asking", request.trading_hours(TradingHours::Extended).fetch())?;
    check(!history.bars.is_empty(), "no bars")?;
    for bar in &history.bars {
        let sound = bar.low <= bar.open.min(bar.close) && bar.high >= bar.open.max(bar.close) && bar.low > 0.0;
        // In BID_ASK bars open is the average bid and close the average ask.
        check(sound || show == WhatToShow::BidAsk, format!("{bar:?}"))?;
    }
    Ok(())
}

fn minutes(world: &World) -> Outcome {
    bars(world, &stock("AAPL"), BarSize::Min, WhatToShow::Trades, Duration::seconds(1800))
}
fn hours(world: &World) -> Outcome {
    bars(world, &stock("MSFT"), BarSize::Hour, WhatToShow::Trades, Duration::days(1))
}
fn days(world: &World) -> Outcome {
    bars(world, &stock("SPY"), BarSize::Day, WhatToShow::Trades, Duration::days(5))
}
fn midpoint(world: &World) -> Outcome {
    bars(world, &stock("AAPL"), BarSize::Min5, WhatToShow::MidPoint, Duration::seconds(3600))
}
fn bid_ask(world: &World) -> Outcome {
    bars(world, &stock("TSLA"), BarSize::Min5, WhatToShow::BidAsk, Duration::seconds(3600))
}
fn forex(world: &World) -> Outcome {
    bars(world, &Contract::forex("EUR", "USD").build(), BarSize::Min15, WhatToShow::MidPoint, Duration::seconds(7200))
}

fn unknown(world: &World) -> Outcome {
    match bars(world, &stock("NOSUCH"), BarSize::Day, WhatToShow::Trades, Duration::days(5)) {
        Ok(()) => Err("there were bars".into()),
        Err(e) => check(e.contains("200") || e.contains("162"), e),
    }
}

fn head_timestamp(world: &World) -> Outcome {
    let first = said("asking", world.connect()?.head_timestamp(&stock("AAPL"), WhatToShow::Trades, TradingHours::Regular))?;
    check(first < time::OffsetDateTime::now_utc(), format!("{first}"))
}

fn histogram(world: &World) -> Outcome {
    let rows = said("asking", world.connect()?.histogram_data(&stock("AAPL"), TradingHours::Extended, BarSize::Day))?;
    check(!rows.is_empty() && rows.iter().all(|row| row.price > 0.0), format!("{} rows", rows.len()))
}

fn schedule(world: &World) -> Outcome {
    let client = world.connect()?;
    let schedule = said("asking", client.historical_schedules(&stock("AAPL"), Duration::days(5)).fetch())?;
    check(!schedule.sessions.is_empty(), "no sessions")?;
    check(schedule.sessions.iter().all(|s| s.start < s.end), format!("{:?}", schedule.sessions))
}

fn an_hour_ago() -> time::OffsetDateTime {
    time::OffsetDateTime::now_utc() - time::Duration::hours(1)
}

fn ticks(world: &World) -> Outcome {
    let client = world.connect()?;
    let ticks = said("asking", client.historical_ticks(&stock("AAPL"), 100).ending(an_hour_ago()).trade())?;
    let found: Vec<_> = ticks.timeout_iter_data(StdDuration::from_secs(5)).collect::<Result<_, _>>().map_err(|e| e.to_string())?;
    check(found.len() >= 100, format!("{} ticks", found.len()))?;
    check(found.iter().all(|tick| tick.price > 0.0), "a price of nothing")
}

fn quote_ticks(world: &World) -> Outcome {
    let client = world.connect()?;
    let ticks = said("asking", client.historical_ticks(&stock("SPY"), 100).ending(an_hour_ago()).bid_ask(IgnoreSize::No))?;
    let found: Vec<_> = ticks.timeout_iter_data(StdDuration::from_secs(5)).collect::<Result<_, _>>().map_err(|e| e.to_string())?;
    check(found.len() >= 100, format!("{} ticks", found.len()))?;
    check(found.iter().all(|tick| tick.price_ask >= tick.price_bid), "a crossed quote")
}
