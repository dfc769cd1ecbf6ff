#include "tradewind/edge/net/tcp.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

namespace tradewind::edge::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadSize = 256 * 1024;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kFarewell{1};  // for the peer to end its side as well
constexpr std::size_t kUnheard = 16 * 1024;   // bytes read at a time meanwhile

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
  explicit State(tcp::socket taken) : socket{std::move(taken)}, deadline{socket.get_executor()} {
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
    is_reading = true;
    const std::size_t size = read_limit ? read_limit() : kReadSize;
    socket.async_read_some(asio::buffer(handler.prepare(size), size),
                           [self = shared_from_this()](const error_code& error, std::size_t count) {
                             self->is_reading = false;
                             if (self->is_closed) return;
                             const bool is_paused = error == asio::error::operation_aborted;
                             if (error && !is_paused) return self->fail(reason_of(error));
                             if (!error) self->handler.received(count);
                             if (!self->is_closed && self->wants_to_read && !self->is_reading) self->read();
                           });
  }

  void set_reading(bool on) {
    if (is_closed || wants_to_read == on) return;
    wants_to_read = on;
    error_code ignored;
    if (on && !is_reading) read();
    // Takes back the read that waits, and the write as well, which then goes on where it was.
    if (!on && is_reading) socket.cancel(ignored);
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
    std::swap(writing, waiting);
    write_rest();
  }

  void write_rest() {
    is_writing = true;
    asio::async_write(socket, asio::buffer(writing.contents().data(), writing.size()),
                      [self = shared_from_this()](const error_code& error, std::size_t sent) {
                        if (error == asio::error::operation_aborted && self->socket.is_open()) {
                          self->writing.consume(sent);
                          return self->write_rest();
                        }
                        self->writing.clear();
                        self->is_writing = false;
                        if (error) self->waiting.clear();
                        if (!error && !self->waiting.empty()) return self->write();
                        if (!self->is_closed) return;  // the read that is under way reports an error
                        if (error) self->shut();
                        else self->say_farewell();
                      });
  }

  // Possibly called from within one of the handler's own functions, so they stay as they are.
  void close(Duration patience) {
    if (std::exchange(is_closed, true)) return;
    error_code ignored;
    if (is_reading) socket.cancel(ignored);  // its memory is the owner's
    if (!is_writing) return say_farewell();
    end_in(patience);
  }

  // Everything is sent.
  void say_farewell() {
    error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    end_in(kFarewell);
    unheard.resize(kUnheard);
    leave_unheard();
  }
  void leave_unheard() {
    socket.async_read_some(asio::buffer(unheard), [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error) self->shut();
      else self->leave_unheard();
    });
  }
  void end_in(Duration time) {
    deadline.expires_after(time);
    deadline.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->shut();
    });
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
    deadline.cancel();
    socket.shutdown(tcp::socket::shutdown_both, ignored);
    socket.close(ignored);
  }

  tcp::socket socket;
  asio::steady_timer deadline;  // once it is to close
  std::vector<std::byte> unheard;  // what the peer says after that
  ConnectionHandler handler;
  std::function<std::size_t()> read_limit;
  ByteQueue writing;
  ByteQueue waiting;
  bool is_reading = false;
  bool wants_to_read = true;
  bool is_writing = false;
  bool is_closed = false;
};

Connection::Connection(std::shared_ptr<State> state) : state_{std::move(state)} {}
Connection::~Connection() { close(); }

void Connection::start(ConnectionHandler handler) {
  state_->handler = std::move(handler);
  if (state_->wants_to_read) state_->read();
}
void Connection::send(ByteQueue& queue) { state_->send(queue); }
void Connection::set_reading(bool on) { state_->set_reading(on); }
void Connection::close(Duration patience) { state_->close(patience); }
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
  State(asio::io_context& context, std::function<void(tcp::socket)> call)
      : acceptor{context}, pause{context}, accepted{std::move(call)} {}

  error_code bind(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (error) stop();
    return error;
  }
  // Bound and not listening: the port stays ours. Where both allow reuse, another program could listen on it.
  void hold(const tcp::endpoint& endpoint) {
    error_code ignored;
    if (!bind(endpoint)) acceptor.set_option(tcp::acceptor::reuse_address{false}, ignored);
  }
  error_code listen() {
    error_code error;
    acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) accept();
    return error;
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this(), mine = generation](const error_code& error, tcp::socket socket) {
      if (mine != self->generation) return;
      if (error) return self->wait();
      self->accepted(std::move(socket));
      if (mine == self->generation) self->accept();
    });
  }
  // Most likely out of file descriptors. The client is still in the queue, so that another try at once would fail as fast
  // as this one, again and again.
  void wait() {
    pause.expires_after(kAcceptPause);
    pause.async_wait([self = shared_from_this(), mine = generation](const error_code&) {
      if (mine == self->generation) self->accept();
    });
  }
  void stop() {
    ++generation;
    error_code ignored;
    pause.cancel();
    acceptor.close(ignored);
  }

  tcp::acceptor acceptor;
  asio::steady_timer pause;
  std::function<void(tcp::socket)> accepted;
  tcp::endpoint local;
  bool refuses = false;
  std::uint64_t generation = 0;  // a call of the acceptor as it was before is not for us
};

Listener::Listener(std::shared_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Endpoint& endpoint,
                                                 std::function<void(std::unique_ptr<Connection>)> accepted) {
  return start(std::make_shared<State>(
                   loop.context(),
                   [accepted = std::move(accepted)](tcp::socket socket) {
                     accepted(std::make_unique<Connection>(std::make_shared<Connection::State>(std::move(socket))));
                   }),
               endpoint);
}

Result<std::unique_ptr<Listener>> Listener::open_plain(Loop& loop, const Endpoint& endpoint,
                                                       std::function<void(int descriptor)> accepted) {
  return start(std::make_shared<State>(loop.context(),
                                       [accepted = std::move(accepted)](tcp::socket socket) {
                                         error_code ignored;
                                         accepted(socket.release(ignored));
                                       }),
               endpoint);
}

Result<std::unique_ptr<Listener>> Listener::start(std::shared_ptr<State> state, const Endpoint& endpoint) {
  error_code error;
  const auto address = asio::ip::make_address(endpoint.host, error);
  const auto refuse = [&](const char* remedy) {
    return fail(Errc::unavailable,
                fmt::format("cannot listen on {}:{}: {}{}", endpoint.host, endpoint.port, error.message(), remedy));
  };
  if (error) return refuse(": give an address, such as 127.0.0.1");
  error = state->bind({address, endpoint.port});
  if (!error) error = state->listen();
  if (error == asio::error::address_in_use) return refuse(": another program has the port; choose another one");
  if (error) return refuse("");
  state->local = state->acceptor.local_endpoint(error);
  return std::unique_ptr<Listener>{new Listener{std::move(state)}};
}

Listener::~Listener() { state_->stop(); }

bool Listener::set_refusing(bool on) {
  if (state_->refuses == on) return true;
  if (on) {
    state_->refuses = true;
    state_->stop();
    state_->hold(state_->local);
    return true;
  }
  if (!state_->acceptor.is_open() && state_->bind(state_->local)) return false;
  state_->refuses = state_->listen().failed();
  return !state_->refuses;
}

bool Listener::is_refusing() const { return state_->refuses; }
std::uint16_t Listener::port() const { return state_->local.port(); }

}  // namespace tradewind::edge::net
