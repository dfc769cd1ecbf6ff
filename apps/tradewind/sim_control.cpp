#include "apps/tradewind/sim_control.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/core/base/result.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

namespace tradewind::app {

using edge::web::HttpRequest;
using edge::web::HttpResponse;
using sim::gateway::ConnectionState;
using sim::gateway::Listing;
using sim::gateway::Tape;

namespace {

constexpr std::int64_t kLongestStepMs = 7LL * 24 * 3'600 * 1'000;

HttpResponse ok(const JsonWriter& json) { return {200, "application/json", json.str() + "\n"}; }

HttpResponse refused(unsigned status, std::string_view why) {
  JsonWriter json;
  json.begin_object().member("error", why).end_object();
  return {status, "application/json", json.str() + "\n"};
}

// "a=1&b=2" as it is sent by forms and in a query. Nothing this interface takes needs escapes.
Result<void> read_pairs(std::string_view text, std::map<std::string, std::string, std::less<>>& into) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string_view::npos)
      return fail(Errc::invalid_argument, fmt::format("'{}' is not NAME=VALUE", pair));
    into.insert_or_assign(std::string{pair.substr(0, equals)}, std::string{pair.substr(equals + 1)});
  }
  return {};
}

Result<void> read_object(std::string_view text, std::map<std::string, std::string, std::less<>>& into) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_object()) return fail(Errc::invalid_argument, "the body is no JSON object");
  for (const auto& [key, member] : value.get_object()) {
    if (!member.is_string() && !member.is_int64())
      return fail(Errc::invalid_argument,
                  fmt::format("{} is neither a text nor a whole number", std::string_view{key}));
    into.insert_or_assign(std::string{std::string_view{key}}, member.is_string()
                                                                  ? boost::json::value_to<std::string>(member)
                                                                  : std::to_string(member.get_int64()));
  }
  return {};
}

// Null where there is none or it is no whole number in the range.
std::optional<std::int64_t> number_in(const std::map<std::string, std::string, std::less<>>& parameters,
                                      std::string_view name, std::int64_t low, std::int64_t high) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto [stop, error] = std::from_chars(found->second.data(), end, value);
  if (error != std::errc{} || stop != end || value < low || value > high) return std::nullopt;
  return value;
}

void write_price(JsonWriter& json, std::string_view name, const std::optional<Price>& price) {
  if (price) json.member(name, price->text());
  else json.key(name).null();
}

void write_listing(JsonWriter& json, const Listing& listing, const Tape& tape) {
  json.begin_object().member("symbol", listing.local()).member("con_id", listing.con_id);
  json.member("security_type", listing.security_type);
  write_price(json, "last", tape.last ? std::optional{tape.last->price} : std::nullopt);
  write_price(json, "bid", tape.quote.bid);
  write_price(json, "ask", tape.quote.ask);
  json.end_object();
}

void write_connection(JsonWriter& json, const ConnectionState& state) {
  json.begin_object().member("connection", state.id.value()).key("client_id");
  if (state.client_id) json.number(std::int64_t{*state.client_id});
  else json.null();
  json.member("version", state.server_version).member("connected_since", iso_text(state.connected));
  json.member("bytes_in", state.bytes_in).member("bytes_out", state.bytes_out);
  json.member("frames_in", state.messages_in).member("frames_out", state.messages_out);
  json.member("read", state.is_read);
  json.member("ready", state.is_ready).member("link", state.has_link ? "up" : "down").key("farms").begin_object();
  for (const tws::Farm& farm : state.farms) json.member(farm.name, name(farm.state));
  json.end_object().end_object();
}

}  // namespace

struct SimControl::Endpoint {
  std::string_view method;
  std::string_view path;
  std::string_view parameters;  // their names, separated by blanks
  HttpResponse (SimControl::*answer)(const Parameters&, const Now&);
};

std::span<const SimControl::Endpoint> SimControl::endpoints() {
  static constexpr Endpoint kAll[] = {
      {"GET", "/books", "", &SimControl::books},   {"GET", "/state", "", &SimControl::state},
      {"GET", "/faults", "", &SimControl::faults}, {"POST", "/inject", "fault client times", &SimControl::inject},
      {"POST", "/pause", "", &SimControl::pause},  {"POST", "/resume", "", &SimControl::resume},
      {"POST", "/step", "ms", &SimControl::step},
  };
  return kAll;
}

SimControl::SimControl(sim::gateway::Gateway& gateway, MarketClock& clock, Settings settings,
                       std::function<void()> moved)
    : gateway_{gateway}, clock_{clock}, settings_{std::move(settings)}, moved_{std::move(moved)} {
  TW_CHECK(gateway_.injector() != nullptr);
}

