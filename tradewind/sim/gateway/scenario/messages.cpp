#include "tradewind/sim/gateway/scenario/messages.hpp"

#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/sim/gateway/scenario/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

namespace tradewind::sim::gateway::scenario {
namespace {

// Calls visit.operator()<Message>() for the message of this name, if there is one.
template <class Visitor>
void visit_named(std::string_view api, Visitor&& visit) {
  tws::for_each_message_type([&]<class Message>() {
    if (Message::kInfo.api == api) visit.template operator()<Message>();
  });
}
template <class Visitor>
void visit_kind(MessageKind kind, Visitor&& visit) {
  tws::for_each_message_type([&]<class Message>() {
    if (Message::kInfo.id == kind.id && Message::kInfo.direction == kind.direction)
      visit.template operator()<Message>();
  });
}

template <class T>
void collect_fields(const T& value, const std::string& prefix, std::vector<std::string>& paths) {
  const auto take = [&paths](const auto& inner, const std::string& path) {
    if constexpr (HasColumns<std::remove_cvref_t<decltype(inner)>>) collect_fields(inner, path + ".", paths);
    else paths.push_back(path);
  };
  tws::for_each_column(value, [&](const char* name, const auto& column) {
    using Column = std::remove_cvref_t<decltype(column)>;
    if constexpr (requires(Column& list) { list.emplace_back(); }) {
      take(typename Column::value_type{}, fmt::format("{}{}[0]", prefix, name));
    } else if constexpr (requires { column.has_value(); }) {
      if constexpr (HasColumns<typename Column::value_type>) take(typename Column::value_type{}, prefix + name);
      else paths.push_back(prefix + name);
    } else {
      take(column, prefix + name);
    }
  });
}

template <class Message>
Result<void> encode_with(Message& message, const Values& fields, int server_version, ByteQueue& out) {
  Texts texts;
  for (const auto& [path, value] : fields) {
    if (const std::string problem = set_field(message, path, value, texts); !problem.empty())
      return fail(Errc::malformed, fmt::format("{} {}: {}", Message::kInfo.api, path, problem));
  }
  return tws::encode(message, server_version, out);
}

}  // namespace

std::optional<MessageKind> find_message(std::string_view api) {
  std::optional<MessageKind> found;
  visit_named(api, [&]<class Message>() { found = {Message::kInfo.id, Message::kInfo.direction}; });
  return found;
}

std::vector<std::string> message_names(tws::Direction direction) {
  std::vector<std::string> names;
  tws::for_each_message_type([&]<class Message>() {
    if (Message::kInfo.direction == direction) names.emplace_back(Message::kInfo.api);
  });
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> message_fields(std::string_view api) {
  std::vector<std::string> paths;
  visit_named(api, [&]<class Message>() { collect_fields(Message{}, "", paths); });
  return paths;
}

bool has_message_field(std::string_view api, std::string_view path) {
  bool found = false;
  visit_named(api, [&]<class Message>() { found = has_field(Message{}, path); });
  return found;
}

Result<std::string> field_value(std::string_view api, std::string_view path, std::string_view text) {
  Result<std::string> value = fail(Errc::not_found, fmt::format("there is no message '{}'", api));
  visit_named(api, [&]<class Message>() {
    Message message;
    Texts texts;
    const std::string problem = set_field(message, path, text, texts);
    if (problem.empty()) value = field_text(message, path).value_or("");
    else value = fail(Errc::malformed, problem);
  });
  return value;
}

Result<void> encode_message(std::string_view api, const Values& fields, int server_version, ByteQueue& out) {
  Result<void> done = fail(Errc::not_found, fmt::format("there is no message '{}'", api));
  visit_named(api, [&]<class Message>() {
    Message message;
    done = encode_with(message, fields, server_version, out);
  });
  return done;
}

Result<void> encode_changed(MessageKind kind, const tws::FrameView& frame, const Values& fields, int server_version,
                            ByteQueue& out) {
  Result<void> done = fail(Errc::not_found, fmt::format("there is no message {}", kind.id));
  visit_kind(kind, [&]<class Message>() {
    Message message;
    if (const auto fault = tws::decode(frame, server_version, message); fault.failed())
      done = fail(Errc::malformed, fault.text());
    else done = encode_with(message, fields, server_version, out);
  });
  return done;
}

Result<std::vector<std::optional<std::string>>> read_fields(MessageKind kind, const tws::FrameView& frame,
                                                            const std::vector<std::string>& paths, int server_version) {
  Result<std::vector<std::optional<std::string>>> values =
      fail(Errc::not_found, fmt::format("there is no message {}", kind.id));
  visit_kind(kind, [&]<class Message>() {
    Message message;
    if (const auto fault = tws::decode(frame, server_version, message); fault.failed()) {
      values = fail(Errc::malformed, fault.text());
      return;
    }
    values.emplace();
    for (const std::string& path : paths) values->push_back(field_text(message, path));
  });
  return values;
}

}  // namespace tradewind::sim::gateway::scenario
