#include "tests/conversations/conversation.hpp"
#include "tests/support/fake_directory.hpp"
#include "tradewind/core/base/check.hpp"
#include "tradewind/core/engine/node.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/journal/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>

namespace tradewind::conversations {
namespace {

using namespace std::chrono_literals;

const model::AccountId kAccount{"DU0000000"};
const model::InstrumentSpec kSpec{model::Symbol{"AAPL"}, model::SecurityType{"STK"}, model::ExchangeName{"SMART"},
                                  Currency{"USD"}};
constexpr Duration kBeat = 100ms;
constexpr std::string_view kContract =
    "contract.conId=265598 contract.symbol=AAPL contract.secType=STK contract.currency=USD";

// What the script and the strategy of the moment share, beyond crashes of the engine.
struct Desk {
  std::function<void(strategy::Context&, model::InstrumentId)> act;  // at the strategy's next timer
  Timestamp next_beat;                                               // of its timer
  bool tells_quotes = false;
  std::map<std::string, model::OrderRef> by_name;
  std::function<void(Noted)> tell;

  [[nodiscard]] std::string name_of(const model::OrderRef& ref) const {
    const auto found = std::ranges::find(by_name, ref, &std::pair<const std::string, model::OrderRef>::second);
    return found == by_name.end() ? std::string{ref.view()} : found->first;
  }
};

// Does what the script says and tells what it is told.
class Puppet final : public strategy::Strategy {
 public:
  explicit Puppet(Desk& desk) : desk_{desk} {}

  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName{"puppet"}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const override { return {}; }
  void on_start(strategy::Context& context, const strategy::StartInfo& info) override {
    instrument_ = context.subscribe(kSpec, 1min);
    if (info.resumed) desk_.tell({.words = {"resumed"}});
    beat(context);
  }
  void on_timer(strategy::Context& context) override {
    beat(context);
    if (const auto act = std::exchange(desk_.act, nullptr)) act(context, instrument_);
  }
  void on_ready(strategy::Context& /*context*/) override { desk_.tell({.words = {"ready"}}); }
  void on_unready(strategy::Context& /*context*/, std::string_view reason) override {
    desk_.tell({.words = {"unready"}, .more = {{"reason", std::string{reason}}}});
  }
  void on_quote(strategy::Context& /*context*/, model::InstrumentId /*id*/, const model::Quote& quote) override {
    if (!desk_.tells_quotes) return;
    desk_.tell({.words = {"quote"},
                .more = {{"bid", quote.bid ? quote.bid->text() : ""},
                         {"ask", quote.ask ? quote.ask->text() : ""},
                         {"bidSize", quote.bid_size.text()},
                         {"askSize", quote.ask_size.text()}}});
  }
  void on_order(strategy::Context& /*context*/, const strategy::OrderTicket& ticket,
                const strategy::OrderView& order) override {
    Noted noted{.words = {"order", desk_.name_of(ticket.ref()), std::string{tradewind::name(order.state)}},
                .more = {{"remaining", order.remaining.text()}}};
    if (!order.filled.is_zero()) noted.always["filled"] = order.filled.text();
    desk_.tell(std::move(noted));
  }
  void on_fill(strategy::Context& /*context*/, const strategy::Fill& fill) override {
    desk_.tell({.words = {"fill", desk_.name_of(fill.ticket.ref())},
                .more = {{"side", std::string{tradewind::name(fill.side)}},
                         {"quantity", fill.quantity.text()},
                         {"price", fill.price.text()}}});
  }

 private:
  void beat(strategy::Context& context) {
    desk_.next_beat = context.now() + kBeat;
    context.wake_at(desk_.next_beat);
  }

  Desk& desk_;
  model::InstrumentId instrument_{0};
};

// engine::Node, the engine with its session; its journal is in memory and every record durable at once, unless the script
// holds commits back. The script is also its strategy, which trades AAPL.
class EngineConversation final : public Conversation {
 public:
  EngineConversation(const Script& script, int version, bool in_pieces) : Conversation{script, version, in_pieces} {
    desk_.tell = [this](Noted noted) { told(std::move(noted)); };
  }

