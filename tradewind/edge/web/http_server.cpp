#include "tradewind/edge/web/http_server.hpp"

#include "tradewind/core/base/json.hpp"

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace tradewind::edge::web {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Handler = std::function<HttpResponse(const HttpRequest&)>;

// "HOST" or "HOST:PORT", the host of an IPv6 address in brackets.
std::string_view without_port(std::string_view host) {
  return host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
}

// Names can be made to mean this machine by whoever owns them. An address cannot.
bool is_our_name(std::string_view host, std::string_view bound) {
  if (host == bound || beast::iequals(host, "localhost")) return true;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

HttpResponse refused(std::string_view why) {
  JsonWriter json;
  json.begin_object().member("error", why).end_object();
  return {403, "application/json", json.str() + "\n"};
}

// One connection: reads a request, answers, reads the next.
class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(tcp::socket socket, std::string bound, std::shared_ptr<Handler> handler)
      : stream_{std::move(socket)}, bound_{std::move(bound)}, handler_{std::move(handler)} {}

  void read() {
    parser_.emplace();
    parser_->header_limit(8 * 1024);
    parser_->body_limit(HttpServer::kBodyMax);
    stream_.expires_after(std::chrono::seconds{10});
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error == http::error::end_of_stream || error == beast::error::timeout ||
          error == asio::error::operation_aborted)
        return self->close();
      if (error) return self->answer({400, "application/json", "{\"error\":\"malformed request\"}"}, 11, false);
      self->handle();
    });
  }

 private:
  void handle() {
    const auto& request = parser_->get();
    if (const auto refusal = refuse(request)) return answer(*refusal, request.version(), false);
    const auto response =
        (*handler_)({std::string{request.method_string()}, std::string{request.target()}, request.body()});
    answer(response, request.version(), request.keep_alive());
  }

  // A browser sends here what the page of any site tells it to, and says whose page it was.
  [[nodiscard]] std::optional<HttpResponse> refuse(const http::request<http::string_body>& request) const {
    const std::string_view host{request[http::field::host]};
    if (request.count(http::field::host) != 1 || !is_our_name(without_port(host), bound_))
      return refused(
          fmt::format("the Host '{}' is not this machine: use its address, as in http://127.0.0.1:PORT", host));
    for (const auto& field : request) {
      if (field.name() == http::field::origin &&
          !beast::iequals(std::string_view{field.value()}, fmt::format("http://{}", host)))
        return refused(fmt::format("a page of '{}' may not ask here", std::string_view{field.value()}));
    }
    return std::nullopt;
  }

  void answer(const HttpResponse& response, unsigned version, bool keep_alive) {
    response_ = http::response<http::string_body>{static_cast<http::status>(response.status), version};
    response_.set(http::field::content_type, response.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.keep_alive(keep_alive);
    response_.body() = response.body;
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep_alive](const error_code& error, std::size_t) {
                        if (error || !keep_alive) return self->close();
                        self->read();
                      });
  }

  void close() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  std::string bound_;  // the address that this listens on
  std::shared_ptr<Handler> handler_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct HttpServer::State {
  std::unique_ptr<net::Listener> listener;
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<HttpServer>> HttpServer::open(net::Loop& loop, const net::Endpoint& endpoint, Handler handler) {
  auto state = std::make_unique<State>();
  error_code ignored;
  const tcp protocol = asio::ip::make_address(endpoint.host, ignored).is_v6() ? tcp::v6() : tcp::v4();
  state->listener = TW_TRY(net::Listener::open_plain(
      loop, endpoint,
      [&loop, protocol, host = endpoint.host, shared = std::make_shared<Handler>(std::move(handler))](int descriptor) {
        std::make_shared<Conversation>(tcp::socket{loop.context(), protocol, descriptor}, host, shared)->read();
      }));
  return std::unique_ptr<HttpServer>{new HttpServer{std::move(state)}};
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return state_->listener->port(); }

}  // namespace tradewind::edge::web
