#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::journal {

// The journal's whole view of a disk. The real one is edge/store, the one that fails on purpose tests/support. Every
// error names the file. No call retries: after a failed append or sync nothing may be concluded about what is stored.

// A file open for appending, by one writer. The destructor closes it and says nothing about durability.
class File {
 public:
  virtual ~File() = default;
  // All bytes or an error, after which some of them may be in the file.
  [[nodiscard]] virtual Result<void> append(Bytes bytes) = 0;
  // On return everything appended survives a power cut.
  [[nodiscard]] virtual Result<void> sync() = 0;
};

// One flat directory. Names have no path in them.
class Directory {
 public:
  virtual ~Directory() = default;

  [[nodiscard]] virtual Result<std::vector<std::string>> list() const = 0;  // in any order
  [[nodiscard]] virtual Result<std::uint64_t> size(std::string_view name) const = 0;
  // Reads up to `into.size()` bytes from `offset`; fewer only at the end of the file. Errc::not_found when there is no
  // such file.
  [[nodiscard]] virtual Result<std::size_t> read(std::string_view name, std::uint64_t offset,
                                                 std::span<std::byte> into) const = 0;

  // A new, empty file; one that has this name is lost.
  [[nodiscard]] virtual Result<std::unique_ptr<File>> create(std::string_view name) = 0;
  // Atomic; replaces `to`.
  [[nodiscard]] virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
  // On return every create and rename so far survives a power cut.
  [[nodiscard]] virtual Result<void> sync() = 0;
};

}  // namespace tradewind::journal
