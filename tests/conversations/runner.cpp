// Each script of tests/acceptance, at each server version it names, is one test.

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
    for (const int version : script->versions) {
      add(fmt::format("{}/{}", name, version), path.string(),
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
