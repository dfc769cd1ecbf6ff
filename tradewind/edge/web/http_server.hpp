#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/net/tcp.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tradewind::edge::web {

struct HttpRequest {
  std::string method;
  std::string target;  // path and query as sent
  std::string body;    // at most kBodyMax
};
struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
};

// A small HTTP server for a control interface on the loopback address: one handler, answers at once. Limits of size and
// time keep a peer from holding it up. A page of some site that is open in a browser cannot use it: an Origin that is not
// the server itself is refused, and so is a Host that is a foreign name.
class HttpServer {
 public:
  static constexpr std::size_t kBodyMax = 4096;

  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> open(
      net::Loop& loop, const net::Endpoint& endpoint, std::function<HttpResponse(const HttpRequest&)> handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tradewind::edge::web
