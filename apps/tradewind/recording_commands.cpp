#include "apps/tradewind/recording_commands.hpp"

#include "apps/tradewind/sim_record.hpp"
#include "apps/tradewind/sim_replay.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>

namespace tradewind::app {

struct RecordingCommands::Flags {
  CLI::App* record_app = nullptr;
  CLI::App* replay_app = nullptr;
  CLI::Option* control_option = nullptr;
  SimRecordCommand record;
  SimReplayCommand replay;
  std::uint16_t control_port = 0;

  template <class Command>
  static void add_place(CLI::App& app, Command& command) {
    app.add_option("--host", command.host, "address to listen on (default 127.0.0.1)")->type_name("ADDRESS");
    app.add_option("--port", command.port, "port to listen on; 0 lets the system choose")
        ->required()
        ->check(CLI::Range(0, 65'535))
        ->type_name("N");
    app.add_flag("--json", command.json, "say where it listens, and at the end what happened, as JSON objects");
  }
};

RecordingCommands::RecordingCommands(CLI::App& sim) : flags_{std::make_unique<Flags>()} {
  Flags& flags = *flags_;
  CLI::App& record = *sim.add_subcommand("record", "sit between clients and a gateway, and record what both say");
  flags.record_app = &record;
  Flags::add_place(record, flags.record);
  record.add_option("--gateway", flags.record.gateway, "the real gateway, or any other")
      ->required()
      ->type_name("HOST:PORT");
  record.add_option("--out", flags.record.out, "the recording: a new file")->required()->type_name("FILE");
  record.add_flag("--keep-accounts", flags.record.keeps_accounts,
                  "record account numbers and names as they are, and what cannot be read");

  CLI::App& replay = *sim.add_subcommand("replay", "play the gateway of a recording to a client");
  flags.replay_app = &replay;
  replay.add_option("recording", flags.replay.recording, "a file, or a folder of them")->required()->type_name("FILE");
  Flags::add_place(replay, flags.replay);
  replay.add_option("--speed", flags.replay.speed, "how fast: 1 as recorded (the default), 60 a minute a second, max")
      ->type_name("X");
  flags.control_option = replay
                             .add_option("--control", flags.control_port,
                                         "loopback port of the control interface: GET /state; 0 lets the system choose")
                             ->check(CLI::Range(0, 65'535))
                             ->type_name("M");
}

RecordingCommands::~RecordingCommands() = default;

std::optional<int> RecordingCommands::run() const {
  if (*flags_->record_app) return sim_record_command(flags_->record);
  if (!*flags_->replay_app) return std::nullopt;
  SimReplayCommand command = flags_->replay;
  if (flags_->control_option->count() != 0) command.control_port = flags_->control_port;
  return sim_replay_command(command);
}

}  // namespace tradewind::app
