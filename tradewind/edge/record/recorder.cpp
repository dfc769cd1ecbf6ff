#include "tradewind/edge/record/recorder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace tradewind::edge::record {
namespace {

constexpr std::size_t kWakeAt = 256U << 10U;  // so much is written before its time

Error system_error(const std::string& what) {
  return {Errc::io,
          fmt::format("{}: {}", what, std::strerror(errno))};  // NOLINT(concurrency-mt-unsafe) glibc's is safe
}

std::string file_name(Timestamp time, int number) {
  const CivilTime civil = civil_utc(time);
  return fmt::format("wire-{:04}{:02}{:02}T{:02}{:02}{:02}Z-{:06}.twr.zst", civil.year, civil.month, civil.day,
                     civil.hour, civil.minute, civil.second, number);
}

std::int64_t day_of(Timestamp time) { return time.ns() / 86'400'000'000'000; }

}  // namespace

struct Recorder::State {
  explicit State(Options given) : options{std::move(given)} {}

  // --- On the writer's thread ---
  void run() {
    std::unique_lock lock{mutex};
    for (;;) {
      wake.wait_for(lock, options.flush_every, [this] { return stopping || waiting.size() >= kWakeAt; });
      const bool last = stopping;
      std::swap(waiting, writing);
      const Now now = latest;
      lock.unlock();
      if (!writing.empty()) {
        auto written = write(now);
        writing.clear();
        if (!written.has_value()) {
          lock.lock();
          error = std::move(written).error();
          return;
        }
      }
      lock.lock();
      if (last && waiting.empty()) return;
    }
  }

  [[nodiscard]] Result<void> write(Now now) {
    const bool is_full = file_bytes >= options.file_size || day_of(now.utc) != file_day;
    if (fd >= 0 && is_full && options.file.empty()) close_file();
    if (fd < 0) TW_TRY_VOID(open_file(now));
    compressed.resize(ZSTD_compressBound(writing.size()));
    const std::size_t size =
        ZSTD_compress2(context, compressed.data(), compressed.size(), writing.contents().data(), writing.size());
    if (ZSTD_isError(size) != 0) return fail(Errc::io, fmt::format("zstd: {}", ZSTD_getErrorName(size)));
    for (std::size_t done = 0; done < size;) {
      const ssize_t count = ::write(fd, compressed.data() + done, size - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::unexpected{system_error(path)};
      done += static_cast<std::size_t>(count);
    }
    file_bytes += size;
    return {};
  }

  // Every file begins with its format, so that each can be read alone.
  [[nodiscard]] Result<void> open_file(Now now) {
    path = options.file.empty() ? options.directory + "/" + file_name(now.utc, ++file_number) : options.file;
    fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return std::unexpected{system_error(path)};
    file_bytes = 0;
    file_day = day_of(now.utc);
    ByteQueue head;
    tws::append(head, {tws::WireEntry::Kind::begin, now, 0, as_bytes(tws::kRecordingFormat)});
    head.append(writing.contents());
    writing = std::move(head);
    return {};
  }
  void close_file() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }

  const Options options;
  std::mutex mutex;
  std::condition_variable wake;
  ByteQueue waiting;   // of entries; guarded
  Now latest;          // guarded
  bool stopping = false;
  std::uint64_t dropped_entries = 0;  // guarded; and not told in the recording yet:
  std::uint64_t untold_entries = 0;
  std::uint64_t untold_bytes = 0;
  std::optional<Error> error;

  // The writer's own.
  ByteQueue writing;
  std::vector<char> compressed;
  ZSTD_CCtx* context = nullptr;
  int fd = -1;
  std::string path;
  std::uint64_t file_bytes = 0;
  std::int64_t file_day = 0;
  int file_number = 0;
  std::thread thread;
};

Recorder::Recorder(std::unique_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<Recorder>> Recorder::open(Options options, Now now) {
  if (options.file.empty() && ::mkdir(options.directory.c_str(), 0700) != 0 && errno != EEXIST)
    return std::unexpected{system_error(options.directory)};
  auto state = std::make_unique<State>(std::move(options));
  state->context = ZSTD_createCCtx();
  if (state->context == nullptr) return fail(Errc::io, "zstd: no memory");
  ZSTD_CCtx_setParameter(state->context, ZSTD_c_compressionLevel, state->options.level);
  ZSTD_CCtx_setParameter(state->context, ZSTD_c_checksumFlag, 1);
  state->latest = now;
  // The first file is made here, so that a folder that cannot be written is an error now and not later.
  if (auto opened = state->open_file(now); !opened.has_value()) {
    ZSTD_freeCCtx(state->context);
    return std::unexpected{std::move(opened).error()};
  }
  std::swap(state->waiting, state->writing);  // its head comes before all that will wait
  state->thread = std::thread{[raw = state.get()] { raw->run(); }};
  return std::unique_ptr<Recorder>{new Recorder{std::move(state)}};
}

Recorder::~Recorder() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->stopping = true;
  }
  state_->wake.notify_one();
  state_->thread.join();
  state_->close_file();
  ZSTD_freeCCtx(state_->context);
}

void Recorder::opened(Now now) {
  ++connection_;
  record({tws::WireEntry::Kind::opened, now, connection_, {}});
}
void Recorder::received(Bytes bytes, Now now) { record({tws::WireEntry::Kind::received, now, connection_, bytes}); }
void Recorder::sent(Bytes bytes, Now now) { record({tws::WireEntry::Kind::sent, now, connection_, bytes}); }
void Recorder::closed(std::string_view reason, Now now) {
  record({tws::WireEntry::Kind::closed, now, connection_, as_bytes(reason)});
}

void Recorder::record(const tws::WireEntry& entry) {
  State& state = *state_;
  Bytes data = entry.data;
  bool wakes = false;
  {
    const std::lock_guard lock{state.mutex};
    if (state.error) return;
    state.latest = entry.time;
    if (state.waiting.size() + data.size() > state.options.backlog) {
      ++state.dropped_entries;
      ++state.untold_entries;
      state.untold_bytes += data.size();
      return;
    }
    if (state.untold_entries > 0) {
      const std::string what = fmt::format("{} entries with {} bytes were not recorded: the disk did not keep up",
                                           state.untold_entries, state.untold_bytes);
      tws::append(state.waiting, {tws::WireEntry::Kind::dropped, entry.time, entry.connection, as_bytes(what)});
      state.untold_entries = state.untold_bytes = 0;
    }
    do {  // what is sent at once may be larger than an entry
      const Bytes part = data.subspan(0, std::min(data.size(), tws::kWireEntryMax));
      tws::append(state.waiting, {entry.kind, entry.time, entry.connection, part});
      data = data.subspan(part.size());
    } while (!data.empty());
    wakes = state.waiting.size() >= kWakeAt;
  }
  if (wakes) state.wake.notify_one();
}

std::optional<Error> Recorder::failure() const {
  const std::lock_guard lock{state_->mutex};
  return state_->error;
}

std::uint64_t Recorder::dropped() const {
  const std::lock_guard lock{state_->mutex};
  return state_->dropped_entries;
}

}  // namespace tradewind::edge::record
