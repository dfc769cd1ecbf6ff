#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/journal/file.hpp"

#include <string>
#include <string_view>

namespace tradewind::edge::store {

// An open file descriptor, closed once.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{other.release()} {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  [[nodiscard]] int get() const { return fd_; }

 private:
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }
  int fd_ = -1;
};

// The journal's directory on the real disk. Files are made for their owner alone. Any thread may read while one writes.
class PosixDirectory final : public journal::Directory {
 public:
  // An existing directory; Errc::not_found when there is none.
  [[nodiscard]] static Result<PosixDirectory> open(std::string path);
  // The same, made first when it is not there; its parent must be.
  [[nodiscard]] static Result<PosixDirectory> open_or_create(std::string path);

  [[nodiscard]] Result<std::vector<std::string>> list() const override;
  [[nodiscard]] Result<std::uint64_t> size(std::string_view name) const override;
  [[nodiscard]] Result<std::size_t> read(std::string_view name, std::uint64_t offset,
                                         std::span<std::byte> into) const override;
  [[nodiscard]] Result<std::unique_ptr<journal::File>> create(std::string_view name) override;
  [[nodiscard]] Result<void> rename(std::string_view from, std::string_view to) override;
  [[nodiscard]] Result<void> sync() override;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  PosixDirectory(std::string path, Descriptor descriptor) : path_{std::move(path)}, directory_{std::move(descriptor)} {}

  std::string path_;
  Descriptor directory_;
};

// The right to work on a state directory, for one process at a time, held until destruction or the end of the process
// in whatever way. The kernel decides: the text of the lock file, or that it is there, says nothing.
class StateLock {
 public:
  // Errc::unavailable while another process holds it.
  [[nodiscard]] static Result<StateLock> acquire(const std::string& directory);

 private:
  explicit StateLock(Descriptor descriptor) : descriptor_{std::move(descriptor)} {}
  Descriptor descriptor_;
};

}  // namespace tradewind::edge::store
