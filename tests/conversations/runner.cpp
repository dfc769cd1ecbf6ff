// Each script of tests/acceptance, at each server version it names, is one test; and once with the gateway's bytes one by
// one.

#include "tests/conversations/script.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace tradewind::conversations {
namespace {

constexpr std::size_t kScriptsLeast = 200;

class ScriptTest : public ::testing::Test {
 public:
  ScriptTest(Script script, int version, bool in_pieces)
      : script_{std::move(script)}, version_{version}, in_pieces_{in_pieces} {}

  void TestBody() override {
    const std::string failure = run(script_, version_, in_pieces_);
    if (script_.known_gap.empty()) {
      EXPECT_TRUE(failure.empty()) << "# " << script_.behaviour << "\n" << failure;
    } else {
      EXPECT_FALSE(failure.empty()) << script_.file << " passes now: take 'known-gap: " << script_.known_gap << "' out";
    }
  }

 private:
  Script script_;
  int version_;
  bool in_pieces_;
};

// A script that cannot be read.
class BrokenScriptTest : public ::testing::Test {
 public:
  explicit BrokenScriptTest(std::string what) : what_{std::move(what)} {}
  void TestBody() override { FAIL() << what_; }

 private:
  std::string what_;
};

void register_scripts() {
  const std::filesystem::path folder = std::filesystem::path{TW_SOURCE_DIR} / "tests/acceptance";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (entry.path().extension() == ".conv") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  const auto add = [](const std::string& name, const std::string& file, auto make) {
    ::testing::RegisterTest("Conversations", name.c_str(), nullptr, nullptr, file.c_str(), 1, std::move(make));
  };
  // So that a folder that is not found does not pass.
  if (files.size() < kScriptsLeast) {
    add("TheScriptsAreThere", folder.string(),
        [what = fmt::format("{} scripts in {}", files.size(), folder.string())]() -> ::testing::Test* {
          return new BrokenScriptTest{what};
        });
  }
  for (const auto& path : files) {
    std::ifstream stream{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    const std::string name = path.stem().string();
    const auto script = parse("tests/acceptance/" + path.filename().string(), text);
    if (!script.has_value()) {
      add(name, path.string(),
          [what = script.error().detail]() -> ::testing::Test* { return new BrokenScriptTest{what}; });
      continue;
    }
    const auto add_run = [&](int version, bool in_pieces) {
      add(fmt::format("{}/{}{}", name, version, in_pieces ? "-byte-by-byte" : ""), path.string(),
          [script = *script, version, in_pieces]() -> ::testing::Test* {
            return new ScriptTest{script, version, in_pieces};
          });
    };
    for (const int version : script->versions) add_run(version, false);
    add_run(script->versions.back(), true);
  }
}

}  // namespace
}  // namespace tradewind::conversations

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  tradewind::conversations::register_scripts();
  return RUN_ALL_TESTS();
}
