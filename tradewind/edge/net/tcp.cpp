#include "tradewind/edge/net/tcp.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <utility>

namespace tradewind::edge::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadSize = 256 * 1024;

std::string reason_of(const error_code& error) {
  return error == asio::error::eof ? "the peer closed the connection" : error.message();
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto refuse = [&] {
    return fail(Errc::invalid_argument, fmt::format("'{}' is not HOST:PORT", text.substr(0, 128)));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return refuse();
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos) return refuse();
  std::uint16_t number = 0;
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (host.empty() || error != std::errc{} || stop != port.data() + port.size() || number == 0) return refuse();
  return Endpoint{std::string{host}, number};
}

using KeepAliveIdle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;  // seconds
using KeepAliveInterval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
using KeepAliveCount = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;

struct Connection::State : std::enable_shared_from_this<Connection::State> {
  explicit State(tcp::socket taken) : socket{std::move(taken)} {
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    // A peer that is gone without a word is found out within two minutes, however idle the connection is.
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    socket.set_option(KeepAliveIdle{30}, ignored);
    socket.set_option(KeepAliveInterval{15}, ignored);
    socket.set_option(KeepAliveCount{6}, ignored);
    socket.non_blocking(true, ignored);
  }

  void read() {
    const std::size_t size = read_limit ? read_limit() : kReadSize;
    socket.async_read_some(asio::buffer(handler.prepare(size), size),
                           [self = shared_from_this()](const error_code& error, std::size_t count) {
                             if (self->is_closed) return;
                             if (error) return self->fail(reason_of(error));
                             self->handler.received(count);
                             if (!self->is_closed) self->read();
                           });
  }

  void send(ByteQueue& queue) {
    const Bytes bytes = queue.contents();
    if (bytes.empty()) return;
    std::size_t sent = 0;
    if (!is_writing && !is_closed) {
      // Most often the kernel takes everything at once, and there is nothing to wait for.
      error_code error;
      sent = socket.write_some(asio::buffer(bytes.data(), bytes.size()), error);
      if (error && error != asio::error::would_block) {
        queue.clear();
        return;  // the read that is under way reports the end
      }
    }
    waiting.append(bytes.subspan(sent));
    queue.clear();
    if (!is_writing && !waiting.empty()) write();
  }

  void write() {
    is_writing = true;
    std::swap(writing, waiting);
    asio::async_write(socket, asio::buffer(writing.contents().data(), writing.size()),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        self->writing.clear();
                        self->is_writing = false;
                        if (error) return;
                        if (!self->waiting.empty()) return self->write();
                        if (self->is_closed) self->shut();
                      });
  }

  // Possibly called from within one of the handler's own functions, so they stay as they are.
  void close() {
    is_closed = true;
    if (!is_writing) shut();
  }

  void reset() {
    is_closed = true;
    error_code ignored;
    socket.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket.close(ignored);
  }

  void fail(std::string reason) {
    is_closed = true;
    const auto closed = std::move(handler.closed);
    shut();
    if (closed) closed(std::move(reason));
  }

  void shut() {
    error_code ignored;
    socket.shutdown(tcp::socket::shutdown_both, ignored);
    socket.close(ignored);
  }

  tcp::socket socket;
  ConnectionHandler handler;
  std::function<std::size_t()> read_limit;
  ByteQueue writing;
  ByteQueue waiting;
  bool is_writing = false;
  bool is_closed = false;
};

Connection::Connection(std::shared_ptr<State> state) : state_{std::move(state)} {}
Connection::~Connection() { state_->close(); }

void Connection::start(ConnectionHandler handler) {
  state_->handler = std::move(handler);
  state_->read();
}
void Connection::send(ByteQueue& queue) { state_->send(queue); }
void Connection::close() { state_->close(); }
void Connection::reset() { state_->reset(); }
std::size_t Connection::unsent() const { return state_->writing.size() + state_->waiting.size(); }
void Connection::read_at_most(std::function<std::size_t()> limit) { state_->read_limit = std::move(limit); }

struct Connector::State {
  State(asio::io_context& context, std::function<void(Result<std::unique_ptr<Connection>>)> call)
      : resolver{context}, socket{context}, done{std::move(call)} {}
  tcp::resolver resolver;
  tcp::socket socket;
  std::function<void(Result<std::unique_ptr<Connection>>)> done;  // empty once called or cancelled

  void finish(Result<std::unique_ptr<Connection>> result) {
    if (const auto call = std::exchange(done, nullptr)) call(std::move(result));
  }
};

Connector::Connector(Loop& loop, Endpoint endpoint, std::function<void(Result<std::unique_ptr<Connection>>)> done)
    : state_{std::make_shared<State>(loop.context(), std::move(done))} {
  const std::string name = fmt::format("{}:{}", endpoint.host, endpoint.port);
  state_->resolver.async_resolve(
      endpoint.host, std::to_string(endpoint.port),
      [state = state_, name](const error_code& error, const tcp::resolver::results_type& found) {
        if (!state->done) return;
        if (error)
          return state->finish(tradewind::fail(Errc::unavailable, fmt::format("{}: {}", name, error.message())));
        asio::async_connect(state->socket, found, [state, name](const error_code& failed, const tcp::endpoint&) {
          if (!state->done) return;
          if (failed)
            return state->finish(tradewind::fail(Errc::unavailable, fmt::format("{}: {}", name, failed.message())));
          state->finish(std::make_unique<Connection>(std::make_shared<Connection::State>(std::move(state->socket))));
        });
      });
}

Connector::~Connector() {
  state_->done = nullptr;
  error_code ignored;
  state_->resolver.cancel();
  state_->socket.close(ignored);
}

struct Listener::State : std::enable_shared_from_this<Listener::State> {
  State(asio::io_context& context, std::function<void(std::unique_ptr<Connection>)> call)
      : acceptor{context}, accepted{std::move(call)} {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
      if (error || !self->acceptor.is_open()) return;
      self->accepted(std::make_unique<Connection>(std::make_shared<Connection::State>(std::move(socket))));
      self->accept();
    });
  }

  tcp::acceptor acceptor;
  std::function<void(std::unique_ptr<Connection>)> accepted;
};

Listener::Listener(std::shared_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Endpoint& endpoint,
                                                 std::function<void(std::unique_ptr<Connection>)> accepted) {
  auto state = std::make_shared<State>(loop.context(), std::move(accepted));
  error_code error;
  const auto address = asio::ip::make_address(endpoint.host, error);
  const auto refuse = [&](const char* remedy) {
    return fail(Errc::unavailable,
                fmt::format("cannot listen on {}:{}: {}{}", endpoint.host, endpoint.port, error.message(), remedy));
  };
  if (error) return refuse(": give an address, such as 127.0.0.1");
  const tcp::endpoint local{address, endpoint.port};
  state->acceptor.open(local.protocol(), error);
  if (!error) state->acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) state->acceptor.bind(local, error);
  if (!error) state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) return refuse(": another program has the port; choose another one");
  if (error) return refuse("");
  state->accept();
  return std::unique_ptr<Listener>{new Listener{std::move(state)}};
}

Listener::~Listener() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

std::uint16_t Listener::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

}  // namespace tradewind::edge::net
