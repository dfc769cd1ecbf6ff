#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/news.hpp"

#include <optional>

namespace tradewind::sim::gateway {

class Client;

// The news a client asks for, and the bulletins it is subscribed to.
class NewsRequests {
 public:
  explicit NewsRequests(Client& client) : client_{client} {}

  void providers(const tws::NewsProvidersRequest& request);
  void history(const tws::HistoricalNewsRequest& request);
  void article(const tws::NewsArticleRequest& request);
  void bulletins(const tws::NewsBulletinsRequest& request);
  void cancel_bulletins(const tws::CancelNewsBulletins& /*request*/) { told_until_.reset(); }

  // One that is in no archive.
  void on_bulletin(const Bulletin& bulletin);
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

 private:
  void send(const Bulletin& bulletin);

  Client& client_;
  std::optional<Timestamp> told_until_;  // while it is subscribed to bulletins
};

}  // namespace tradewind::sim::gateway
