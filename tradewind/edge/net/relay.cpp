#include "tradewind/edge/net/relay.hpp"

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <map>
#include <utility>

namespace tradewind::edge::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kPieceMax = std::size_t{64} << 10U;  // on its way in one direction

struct Direction {
  tcp::socket& from;
  tcp::socket& to;
  bool from_client;
  bool has_ended = false;
  std::array<std::byte, kPieceMax> piece{};
};

}  // namespace

// One client and its own connection to the target.
class RelayLink : public std::enable_shared_from_this<RelayLink> {
 public:
  RelayLink(std::uint32_t number, tcp::socket client, const RelayHandler& handler, std::function<void()> ended)
      : number_{number},
        client_{std::move(client)},
        target_{client_.get_executor()},
        resolver_{client_.get_executor()},
        handler_{handler},
        ended_{std::move(ended)} {}

  void connect(const Endpoint& target) {
    resolver_.async_resolve(
        target.host, std::to_string(target.port),
        [self = shared_from_this()](const error_code& error, const tcp::resolver::results_type& found) {
          if (self->is_over_) return;
          if (error) return self->reset("the gateway cannot be reached: " + error.message());
          asio::async_connect(self->target_, found, [self](const error_code& failed, const tcp::endpoint&) {
            if (self->is_over_) return;
            if (failed) return self->reset("the gateway cannot be reached: " + failed.message());
            self->prepare(self->client_);
            self->prepare(self->target_);
            self->read(self->up_);
            self->read(self->down_);
          });
        });
  }

  // Without a word to the handler.
  void drop() {
    is_over_ = true;
    error_code ignored;
    resolver_.cancel();
    client_.close(ignored);
    target_.close(ignored);
  }

 private:
  static void prepare(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    socket.non_blocking(true, ignored);
  }
  static const char* name(bool client) { return client ? "the client" : "the gateway"; }

  void read(Direction& way) {
    way.from.async_read_some(
        asio::buffer(way.piece), [self = shared_from_this(), &way](const error_code& error, std::size_t count) {
          if (self->is_over_) return;
          if (error == asio::error::eof) return self->end(way);
          if (error) return self->reset(fmt::format("{} broke off: {}", name(way.from_client), error.message()));
          self->write(way, count);
        });
  }

  // First the bytes, then the one who only listens.
  void write(Direction& way, std::size_t count) {
    asio::async_write(way.to, asio::buffer(way.piece.data(), count),
                      [self = shared_from_this(), &way](const error_code& error, std::size_t) {
                        if (self->is_over_) return;
                        if (error)
                          return self->reset(fmt::format("{} broke off: {}", name(!way.from_client), error.message()));
                        self->read(way);
                      });
    handler_.passed(number_, way.from_client, {way.piece.data(), count});
  }

  // The end of one direction is passed on; the other goes on until it ends.
  void end(Direction& way) {
    way.has_ended = true;
    error_code ignored;
    way.to.shutdown(tcp::socket::shutdown_send, ignored);
    if (first_to_end_.empty()) first_to_end_ = fmt::format("{} closed the connection", name(way.from_client));
    if (up_.has_ended && down_.has_ended) over(first_to_end_);
  }

  // Both sides see a connection that is broken, not one that ended.
  void reset(const std::string& reason) {
    error_code ignored;
    client_.set_option(asio::socket_base::linger{true, 0}, ignored);
    target_.set_option(asio::socket_base::linger{true, 0}, ignored);
    over(reason);
  }

  void over(const std::string& reason) {
    const auto self = shared_from_this();  // `ended_` forgets this link
    drop();
    handler_.closed(number_, reason);
    ended_();
  }

  std::uint32_t number_;
  tcp::socket client_;
  tcp::socket target_;
  tcp::resolver resolver_;
  const RelayHandler& handler_;
  std::function<void()> ended_;
  Direction up_{client_, target_, true};
  Direction down_{target_, client_, false};
  std::string first_to_end_;
  bool is_over_ = false;
};

struct Relay::State : std::enable_shared_from_this<Relay::State> {
  State(Endpoint to, RelayHandler calls) : target{std::move(to)}, handler{std::move(calls)} {}

  void take(tcp::socket socket) {
    const std::uint32_t number = ++count;
    const auto link = std::make_shared<RelayLink>(number, std::move(socket), handler,
                                                  [self = shared_from_this(), number] { self->links.erase(number); });
    links.emplace(number, link);
    handler.opened(number);
    link->connect(target);
  }

  std::unique_ptr<Listener> listener;
  Endpoint target;
  RelayHandler handler;
  std::map<std::uint32_t, std::shared_ptr<RelayLink>> links;
  std::uint32_t count = 0;
};

Relay::Relay(std::shared_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<Relay>> Relay::open(Loop& loop, const Endpoint& listen, Endpoint target, RelayHandler handler) {
  auto state = std::make_shared<State>(std::move(target), std::move(handler));
  error_code ignored;
  const tcp protocol = asio::ip::make_address(listen.host, ignored).is_v6() ? tcp::v6() : tcp::v4();
  state->listener = TW_TRY(Listener::open_plain(loop, listen, [raw = state.get(), &loop, protocol](int descriptor) {
    tcp::socket socket{loop.context(), protocol, descriptor};
    if (raw->links.size() < kConnectionsMax) raw->take(std::move(socket));
  }));
  return std::unique_ptr<Relay>{new Relay{std::move(state)}};
}

Relay::~Relay() {
  state_->listener.reset();  // at once: what the links still wait for holds the state for a while
  for (const auto& [number, link] : state_->links) link->drop();
  state_->links.clear();  // they hold the state
}

std::uint16_t Relay::port() const { return state_->listener->port(); }

}  // namespace tradewind::edge::net
