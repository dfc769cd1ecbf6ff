#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/recording/recording.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::edge::record {

// Reads a recording: one file, or all files of a folder in the order in which they were written.
class RecordingFiles {
 public:
  // `not_found` when there is no recording there.
  [[nodiscard]] static Result<RecordingFiles> open(const std::string& path);
  RecordingFiles(RecordingFiles&&) noexcept;
  RecordingFiles& operator=(RecordingFiles&&) noexcept;
  RecordingFiles(const RecordingFiles&) = delete;
  RecordingFiles& operator=(const RecordingFiles&) = delete;
  ~RecordingFiles();

  // The next entry, valid until the next call; nothing at the end. An error names file and place; the recording cannot be
  // read beyond it.
  [[nodiscard]] Result<std::optional<tws::WireEntry>> next();
  // Files whose end is torn, as that of a process which was killed: everything before it has been read.
  [[nodiscard]] const std::vector<std::string>& torn() const;

 private:
  struct State;
  explicit RecordingFiles(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tradewind::edge::record
