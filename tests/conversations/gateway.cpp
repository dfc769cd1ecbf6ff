#include "tests/conversations/gateway.hpp"

#include "tradewind/core/tws/place_order/encode.hpp"

#include <fmt/format.h>

namespace tradewind::conversations {

namespace {

// Calls visit.operator()<Message>() for the messages of this name and direction: one, or none.
template <class Visitor>
void visit_named(std::string_view api, tws::Direction direction, Visitor&& visit) {
  tws::for_each_message_type([&]<class Message>() {
    if (Message::kInfo.direction == direction && Message::kInfo.api == api) visit.template operator()<Message>();
  });
}

// Dispatch alone counts what stands behind the last field that the schema knows.
bool has_trailing_fields(const tws::FrameView& frame, int version) {
  tws::OutgoingMessages scratch;
  tws::OutgoingHandler handler;
  tws::DecodeCounters counters;
  static_cast<void>(tws::dispatch(frame, version, scratch, handler, counters));
  return counters.trailing_fields != 0;
}

// Read to the last byte, and in the encoding that belongs to the version.
Result<Request> read_request(std::string_view whole, int version) {
  const tws::testing::PaddedBytes bytes{whole.substr(4)};
  const tws::FrameView frame = tws::parse_frame(bytes.view(), version);
  if (frame.fault != nullptr) return fail(Errc::malformed, frame.fault);
  Request request;
  std::string fault;
  tws::for_each_message_type([&]<class Message>() {
    if (Message::kInfo.id != frame.id || Message::kInfo.direction != tws::Direction::client_to_gateway) return;
    Message message;
    if (const auto bad = tws::decode(frame, version, message); bad.failed()) fault = bad.text();
    if (frame.is_protobuf != (Message::kInfo.protobuf_since != 0 && version >= Message::kInfo.protobuf_since))
      fault = fmt::format("{} is in the other encoding", Message::kInfo.api);
    request = {Message::kInfo.api, tws::testing::Columns{message}.all(), std::string{whole}};
  });
  if (fault.empty() && has_trailing_fields(frame, version)) fault = request.api + " has fields behind its last";
  if (!fault.empty()) return fail(Errc::malformed, fault);
  if (request.api.empty())
    return fail(Errc::malformed, fmt::format("the client sent message {}, which is none", frame.id));
  return request;
}

}  // namespace

bool knows_message(std::string_view api, tws::Direction direction) {
  bool found = false;
  visit_named(api, direction, [&]<class Message>() { found = true; });
  return found;
}

bool knows_field(std::string_view api, tws::Direction direction, std::string_view path) {
  bool found = false;
  visit_named(api, direction, [&]<class Message>() { found = has_field(Message{}, path); });
  return found;
}

Result<bool> Gateway::read_hello() {
  const std::string_view seen = input_;
  if (seen.size() < 8) return false;
  if (!seen.starts_with(std::string_view{"API\0", 4})) return fail(Errc::malformed, "the client does not greet");
  const std::uint32_t size = load_be32(as_bytes(seen.substr(4)).data());
  if (seen.size() < 8 + size) return false;
  client_versions_ = seen.substr(8, size);
  input_.erase(0, 8 + size);
  has_greeting_ = true;
  if (!silent_) greet(std::to_string(version_), "20260105 09:30:00 UTC");
  return true;
}

Result<std::vector<Request>> Gateway::read(std::string_view bytes) {
  input_.append(bytes);
  if (!has_greeting_ && !TW_TRY(read_hello())) return std::vector<Request>{};
  std::vector<Request> requests;
  while (input_.size() >= 4) {
    const std::uint32_t size = load_be32(as_bytes(input_).data());
    if (input_.size() < 4 + size) break;
    requests.push_back(TW_TRY(read_request(std::string_view{input_}.substr(0, 4 + size), version_)));
    input_.erase(0, 4 + size);
  }
  return requests;
}

Result<std::map<std::string, std::string>> empty_request(std::string_view api, int server_version) {
  ByteQueue bytes;
  Result<void> encoded = fail(Errc::not_found, fmt::format("a client has no message '{}'", api));
  visit_named(api, tws::Direction::client_to_gateway,
              [&]<class Message>() { encoded = tws::encode(Message{}, server_version, bytes); });
  TW_TRY_VOID(std::move(encoded));
  return TW_TRY(read_request(as_text(bytes.contents()), server_version)).columns;
}

std::string Gateway::send(std::string_view api, const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string problem = fmt::format("a gateway has no message '{}'", api);
  visit_named(api, tws::Direction::gateway_to_client, [&]<class Message>() {
    Message message;
    Texts texts;
    problem.clear();
    for (const auto& [path, value] : fields) {
      problem = set_field(message, path, value, texts);
      if (!problem.empty()) return;
    }
    if constexpr (Message::kInfo.direction == tws::Direction::gateway_to_client) {
      if (const auto encoded = tws::encode(message, version_, output_); !encoded.has_value())
        problem = encoded.error().detail;
    }
  });
  return problem;
}

}  // namespace tradewind::conversations
