#pragma once

// A client of a simulated gateway, joined to it byte by byte, for the tests of what the gateway tells.

#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace tradewind::sim::gateway::testing {

// `Ears` is the test's handler. `now` is the test's time, and outlives the client as the gateway does.
template <class Ears>
struct JoinedClient {
  Gateway& gateway;
  const Timestamp& now;
  Ears ears;
  // The gateway is tested, not our manners.
  tws::Pacer pacer{{.messages_per_second = 100'000, .market_data_lines = 100'000}};
  tws::ClientSession session;
  ConnectionId id;

  JoinedClient(Gateway& to, const Timestamp& time, std::int32_t client_id, int max_version)
      : gateway{to},
        now{time},
        session{{.client_id = client_id, .max_version = max_version}, pacer},
        id{to.connect(time)} {
    session.connected(mono());
    exchange();
  }
  [[nodiscard]] MonoTime mono() const { return MonoTime::from_ns(now.ns()); }
  // Both say what they have to say, and answer it.
  void exchange() {
    for (int i = 0; i < 4; ++i) {
      const Bytes out = session.output().contents();
      const std::size_t sent = out.size();
      std::copy_n(out.data(), sent, gateway.prepare(id, sent + 1));
      session.output().clear();
      gateway.received(id, sent, now);
      ByteQueue& in = gateway.output(id);
      const std::size_t count = in.size();
      std::copy_n(in.contents().data(), count, session.prepare(count + 1));
      in.clear();
      EXPECT_TRUE(session.received(count, {now, mono()}, ears).has_value());
    }
  }
  template <class Message>
  void ask(const Message& message) {
    ASSERT_TRUE(session.send(message, mono(), tws::PacedRequest{}).has_value());
    exchange();
  }
};

}  // namespace tradewind::sim::gateway::testing
