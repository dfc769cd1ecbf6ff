#include "apps/tradewind/doctor.hpp"

#include "apps/tradewind/doctor_causes.hpp"
#include "tradewind/core/client/quote.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace tradewind::app {

namespace net = edge::net;
using namespace std::chrono_literals;

namespace {

constexpr auto kSteps =
    std::to_array<std::string_view>({"tcp", "handshake", "version", "session", "accounts", "clock", "read_only",
                                     "precautions", "farms", "data", "order_id", "what_if"});

constexpr Duration kClockWarning = 1s;
constexpr Duration kClockFailure = 30s;
constexpr Duration kAfterDenial = 3s;      // for delayed data to come instead
constexpr Duration kAfterWhatIf = 300ms;   // in which a status would betray a real order

enum class Status : std::uint8_t { ok, warning, failure, skipped };

std::string_view text_of(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::warning:
      return "warning";
    case Status::failure:
      return "failure";
    default:
      return "skipped";
  }
}

struct Finding {
  std::string_view step;
  Status status{};
  const DoctorCause* cause = nullptr;  // of a warning or a failure
  std::string detail;
};

// What a stranger's bytes look like to people.
std::string excerpt(std::string_view bytes) { return fmt::format("{:?}", bytes.substr(0, 60)); }

std::string lower(std::string_view text) {
  std::string lowered{text};
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return std::tolower(c); });
  return lowered;
}

bool says_read_only(std::string_view text) {
  const std::string words = lower(text);
  return words.contains("read-only") || words.contains("read only");
}

std::string said(const client::Notice& notice) { return fmt::format("IB says {}: {}", notice.code, notice.text); }

// A precaution of the gateway's own, which asks a person.
bool is_precaution(std::int32_t code) {
  constexpr auto kCodes = std::to_array<std::int32_t>({109, 163, 382, 383, 451});
  return std::ranges::find(kCodes, code) != kCodes.end();
}

class Doctor {
 public:
  explicit Doctor(const DoctorCommand& command) : command_{command}, link_{command.tool.address} {}

  int run() {
    examine();
    for (const std::string_view step : kSteps) {
      if (std::ranges::none_of(findings_, [&](const Finding& each) { return each.step == step; }))
        found(step, Status::skipped, nullptr, "not tried");
    }
    const ExitCode code = exit_code();
    if (command_.tool.json) fmt::print("{}\n", json(code));
    else fmt::print("{}\n", verdict(code));
    return static_cast<int>(code);
  }

 private:
  // --- Findings ---

  void found(std::string_view step, Status status, const DoctorCause* cause, std::string detail) {
    Finding finding{step, status, cause, std::move(detail)};
    if (!command_.tool.json) {
      fmt::print("{:<12}{:<9}{}{}{}\n", step, lower(text_of(status)), cause != nullptr ? cause->id : "",
                 cause != nullptr && !finding.detail.empty() ? ": " : "", finding.detail);
      if (cause != nullptr) fmt::print("            cause  {}\n            fix    {}\n", cause->cause, cause->fix);
      std::fflush(stdout);
    }
    findings_.push_back(std::move(finding));
  }
  void fine(std::string_view step, std::string detail) { found(step, Status::ok, nullptr, std::move(detail)); }
  void skip(std::string_view step, std::string why) { found(step, Status::skipped, nullptr, std::move(why)); }
  // By the id of its cause, the step's name in front.
  void wrong(std::string_view id, std::string detail) {
    if (link_.is_interrupted() && id != "what_if.placed") return skip(id.substr(0, id.find('.')), "interrupted");
    const DoctorCause& cause = doctor_cause(id);
    found(id.substr(0, id.find('.')), cause.is_failure ? Status::failure : Status::warning, &cause, std::move(detail));
  }
  [[nodiscard]] bool has(std::string_view id) const {
    return std::ranges::any_of(findings_,
                               [&](const Finding& each) { return each.cause != nullptr && each.cause->id == id; });
  }

