#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway::scenario {

// Messages by the names that users of IB's API know, and their fields by path: reqMktData, "contract.conId".

struct MessageKind {
  int id = 0;
  tws::Direction direction{};
  friend bool operator==(const MessageKind&, const MessageKind&) = default;
};

using Values = std::vector<std::pair<std::string, std::string>>;  // path, text

[[nodiscard]] std::optional<MessageKind> find_message(std::string_view api);
[[nodiscard]] std::vector<std::string> message_names(tws::Direction direction);

// The paths of its fields, those of a list's items behind [0]; empty when there is no such message.
[[nodiscard]] std::vector<std::string> message_fields(std::string_view api);

[[nodiscard]] bool has_message_field(std::string_view api, std::string_view path);
// The value as the field of a message would show it: "10.50" of a price is "10.5". The error says what is wrong with it.
[[nodiscard]] Result<std::string> field_value(std::string_view api, std::string_view path, std::string_view text);

// A message with these fields and the rest as the schema has it, at the end of `out`.
[[nodiscard]] Result<void> encode_message(std::string_view api, const Values& fields, int server_version,
                                          ByteQueue& out);
// The same message with these fields changed, at the end of `out`.
[[nodiscard]] Result<void> encode_changed(MessageKind kind, const tws::FrameView& frame, const Values& fields,
                                          int server_version, ByteQueue& out);
// Fields of the message in the frame, one for each path; nothing for those that are not set. The error: it cannot be read.
[[nodiscard]] Result<std::vector<std::optional<std::string>>> read_fields(MessageKind kind, const tws::FrameView& frame,
                                                                          const std::vector<std::string>& paths,
                                                                          int server_version);

}  // namespace tradewind::sim::gateway::scenario
