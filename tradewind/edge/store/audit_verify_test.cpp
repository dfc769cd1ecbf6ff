// Goal: tools/audit_verify.py, which shares no code with journal::verify, comes to the same verdict on sound and
// tampered journals: the same class, record, file and offset, or the same head. Method: hundreds of variants of a small
// journal are written to disk and checked by one run of the tool.

#include "tests/support/fake_directory.hpp"
#include "tests/support/journal_samples.hpp"
#include "tests/support/temp_directory.hpp"
#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/journal/verify.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace tradewind::edge::store {
namespace {

using testing::FakeDirectory;
using testing::JournalPair;

class Variants {
 public:
  void add(const FakeDirectory& directory) {
    const std::string name = fmt::format("v{:04}", expected_.size());
    std::filesystem::create_directory(temp_ / name);
    for (const std::string& file : directory.file_names()) {
      std::ofstream{temp_ / name + "/" + file, std::ios::binary}
          << as_text(const_cast<FakeDirectory&>(directory).file(file));
    }
    const journal::Verification verification = journal::verify(directory).value();
    if (verification.finding) {
      const std::string text = text_of(*verification.finding);
      expected_.push_back(fmt::format("{}: {}", name, text.substr(0, text.find(": ") + 2)));
      ++found_;
    } else {
      expected_.push_back(fmt::format("{}: good: {} records, {} segments, head {}", name, verification.records,
                                      verification.segments, hex_text(verification.head)));
    }
  }

  // Runs the tool over all of them and compares line by line.
  void check() const {
    std::string command = fmt::format("cd {} && python3 -B {}/tools/audit_verify.py", temp_.path(), TW_SOURCE_DIR);
    for (std::size_t i = 0; i < expected_.size(); ++i) command += fmt::format(" v{:04}", i);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe{::popen(command.c_str(), "r"), &::pclose};
    ASSERT_NE(pipe, nullptr);
    char line[1024];
    for (const std::string& expected : expected_) {
      ASSERT_NE(std::fgets(line, sizeof line, pipe.get()), nullptr) << "the tool stopped before: " << expected;
      ASSERT_TRUE(std::string_view{line}.starts_with(expected)) << "ours:   " << expected << "\ntool's: " << line;
    }
  }

  [[nodiscard]] std::size_t size() const { return expected_.size(); }
  [[nodiscard]] std::size_t found() const { return found_; }
  [[nodiscard]] const testing::TempDirectory& temp() const { return temp_; }