  [[nodiscard]] ExitCode exit_code() const {
    if (unconfirmed_order_) return ExitCode::outcome_unknown;
    if (link_.is_interrupted()) return ExitCode::failed;
    if (!link_.was_ready() && !has("accounts.live") && !has("accounts.paper")) return ExitCode::not_connected;
    if (has("accounts.live") || has("accounts.paper")) return ExitCode::refused_by_safety;
    const bool failed =
        std::ranges::any_of(findings_, [](const Finding& each) { return each.status == Status::failure; });
    return failed ? ExitCode::failed : ExitCode::ok;
  }

  [[nodiscard]] std::string verdict(ExitCode code) const {
    const auto count = [this](Status status) { return std::ranges::count(findings_, status, &Finding::status); };
    if (code == ExitCode::ok)
      return count(Status::warning) == 0 ? "nothing is wrong" : fmt::format("{} warnings", count(Status::warning));
    return fmt::format("{}{} failed, {} warnings", link_.is_interrupted() ? "interrupted: " : "",
                       count(Status::failure), count(Status::warning));
  }

  [[nodiscard]] std::string json(ExitCode code) const {
    JsonWriter out;
    out.begin_object()
        .member("host", command_.tool.address.host)
        .member("port", command_.tool.address.port)
        .member("port_usually", usual_use(command_.tool.address.port))
        .member("ok", code == ExitCode::ok)
        .key("steps")
        .begin_array();
    for (const Finding& each : findings_) {
      out.begin_object().member("step", each.step).member("status", text_of(each.status));
      if (each.cause != nullptr) out.member("id", each.cause->id);
      out.member("detail", each.detail);
      if (each.cause != nullptr) out.member("cause", each.cause->cause).member("fix", each.cause->fix);
      out.end_object();
    }
    out.end_array().member("exit_code", static_cast<int>(code));
    return out.end_object().str();
  }

  // --- The steps ---

  void examine() {
    if (!connect() || !check_accounts()) return;
    check_clock();
    if (link_.is_lost()) return;
    read_settings();
    check_read_only();
    check_precautions();
    check_farms();
    check_data();
    check_order_id();
    check_what_if();
  }

  [[nodiscard]] Duration timeout() const { return command_.tool.address.timeout; }

  bool connect() {
    const GatewayAddress& address = link_.address();
    link_.start();
    link_.wait(timeout() + 1s, [this] { return link_.was_connected() || link_.is_lost(); });
    const std::string_view usual = usual_use(address.port);
    const std::string port =
        usual.empty() ? fmt::format("{}:{}", address.host, address.port)
                      : fmt::format("{}:{}, usually {} (a port proves nothing)", address.host, address.port, usual);
    if (!link_.was_connected()) {
      tcp_failed(port);
      return false;
    }
    fine("tcp", "connected to " + port);
    link_.wait(timeout() + 1s, [this] { return link_.greeted_version().has_value() || link_.is_lost(); });
    if (!link_.greeted_version()) {
      handshake_failed();
      return false;
    }
    fine("handshake", fmt::format("answered, its time is {}", link_.greeted_text()));
    if (!check_version(*link_.greeted_version())) return false;
    link_.wait(timeout() + 1s, [this] { return link_.was_ready() || link_.is_lost(); });
    return check_session();
  }

  void tcp_failed(const std::string& port) {
    const std::string reason = lower(link_.lost_reason());
    const std::string detail = link_.lost_reason().empty() ? port : fmt::format("{}: {}", port, link_.lost_reason());
    if (reason.contains("refused")) wrong("tcp.refused", detail);
    else if (reason.contains("host not found") || reason.contains("resolve")) wrong("tcp.host_unknown", detail);
    else if (reason.contains("in time") || reason.contains("timed out") || !link_.is_lost())
      wrong("tcp.timeout", detail);
    else wrong("tcp.failed", detail);
  }

