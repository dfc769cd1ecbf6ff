"""NautilusTrader's Interactive Brokers adapter trades a round trip against the simulated gateway, and checks each step.

    python3.13 -m venv venv && venv/bin/pip install -r requirements.txt      # about 950 MB; Python 3.12 or newer
    tradewind sim serve --port 7400 &
    venv/bin/python round_trip.py 7400

Instruments of three kinds, bars and ticks of the past, quotes, prints and bars as they come; then a market order, a limit
order that is changed and cancelled, a bracket, and a market order that closes the position. Ends with "round trip done"
and exit code 0. It trades what it is pointed at: never point it at a gateway with money behind it."""

import socket
import sys
from datetime import timedelta

from nautilus_trader.adapters.interactive_brokers.common import IB, IB_VENUE, IBContract
from nautilus_trader.adapters.interactive_brokers.config import (
    InteractiveBrokersDataClientConfig,
    InteractiveBrokersExecClientConfig,
    InteractiveBrokersInstrumentProviderConfig,
)
from nautilus_trader.adapters.interactive_brokers.factories import (
    InteractiveBrokersLiveDataClientFactory,
    InteractiveBrokersLiveExecClientFactory,
)
from nautilus_trader.config import LoggingConfig, RoutingConfig, StrategyConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.data import Bar, BarType, QuoteTick, TradeTick
from nautilus_trader.model.enums import OrderSide, OrderStatus, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

APPLE = InstrumentId.from_str("AAPL.NASDAQ")
EURO = InstrumentId.from_str("EUR/USD.IDEALPRO")
FUTURES = IBContract(secType="CONTFUT", symbol="ES", exchange="CME", build_futures_chain=True, min_expiry_days=0, max_expiry_days=400)
PATIENCE_SECONDS = 90


class RoundTrip(Strategy):
    """`step` names what is waited for."""

    def __init__(self):
        super().__init__(StrategyConfig(order_id_tag="001"))
        self.step = "market data"
        self.instruments, self.open_positions, self.balances = set(), [], {}
        self.past = set()
        self.present = set()

    def on_start(self):
        self.apple = self.cache.instrument(APPLE)
        now = self.clock.utc_now()
        self.request_bars(BarType.from_str(f"{APPLE}-1-MINUTE-LAST-EXTERNAL"), now - timedelta(hours=2))
        self.request_quote_ticks(APPLE, now - timedelta(minutes=1), now)
        self.request_trade_ticks(APPLE, now - timedelta(minutes=1), now)
        self.subscribe_quote_ticks(APPLE)
        self.subscribe_quote_ticks(EURO)
        self.subscribe_trade_ticks(APPLE)
        self.subscribe_bars(BarType.from_str(f"{APPLE}-5-SECOND-LAST-EXTERNAL"))

    def on_historical_data(self, data):
        self.past.add(type(data))

    def on_trade_tick(self, tick):
        self.present.add(("trade", tick.instrument_id))

    def on_bar(self, bar):
        self.present.add(("bar", bar.bar_type.instrument_id))

    def on_quote_tick(self, tick):
        self.present.add(("quote", tick.instrument_id))
        if tick.instrument_id == APPLE:
            self.ask = float(tick.ask_price)
        wanted = {("quote", APPLE), ("quote", EURO), ("trade", APPLE), ("bar", APPLE)}
        if self.step == "market data" and self.present >= wanted and self.past >= {Bar, QuoteTick, TradeTick}:
            self.step = "bought"
            self.trade(OrderSide.BUY, 10)

    def price(self, of_the_ask):
        return self.apple.make_price(self.ask * of_the_ask)

    def trade(self, side, quantity):
        self.submit_order(self.order_factory.market(APPLE, side, self.apple.make_qty(quantity)))

    def on_order_filled(self, event):
        if self.cache.order(event.client_order_id).is_open:
            return
        if self.step == "bought":
            self.step = "accepted"
            self.limit = self.order_factory.limit(APPLE, OrderSide.BUY, self.apple.make_qty(5), self.price(0.8), TimeInForce.GTC)
            self.submit_order(self.limit)

    def on_order_accepted(self, event):
        if self.step == "accepted" and event.client_order_id == self.limit.client_order_id:
            self.step = "changed"
            self.modify_order(self.limit, self.apple.make_qty(7), self.price(0.81))
        elif self.step == "bracket" and self.bracket_stands():
            self.step = "bracket cancelled"
            for order in self.bracket.orders[1:]:
                self.cancel_order(order)

    def bracket_stands(self):
        entry, *exits = self.bracket.orders
        return entry.status == OrderStatus.FILLED and all(order.status == OrderStatus.ACCEPTED for order in exits)

    def on_order_updated(self, event):
        if self.step == "changed" and event.quantity == 7:
            self.step = "cancelled"
            self.cancel_order(self.limit)
        elif self.step == "bracket":
            self.on_order_accepted(event)

    def on_order_canceled(self, event):
        if self.step == "cancelled":
            self.step = "bracket"
            self.bracket = self.order_factory.bracket(
                APPLE,
                OrderSide.BUY,
                self.apple.make_qty(3),
                tp_price=self.price(1.2),
                tp_post_only=False,
                sl_trigger_price=self.price(0.8),
                time_in_force=TimeInForce.GTC,
            )
            self.submit_order_list(self.bracket)
        elif self.step == "bracket cancelled" and all(order.is_closed for order in self.bracket.orders):
            self.step = "sold"
            self.trade(OrderSide.SELL, 13)

    def on_position_closed(self, event):
        self.step = "done"
        node.stop()

    def on_stop(self):
        self.instruments = {str(instrument.id) for instrument in self.cache.instruments()}
        self.open_positions = self.cache.positions_open()
        self.balances = self.portfolio.account(IB_VENUE).balances()


port = int(sys.argv[1])
socket.create_connection(("127.0.0.1", port), timeout=5).close()  # a node that cannot connect tries for ever
provider = InteractiveBrokersInstrumentProviderConfig(load_ids=frozenset([str(APPLE), str(EURO)]), load_contracts=frozenset([FUTURES]))
config = TradingNodeConfig(
    trader_id="TESTER-001",
    logging=LoggingConfig(log_level="INFO", log_colors=False),
    data_clients={
        IB: InteractiveBrokersDataClientConfig(ibg_port=port, use_regular_trading_hours=False, instrument_provider=provider)
    },
    exec_clients={
        IB: InteractiveBrokersExecClientConfig(
            ibg_port=port, account_id="DU0000000", instrument_provider=provider, routing=RoutingConfig(default=True)
        )
    },
    timeout_connection=30,
    timeout_disconnection=5,
    timeout_post_stop=1,
)
node = TradingNode(config=config)
strategy = RoundTrip()
node.trader.add_strategy(strategy)
node.add_data_client_factory(IB, InteractiveBrokersLiveDataClientFactory)
node.add_exec_client_factory(IB, InteractiveBrokersLiveExecClientFactory)
node.build()
node.get_event_loop().call_later(PATIENCE_SECONDS, node.stop)
try:
    node.run()
finally:
    node.dispose()

if strategy.step != "done":
    sys.exit(f"waited in vain for: {strategy.step}; of the past there were {strategy.past}, of the present {strategy.present}")
if strategy.open_positions:
    sys.exit(f"still open: {strategy.open_positions}")
if not any(name.startswith("ES") for name in strategy.instruments):
    sys.exit(f"no future among {strategy.instruments}")
print(f"round trip done; {len(strategy.instruments)} instruments, {list(strategy.balances.values())}")