HttpResponse SimControl::answer(const HttpRequest& request, const Now& now) {
  const std::string_view target{request.target};
  const std::string_view path = target.substr(0, target.find('?'));
  const auto all = endpoints();
  const auto named = std::ranges::find(all, path, &Endpoint::path);
  if (named == all.end() || named->method != request.method) {
    JsonWriter json;
    json.begin_object().member("error", fmt::format("there is no {} {}", request.method, path)).key("endpoints");
    json.begin_array();
    for (const Endpoint& one : all) json.text(fmt::format("{} {}", one.method, one.path));
    json.end_array().end_object();
    return {named == all.end() ? 404U : 405U, "application/json", json.str() + "\n"};
  }
  Parameters parameters;
  auto read = read_pairs(target.substr(std::min(target.size(), path.size() + 1)), parameters);
  if (read.has_value() && !request.body.empty()) {
    const bool is_json = request.body.find_first_not_of(" \t\r\n") == request.body.find('{');
    read = is_json ? read_object(request.body, parameters) : read_pairs(request.body, parameters);
  }
  if (!read.has_value()) return refused(400, read.error().detail);
  for (const auto& [name, value] : parameters) {
    if (fmt::format(" {} ", named->parameters).find(fmt::format(" {} ", name)) == std::string::npos)
      return refused(400, fmt::format("{} {} takes {}, not '{}'", named->method, named->path,
                                      named->parameters.empty() ? "no parameters" : named->parameters, name));
  }
  return (this->*named->answer)(parameters, now);
}

HttpResponse SimControl::books(const Parameters& /*parameters*/, const Now& now) {
  return {200, "application/json", gateway_.books_json(clock_.now(now)) + "\n"};
}

HttpResponse SimControl::state(const Parameters& /*parameters*/, const Now& now) {
  JsonWriter json;
  json.begin_object().member("time", iso_text(clock_.now(now))).member("speed", settings_.speed);
  json.member("paused", clock_.is_paused()).member("seed", settings_.seed);
  json.member("market_seed", settings_.market_seed).key("market").begin_array();
  for (std::size_t i = 0; i < gateway_.listings().size(); ++i) {
    const Listing& listing = gateway_.listings()[i];
    const Tape& tape = gateway_.tapes()[i];
    const bool shows = tape.last || tape.quote.bid || tape.quote.ask;
    // Hundreds of options are not priced before somebody asks for them.
    if (shows || listing.security_type != "OPT") write_listing(json, listing, tape);
  }
  json.end_array().key("clients").begin_array();
  for (const ConnectionState& connection : gateway_.connection_states()) write_connection(json, connection);
  json.end_array().member("working_orders", gateway_.desk().live_orders().size()).end_object();
  return ok(json);
}

HttpResponse SimControl::faults(const Parameters& /*parameters*/, const Now& /*now*/) {
  return {200, "application/json", gateway_.injector()->json() + "\n"};
}

HttpResponse SimControl::inject(const Parameters& parameters, const Now& /*now*/) {
  constexpr std::int64_t kTimesMax = 1000;
  constexpr std::int64_t kClientMax = 2'147'483'646;
  const auto fault = parameters.find("fault");
  if (fault == parameters.end()) return refused(400, "POST /inject needs a fault: fault=F004");
  const auto client = number_in(parameters, "client", 0, kClientMax);
  if (!client && parameters.contains("client")) return refused(400, "client is a client id, 0 to 2147483646");
  const auto times = number_in(parameters, "times", 1, kTimesMax);
  if (!times && parameters.contains("times")) return refused(400, "times is a number from 1 to 1000");
  const auto done = gateway_.injector()->inject(
      fault->second, client ? std::optional{static_cast<std::int32_t>(*client)} : std::nullopt,
      static_cast<std::size_t>(times.value_or(1)));
  if (!done.has_value()) return refused(done.error().code == Errc::invalid_argument ? 400 : 409, done.error().detail);
  moved_();  // it may happen at once
  JsonWriter json;
  json.begin_object().member("fault", fault->second).key("client");
  if (client) json.number(*client);
  else json.null();
  json.member("times", times.value_or(1)).end_object();
  return ok(json);
}

HttpResponse SimControl::pause(const Parameters& /*parameters*/, const Now& now) { return pace(true, now); }
HttpResponse SimControl::resume(const Parameters& /*parameters*/, const Now& now) { return pace(false, now); }

HttpResponse SimControl::pace(bool paused, const Now& now) {
  if (clock_.speed().kind == MarketSpeed::Kind::steps)
    return refused(409, "the market goes by steps: it stands still until POST /step?ms=N");
  if (paused) clock_.pause(now);
  else clock_.resume(now);
  moved_();
  JsonWriter json;
  json.begin_object().member("paused", paused).member("time", iso_text(clock_.now(now))).end_object();
  return ok(json);
}

HttpResponse SimControl::step(const Parameters& parameters, const Now& now) {
  if (clock_.speed().kind != MarketSpeed::Kind::steps && !clock_.is_paused())
    return refused(409, "the market does not stand still: --speed step, or POST /pause first");
  const auto ms = number_in(parameters, "ms", 1, kLongestStepMs);
  if (!ms) return refused(400, "POST /step?ms=N, 1 millisecond to a week");
  clock_.advance_to(clock_.now(now) + std::chrono::milliseconds{*ms});
  moved_();
  JsonWriter json;
  json.begin_object().member("stepped_ms", *ms).end_object();
  return ok(json);
}

}  // namespace tradewind::app
