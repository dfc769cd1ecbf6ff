//! Orders.

use crate::data::quote;
use crate::{check, data, said, stock, until, Outcome, Scenario, World};
use ibapi::client::blocking::{Client, Subscription};
use ibapi::orders::{Action, CancelOrder, ExecutionFilter, Executions, Order, OrderStatusKind, Orders, PlaceOrder, TimeInForce};
use ibapi::subscriptions::SubscriptionItem;
use ibapi::Error;
use std::time::{Duration, Instant};

pub const SCENARIOS: &[Scenario] = &[
    ("market order", market),
    ("limit order at the market", limit_at_the_market),
    ("limit order rests and is cancelled", limit_cancelled),
    ("stop order waits", stop_waits),
    ("stop limit order waits", stop_limit_waits),
    ("trailing stop waits", trailing_stop_waits),
    ("immediate or cancel", immediate_or_cancel),
    ("fill or kill", fill_or_kill),
    ("good till cancelled", good_till_cancelled),
    ("changed order", changed),
    ("what-if order", what_if),
    ("bracket", bracket),
    ("sell short and buy back", sell_short),
    ("open orders", open_orders),
    ("completed orders", completed_orders),
    ("executions of today", executions),
    ("global cancel", global_cancel),
    ("cancel of an unknown order", cancel_unknown),
    ("order on an unknown contract", unknown_contract),
    ("price that does not fit the tick", wrong_tick),
];

fn order(action: Action, quantity: f64, kind: &str, limit: Option<f64>) -> Order {
    Order { action, total_quantity: quantity, order_type: kind.into(), limit_price: limit, ..Default::default() }
}

fn cents(price: f64) -> f64 {
    (price * 100.0).round() / 100.0
}

/// An order that works, and the subscription to what is told about it.
struct Working {
    id: i32,
    updates: Subscription<PlaceOrder>,
}

/// Places an order and waits until it has the status, or for an error.
fn place_until(client: &Client, symbol: &str, order: &Order, status: OrderStatusKind) -> Result<Working, String> {
    let id = client.next_order_id();
    let updates = said("placing", client.place_order(id, &stock(symbol), order))?;
    until(&format!("{status:?}"), |left| updates.next_timeout(left), |item| match data(item)? {
        PlaceOrder::OrderStatus(s) if s.status == status => Some(()),
        PlaceOrder::OpenOrder(o) if o.order_state.status == status => Some(()),
        _ => None,
    })?;
    Ok(Working { id, updates })
}

/// Cancels an order and waits until that is told: to the order's subscription or to the cancel's, as the crate routes it.
fn cancel(client: &Client, order: &Working) -> Outcome {
    let cancelled = said("cancelling", client.cancel_order(order.id, ""))?;
    let deadline = Instant::now() + crate::PATIENCE;
    while Instant::now() < deadline {
        let told = match order.updates.next_timeout(Duration::from_millis(50)) {
            Some(Ok(SubscriptionItem::Data(PlaceOrder::OrderStatus(s)))) => s.status == OrderStatusKind::Cancelled,
            Some(Ok(SubscriptionItem::Notice(notice))) => notice.code == 202,
            Some(Err(e)) if e.to_string().contains("202") => true,
            Some(Err(e)) => return Err(format!("the order: {e}")),
            _ => false,
        };
        let answered = match cancelled.next_timeout(Duration::from_millis(50)) {
            Some(Ok(SubscriptionItem::Data(CancelOrder::OrderStatus(s)))) => s.status == OrderStatusKind::Cancelled,
            Some(Ok(SubscriptionItem::Notice(notice))) => notice.code == 202,
            Some(Err(e)) => return Err(format!("the cancel: {e}")),
            _ => false,
        };
        if told || answered {
            return Ok(());
        }
    }
    Err("the cancel was not told in time".into())
}

