#include "apps/tradewind/wire.hpp"

#include "apps/tradewind/failure.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/core/tws/recording/wire_text.hpp"
#include "tradewind/edge/record/recording_files.hpp"
#include "tradewind/sim/recording/scrubbed_stream.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <utility>

namespace tradewind::app {
namespace {

// Calls `line` with every message of the recording; the names of files with a torn end.
Result<std::vector<std::string>> read(const WireCommand& command,
                                      const std::function<void(const tws::WireLine&)>& line) {
  auto files = TW_TRY(edge::record::RecordingFiles::open(command.path));
  std::map<std::uint32_t, tws::WireText> texts;  // by connection: they may overlap
  for (;;) {
    const auto entry = TW_TRY(files.next());
    if (!entry) return files.torn();
    const bool is_hole = entry->kind == tws::WireEntry::Kind::dropped;
    if (is_hole && as_text(entry->data).starts_with(sim::recording::kWithheld)) {
      // A message that was left out on purpose; what follows begins with a whole frame.
      line({.time = entry->time,
            .connection = entry->connection,
            .from_client = as_text(entry->data).starts_with(fmt::format("{}sent", sim::recording::kWithheld)),
            .name = "message",
            .fields = {},
            .problem = std::string{as_text(entry->data)}});
      continue;
    }
    texts.try_emplace(entry->connection, line).first->second.read(*entry);
    if (entry->kind == tws::WireEntry::Kind::closed) texts.erase(entry->connection);
    if (!is_hole) continue;
    // Whose bytes the disk did not keep up with is not known.
    std::erase_if(texts, [&](const auto& one) { return one.first != entry->connection; });
  }
}

int end(const Result<std::vector<std::string>>& read, bool json) {
  if (!read.has_value()) return report_failure(ExitCode::failed, read.error(), json);
  for (const std::string& file : *read)
    fmt::print(stderr, "tradewind: {}: ends in the middle, as after a kill; everything before has been read\n", file);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int wire_show_command(const WireCommand& command) {
  const auto shown = [&command](const std::string& text) {
    return command.accounts ? text : tws::with_accounts_masked(text);
  };
  return end(read(command,
                  [&](const tws::WireLine& line) {
                    const char* const direction = line.from_client ? ">" : "<";
                    if (command.json) {
                      JsonWriter json;
                      json.begin_object()
                          .member("time", iso_text(line.time.utc))
                          .member("connection", std::uint64_t{line.connection})
                          .member("from", line.from_client ? "client" : "gateway")
                          .member("message", line.name);
                      json.key("fields").begin_object();
                      for (const auto& [name, value] : line.fields) json.member(name, shown(value));
                      json.end_object();
                      if (!line.problem.empty()) json.member("problem", line.problem);
                      fmt::print("{}\n", json.end_object().str());
                      return;
                    }
                    std::string text =
                        fmt::format("{} {} {} {}", iso_text(line.time.utc), line.connection, direction, line.name);
                    for (const auto& [name, value] : line.fields) {
                      const std::string seen = shown(value);
                      // Blanks and line ends would make two fields of one, and texts are a stranger's.
                      const bool plain = seen.find_first_of(" \"\\\n\r\t") == std::string::npos;
                      text += plain ? fmt::format(" {}={}", name, seen) : fmt::format(" {}={:?}", name, seen);
                    }
                    if (!line.problem.empty()) text += " ! " + line.problem;
                    fmt::print("{}\n", text);
                  }),
             command.json);
}

int wire_stat_command(const WireCommand& command) {
  struct Count {
    std::uint64_t messages = 0;
    std::uint64_t problems = 0;
  };
  std::map<std::pair<std::string, bool>, Count> counts;
  std::optional<Timestamp> first;
  Timestamp last;
  const auto result = read(command, [&](const tws::WireLine& line) {
    if (!first) first = line.time.utc;
    last = line.time.utc;
    Count& count = counts[{line.name, line.from_client}];
    ++count.messages;
    if (!line.problem.empty()) ++count.problems;
  });
  if (result.has_value() && command.json) {
    JsonWriter json;
    json.begin_object();
    if (first) json.member("from", iso_text(*first)).member("to", iso_text(last));
    json.key("messages").begin_array();
    for (const auto& [key, count] : counts) {
      json.begin_object()
          .member("message", key.first)
          .member("from", key.second ? "client" : "gateway")
          .member("count", count.messages)
          .member("problems", count.problems)
          .end_object();
    }
    fmt::print("{}\n", json.end_array().end_object().str());
  } else if (result.has_value()) {
    if (first) fmt::print("{} to {}\n", iso_text(*first), iso_text(last));
    for (const auto& [key, count] : counts) {
      fmt::print("{} {:>9} {}{}\n", key.second ? ">" : "<", count.messages, key.first,
                 count.problems > 0 ? fmt::format(", {} not readable", count.problems) : "");
    }
  }
  return end(result, command.json);
}

}  // namespace tradewind::app
