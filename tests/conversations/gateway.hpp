#pragma once

#include "tests/support/tws_frames.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/sim/gateway/scenario/fields.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::conversations {

// Scenarios of the simulated gateway are written in the same words and fields.
using sim::gateway::scenario::has_field;
using sim::gateway::scenario::set_field;
using sim::gateway::scenario::Texts;

// One message that left the client.
struct Request {
  std::string api;
  std::map<std::string, std::string> columns;
  std::string frame;  // all its bytes
};

// The gateway's end of one connection. It says nothing by itself except the greeting; what it says is the script's.
class Gateway {
 public:
  // Silent: it does not even greet.
  Gateway(int version, bool silent) : version_{version}, silent_{silent} {}

  [[nodiscard]] bool has_greeting() const { return has_greeting_; }
  [[nodiscard]] const std::string& client_versions() const { return client_versions_; }
  // Requests among these bytes; an error when they are none.
  [[nodiscard]] Result<std::vector<Request>> read(std::string_view bytes);

  void greet(std::string_view version, std::string_view time) {
    send_payload(std::string{version} + '\0' + std::string{time} + '\0');
  }
  void send_payload(std::string_view payload) {
    std::byte size[4];
    store_be32(size, static_cast<std::uint32_t>(payload.size()));
    output_.append(size);
    output_.append(as_bytes(payload));
  }
  void send_bytes(std::string_view bytes) { output_.append(as_bytes(bytes)); }
  // The message of this API name with these fields. Empty, or what is wrong with them.
  [[nodiscard]] std::string send(std::string_view api, const std::vector<std::pair<std::string, std::string>>& fields);

  [[nodiscard]] ByteQueue& output() { return output_; }

 private:
  Result<bool> read_hello();

  int version_;
  bool silent_;
  bool has_greeting_ = false;
  std::string client_versions_;
  std::string input_;
  ByteQueue output_;
};

// Whether messages of this API name have such a field.
[[nodiscard]] bool knows_field(std::string_view api, tws::Direction direction, std::string_view path);
// What a request of this name holds at this version when nobody has set anything.
[[nodiscard]] Result<std::map<std::string, std::string>> empty_request(std::string_view api, int server_version);
[[nodiscard]] bool knows_message(std::string_view api, tws::Direction direction);

}  // namespace tradewind::conversations