/// Buys at the market and waits for all of it, and for the commissions.
pub fn buy(client: &Client, symbol: &str, quantity: f64) -> Outcome {
    traded(client, symbol, &order(Action::Buy, quantity, "MKT", None)).map(|_| ())
}

/// The prices at which all of an order traded.
fn traded(client: &Client, symbol: &str, order: &Order) -> Result<Vec<f64>, String> {
    let id = client.next_order_id();
    let updates = said("placing", client.place_order(id, &stock(symbol), order))?;
    let (mut prices, mut shares, mut commissions) = (Vec::new(), 0.0, 0);
    until("all fills with their commissions", |left| updates.next_timeout(left), |item| {
        match data(item)? {
            PlaceOrder::ExecutionData(fill) => {
                shares += fill.execution.shares;
                prices.push(fill.execution.price);
            }
            PlaceOrder::CommissionReport(_) => commissions += 1,
            _ => {}
        }
        (shares >= order.total_quantity && commissions == prices.len()).then_some(())
    })?;
    check(shares == order.total_quantity, format!("{shares} traded"))?;
    Ok(prices)
}

fn market(world: &World) -> Outcome {
    buy(&world.connect()?, "AAPL", 10.0)
}

fn limit_at_the_market(world: &World) -> Outcome {
    let client = world.connect()?;
    let limit = cents(quote(&client, "TSLA")?.1 * 1.02);
    let prices = traded(&client, "TSLA", &order(Action::Buy, 3.0, "LMT", Some(limit)))?;
    check(prices.iter().all(|price| *price <= limit), format!("{prices:?}, limit {limit}"))
}

/// A price at which a buy order rests.
fn far_below(client: &Client, symbol: &str) -> Result<f64, String> {
    Ok(cents(quote(client, symbol)?.0 * 0.5))
}

fn limit_cancelled(world: &World) -> Outcome {
    let client = world.connect()?;
    let resting = order(Action::Buy, 5.0, "LMT", Some(far_below(&client, "MSFT")?));
    let working = place_until(&client, "MSFT", &resting, OrderStatusKind::Submitted)?;
    cancel(&client, &working)
}

fn waits(world: &World, order: impl Fn(f64) -> Order) -> Outcome {
    let client = world.connect()?;
    let order = order(quote(&client, "AAPL")?.0);
    let working = place_until(&client, "AAPL", &order, OrderStatusKind::PreSubmitted)?;
    cancel(&client, &working)
}

fn stop_waits(world: &World) -> Outcome {
    waits(world, |bid| Order { aux_price: Some(cents(bid * 0.5)), ..order(Action::Sell, 1.0, "STP", None) })
}
fn stop_limit_waits(world: &World) -> Outcome {
    waits(world, |bid| Order {
        aux_price: Some(cents(bid * 0.5)),
        ..order(Action::Sell, 1.0, "STP LMT", Some(cents(bid * 0.49)))
    })
}
fn trailing_stop_waits(world: &World) -> Outcome {
    waits(world, |bid| Order {
        trailing_percent: Some(20.0),
        trail_stop_price: Some(cents(bid * 0.5)),
        ..order(Action::Sell, 1.0, "TRAIL", None)
    })
}

fn immediate_or_cancel(world: &World) -> Outcome {
    let client = world.connect()?;
    let hopeless = Order { tif: TimeInForce::ImmediateOrCancel, ..order(Action::Buy, 1.0, "LMT", Some(far_below(&client, "SPY")?)) };
    ends_cancelled(&client, "SPY", &hopeless)
}

fn fill_or_kill(world: &World) -> Outcome {
    let client = world.connect()?;
    let hopeless = Order { tif: TimeInForce::FillOrKill, ..order(Action::Buy, 1.0, "LMT", Some(far_below(&client, "SPY")?)) };
    ends_cancelled(&client, "SPY", &hopeless)
}

