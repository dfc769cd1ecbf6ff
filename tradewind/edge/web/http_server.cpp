#include "tradewind/edge/web/http_server.hpp"

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <utility>

namespace tradewind::edge::web {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Handler = std::function<HttpResponse(const HttpRequest&)>;

bool is_local_host(std::string_view host) {
  host = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// One connection: reads a request, answers, reads the next.
class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(tcp::socket socket, std::shared_ptr<Handler> handler)
      : stream_{std::move(socket)}, handler_{std::move(handler)} {}

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
    if (!is_local_host(std::string_view{request[http::field::host]})) {
      return answer({421, "application/json", "{\"error\":\"unknown host\"}"}, request.version(), false);
    }
    const auto response =
        (*handler_)({std::string{request.method_string()}, std::string{request.target()}, request.body()});
    answer(response, request.version(), request.keep_alive());
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
  std::shared_ptr<Handler> handler_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
  State(asio::io_context& context, Handler call)
      : acceptor{context}, handler{std::make_shared<Handler>(std::move(call))} {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
      if (error || !self->acceptor.is_open()) return;
      std::make_shared<Conversation>(std::move(socket), self->handler)->read();
      self->accept();
    });
  }

  tcp::acceptor acceptor;
  std::shared_ptr<Handler> handler;
};

HttpServer::HttpServer(std::shared_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<HttpServer>> HttpServer::open(net::Loop& loop, const net::Endpoint& endpoint, Handler handler) {
  auto state = std::make_shared<State>(loop.context(), std::move(handler));
  error_code error;
  const auto address = asio::ip::make_address(endpoint.host, error);
  const tcp::endpoint local{address, endpoint.port};
  if (!error) state->acceptor.open(local.protocol(), error);
  if (!error) state->acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) state->acceptor.bind(local, error);
  if (!error) state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return fail(
        Errc::unavailable,
        fmt::format("cannot listen on {}:{}: {}{}", endpoint.host, endpoint.port, error.message(),
                    error == asio::error::address_in_use ? ": another program has the port; choose another one" : ""));
  }
  state->accept();
  return std::unique_ptr<HttpServer>{new HttpServer{std::move(state)}};
}

HttpServer::~HttpServer() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

std::uint16_t HttpServer::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

}  // namespace tradewind::edge::web