 private:
  // --- The machine ---
  [[nodiscard]] bool begins_with_an_expectation(const std::string& verb) const override {
    return verb == "round" || verb == "round_positions" || verb == "asks_executions";
  }
  void start() override {
    const auto recovered = journal::recover(disk_);
    TW_CHECK(recovered.has_value());
    if (recovered->genesis) {
      log_ = journal::Log::resume(*recovered, now(), {});
    } else {
      log_ = journal::Log::begin(
          {journal::journal_id_from(42), journal::kFormatVersion, model::Mode::sim, kAccount, "test"}, now(), {});
    }
    engine::EngineConfig config;
    config.account = kAccount;
    tws::ClientConfig session;
    session.client_id = client_id();
    node_ = std::make_unique<engine::Node>(config, session, std::make_unique<Puppet>(desk_), *log_);
    if (recovered->genesis) {
      const auto read = journal::read(disk_, model::Seq{1}, [&](const journal::StoredRecord& stored) -> Result<void> {
        return node_->restore(stored.envelope.seq, journal::decode(stored).value());
      });
      TW_CHECK(read.has_value());
    }
    writer_.emplace(disk_, *recovered);
    node_->start(now());
    commit();
  }
  [[nodiscard]] std::int32_t client_id() const override { return 7; }
  [[nodiscard]] bool wants_to_connect() const override {
    return !node_->has_session() && node_->wish() != engine::Node::Wish::leave &&
           node_->wish() != engine::Node::Wish::stop;
  }
  [[nodiscard]] std::optional<std::string> wants_to_close() const override {
    return node_->wish() == engine::Node::Wish::none ? std::nullopt : std::optional{node_->wish_reason()};
  }
  void connected() override {
    asked_positions_ = false;
    node_->connected(now());
    commit();
  }
  void received(Bytes bytes) override {
    std::memcpy(node_->prepare(bytes.size()), bytes.data(), bytes.size());
    node_->received(bytes.size(), now());
    commit();
  }
  void disconnected(const std::string& reason) override {
    node_->disconnected(reason, now());
    commit();
  }
  [[nodiscard]] ByteQueue* output() override { return node_->has_session() ? &node_->output() : nullptr; }
  [[nodiscard]] std::optional<MonoTime> wake_at() const override {
    auto earliest = node_->wake_mono();
    if (const auto utc = node_->wake_utc()) {
      const MonoTime mono = now().mono + (*utc - now().utc);
      if (!earliest || mono < *earliest) earliest = mono;
    }
    return earliest;
  }
  void wake() override {
    node_->wake(now());
    commit();
  }