/// An order that ends by itself: by its status, or by the error that says so.
fn ends_cancelled(client: &Client, symbol: &str, order: &Order) -> Outcome {
    let updates = said("placing", client.place_order(client.next_order_id(), &stock(symbol), order))?;
    let ended = until("the end of the order", |left| updates.next_timeout(left), |item| match item {
        SubscriptionItem::Data(PlaceOrder::OrderStatus(s)) => (s.status == OrderStatusKind::Cancelled).then_some(()),
        SubscriptionItem::Notice(notice) => (notice.code == 202).then_some(()),
        SubscriptionItem::Data(_) => None,
    });
    match ended {
        Err(e) if e.contains("202") => Ok(()),
        other => other,
    }
}

fn good_till_cancelled(world: &World) -> Outcome {
    let client = world.connect()?;
    let resting = Order { tif: TimeInForce::GoodTilCanceled, ..order(Action::Buy, 2.0, "LMT", Some(far_below(&client, "AAPL")?)) };
    let working = place_until(&client, "AAPL", &resting, OrderStatusKind::Submitted)?;
    cancel(&client, &working)
}

fn changed(world: &World) -> Outcome {
    let client = world.connect()?;
    let price = far_below(&client, "MSFT")?;
    let mut resting = order(Action::Buy, 5.0, "LMT", Some(price));
    let working = place_until(&client, "MSFT", &resting, OrderStatusKind::Submitted)?;
    resting.limit_price = Some(cents(price * 1.1));
    let updates = said("changing", client.place_order(working.id, &stock("MSFT"), &resting))?;
    until("the change", |left| updates.next_timeout(left), |item| match data(item)? {
        PlaceOrder::OpenOrder(o) if o.order.limit_price == resting.limit_price => Some(()),
        _ => None,
    })?;
    cancel(&client, &working)
}

fn what_if(world: &World) -> Outcome {
    let client = world.connect()?;
    let question = Order { what_if: true, ..order(Action::Buy, 100.0, "MKT", None) };
    let updates = said("asking", client.place_order(client.next_order_id(), &stock("AAPL"), &question))?;
    let state = until("an answer", |left| updates.next_timeout(left), |item| match data(item)? {
        PlaceOrder::OpenOrder(o) => Some(o.order_state),
        _ => None,
    })?;
    check(state.initial_margin_change.is_some_and(|change| change > 0.0), format!("{state:?}"))?;
    check(state.commission.is_some(), format!("{state:?}"))
}

fn bracket(world: &World) -> Outcome {
    let client = world.connect()?;
    let contract = stock("AAPL");
    let entry = far_below(&client, "AAPL")?;
    let ids = said(
        "placing",
        client.order(&contract).buy(1).bracket().entry_limit(entry).take_profit(entry * 3.0).stop_loss(cents(entry * 0.9)).submit_all(),
    )?;
    let all = said("open orders", client.open_orders())?;
    let mut seen = Vec::new();
    while let Some(item) = all.next_timeout(Duration::from_secs(3)) {
        if let Some(Orders::OrderData(o)) = data(said("open orders", item)?) {
            seen.push((o.order_id, o.order.parent_id));
        }
    }
    check(seen.contains(&(ids.take_profit.0, ids.parent.0)) && seen.contains(&(ids.stop_loss.0, ids.parent.0)), format!("{seen:?}"))?;
    let _cancelled = said("cancelling", client.cancel_order(ids.parent.0, ""))?;
    let left = said("open orders", client.open_orders())?;
    while let Some(item) = left.next_timeout(Duration::from_secs(2)) {
        if let Some(Orders::OrderData(o)) = data(said("open orders", item)?) {
            check(o.order.parent_id != ids.parent.0, "a child outlived its parent")?;
        }
    }
    Ok(())
}

fn sell_short(world: &World) -> Outcome {
    let client = world.connect()?;
    traded(&client, "TSLA", &order(Action::Sell, 20.0, "MKT", None))?;
    traded(&client, "TSLA", &order(Action::Buy, 20.0, "MKT", None)).map(|_| ())
}

