#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/journal/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::testing {

// A directory in memory that fails on purpose. It remembers what was synced; `crash` throws the rest away, whole or in
// part, as a power cut would:
//   names     of the creates and renames since the last directory sync, a prefix of random length survives;
//   data      behind the last sync of its file, any length may survive, and any sector of it may read as zeros.
// Every call that changes something is a step, counted from 1; a fault is planted at a step.
class FakeDirectory final : public journal::Directory {
 public:
  // --- Directory ---

  [[nodiscard]] Result<std::vector<std::string>> list() const override {
    std::vector<std::string> names;
    for (const auto& [name, content] : names_) names.push_back(name);
    return names;
  }
  [[nodiscard]] Result<std::uint64_t> size(std::string_view name) const override {
    const auto found = names_.find(name);
    if (found == names_.end()) return not_found(name);
    return found->second->bytes.size();
  }
  [[nodiscard]] Result<std::size_t> read(std::string_view name, std::uint64_t offset,
                                         std::span<std::byte> into) const override {
    const auto found = names_.find(name);
    if (found == names_.end()) return not_found(name);
    const std::vector<std::byte>& bytes = found->second->bytes;
    const std::size_t from = std::min<std::size_t>(offset, bytes.size());
    const std::size_t count = std::min(into.size(), bytes.size() - from);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), count, into.begin());
    return count;
  }
  [[nodiscard]] Result<std::unique_ptr<journal::File>> create(std::string_view name) override {
    TW_TRY_VOID(step("create", name));
    auto content = std::make_shared<Content>();
    note([name = std::string{name}, content](Names& names) { names[name] = content; });
    return std::make_unique<FakeFile>(*this, std::move(content), std::string{name});
  }
  [[nodiscard]] Result<void> rename(std::string_view from, std::string_view to) override {
    TW_TRY_VOID(step("rename", from));
    if (!names_.contains(from)) return not_found(from);
    note([from = std::string{from}, to = std::string{to}](Names& names) {
      const auto found = names.find(from);
      if (found == names.end()) return;
      const std::shared_ptr<Content> content = found->second;
      names.erase(found);
      names[to] = content;
    });
    return {};
  }
  [[nodiscard]] Result<void> sync() override {
    TW_TRY_VOID(step("sync", "directory"));
    durable_names_ = names_;
    unsynced_.clear();
    return {};
  }

  // --- Faults ---

  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  // The process dies in step `step`, counted from now: it and all later ones fail, an append after a part was written.
  void die_at(std::uint64_t step) { dies_at_ = steps_ + step; }
  // Step `step`, counted from now, fails; the next ones work.
  void fail_at(std::uint64_t step) { fails_at_ = steps_ + step; }
  // What is left after a power cut. Files that are open stay dead.
  void crash(Rng& rng) {
    names_ = durable_names_;
    const std::uint64_t survivors = rng.below(unsynced_.size() + 1);
    for (std::uint64_t i = 0; i < survivors; ++i) unsynced_[i](names_);
    for (auto& [name, content] : names_) content = survivor(*content, rng);
    durable_names_ = names_;
    unsynced_.clear();
    dies_at_.reset();
    fails_at_.reset();
    ++epoch_;
  }

  // --- For tampering and looking ---

  [[nodiscard]] std::vector<std::byte>& file(std::string_view name) { return names_.find(name)->second->bytes; }
  void put(std::string_view name, std::vector<std::byte> bytes) {
    auto content = std::make_shared<Content>();
    content->synced = bytes.size();
    content->bytes = std::move(bytes);
    names_[std::string{name}] = content;
    durable_names_ = names_;
  }
  void erase(std::string_view name) {
    names_.erase(names_.find(name));
    durable_names_ = names_;
  }
  [[nodiscard]] std::vector<std::string> file_names() const { return *list(); }
  // The same files, all of them synced.
  [[nodiscard]] FakeDirectory clone() const {
    FakeDirectory copy;
    for (const auto& [name, content] : names_) copy.put(name, content->bytes);
    return copy;
  }

 private:
  static constexpr std::size_t kSector = 512;

  struct Content {
    std::vector<std::byte> bytes;
    std::size_t synced = 0;
  };
  using Names = std::map<std::string, std::shared_ptr<Content>, std::less<>>;

  class FakeFile final : public journal::File {
   public:
    FakeFile(FakeDirectory& owner, std::shared_ptr<Content> content, std::string name)
        : owner_{owner}, content_{std::move(content)}, name_{std::move(name)}, epoch_{owner.epoch_} {}
    [[nodiscard]] Result<void> append(Bytes bytes) override {
      if (epoch_ != owner_.epoch_) return dead();
      const auto stepped = owner_.step("append", name_);
      if (!stepped)
        bytes = bytes.first(owner_.fails_now_ ? bytes.size() / 2 : 0);  // a write that fails has written a part
      content_->bytes.insert(content_->bytes.end(), bytes.begin(), bytes.end());
      return stepped;
    }
    [[nodiscard]] Result<void> sync() override {
      if (epoch_ != owner_.epoch_) return dead();
      TW_TRY_VOID(owner_.step("sync", name_));
      content_->synced = content_->bytes.size();
      return {};
    }

   private:
    [[nodiscard]] Result<void> dead() const { return fail(Errc::io, name_ + ": opened before the crash"); }

    FakeDirectory& owner_;
    std::shared_ptr<Content> content_;
    std::string name_;
    std::uint64_t epoch_;
  };

  [[nodiscard]] static std::unexpected<Error> not_found(std::string_view name) {
    return fail(Errc::not_found, fmt::format("{}: no such file", name));
  }
  [[nodiscard]] Result<void> step(std::string_view what, std::string_view name) {
    ++steps_;
    fails_now_ = dies_at_ == steps_ || fails_at_ == steps_;
    if (dies_at_ && steps_ >= *dies_at_) return fail(Errc::io, fmt::format("{} {}: the process is dead", what, name));
    if (fails_at_ == steps_) return fail(Errc::io, fmt::format("{} {}: planted fault", what, name));
    return {};
  }
  void note(std::function<void(Names&)> change) {
    change(names_);
    unsynced_.push_back(std::move(change));
  }
  [[nodiscard]] static std::shared_ptr<Content> survivor(const Content& before, Rng& rng) {
    auto after = std::make_shared<Content>();
    after->bytes = before.bytes;
    const std::uint64_t unsynced = before.bytes.size() - before.synced;
    switch (rng.below(3)) {
      case 0:
        after->bytes.resize(before.synced);
        break;  // all of it is lost
      case 1:
        break;  // none
      default:
        after->bytes.resize(before.synced + rng.below(unsynced + 1));
        break;  // a part
    }
    if (rng.one_in(2)) {
      for (std::size_t sector = before.synced / kSector * kSector; sector < after->bytes.size(); sector += kSector) {
        if (!rng.one_in(3)) continue;
        const std::size_t from = std::max(sector, before.synced);
        const std::size_t to = std::min(sector + kSector, after->bytes.size());
        for (std::size_t i = from; i < to; ++i) after->bytes[i] = std::byte{0};
      }
    }
    after->synced = after->bytes.size();
    return after;
  }

  Names names_;
  Names durable_names_;
  std::vector<std::function<void(Names&)>> unsynced_;
  std::uint64_t steps_ = 0;
  std::uint64_t epoch_ = 0;
  std::optional<std::uint64_t> dies_at_;
  std::optional<std::uint64_t> fails_at_;
  bool fails_now_ = false;
};

}  // namespace tradewind::testing
