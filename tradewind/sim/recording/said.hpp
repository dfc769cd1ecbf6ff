#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::recording {

// Which of a client's own numbers an id is.
enum class IdKind : std::uint8_t { request, order, client };

// What a client's message says, as far as two runs of one program say the same: its kind, and what it asks for. Ids differ
// between runs, so they stand apart; times, accounts and free texts are left out.
struct Said {
  std::string name;  // as users of IB's API know it
  std::vector<std::pair<std::string, std::string>> keys;
  std::vector<std::pair<IdKind, std::int64_t>> ids;

  [[nodiscard]] std::string text() const;
};

// A recording's ids and those of the client that is there now.
class IdMap {
 public:
  // Whether the message can be the recorded one, by its ids: each was met together with its counterpart, or neither was.
  [[nodiscard]] bool fits(const Said& recorded, const Said& live) const;
  void learn(const Said& recorded, const Said& live);
  // The live id; the recorded one where there is no other.
  [[nodiscard]] std::int64_t live(IdKind kind, std::int64_t recorded) const;
  [[nodiscard]] bool has(IdKind kind, std::int64_t recorded) const { return to_live_.contains({kind, recorded}); }
  // Every id is the recorded one, so nothing has to be changed.
  [[nodiscard]] bool is_same() const { return is_same_; }

 private:
  using Id = std::pair<IdKind, std::int64_t>;
  std::map<Id, std::int64_t> to_live_;
  std::map<Id, std::int64_t> to_recorded_;
  bool is_same_ = true;
};

// Reads payloads, which need no bytes behind them.
class MessageReader {
 public:
  MessageReader();
  ~MessageReader();
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  // A client's message.
  [[nodiscard]] Result<Said> said(Bytes payload, int server_version);
  // A gateway's message with the ids of the client that is there now, as a frame at the end of `out`.
  [[nodiscard]] Result<void> translate(Bytes payload, int server_version, const IdMap& ids, ByteQueue& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tradewind::sim::recording
