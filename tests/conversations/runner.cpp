// Each script of tests/acceptance, at each server version it names, is one test.

#include "tests/conversations/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace tradewind::conversations {
namespace {

class ScriptTest : public ::testing::Test {
 public:
  ScriptTest(Script script, int version) : script_{std::move(script)}, version_{version} {}

  void TestBody() override {
    const std::string failure = run(script_, version_);
    if (script_.known_gap.empty()) {
      EXPECT_TRUE(failure.empty()) << "# " << script_.behaviour << "\n" << failure;
    } else {
      EXPECT_FALSE(failure.empty()) << script_.file << " passes now: take 'known-gap: " << script_.known_gap << "' out";
    }
  }

 private:
  Script script_;
  int version_;
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
  for (const auto& path : files) {
    std::ifstream stream{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    const std::string name = path.stem().string();
    const auto script = parse("tests/acceptance/" + path.filename().string(), text);
    if (!script.has_value()) {
      ::testing::RegisterTest(
          "Conversations", (name + "/unreadable").c_str(), nullptr, nullptr, path.c_str(), 1,
          [what = script.error().detail]() -> ::testing::Test* { return new BrokenScriptTest{what}; });
      continue;
    }
    for (const int version : script->versions) {
      ::testing::RegisterTest(
          "Conversations", (name + "/" + std::to_string(version)).c_str(), nullptr, nullptr, path.c_str(), 1,
          [script = *script, version]() -> ::testing::Test* { return new ScriptTest{script, version}; });
    }
  }
}

}  // namespace
}  // namespace tradewind::conversations

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  tradewind::conversations::register_scripts();
  return RUN_ALL_TESTS();
}
