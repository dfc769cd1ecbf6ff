#include "tradewind/edge/catalog/internal/files.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>

namespace tradewind::edge::catalog::internal {
namespace {

// Size of a regular file; anything else (a folder, a pipe that would block) is refused.
Result<std::uintmax_t> checked_size(const std::filesystem::path& path, std::size_t bytes_max) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return fail(Errc::not_found, fmt::format("{}: no such file, or no permission to look for it", path.string()));
  }
  if (!std::filesystem::is_regular_file(status)) {
    return fail(Errc::invalid_argument, fmt::format("{}: not a regular file", path.string()));
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(Errc::io, fmt::format("{}: {}", path.string(), error.message()));
  if (size > bytes_max) {
    return fail(Errc::out_of_range,
                fmt::format("{}: {} bytes, more than the {} that are read", path.string(), size, bytes_max));
  }
  return size;
}

struct ArchiveCloser {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct MemberCloser {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, ArchiveCloser>;
using Member = std::unique_ptr<zip_file_t, MemberCloser>;

Result<Archive> open_archive(const std::filesystem::path& path) {
  int code = 0;
  Archive archive{zip_open(path.c_str(), ZIP_RDONLY, &code)};
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  return fail(Errc::malformed, fmt::format("{}: not a readable zip archive: {}", path.string(), reason));
}

}  // namespace

Result<ZipMember> read_zip_member(const std::filesystem::path& path, std::size_t archive_bytes_max,
                                  std::size_t member_bytes_max) {
  TW_TRY_VOID(checked_size(path, archive_bytes_max));
  const Archive archive = TW_TRY(open_archive(path));
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count != 1) {
    return fail(Errc::malformed, fmt::format("{}: {} members, one was expected", path.string(), count));
  }
  const char* name = zip_get_name(archive.get(), 0, 0);
  ZipMember result{.name = name == nullptr ? "" : name, .text = {}};
  const auto unreadable = [&](std::string_view reason) {
    return fail(Errc::malformed, fmt::format("{}, member '{}': {}", path.string(), result.name, reason));
  };

  const Member member{zip_fopen_index(archive.get(), 0, 0)};
  if (!member) return unreadable(zip_strerror(archive.get()));
  std::array<char, 65'536> buffer{};
  for (;;) {
    // The checksum is compared when the end is read, so reading goes on until it has been.
    const zip_int64_t got = zip_fread(member.get(), buffer.data(), buffer.size());
    if (got < 0) return unreadable(zip_file_strerror(member.get()));
    if (got == 0) return result;
    if (result.text.size() + static_cast<std::size_t>(got) > member_bytes_max) {
      return unreadable(fmt::format("more than the {} bytes that are read", member_bytes_max));
    }
    result.text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  const std::uintmax_t size = TW_TRY(checked_size(path, bytes_max));
  std::string text(static_cast<std::size_t>(size), '\0');
  std::ifstream file{path, std::ios::binary};
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    return fail(Errc::io, fmt::format("{}: cannot be read", path.string()));
  }
  return text;
}

}  // namespace tradewind::edge::catalog::internal