fn open_orders(world: &World) -> Outcome {
    let client = world.connect()?;
    let resting = Order { order_ref: "mine".into(), ..order(Action::Buy, 1.0, "LMT", Some(far_below(&client, "SPY")?)) };
    let working = place_until(&client, "SPY", &resting, OrderStatusKind::Submitted)?;
    let other = world.connect()?;
    let all = said("asking", other.all_open_orders())?;
    until("the order", |left| all.next_timeout(left), |item| match data(item)? {
        Orders::OrderData(o) if o.order.order_ref == "mine" => Some(()),
        _ => None,
    })?;
    cancel(&client, &working)
}

fn completed_orders(world: &World) -> Outcome {
    let client = world.connect()?;
    buy(&client, "SPY", 1.0)?;
    let all = said("asking", client.completed_orders(false))?;
    until("a completed order", |left| all.next_timeout(left), |item| match data(item)? {
        Orders::OrderData(o) if o.order_state.status == OrderStatusKind::Filled => Some(()),
        _ => None,
    })
}

/// Asked for by another client: the crate gives what comes for an order to its subscription as long as that is not quite gone.
fn executions(world: &World) -> Outcome {
    buy(&world.connect()?, "MSFT", 2.0)?;
    let client = world.connect()?;
    let all = said("asking", client.executions(ExecutionFilter::default()))?;
    until("the execution", |left| all.next_timeout(left), |item| match data(item)? {
        Executions::ExecutionData(e) if e.contract.symbol.0 == "MSFT" => Some(()),
        _ => None,
    })
}

fn global_cancel(world: &World) -> Outcome {
    let client = world.connect()?;
    let resting = order(Action::Buy, 1.0, "LMT", Some(far_below(&client, "SPY")?));
    let id = client.next_order_id();
    let updates = said("placing", client.place_order(id, &stock("SPY"), &resting))?;
    until("Submitted", |left| updates.next_timeout(left), |item| match data(item)? {
        PlaceOrder::OrderStatus(s) => (s.status == OrderStatusKind::Submitted).then_some(()),
        _ => None,
    })?;
    said("cancelling all", client.global_cancel())?;
    let ended = until("the cancel", |left| updates.next_timeout(left), |item| match item {
        SubscriptionItem::Data(PlaceOrder::OrderStatus(s)) => (s.status == OrderStatusKind::Cancelled).then_some(()),
        SubscriptionItem::Notice(notice) => (notice.code == 202).then_some(()),
        SubscriptionItem::Data(_) => None,
    });
    match ended {
        Err(e) if e.contains("202") => Ok(()),
        other => other,
    }
}

fn refused<T>(code: &str, outcome: Result<T, String>) -> Outcome {
    match outcome {
        Ok(_) => Err("it was not refused".into()),
        Err(e) => check(e.contains(code), e),
    }
}

fn cancel_unknown(world: &World) -> Outcome {
    let client = world.connect()?;
    let updates = said("cancelling", client.cancel_order(987_654, ""))?;
    match updates.next_timeout(crate::PATIENCE) {
        Some(Err(Error::Notice(notice))) => check(notice.code == 10147, format!("{notice:?}")),
        Some(Ok(SubscriptionItem::Notice(notice))) => check(notice.code == 10147, format!("{notice:?}")),
        other => Err(format!("{:?}", other.map(|r| r.map(|_| "data").map_err(|e| e.to_string())))),
    }
}

fn unknown_contract(world: &World) -> Outcome {
    let client = world.connect()?;
    refused("200", place_until(&client, "NOSUCH", &order(Action::Buy, 1.0, "MKT", None), OrderStatusKind::Submitted))
}

fn wrong_tick(world: &World) -> Outcome {
    let client = world.connect()?;
    refused("110", place_until(&client, "AAPL", &order(Action::Buy, 1.0, "LMT", Some(100.001)), OrderStatusKind::Submitted))
}