  void handshake_failed() {
    const std::string& bytes = link_.first_bytes();
    if (!bytes.empty()) return wrong("handshake.not_tws", fmt::format("it says {}", excerpt(bytes)));
    // The session gives up by itself at its limit; whoever goes before that was closed by the other end.
    if (link_.is_lost() && link_.lifetime() < timeout() * 9 / 10) return wrong("handshake.closed", link_.lost_reason());
    wrong("handshake.silent", fmt::format("no byte in {} s", timeout() / 1s));
  }

  bool check_version(int version) {
    if (version < 0) {
      wrong("version.redirect", fmt::format("to {}", excerpt(link_.greeted_text())));
      return false;
    }
    if (version < tws::kMinServerVersion) {
      wrong("version.too_old", fmt::format("server version {}, needed is {}", version, tws::kMinServerVersion));
      return false;
    }
    if (version > tws::kMaxServerVersion) {
      wrong("version.strange", fmt::format("server version {}, offered were {} to {}", version, tws::kMinServerVersion,
                                           tws::kMaxServerVersion));
      return false;
    }
    fine("version", fmt::format("server version {}", version));
    return true;
  }

  bool check_session() {
    if (link_.was_ready()) {
      fine("session", fmt::format("client id {}", link_.address().client_id));
      return true;
    }
    if (const auto* const notice = link_.find_notice(326); notice != nullptr) {
      wrong("session.client_id_in_use", fmt::format("client id {}: {}", link_.address().client_id, said(*notice)));
      return false;
    }
    if (const auto* const notice = link_.find_notice(10141); notice != nullptr) {
      wrong("session.disclaimer", said(*notice));
      return false;
    }
    std::string words;
    for (const client::Notice& notice : link_.notices()) {
      if (tws::error_info(notice.code).severity == tws::ErrorSeverity::error) words += "; " + said(notice);
    }
    const bool has_accounts = link_.has_come(tws::ManagedAccounts::kInfo.id);
    const bool has_order_id = link_.has_come(tws::NextValidId::kInfo.id);
    if (has_accounts && !has_order_id) {
      fine("session", fmt::format("client id {}", link_.address().client_id));
      if (check_accounts()) wrong("order_id.missing", fmt::format("not in {} s{}", timeout() / 1s, words));
    } else if (has_order_id && !has_accounts) {
      fine("session", fmt::format("client id {}", link_.address().client_id));
      wrong("accounts.silent", fmt::format("not in {} s{}", timeout() / 1s, words));
    } else if (link_.is_lost() && link_.lifetime() < timeout() * 9 / 10) {
      wrong("session.closed", link_.lost_reason() + words);
    } else {
      wrong("session.silent", fmt::format("nothing in {} s{}", timeout() / 1s, words));
    }
    return false;
  }

  // GATE-3: accounts other than expected are left before anything is asked.
  bool check_accounts() {
    const std::vector<std::string>& accounts = link_.client().accounts();
    const std::string list = fmt::format("{}", fmt::join(accounts, ", "));
    // Letters and digits alone: two numbers in one name are not one paper account.
    const auto is_paper = [](const std::string& account) {
      return account.size() > 1 && account.front() == 'D' &&
             std::ranges::all_of(account, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
    };
    if (accounts.empty()) {
      wrong("accounts.none", "the list is empty");
      return false;
    }
    if (command_.expect == "paper" && !std::ranges::all_of(accounts, is_paper)) {
      wrong("accounts.live", fmt::format("{}; the numbers of paper accounts begin with D", list));
      return false;
    }
    if (command_.expect == "live" && std::ranges::any_of(accounts, is_paper)) {
      wrong("accounts.paper", fmt::format("{}; the numbers of paper accounts begin with D", list));
      return false;
    }
    fine("accounts", fmt::format("{} ({})", list,
                                 std::ranges::all_of(accounts, is_paper)    ? "paper"
                                 : std::ranges::none_of(accounts, is_paper) ? "real"
                                                                            : "real and paper"));
    return true;
  }

  void check_clock() {
    const auto clock = measure_clock(link_);
    if (!clock.has_value()) return wrong("clock.silent", clock.error().detail);
    const Duration certain = clock->certain();
    const auto seconds = [](Duration duration) {
      return fmt::format(
          "{:.3f} s",
          static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) / 1000);
    };
    const Duration size = certain < Duration::zero() ? -certain : certain;
    const std::string detail = size == Duration::zero()
                                   ? fmt::format("the same, to within {}", seconds(clock->most - clock->least))
                                   : fmt::format("the gateway's clock is {} {} ours", seconds(size),
                                                 certain > Duration::zero() ? "ahead of" : "behind");
    if (size > kClockFailure) return wrong("clock.wrong", detail);
    if (size > kClockWarning) return wrong("clock.off", detail);
    fine("clock", detail);
  }

