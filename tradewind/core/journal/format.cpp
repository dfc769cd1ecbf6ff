#include "tradewind/core/journal/format.hpp"

#include <array>

namespace tradewind::journal {

JournalId journal_id_from(std::uint64_t random) {
  std::array<char, JournalId::capacity()> text{};
  for (char& c : text) {
    c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[random % 36];
    random /= 36;
  }
  return JournalId{{text.data(), text.size()}};
}

Hash256 record_hash(Bytes length_to_payload) {
  static constexpr std::string_view kDomain{"\0aud1", 5};
  Sha256 hasher;
  hasher.update(as_bytes(kDomain));
  hasher.update(length_to_payload);
  return hasher.finish();
}

}  // namespace tradewind::journal
