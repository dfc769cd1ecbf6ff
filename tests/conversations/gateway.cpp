#include "tests/conversations/gateway.hpp"

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
    requests.push_back(TW_TRY(read_request(std::string_view{input_}.substr(4, size))));
    input_.erase(0, 4 + size);
  }
  return requests;
}

Result<Request> Gateway::read_request(std::string_view payload) const {
  const tws::testing::PaddedBytes bytes{payload};
  const tws::FrameView frame = tws::parse_frame(bytes.view(), version_);
  if (frame.fault != nullptr) return fail(Errc::malformed, frame.fault);
  Request request;
  std::string fault;
  tws::for_each_message_type([&]<class Message>() {
    if (Message::kInfo.id != frame.id || Message::kInfo.direction != tws::Direction::client_to_gateway) return;
    Message message;
    if (const auto bad = tws::decode(frame, version_, message); bad.failed()) fault = bad.text();
    request = {Message::kInfo.api, tws::testing::Columns{message}.all()};
  });
  if (!fault.empty()) return fail(Errc::malformed, fault);
  if (request.api.empty())
    return fail(Errc::malformed, fmt::format("the client sent message {}, which is none", frame.id));
  return request;
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