  void read_settings() {
    if (link_.client().server_version() < tws::ConfigRequest::kInfo.since) {
      no_settings_ = fmt::format("server version {} has them not; {} has", link_.client().server_version(),
                                 tws::ConfigRequest::kInfo.since);
      return;
    }
    auto answer = link_.ask(tws::ConfigRequest{});
    if (!answer.has_value()) no_settings_ = answer.error().detail;
    else if (!answer->complete()) no_settings_ = Link::error_of(*answer->failure(), "reqConfig").detail;
    else if (const auto& api = answer->rows().front()->api; api) {
      if (api->settings) read_only_setting_ = api->settings->read_only_api;
      if (api->precautions) bypass_setting_ = api->precautions->bypass_order_precautions;
    }
    if (no_settings_.empty() && !bypass_setting_) no_settings_ = "they do not name the precautions";
  }

  // A question for open orders is harmless, and refused where orders are.
  void check_read_only() {
    const std::size_t before = link_.notices().size();
    const client::Notice* refusal = nullptr;
    std::optional<client::AnswerTo<tws::OpenOrdersRequest>> answer;
    const auto id = link_.client().request(tws::OpenOrdersRequest{},
                                           std::function<void(client::AnswerTo<tws::OpenOrdersRequest>)>{
                                               [&answer](auto came) { answer.emplace(std::move(came)); }},
                                           {.answer_limit = timeout()});
    link_.pump();
    if (id.has_value()) {
      link_.wait(timeout() + 1s, [&] {
        for (std::size_t i = before; i < link_.notices().size() && refusal == nullptr; ++i) {
          if (link_.notices()[i].code == 321) refusal = &link_.notices()[i];
        }
        return answer.has_value() || refusal != nullptr;
      });
      if (!answer) link_.cancel(*id);  // calls back, so that nothing refers to what is here any more
    }
    if (refusal != nullptr) return wrong("read_only.on", said(*refusal));
    if (read_only_setting_.value_or(false)) return wrong("read_only.on", "its settings say so");
    if (!answer || !answer->complete()) {
      return wrong("read_only.unknown", id.has_value() ? "no answer to a question for open orders" : id.error().detail);
    }
    for (const auto& row : answer->rows<tws::OpenOrder>()) {
      if (row->order.client_id == link_.address().client_id) highest_order_ = std::max(highest_order_, row->order_id);
    }
    fine("read_only", fmt::format("orders may be asked for; {} are open", answer->rows<tws::OpenOrder>().size()));
  }

  void check_precautions() {
    if (!bypass_setting_) {
      if (link_.client().server_version() < tws::ConfigRequest::kInfo.since) return skip("precautions", no_settings_);
      return wrong("precautions.unreadable", no_settings_);
    }
    if (!*bypass_setting_) return wrong("precautions.on", "");
    fine("precautions", "orders of the API bypass them");
  }

