#pragma once

#include "tradewind/core/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace tradewind::edge::catalog::internal {

struct ZipMember {
  std::string name;
  std::string text;
};

// The only member of a zip archive, its checksum verified. An archive or a member larger than the limits is
// refused before it is read whole, whatever its directory claims.
[[nodiscard]] Result<ZipMember> read_zip_member(const std::filesystem::path& path, std::size_t archive_bytes_max,
                                                std::size_t member_bytes_max);

// A whole file.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace tradewind::edge::catalog::internal
