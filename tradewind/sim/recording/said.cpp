#include "tradewind/sim/recording/said.hpp"

#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <type_traits>

namespace tradewind::sim::recording {
namespace {

// Columns that say what is asked for.
constexpr std::array kKeyColumns = std::to_array<std::string_view>({"action",
                                                                    "allMessages",
                                                                    "apiOnly",
                                                                    "articleId",
                                                                    "autoBind",
                                                                    "auxPrice",
                                                                    "barSize",
                                                                    "barSizeSetting",
                                                                    "bboExchange",
                                                                    "conId",
                                                                    "currency",
                                                                    "duration",
                                                                    "exchange",
                                                                    "exerciseAction",
                                                                    "exerciseQuantity",
                                                                    "faDataType",
                                                                    "formatDate",
                                                                    "futFopExchange",
                                                                    "genericTickList",
                                                                    "group",
                                                                    "groupId",
                                                                    "ignoreSize",
                                                                    "instrument",
                                                                    "isSmartDepth",
                                                                    "keepUpToDate",
                                                                    "lastTradeDateOrContractMonth",
                                                                    "lmtPrice",
                                                                    "locationCode",
                                                                    "marketDataType",
                                                                    "marketRuleId",
                                                                    "numRows",
                                                                    "numberOfTicks",
                                                                    "optionPrice",
                                                                    "orderType",
                                                                    "pattern",
                                                                    "providerCode",
                                                                    "providerCodes",
                                                                    "regulatorySnapshot",
                                                                    "reportType",
                                                                    "right",
                                                                    "scanCode",
                                                                    "secType",
                                                                    "snapshot",
                                                                    "strike",
                                                                    "subscribe",
                                                                    "symbol",
                                                                    "tags",
                                                                    "tickType",
                                                                    "tif",
                                                                    "timePeriod",
                                                                    "totalQuantity",
                                                                    "totalResults",
                                                                    "underPrice",
                                                                    "underlyingConId",
                                                                    "underlyingSecType",
                                                                    "underlyingSymbol",
                                                                    "useRTH",
                                                                    "volatility",
                                                                    "whatIf",
                                                                    "whatToShow"});
static_assert(std::ranges::is_sorted(kKeyColumns));  // it is searched

std::optional<IdKind> id_kind(std::string_view column) {
  if (column == "reqId") return IdKind::request;
  if (column == "orderId" || column == "parentId" || column == "slOrderId" || column == "ptOrderId")
    return IdKind::order;
  if (column == "clientId") return IdKind::client;
  return std::nullopt;
}

class Reading : public tws::ForwardingOutgoing<Reading> {
 public:
  Said said;

  template <class Message>
  void on_any(const Message& message) {
    said.name = Message::kInfo.api;
    columns("", message);
  }

 private:
  template <class T>
  void columns(const std::string& path, const T& value) {
    for_each_column(value, [&](const char* name, const auto& column) {
      add(path.empty() ? std::string{name} : path + "." + name, name, column);
    });
  }
  template <class T>
  void add(const std::string& path, std::string_view column, const T& value) {
    if constexpr (requires { for_each_column(value, [](const char*, const auto&) {}); }) {
      columns(path, value);
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      if (!value.empty()) key(path, column, std::string{value});
    } else if constexpr (std::is_same_v<T, bool>) {
      if (value) key(path, column, "true");
    } else if constexpr (std::is_arithmetic_v<T>) {
      if constexpr (std::is_integral_v<T>) {
        if (const auto kind = id_kind(column)) said.ids.emplace_back(*kind, value);
      }
      if (value != T{}) key(path, column, fmt::format("{}", value));
    } else if constexpr (requires { value.raw(); }) {
      if (value.raw() != 0) key(path, column, value.text());
    } else if constexpr (requires { value.has_value(); }) {
      if (value) add(path, column, *value);
    } else {
      std::size_t i = 0;
      for (const auto& item : value) add(fmt::format("{}[{}]", path, i++), column, item);
    }
  }
  void key(const std::string& path, std::string_view column, std::string text) {
    if (std::ranges::binary_search(kKeyColumns, column)) said.keys.emplace_back(path, std::move(text));
  }
};

// Writes a gateway's message again with other ids.
class Translating : public tws::ForwardingHandler<Translating> {
 public:
  Translating(const IdMap& ids, int version, ByteQueue& out) : ids_{ids}, version_{version}, out_{out} {}
  Result<void> result;

  template <class Message>
  void on_any(const Message& message) {
    Message changed = message;
    columns(changed);
    if constexpr (std::is_same_v<Message, tws::ErrorMessage>) {
      // Of a request or of an order; what was never a client's stays.
      changed.id = static_cast<std::int32_t>(
          ids_.live(ids_.has(IdKind::request, message.id) ? IdKind::request : IdKind::order, message.id));
    }
    result = tws::encode(changed, version_, out_);
  }