  void check_farms() {
    const tws::Connectivity& state = link_.client().connectivity();
    if (!state.has_link()) return wrong("farms.link_down", "");
    std::string names;
    for (const tws::Farm& farm : state.farms())
      names += fmt::format("{}{} {}", names.empty() ? "" : ", ", farm.name, name(farm.state));
    constexpr auto kIds = std::to_array<std::pair<tws::FarmKind, std::string_view>>(
        {{tws::FarmKind::market_data, "farms.market_data_down"},
         {tws::FarmKind::historical, "farms.historical_down"},
         {tws::FarmKind::security_definition, "farms.security_definition_down"}});
    bool is_fine = true;
    for (const auto& [kind, id] : kIds) {
      const bool is_down = std::ranges::any_of(state.farms(), [kind](const tws::Farm& farm) {
        return farm.kind == kind && farm.state == tws::FarmState::down;
      });
      if (!is_down) continue;
      wrong(id, names);
      is_fine = false;
    }
    if (!is_fine) return;
    if (std::ranges::any_of(state.farms(),
                            [](const tws::Farm& farm) { return farm.state == tws::FarmState::connecting; }))
      return wrong("farms.connecting", names);
    fine("farms", names.empty() ? "none named yet; they are connected to when they are needed" : names);
  }

  void check_data() {
    auto row = find_contract(link_, command_.contract);
    if (!row.has_value()) {
      const bool is_silent = row.error().code == Errc::unavailable;
      return wrong(is_silent ? "data.contract_silent" : "data.no_contract", row.error().detail);
    }
    contract_.emplace(*std::move(row));
    const tws::Contract& contract = (*contract_)->contract;
    // Delayed data where there are no live ones: the answer then says which of the two there are.
    if (const auto told = link_.client().tell(tws::MarketDataTypeRequest{.market_data_type = 3}); !told.has_value())
      return wrong("data.refused", told.error().detail);
    client::Quality quality;
    std::optional<client::Failure> ended;
    std::optional<MonoTime> denied_at;
    std::string words;
    bool competing = false;
    bool has_tick = false;
    client::Subscriber<tws::MarketDataRequest> subscriber;
    subscriber.on_update = [&](const client::UpdateOf<tws::MarketDataRequest>& update) {
      quality = update.quality;
      quote_.apply(update);
      has_tick = has_tick || reference_price().has_value();
    };
    subscriber.on_quality = [&](const client::Quality& now) { quality = now; };
    subscriber.on_notice = [&](const client::Notice& notice) {
      words += (words.empty() ? "" : "; ") + said(notice);
      if (notice.code == 10197) competing = true;
      if (tws::error_info(notice.code).severity == tws::ErrorSeverity::error) denied_at = net::system_now().mono;
    };
    subscriber.on_end = [&](const client::Failure& failure) { ended = failure; };
    const auto subscription = link_.subscribe(tws::MarketDataRequest{.contract = contract}, std::move(subscriber));
    if (!subscription.has_value()) return wrong("data.refused", subscription.error().detail);
    const MonoTime until = net::system_now().mono + timeout();
    const auto is_over = [&] { return has_tick || ended.has_value() || competing; };
    while (!is_over() && net::system_now().mono < until && !link_.is_interrupted()) {
      if (denied_at && net::system_now().mono - *denied_at > kAfterDenial) break;
      link_.wait(100ms, is_over);
    }
    const std::string about = fmt::format("{}{}{}", app::text_of(contract), words.empty() ? "" : ": ", words);
    if (has_tick) {
      if (quality.kind == client::DataKind::live || quality.kind == client::DataKind::frozen)
        return fine("data", fmt::format("{}: {}", about, name(quality.kind)));
      return wrong("data.delayed", about);
    }
    if (competing) return wrong("data.competing", about);
    if (ended && ended->reason == client::Failure::Reason::refused) {
      const std::string why = fmt::format("{}: IB says {}: {}", about, ended->code, ended->text);
      if (ended->code == 101) return wrong("data.lines", why);
      if (ended->code == 200) return wrong("data.no_contract", why);
      constexpr auto kEntitlement = std::to_array<std::int32_t>({354, 10089, 10090, 10091, 10168, 10186});
      const bool is_entitlement = std::ranges::find(kEntitlement, ended->code) != kEntitlement.end();
      return wrong(is_entitlement ? "data.not_entitled" : "data.refused", why);
    }
    if (denied_at) return wrong("data.not_entitled", about);
    wrong("data.silent", fmt::format("{}, in {} s", about, timeout() / 1s));
  }