 private:
  testing::TempDirectory temp_;
  std::vector<std::string> expected_;
  std::size_t found_ = 0;
};

// Rolled segments, one that is torn, and a last one, closed or left open.
FakeDirectory sample_journal(bool is_closed, std::uint64_t random = 42) {
  FakeDirectory directory;
  {
    JournalPair pair = JournalPair::open(directory, 700, testing::a_genesis(random)).value();
    for (std::uint64_t i = 1; i < 6; ++i)
      pair.append(journal::Intent{testing::an_intent(i), Price::of(190), "why\xff"});
    EXPECT_TRUE(pair.write_and_sync().has_value());
  }
  auto& torn = directory.file(directory.file_names().back());
  torn.resize(torn.size() - 50);
  JournalPair pair = JournalPair::open(directory, 100'000, testing::a_genesis(random)).value();
  for (int i = 0; i < 6; ++i) pair.append(journal::Notice{i, "after the crash"});
  EXPECT_TRUE((is_closed ? pair.close() : pair.write_and_sync()).has_value());
  return directory;
}

std::ptrdiff_t at(std::size_t offset) { return static_cast<std::ptrdiff_t>(offset); }

TEST(AuditVerify, AgreesOnEveryVariant) {
  Variants variants;
  Rng rng{3};
  for (const bool is_closed : {true, false}) {
    const FakeDirectory whole = sample_journal(is_closed);
    FakeDirectory other = sample_journal(is_closed, 43);
    const auto add_lie = [&](auto lie) {
      FakeDirectory directory = whole.clone();
      testing::add_segment_that_lies(directory, lie);
      variants.add(directory);
    };
    add_lie([](journal::Recovered& told) { told.segment_bytes += 1; });
    add_lie([](journal::Recovered& told) { told.torn_bytes = 1; });
    add_lie([](journal::Recovered& told) { told.torn_hash[0] = std::byte{1}; });
    add_lie([](journal::Recovered& told) { told.segment += 1; });
    add_lie([](journal::Recovered& told) { told.genesis->journal_id = journal::journal_id_from(7); });
    const auto names = whole.file_names();
    variants.add(whole);
    for (const std::string& name : names) {
      FakeDirectory directory = whole.clone();
      auto& bytes = directory.file(name);
      const std::vector<std::byte> original = bytes;
      for (std::size_t byte = 0; byte < bytes.size(); byte += 1 + rng.below(30)) {  // bits flipped
        bytes[byte] ^= static_cast<std::byte>(1U << rng.below(8));
        variants.add(directory);
        bytes = original;
      }
      for (std::size_t size = 0; size < original.size(); size += 1 + rng.below(80)) {  // cut, and cut out
        bytes.resize(size);
        variants.add(directory);
        bytes = original;
        bytes.erase(bytes.begin() + at(size / 2), bytes.begin() + at(size));
        variants.add(directory);
        bytes = original;
      }
      for (std::size_t sector = 0; sector < original.size(); sector += 512) {  // lost
        std::fill(bytes.begin() + at(sector), bytes.begin() + at(std::min(sector + 512, bytes.size())), std::byte{0});
        variants.add(directory);
        bytes = original;
      }
      bytes.push_back(std::byte{0});
      variants.add(directory);
      directory.erase(name);
      variants.add(directory);
      directory.put(name, other.file(name));
      variants.add(directory);
      for (const std::string& from : names) {
        directory.put(name, whole.clone().file(from));
        variants.add(directory);
      }
    }
  }
  EXPECT_GT(variants.size(), 400U);
  EXPECT_GT(variants.found(), 300U);
  EXPECT_LT(variants.found(), variants.size() - 10);
  variants.check();
}

// Whole records taken out, doubled and swapped.
TEST(AuditVerify, AgreesOnRecordsMovedAbout) {
  const FakeDirectory whole = sample_journal(true);
  struct Place {
    std::string file;
    std::ptrdiff_t first, last;
  };
  std::vector<Place> places;
  ASSERT_TRUE(journal::read(whole, model::Seq{0}, [&](const journal::StoredRecord& record) -> Result<void> {
                const auto first = at(record.offset);
                places.push_back({fmt::format("{:06}.seg", record.segment), first,
                                  first + at(journal::kFramingBytes + record.payload.size())});
                return {};
              }).has_value());
  Variants variants;
  for (const Place& from : places) {
    FakeDirectory directory = whole.clone();
    auto& source = directory.file(from.file);
    const std::vector<std::byte> record{source.begin() + from.first, source.begin() + from.last};
    source.erase(source.begin() + from.first, source.begin() + from.last);
    variants.add(directory);
    for (const Place& to : places) {
      FakeDirectory moved = directory.clone();
      auto& target = moved.file(to.file);
      if (to.first > at(target.size())) continue;
      target.insert(target.begin() + to.first, record.begin(), record.end());
      variants.add(moved);
    }
  }
  variants.check();
}

TEST(AuditVerify, HasTheExitCodesOfTheCommand) {
  const testing::TempDirectory temp;
  const auto exit_code = [&](const std::string& directory) {
    const int status = std::system(
        fmt::format("python3 -B {}/tools/audit_verify.py {} > {} 2>&1", TW_SOURCE_DIR, directory, temp / "out")
            .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const auto write = [&](const std::string& name, FakeDirectory directory) {
    std::filesystem::create_directory(temp / name);
    for (const std::string& file : directory.file_names())
      std::ofstream{temp / name + "/" + file, std::ios::binary} << as_text(directory.file(file));
    return temp / name;
  };
  FakeDirectory directory = sample_journal(true);
  EXPECT_EQ(exit_code(write("good", directory.clone())), 0);
  directory.erase("000002.seg");
  EXPECT_EQ(exit_code(write("missing", directory.clone())), static_cast<int>(journal::FindingClass::missing_segment));
  directory.file("000001.seg")[100] ^= std::byte{1};
  EXPECT_EQ(exit_code(write("flipped", directory.clone())), static_cast<int>(journal::FindingClass::hash_mismatch));
  EXPECT_EQ(exit_code(temp / "none"), 74);
  EXPECT_EQ(exit_code(""), 2);
}

}  // namespace
}  // namespace tradewind::edge::store
