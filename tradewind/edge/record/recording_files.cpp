#include "tradewind/edge/record/recording_files.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

namespace tradewind::edge::record {

struct RecordingFiles::State {
  ~State() { ZSTD_freeDStream(stream); }

  std::vector<std::string> files;
  std::size_t file = 0;  // the next one to open
  std::string current;
  std::ifstream in;
  bool is_open = false;
  bool in_frame = false;  // of zstd
  ZSTD_DStream* stream = ZSTD_createDStream();
  std::vector<char> compressed = std::vector<char>(std::size_t{64} << 10U);
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<std::byte> plain = std::vector<std::byte>(std::size_t{256} << 10U);
  tws::RecordingReader reader;
  std::vector<std::string> torn;

  void open_next() {
    current = files[file++];
    in = std::ifstream{current, std::ios::binary};
    is_open = true;
    in_frame = false;
    begin = end = 0;
    ZSTD_initDStream(stream);
  }
  void end_file() {
    if (in_frame || reader.pending() > 0) torn.push_back(current);
    reader.skip_rest();
    is_open = false;
  }

  // More plain bytes into the reader; false at the end of the file.
  [[nodiscard]] Result<bool> read_more() {
    for (;;) {
      if (begin == end) {
        in.read(compressed.data(), static_cast<std::streamsize>(compressed.size()));
        begin = 0;
        end = static_cast<std::size_t>(in.gcount());
        if (in.bad()) return fail(Errc::io, fmt::format("{}: cannot be read", current));
        if (end == 0) return false;
      }
      ZSTD_inBuffer from{compressed.data() + begin, end - begin, 0};
      ZSTD_outBuffer to{plain.data(), plain.size(), 0};
      const std::size_t left = ZSTD_decompressStream(stream, &to, &from);
      if (ZSTD_isError(left) != 0) return fail(Errc::corrupt, fmt::format("{}: {}", current, ZSTD_getErrorName(left)));
      begin += from.pos;
      in_frame = left != 0;
      if (to.pos > 0) {
        reader.feed({plain.data(), to.pos});
        return true;
      }
    }
  }
};

RecordingFiles::RecordingFiles(std::unique_ptr<State> state) : state_{std::move(state)} {}
RecordingFiles::RecordingFiles(RecordingFiles&&) noexcept = default;
RecordingFiles& RecordingFiles::operator=(RecordingFiles&&) noexcept = default;
RecordingFiles::~RecordingFiles() = default;

Result<RecordingFiles> RecordingFiles::open(const std::string& path) {
  namespace fs = std::filesystem;
  auto state = std::make_unique<State>();
  std::error_code ignored;  // what is not there is not found, below
  std::error_code error;
  if (fs::is_directory(path, ignored)) {
    for (const fs::directory_entry& entry : fs::directory_iterator{path, error}) {
      if (entry.path().filename().string().ends_with(".twr.zst")) state->files.push_back(entry.path().string());
    }
    std::ranges::sort(state->files);  // names begin with their times
  } else if (fs::is_regular_file(path, ignored)) {
    state->files.push_back(path);
  }
  if (error) return fail(Errc::io, fmt::format("{}: {}", path, error.message()));
  if (state->files.empty()) return fail(Errc::not_found, fmt::format("{}: there is no recording (*.twr.zst)", path));
  return RecordingFiles{std::move(state)};
}

Result<std::optional<tws::WireEntry>> RecordingFiles::next() {
  State& state = *state_;
  for (;;) {
    if (!state.is_open) {
      if (state.file == state.files.size()) return std::optional<tws::WireEntry>{};
      state.open_next();
    }
    auto entry = state.reader.next();
    if (!entry.has_value()) return fail(entry.error().code, fmt::format("{}: {}", state.current, entry.error().detail));
    if (entry->has_value()) return entry;
    if (!TW_TRY(state.read_more())) state.end_file();
  }
}

const std::vector<std::string>& RecordingFiles::torn() const { return state_->torn; }

}  // namespace tradewind::edge::record