  void check_order_id() {
    if (has("read_only.on")) return skip("order_id", "a read-only gateway refuses to say");
    const auto answer = link_.ask(tws::IdsRequest{});
    if (!answer.has_value() || !answer->complete())
      return wrong("order_id.silent", answer.has_value() ? answer->failure()->text : answer.error().detail);
    const std::int32_t next = answer->rows().back()->order_id;
    if (next <= highest_order_) {
      return wrong("order_id.behind", fmt::format("the next id is {}, and order {} of client id {} is open", next,
                                                  highest_order_, link_.address().client_id));
    }
    if (next >= client::ClientOptions{}.first_request_number)
      return wrong("order_id.high", fmt::format("the next id is {}", next));
    fine("order_id", fmt::format("the next id is {}", next));
  }

  // --- An order that only asks ---

  [[nodiscard]] std::optional<Price> reference_price() const {
    for (const auto& price : {quote_.bid, quote_.last, quote_.price(client::Tick::close), quote_.ask}) {
      if (price && *price > Price::zero()) return price;
    }
    return std::nullopt;
  }

  // 2 % below the market: should it ever be taken for a real order, it does not trade at once, and is cancelled.
  [[nodiscard]] Price what_if_price() const {
    const auto tick = (*contract_)->contract_details.min_tick;
    const Int128 step = tick && *tick > Price::zero() ? Int128{tick->raw()} : Int128{Price::parse("0.01")->raw()};
    const auto reference = reference_price();
    if (!reference) return Price::try_from_raw(step * 100).value_or(Price::of(1));
    const Int128 below = Int128{reference->raw()} * 98 / 100;
    return Price::try_from_raw(std::max(below - below % step, step)).value_or(Price::of(1));
  }

  // An advisor's own account (F…, DF…) takes no orders; those it advises do.
  [[nodiscard]] const std::string& trading_account() {
    const std::vector<std::string>& accounts = link_.client().accounts();
    const auto takes_orders = std::ranges::find_if(
        accounts, [](const std::string& account) { return !account.starts_with('F') && !account.starts_with("DF"); });
    return takes_orders != accounts.end() ? *takes_orders : accounts.front();
  }