  void options(const std::vector<std::string>& words) override {
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] != "quotes") throw Failed{fmt::format("there is no option '{}'", words[i])};
      desk_.tells_quotes = true;
    }
  }

  // --- Steps that are several ---

  // A new connection, and everything asked and answered: an empty account, AAPL at 100 to 101.
  void ready(const std::string& order_id) override {
    Conversation::ready(order_id);
    steps(
        "wire reqContractDetails reqId=$details contract.symbol=AAPL contract.secType=STK contract.exchange=SMART\n"
        "wire reqAllOpenOrders\n");
    steps(fmt::format(
        "gateway contractDetails reqId=$details {} contract.exchange=SMART contractDetails.minTick=0.01\n", kContract));
    steps(
        "gateway contractDetailsEnd reqId=$details\n"
        "wire reqMktData reqId=$quotes contract.conId=265598 genericTickList=233\n"
        "gateway tickPrice reqId=$quotes tickType=1 price=100 size=500 attrMask=1\n");
    if (desk_.tells_quotes) steps("told quote bid=100 ask=\n");
    steps("gateway tickPrice reqId=$quotes tickType=2 price=101 size=500 attrMask=1\n");
    if (desk_.tells_quotes) steps("told quote bid=100 ask=101\n");
    steps("gateway openOrderEnd\n");
    round("0");
    steps("told ready\n");
  }

  // What the engine asks behind the open orders, answered: no more executions and completed orders, and this position.
  void round(const std::string& position) {
    executions_asked();
    steps(
        "gateway execDetailsEnd reqId=$executions\n"
        "wire reqCompletedOrders\n"
        "gateway completedOrdersEnd\n");
    round_positions(position);
  }
  void executions_asked() {
    forget("executions");
    steps("wire reqExecutions reqId=$executions\n");
  }
  void round_positions(const std::string& position) {
    if (std::exchange(asked_positions_, true)) steps("wire cancelPositions\n");
    steps("wire reqPositions\n");
    if (position != "0") {
      steps(fmt::format("gateway position account=DU0000000 {} position={} avgCost=100\n", kContract, position));
    }
    steps(
        "gateway positionEnd\n"
        "wire reqAccountUpdates subscribe=1 acctCode=DU0000000\n"
        "gateway updateAccountValue key=CashBalance value=100000 currency=USD accountName=DU0000000\n"
        "gateway accountDownloadEnd accountName=DU0000000\n");
  }

  // `working o`: an order of 100 AAPL at 100, acknowledged by the broker under permId 901.
  void working(const std::string& name) {
    steps(fmt::format("buy {} 100 limit=100\n", name));
    steps(
        fmt::format("wire placeOrder orderId=${0} contract.conId=265598 order.action=BUY order.totalQuantity=100 "
                    "order.orderType=LMT order.lmtPrice=100 order.tif=DAY order.account=DU0000000 "
                    "order.orderRef=${0}_ref order.transmit=1\n",
                    name));
    open_order({name, "permId=901", "status=Submitted"});
    steps(fmt::format("told order {} WORKING\n", name));
  }

  // `open o status=Submitted [permId=901] [orderId=5] [clientId=7]`: the gateway's openOrder of it.
  void open_order(const std::vector<std::string>& words) {
    std::map<std::string, std::string> given{
        {"status", "Submitted"}, {"permId", "901"}, {"orderId", "$" + words[0]}, {"clientId", "7"}};
    take(given, words);
    steps(
        fmt::format("gateway openOrder orderId={} {} order.clientId={} order.permId={} order.action=BUY "
                    "order.totalQuantity=100 order.orderType=LMT order.lmtPrice=100 order.account=DU0000000 "
                    "order.orderRef=${}_ref orderState.status={}\n",
                    given["orderId"], kContract, given["clientId"], given["permId"], words[0], given["status"]));
  }

  // `status o Submitted [filled=0] [remaining=100] ...`: the gateway's orderStatus of it.
  void status(const std::vector<std::string>& words) {
    std::map<std::string, std::string> given{{"filled", "0"},   {"remaining", "100"}, {"permId", "901"},
                                             {"clientId", "7"}, {"whyHeld", ""},      {"status", words.at(1)}};
    take(given, {words.begin() + 1, words.end()});
    steps(fmt::format(
        "gateway orderStatus orderId=${} status={} filled={} remaining={} permId={} clientId={} whyHeld={}\n", words[0],
        given["status"], given["filled"], given["remaining"], given["permId"], given["clientId"], given["whyHeld"]));
  }

  // `execution o 40 cumQty=40 [execId=0001.01.01] [price=100] [reqId=-1] [side=BOT]`
  void execution(const std::vector<std::string>& words) {
    std::map<std::string, std::string> given{{"cumQty", words.at(1)}, {"execId", "0001.01.01"}, {"price", "100"},
                                             {"reqId", "-1"},         {"side", "BOT"},          {"time", "x"}};
    take(given, {words.begin() + 1, words.end()});
    const std::string time = given["time"] == "x" ? "20260105 09:31:00 US/Eastern" : given["time"];
    steps(
        fmt::format("gateway execDetails reqId={} {} execution.orderId=${} execution.clientId=7 execution.permId=901 "
                    "execution.execId={} execution.acctNumber=DU0000000 execution.side={} execution.shares={} "
                    "execution.price={} execution.cumQty={} execution.orderRef=${}_ref \"execution.time={}\"\n",
                    given["reqId"], kContract, words[0], given["execId"], given["side"], words[1], given["price"],
                    given["cumQty"], words[0], time));
  }

  static void take(std::map<std::string, std::string>& given, const std::vector<std::string>& words) {
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::size_t equals = words[i].find('=');
      const auto found = given.find(words[i].substr(0, equals));
      if (equals == std::string::npos || found == given.end()) throw Failed{fmt::format("what is '{}'?", words[i])};
      found->second = words[i].substr(equals + 1);
    }
  }

  bool own_step(const std::vector<std::string>& words) override {
    const std::string& verb = words[0];
    const auto rest = [&words](std::size_t least) {
      if (words.size() < least + 1) throw Failed{"something is missing behind " + words[0]};
      return std::vector<std::string>{words.begin() + 1, words.end()};
    };
    if (verb == "working") working(rest(1)[0]);
    else if (verb == "open") open_order(rest(1));
    else if (verb == "status") status(rest(2));
    else if (verb == "execution") execution(rest(2));
    else if (verb == "reconnect") reconnect();
    else if (verb == "asks_executions") executions_asked();
    else if (verb == "round") round(rest(1)[0]);
    else if (verb == "round_positions") round_positions(rest(1)[0]);
    else if (verb == "buy" || verb == "sell") submit(words);
    else if (verb == "cancel") cancel(rest(1)[0]);
    else return operator_step(words);
    return true;
  }

  bool operator_step(const std::vector<std::string>& words) {
    const std::string& verb = words[0];
    if (verb == "stop") {
      node_->stop("the script stops it", now());
      commit();
    } else if (verb == "crash") {
      hang_up();
      node_.reset();
      writer_.reset();
      log_.reset();
      holds_commits_ = false;
      start();
    } else if (verb == "hold_commits") {
      holds_commits_ = true;
    } else if (verb == "commit") {
      holds_commits_ = false;
      commit();
    } else {
      return false;
    }
    return true;
  }

  // A new connection, up to where the open orders are asked for.
  void reconnect() {
    steps("connect\n");
    Conversation::ready("orderId=1");
    steps("wire reqMktData contract.conId=265598\nwire reqAllOpenOrders\n");
  }

  // --- The strategy ---

  void submit(const std::vector<std::string>& words) {
    if (words.size() < 3) throw Failed{"buy NAME QUANTITY"};
    model::OrderRequest request;
    request.side = words[0] == "buy" ? Side::buy : Side::sell;
    request.quantity = number<Quantity>(words[2]);
    for (std::size_t i = 3; i < words.size(); ++i) {
      const auto [key, value] = field(words[i]);
      if (key != "limit") throw Failed{fmt::format("an order has no '{}'", key)};
      request.type = model::OrderType::limit;
      request.limit_price = number<Price>(value);
    }
    with_strategy([this, request, name = words[1]](strategy::Context& context, model::InstrumentId id) mutable {
      request.instrument = id;
      const auto sent = context.submit(request);
      if (!sent.has_value()) {
        told({.words = {"denied", name}, .more = {{"reason", sent.error().reasons.front()}}});
        return;
      }
      desk_.by_name.insert_or_assign(name, sent->ref());
      const orders::Order* order = node_->engine().orders().find(sent->ref());
      set_value(name, fmt::format("{}", order->intent.order_id));
      set_value(name + "_ref", std::string{sent->ref().view()});
    });
  }
  void cancel(const std::string& name) {
    with_strategy([this, name](strategy::Context& context, model::InstrumentId /*id*/) {
      if (!context.cancel(strategy::OrderTicket{desk_.by_name[name]})) told({.words = {"not_cancelled", name}});
    });
  }
  template <class Number>
  static Number number(const std::string& text) {
    const auto parsed = Number::parse(text);
    if (!parsed.has_value()) throw Failed{parsed.error().detail};
    return *parsed;
  }

  // A strategy acts when it is called. So it is called with the time of its timer, which is little ahead, and the
  // monotonic clock, by which everything is limited, stays where it is.
  void with_strategy(std::function<void(strategy::Context&, model::InstrumentId)> act) {
    desk_.act = std::move(act);
    node_->wake({desk_.next_beat, now().mono});
    if (desk_.act) throw Failed{"the strategy is not called any more"};
    commit();
  }

  // Every record to the disk, and the news of it to the engine, until there is nothing new.
  void commit() {
    while (!holds_commits_ && !log_->pending().empty()) {
      const Bytes records = log_->pending();
      std::vector<std::byte> batch{records.begin(), records.end()};
      log_->consume(batch.size());
      TW_CHECK(writer_->append(batch).has_value() && writer_->sync().has_value());
      node_->committed(writer_->durable(), now());
    }
  }

  [[nodiscard]] std::map<std::string, std::string> state() const override {
    const engine::Engine& engine = node_->engine();
    std::map<std::string, std::string> all{
        {"engine", std::string{name(engine.state())}},
        {"reason", engine.state_reason()},
        {"fills", std::to_string(engine.ledger().fill_count())},
        {"missingCommissions", std::to_string(engine.ledger().missing_commissions())},
        {"ordersSent", std::to_string(engine.counters().orders_sent)},
        {"liveOrders", std::to_string(engine.orders().live_count())},
        {"position", engine.ledger().position(kAccount, model::ConId{265598}).text()},
        {"cash", ""},
        {"breaks", ""}};
    for (const engine::Break& found : engine.breaks()) all["breaks"] += found.break_class + " ";
    if (const auto cash = engine.ledger().cash(Currency{"USD"})) all["cash"] = cash->text();
    for (const auto& [label, ref] : desk_.by_name) {
      const orders::Order* order = engine.orders().find(ref);
      if (order == nullptr) continue;
      all[label] = name(order->state);
      all[label + ".why"] = order->reason;
    }
    return all;
  }

  Desk desk_;
  tradewind::testing::FakeDirectory disk_;
  std::optional<journal::Log> log_;
  std::optional<journal::SegmentWriter> writer_;
  std::unique_ptr<engine::Node> node_;
  bool holds_commits_ = false;
  bool asked_positions_ = false;  // on this connection: a second time, the first has to be ended
};

}  // namespace

std::unique_ptr<Conversation> with_engine(const Script& script, int version, bool in_pieces) {
  return std::make_unique<EngineConversation>(script, version, in_pieces);
}

}  // namespace tradewind::conversations