 private:
  template <class T>
  void columns(T& value) {
    for_each_column(value, [&](const char* name, auto& column) { change(name, column); });
  }
  template <class T>
  void change(std::string_view name, T& value) {
    if constexpr (requires { for_each_column(value, [](const char*, auto&) {}); }) {
      columns(value);
    } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      if (const auto kind = id_kind(name)) value = static_cast<T>(ids_.live(*kind, value));
    } else if constexpr (std::is_same_v<T, std::string_view> || std::is_arithmetic_v<T> || requires { value.raw(); }) {
      return;
    } else if constexpr (requires { value.has_value(); }) {
      if (value) change(name, *value);
    } else if constexpr (requires { value.begin(); }) {
      for (auto& item : value) {
        if constexpr (std::is_class_v<std::remove_cvref_t<decltype(item)>>) change(name, item);
      }
    }
  }

  const IdMap& ids_;
  int version_;
  ByteQueue& out_;
};

}  // namespace

std::string Said::text() const {
  std::string all = name;
  for (const auto& [kind, id] : ids) {
    const char* const label = kind == IdKind::request ? "request" : kind == IdKind::order ? "order" : "client";
    all += fmt::format(" {}={}", label, id);
  }
  for (const auto& [path, value] : keys) all += fmt::format(" {}={}", path, value);
  return all;
}

bool IdMap::fits(const Said& recorded, const Said& live) const {
  if (recorded.ids.size() != live.ids.size()) return false;
  for (std::size_t i = 0; i < live.ids.size(); ++i) {
    const auto [kind, id] = recorded.ids[i];
    const auto [live_kind, live_id] = live.ids[i];
    if (kind != live_kind) return false;
    const auto there = to_live_.find({kind, id});
    const auto back = to_recorded_.find({kind, live_id});
    if (there == to_live_.end() && back == to_recorded_.end()) continue;
    if (there == to_live_.end() || there->second != live_id) return false;
  }
  return true;
}

void IdMap::learn(const Said& recorded, const Said& live) {
  for (std::size_t i = 0; i < live.ids.size(); ++i) {
    const auto [kind, id] = recorded.ids[i];
    const std::int64_t live_id = live.ids[i].second;
    to_live_[{kind, id}] = live_id;
    to_recorded_[{kind, live_id}] = id;
    if (id != live_id) is_same_ = false;
  }
}

std::int64_t IdMap::live(IdKind kind, std::int64_t recorded) const {
  const auto found = to_live_.find({kind, recorded});
  return found == to_live_.end() ? recorded : found->second;
}

struct MessageReader::State {
  tws::IncomingMessages incoming;
  tws::OutgoingMessages outgoing;
  tws::DecodeCounters counters;
  ByteQueue padded;

  tws::FrameView parse(Bytes payload, int version) {
    padded.clear();
    padded.append(payload);
    return tws::parse_frame(padded.contents(), version);
  }
};

MessageReader::MessageReader() : state_{std::make_unique<State>()} {}
MessageReader::~MessageReader() = default;

Result<Said> MessageReader::said(Bytes payload, int server_version) {
  const tws::FrameView frame = state_->parse(payload, server_version);
  if (frame.fault != nullptr) return fail(Errc::malformed, frame.fault);
  Reading reading;
  bool unknown = false;
  const tws::DecodeFault fault = tws::dispatch(frame, server_version, state_->outgoing,
                                               static_cast<tws::OutgoingHandler&>(reading), state_->counters, &unknown);
  if (fault.failed()) return fail(Errc::malformed, fault.text());
  if (unknown) return fail(Errc::unsupported, fmt::format("message id {} is not known", frame.id));
  return std::move(reading.said);
}

Result<void> MessageReader::translate(Bytes payload, int server_version, const IdMap& ids, ByteQueue& out) {
  const tws::FrameView frame = state_->parse(payload, server_version);
  if (frame.fault != nullptr) return fail(Errc::malformed, frame.fault);
  Translating translating{ids, server_version, out};
  bool unknown = false;
  const tws::DecodeFault fault =
      tws::dispatch(frame, server_version, state_->incoming, static_cast<tws::IncomingHandler&>(translating),
                    state_->counters, &unknown);
  if (fault.failed()) return fail(Errc::malformed, fault.text());
  if (unknown) return fail(Errc::unsupported, fmt::format("message id {} is not known", frame.id));
  return translating.result;
}

}  // namespace tradewind::sim::recording
