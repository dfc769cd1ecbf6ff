#include "tradewind/edge/store/journal_writer.hpp"

#include <boost/lockfree/spsc_queue.hpp>

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tradewind::edge::store {

struct JournalWriter::Impl {
  Impl(journal::Directory& directory, const journal::Recovered& recovered, Options options)
      : options_{std::move(options)},
        ring_{options_.ring_bytes},
        batch_(options_.ring_bytes),
        segments_{directory, recovered},
        durable_{recovered.last.value()},
        head_{recovered.last, recovered.head} {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { static_cast<void>(close()); }

  bool try_push(Bytes records) {
    if (has_failed_.load(std::memory_order_acquire) || ring_.write_available() < records.size()) return false;
    ring_.push(records.data(), records.size());
    // In the total order of these, either this thread sees the other one asleep, or that one sees the bytes.
    pushed_.fetch_add(records.size(), std::memory_order_seq_cst);
    if (is_asleep_.load(std::memory_order_seq_cst)) {
      const std::scoped_lock lock{mutex_};
      work_.notify_one();
    }
    return true;
  }

  // The writer's thread.
  void run() {
    while (wait_for_work()) {
      const std::size_t size = ring_.pop(batch_.data(), batch_.size());
      taken_ += size;
      auto committed = segments_.append({batch_.data(), size});
      if (committed) committed = segments_.sync();
      publish(committed);
      if (options_.on_progress) options_.on_progress();
      if (!committed) return;
    }
  }

  // False when there is nothing left to do, ever.
  bool wait_for_work() {
    if (pushed_.load(std::memory_order_seq_cst) != taken_) return true;
    std::unique_lock lock{mutex_};
    is_asleep_.store(true, std::memory_order_seq_cst);
    work_.wait(lock, [this] { return pushed_.load(std::memory_order_seq_cst) != taken_ || is_closing_; });
    is_asleep_.store(false, std::memory_order_relaxed);
    return pushed_.load(std::memory_order_seq_cst) != taken_;
  }

  void publish(const Result<void>& committed) {
    const std::scoped_lock lock{mutex_};
    if (committed) {
      head_ = {segments_.last(), segments_.head()};
      done_ = taken_;
      durable_.store(segments_.durable().value(), std::memory_order_release);
    } else {
      error_ = committed.error();
      has_failed_.store(true, std::memory_order_release);
    }
    idle_.notify_all();
  }

  Result<void> wait_idle() {
    std::unique_lock lock{mutex_};
    idle_.wait(lock, [this] { return done_ == pushed_.load(std::memory_order_relaxed) || error_; });
    if (error_) return std::unexpected{*error_};
    return {};
  }

  Result<Head> close() {
    {
      const std::scoped_lock lock{mutex_};
      is_closing_ = true;
      work_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    if (error_) return std::unexpected{*error_};
    return head_;
  }

  const Options options_;
  boost::lockfree::spsc_queue<std::byte> ring_;
  std::vector<std::byte> batch_;     // of the writer's thread
  journal::SegmentWriter segments_;  // of the writer's thread
  std::uint64_t taken_ = 0;          // of the writer's thread: bytes out of the ring

  std::atomic<std::uint64_t> pushed_ = 0;  // bytes into the ring
  std::atomic<bool> is_asleep_ = false;
  std::atomic<std::uint64_t> durable_;
  std::atomic<bool> has_failed_ = false;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::condition_variable idle_;
  bool is_closing_ = false;
  std::uint64_t done_ = 0;  // bytes durable
  Head head_;
  std::optional<Error> error_;

  std::thread thread_;  // last: it uses everything above
};

Result<JournalWriter> JournalWriter::start(journal::Directory& directory, const journal::Recovered& recovered,
                                           Options options) {
  auto impl = std::make_unique<Impl>(directory, recovered, std::move(options));
  try {
    impl->thread_ = std::thread{&Impl::run, impl.get()};
  } catch (const std::system_error& error) {
    return fail(Errc::unavailable, fmt::format("cannot start the journal's thread: {}", error.what()));
  }
  return JournalWriter{std::move(impl)};
}

JournalWriter::JournalWriter(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
JournalWriter::JournalWriter(JournalWriter&&) noexcept = default;
JournalWriter& JournalWriter::operator=(JournalWriter&&) noexcept = default;
JournalWriter::~JournalWriter() = default;

bool JournalWriter::try_push(Bytes records) { return impl_->try_push(records); }

model::Seq JournalWriter::durable() const { return model::Seq{impl_->durable_.load(std::memory_order_acquire)}; }

bool JournalWriter::has_failed() const { return impl_->has_failed_.load(std::memory_order_acquire); }

std::optional<Error> JournalWriter::error() const {
  const std::scoped_lock lock{impl_->mutex_};
  return impl_->error_;
}

JournalWriter::Head JournalWriter::head() const {
  const std::scoped_lock lock{impl_->mutex_};
  return impl_->head_;
}

Result<void> JournalWriter::wait_idle() { return impl_->wait_idle(); }

Result<JournalWriter::Head> JournalWriter::close() { return impl_->close(); }

}  // namespace tradewind::edge::store
