#include "tradewind/edge/store/posix_directory.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace tradewind::edge::store {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

// The error of the call that just failed.
std::unexpected<Error> failed(std::string_view what, std::string_view path) {
  const int error = errno;
  return fail(error == ENOENT ? Errc::not_found : Errc::io,
              fmt::format("{}: {}: {}", path, what, std::generic_category().message(error)));
}

// Repeats a call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

class PosixFile final : public journal::File {
 public:
  PosixFile(std::string path, Descriptor descriptor) : path_{std::move(path)}, file_{std::move(descriptor)} {}

  [[nodiscard]] Result<void> append(Bytes bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = uninterrupted([&] { return ::write(file_.get(), bytes.data(), bytes.size()); });
      if (written < 0) return failed("cannot append", path_);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }
  [[nodiscard]] Result<void> sync() override {
    if (uninterrupted([&] { return ::fdatasync(file_.get()); }) != 0) return failed("cannot sync", path_);
    return {};
  }

 private:
  std::string path_;
  Descriptor file_;
};

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<PosixDirectory> PosixDirectory::open(std::string path) {
  Descriptor descriptor{uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
  if (descriptor.get() < 0) return failed("cannot open the directory", path);
  return PosixDirectory{std::move(path), std::move(descriptor)};
}

Result<PosixDirectory> PosixDirectory::open_or_create(std::string path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0) {
    // Its own entry must survive a power cut as well.
    PosixDirectory parent = TW_TRY(open(path + "/.."));
    TW_TRY_VOID(parent.sync());
  } else if (errno != EEXIST) {
    return failed("cannot make the directory", path);
  }
  return open(std::move(path));
}

Result<std::vector<std::string>> PosixDirectory::list() const {
  // Its own descriptor, because reading a directory moves a position that all its users share.
  const int fd = uninterrupted([&] { return ::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return failed("cannot open the directory", path_);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream{::fdopendir(fd), &::closedir};
  if (stream == nullptr) {
    ::close(fd);
    return failed("cannot list the directory", path_);
  }
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe) nobody else has this stream
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return failed("cannot list the directory", path_);
  return names;
}

Result<std::uint64_t> PosixDirectory::size(std::string_view name) const {
  struct stat status{};
  if (::fstatat(directory_.get(), std::string{name}.c_str(), &status, 0) != 0) {
    return failed("cannot tell the size", fmt::format("{}/{}", path_, name));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::size_t> PosixDirectory::read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const {
  const std::string own_name{name};
  const Descriptor file{
      uninterrupted([&] { return ::openat(directory_.get(), own_name.c_str(), O_RDONLY | O_CLOEXEC); })};
  if (file.get() < 0) return failed("cannot open", fmt::format("{}/{}", path_, name));
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = uninterrupted(
        [&] { return ::pread(file.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done)); });
    if (got < 0) return failed("cannot read", fmt::format("{}/{}", path_, name));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::unique_ptr<journal::File>> PosixDirectory::create(std::string_view name) {
  std::string path = fmt::format("{}/{}", path_, name);
  Descriptor file{uninterrupted([&] {
    return ::openat(directory_.get(), std::string{name}.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
                    kFileMode);
  })};
  if (file.get() < 0) return failed("cannot create", path);
  return std::make_unique<PosixFile>(std::move(path), std::move(file));
}

Result<void> PosixDirectory::rename(std::string_view from, std::string_view to) {
  if (::renameat(directory_.get(), std::string{from}.c_str(), directory_.get(), std::string{to}.c_str()) != 0) {
    return failed(fmt::format("cannot rename to {}", to), fmt::format("{}/{}", path_, from));
  }
  return {};
}

Result<void> PosixDirectory::sync() {
  if (uninterrupted([&] { return ::fsync(directory_.get()); }) != 0) return failed("cannot sync the directory", path_);
  return {};
}

Result<StateLock> StateLock::acquire(const std::string& directory) {
  const std::string path = directory + "/lock";
  Descriptor file{uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode); })};
  if (file.get() < 0) return failed("cannot open the lock file", path);
  if (uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) return failed("cannot lock", path);
    return fail(Errc::unavailable,
                fmt::format("{}: another process works on this state directory; stop it, or name another directory",
                            directory));
  }
  return StateLock{std::move(file)};
}

}  // namespace tradewind::edge::store
