#pragma once

#include "tradewind/core/base/hash.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind {

// The digest of a key: an integer, an Id, or what has a text to `view`.
struct KeyDigest {
  // Numbers are given out one after the other and used soon after: eight in a row are neighbours, and so in the cache.
  template <std::integral Key>
  [[nodiscard]] std::uint64_t operator()(Key key) const {
    const auto word = static_cast<std::uint64_t>(static_cast<std::int64_t>(key));
    Digest64 digest;
    digest.mix(word >> 3);
    return (digest.value() << 3) | (word & 7);
  }
  template <class Key>
    requires requires(const Key& key) {
      { key.value() } -> std::convertible_to<std::int64_t>;
    }
  [[nodiscard]] std::uint64_t operator()(const Key& key) const {
    return (*this)(key.value());
  }
  template <class Key>
    requires requires(const Key& key) {
      { key.view() } -> std::same_as<std::string_view>;
    }
  [[nodiscard]] std::uint64_t operator()(const Key& key) const {
    Digest64 digest;
    std::string_view rest = key.view();
    digest.mix(std::uint64_t{rest.size()});
    while (!rest.empty()) {
      const std::size_t count = rest.size() < 8 ? rest.size() : 8;
      std::uint64_t word = 0;
      std::memcpy(&word, rest.data(), count);
      digest.mix(word);
      rest.remove_prefix(count);
    }
    return digest.value();
  }
};

// Values by their keys, found in a time that does not depend on how many there are: one array of slots, at most half of
// them taken, each key in the first free slot from the one that its digest names. It cannot be walked along, so that no
// behaviour can come to depend on the order of digests. Room is doubled when needed and kept afterwards; what `find`
// returns is valid until the next change.
template <class Key, class Value>
class FlatIndex {
 public:
  [[nodiscard]] const Value* find(const Key& key) const {
    if (slots_.empty()) return nullptr;
    const std::optional<Entry>& slot = slots_[place_of(key)];
    return slot ? &slot->second : nullptr;
  }
  [[nodiscard]] bool contains(const Key& key) const { return find(key) != nullptr; }
  [[nodiscard]] std::size_t size() const { return size_; }

  // False, and nothing has changed, where the key is there already.
  bool emplace(const Key& key, Value value) {
    if (slots_.size() < 2 * (size_ + 1)) grow();
    std::optional<Entry>& slot = slots_[place_of(key)];
    if (slot) return false;
    slot.emplace(key, std::move(value));
    ++size_;
    return true;
  }
  void insert_or_assign(const Key& key, Value value) {
    if (slots_.size() < 2 * (size_ + 1)) grow();
    std::optional<Entry>& slot = slots_[place_of(key)];
    if (!slot) ++size_;
    slot.emplace(key, std::move(value));
  }
  bool erase(const Key& key) {
    if (slots_.empty()) return false;
    std::size_t hole = place_of(key);
    if (!slots_[hole]) return false;
    slots_[hole].reset();
    --size_;
    // Whoever stands behind because of the one that has gone moves up, so that no search ends too early.
    for (std::size_t at = next(hole); slots_[at]; at = next(at)) {
      const std::size_t home = home_of(slots_[at]->first);
      if (distance(home, at) < distance(hole, at)) continue;
      slots_[hole] = std::exchange(slots_[at], std::nullopt);
      hole = at;
    }
    return true;
  }
  void clear() {
    for (std::optional<Entry>& slot : slots_) slot.reset();
    size_ = 0;
  }

 private:
  using Entry = std::pair<Key, Value>;

  [[nodiscard]] std::size_t home_of(const Key& key) const { return KeyDigest{}(key) & (slots_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const {
    return (to - from) & (slots_.size() - 1);
  }
  // The slot that has the key, or else the one it would be put into.
  [[nodiscard]] std::size_t place_of(const Key& key) const {
    std::size_t at = home_of(key);
    while (slots_[at] && slots_[at]->first != key) at = next(at);
    return at;
  }
  void grow() {
    std::vector<std::optional<Entry>> before(slots_.empty() ? 16 : 2 * slots_.size());
    before.swap(slots_);
    for (std::optional<Entry>& entry : before) {
      if (entry) slots_[place_of(entry->first)] = std::move(entry);
    }
  }

  std::vector<std::optional<Entry>> slots_;  // as many as a power of two
  std::size_t size_ = 0;
};

}  // namespace tradewind