  void check_what_if() {
    if (has("read_only.on")) return skip("what_if", "a read-only gateway refuses it");
    if (has("order_id.high")) return skip("what_if", "there is no order id for it");
    if (!contract_) return skip("what_if", "there is no contract to try it with");
    tws::Order order;
    order.action = "BUY";
    order.total_quantity = Quantity::of(1);
    order.order_type = "LMT";
    order.lmt_price = what_if_price();
    order.tif = "DAY";
    order.account = trading_account();
    order.what_if = true;
    order.transmit = true;
    std::optional<client::OrderId> id;
    bool complete = false;
    bool unset = false;
    bool placed = false;
    std::int32_t refusal = 0;
    std::string words;
    std::string answer;
    link_.on_order_update([&](const client::OrderUpdate& update) {
      if (!id || update.id != *id) return;
      if (update.status != nullptr && update.status->status != "Cancelled" && update.status->status != "ApiCancelled" &&
          update.status->status != "Inactive")
        placed = true;
      if (update.execution != nullptr) placed = true;
      if (update.open_order != nullptr) {
        const tws::OrderState& state = update.open_order->order_state;
        const bool has_values = state.init_margin_change || state.init_margin_after || state.commission_and_fees ||
                                state.min_commission_and_fees;
        if (has_values) {
          complete = true;
          answer = fmt::format(
              "initial margin {} (change {}) {}, commission {} {}{}{}", observed_text(state.init_margin_after),
              observed_text(state.init_margin_change), state.margin_currency,
              state.commission_and_fees ? observed_text(state.commission_and_fees)
                                        : fmt::format("{} to {}", observed_text(state.min_commission_and_fees),
                                                      observed_text(state.max_commission_and_fees)),
              state.commission_and_fees_currency, state.warning_text.empty() ? "" : "; IB warns: ", state.warning_text);
        } else {
          unset = true;
        }
      }
      if (update.error != nullptr) {
        const client::Notice notice{update.error->error_code, std::string{update.state.last_text()}, false};
        words += (words.empty() ? "" : "; ") + said(notice);
        if (tws::error_info(notice.code).severity == tws::ErrorSeverity::error) refusal = notice.code;
      }
    });
    const std::size_t before = link_.notices().size();
    id = place(order);
    if (!id) return link_.on_order_update({});
    link_.wait(timeout(), [&] {
      // A read-only gateway may refuse without the order's id.
      for (std::size_t i = before; i < link_.notices().size() && refusal == 0; ++i) {
        const client::Notice& notice = link_.notices()[i];
        if (notice.code != 321) continue;
        refusal = notice.code;
        words = said(notice);
      }
      return complete || placed || refusal != 0 || link_.is_lost();
    });
    link_.wait(kAfterWhatIf, [&] { return placed; });
    if (placed) {
      undo(*id, order);
    } else if (complete) {
      fine("what_if", fmt::format("{}, 1 at {}: {}", app::text_of((*contract_)->contract), *order.lmt_price, answer));
    } else if (refusal == 321 && says_read_only(words)) {
      wrong("what_if.read_only", words);
    } else if (is_precaution(refusal)) {
      wrong("what_if.precaution", words);
    } else if (refusal != 0) {
      wrong("what_if.refused", words);
    } else if (unset) {
      wrong("what_if.unset", words);
    } else {
      wrong("what_if.silent", fmt::format("nothing in {} s{}{}", timeout() / 1s, words.empty() ? "" : "; ", words));
    }
    link_.on_order_update({});
  }

  std::optional<client::OrderId> place(const tws::Order& order) {
    const auto id = link_.client().place((*contract_)->contract, order);
    link_.pump();
    if (id.has_value()) return *id;
    wrong("what_if.not_sent", id.error().detail);
    return std::nullopt;
  }

  // A gateway has taken for real what only asked. It goes, and what became of it is said.
  void undo(client::OrderId id, const tws::Order& order) {
    const auto sent = link_.client().cancel_order(id);
    link_.pump();
    const auto is_over = [this, id] {
      const client::OrderState* const state = link_.client().order(id);
      return state != nullptr &&
             (state->stage() == client::OrderStage::cancelled || state->stage() == client::OrderStage::rejected ||
              state->stage() == client::OrderStage::filled);
    };
    const bool is_gone = sent.has_value() && link_.wait(timeout(), is_over);
    const client::OrderState* const state = link_.client().order(id);
    const std::string what =
        fmt::format("order {}: BUY 1 {} at {}", id, app::text_of((*contract_)->contract), *order.lmt_price);
    unconfirmed_order_ = !is_gone;
    wrong("what_if.placed", is_gone ? fmt::format("{}; it was cancelled, and is {} now, filled {}", what,
                                                  name(state->stage()), state->filled())
                                    : fmt::format("{}; its cancel is NOT confirmed: cancel it by hand", what));
  }

  const DoctorCommand& command_;
  Link link_;
  std::vector<Finding> findings_;
  std::string no_settings_;  // why they could not be read
  std::optional<bool> read_only_setting_;
  std::optional<bool> bypass_setting_;
  std::optional<ContractRow> contract_;
  client::Quote quote_;
  std::int32_t highest_order_ = 0;
  bool unconfirmed_order_ = false;
};

}  // namespace

int doctor_command(const DoctorCommand& command) {
  if (const auto checked = check(command.contract); !checked.has_value())
    return report_failure(code_for(checked.error()), checked.error(), command.tool.json);
  return Doctor{command}.run();
}

}  // namespace tradewind::app
