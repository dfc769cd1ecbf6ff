// Records a session into a folder, and plays it back to the same program without a gateway: it hears the same again, and
// what it says is compared byte by byte.
#include "example.hpp"

#include "tradewind/core/client/playback.hpp"
#include "tradewind/edge/record/recorder.hpp"
#include "tradewind/edge/record/recording_files.hpp"

#include <future>

using namespace example;

namespace {

// The program: when it is connected it asks for a contract, and counts the answers.
class Program : public client::Listener {
 public:
  void use(client::Client& its) { client_ = &its; }
  void on_ready(const std::vector<std::string>& /*accounts*/, int server_version) override {
    fmt::print("ready at server version {}\n", server_version);
    const auto asked = client_->request(tws::ContractDataRequest{.contract = stock("SPY")},
                                        {[this](client::AnswerTo<tws::ContractDataRequest> answer) {
                                          fmt::print("{} contracts\n", answer.rows<tws::ContractData>().size());
                                          if (on_answer) on_answer();
                                        }});
    if (!asked.has_value()) fmt::print(stderr, "{}\n", asked.error().detail);
  }
  std::function<void()> on_answer;

 private:
  client::Client* client_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: {} HOST:PORT CLIENT_ID FOLDER\n", argv[0]);
    return 2;
  }
  const std::string folder = argv[3];
  {
    const auto recorder = value_or_exit(
        tradewind::edge::record::Recorder::open({.directory = folder}, tradewind::edge::net::system_now()));
    Connection::Options options = options_from(argc, argv);
    options.transport.tap = recorder.get();
    // A program with a loop of its own: the client, and what connects it to a socket.
    Program program;
    client::Client its{options.client, program};
    program.use(its);
    tradewind::edge::net::Loop loop;
    tradewind::edge::client::Transport transport{loop, its, options.transport};
    program.on_answer = [&] {
      loop.post([&] {
        transport.stop();
        loop.stop();
      });
    };
    transport.start();
    loop.run();
  }
  fmt::print("played back:\n");
  auto recording = value_or_exit(tradewind::edge::record::RecordingFiles::open(folder));
  Program program;
  client::Client its{options_from(argc, argv).client, program};
  program.use(its);
  client::Playback playback{its};
  while (const auto entry = value_or_exit(recording.next())) playback.play(*entry);
  playback.finish();
  if (const auto& difference = playback.difference()) {
    fmt::print("it said something else: {}\n", difference->what);
    return 1;
  }
  fmt::print("the same {} bytes\n", playback.bytes_compared());
}
