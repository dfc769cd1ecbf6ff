#include "tradewind/edge/record/recorder.hpp"
#include "tradewind/edge/record/recording_files.hpp"

#include "tests/support/temp_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace tradewind::edge::record {
namespace {

namespace fs = std::filesystem;
using testing::TempDirectory;
using namespace std::chrono_literals;

constexpr std::int64_t kMorning = 1'767'605'400'000'000'000;  // 2026-01-05 09:30:00 UTC
Now at(std::int64_t seconds) {
  return {Timestamp::from_ns(kMorning + seconds * 1'000'000'000), MonoTime::from_ns(seconds * 1'000'000'000)};
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator{folder}) files.push_back(entry.path().string());
  std::ranges::sort(files);
  return files;
}

struct Read {
  std::vector<std::string> entries;
  std::size_t torn = 0;
  int begins = 0;  // of files
  std::string error;
};

Read read(const std::string& path) {
  Read result;
  auto files = RecordingFiles::open(path);
  if (!files.has_value()) {
    result.error = files.error().detail;
    return result;
  }
  for (;;) {
    const auto entry = files->next();
    if (!entry.has_value()) {
      result.error = entry.error().detail;
      break;
    }
    if (!entry->has_value()) break;
    if ((*entry)->kind == tws::WireEntry::Kind::begin) ++result.begins;
    else if (result.begins == 0) result.error = "an entry before the format";
    else
      result.entries.push_back(
          fmt::format("{} {} {}", name((*entry)->kind), (*entry)->connection, as_text((*entry)->data)));
  }
  result.torn = files->torn().size();
  return result;
}

TEST(Recorder, WhatItHearsIsReadBackInOrder) {
  const TempDirectory folder;
  const std::string path = folder.path() + "/wire";
  {
    auto recorder = Recorder::open({.directory = path}, at(0));
    ASSERT_TRUE(recorder.has_value()) << recorder.error().detail;
    (*recorder)->opened(at(1));
    (*recorder)->sent(as_bytes("hello"), at(2));
    (*recorder)->received(as_bytes("world"), at(3));
    (*recorder)->closed("done", at(4));
    (*recorder)->opened(at(5));
  }
  EXPECT_EQ(read(path).entries,
            (std::vector<std::string>{"opened 1 ", "sent 1 hello", "received 1 world", "closed 1 done", "opened 2 "}));
  EXPECT_EQ(read(files_in(path).front()).entries.size(), 5U);
}

TEST(Recorder, OneFileOfSeveralConnectionsAtOnceAndNeverOneThatIsThere) {
  const TempDirectory folder;
  const std::string file = folder.path() + "/session";
  {
    auto recorder = Recorder::open({.file = file, .file_size = 1}, at(0));
    ASSERT_TRUE(recorder.has_value()) << recorder.error().detail;
    (*recorder)->record({tws::WireEntry::Kind::sent, at(1), 2, as_bytes("two")});
    (*recorder)->record({tws::WireEntry::Kind::sent, at(90'000), 1, as_bytes("one")});
  }
  EXPECT_EQ(read(file).entries, (std::vector<std::string>{"sent 2 two", "sent 1 one"}));
  EXPECT_EQ(files_in(folder.path()).size(), 1U);
  const auto again = Recorder::open({.file = file}, at(2));
  ASSERT_FALSE(again.has_value());
  EXPECT_NE(again.error().detail.find(file), std::string::npos);
  EXPECT_EQ(read(file).entries.size(), 2U);
}

TEST(Recorder, ItsFilesAreForTheirOwnerAlone) {
  const TempDirectory folder;
  const std::string path = folder.path() + "/wire";
  { ASSERT_TRUE(Recorder::open({.directory = path}, at(0)).has_value()); }
  struct stat found{};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat(files_in(path).front().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST(Recorder, BeginsAnotherFileBySizeAndByDayAndTheyAreReadAsOne) {
  const TempDirectory folder;
  const std::string path = folder.path() + "/wire";
  std::vector<std::string> expected;
  {
    auto recorder = Recorder::open({.directory = path, .file_size = 1, .flush_every = 1ms}, at(0));
    ASSERT_TRUE(recorder.has_value());
    for (int i = 0; i < 5; ++i) {
      const std::size_t files = files_in(path).size();
      (*recorder)->received(as_bytes(fmt::format("{}", i)), at(i * 86'400));
      expected.push_back(fmt::format("received 0 {}", i));
      while (i > 0 && files_in(path).size() == files && !(*recorder)->failure()) std::this_thread::yield();
    }
  }
  EXPECT_GE(files_in(path).size(), 5U);
  EXPECT_EQ(read(path).entries, expected);
}

TEST(Recorder, WhatADiskDoesNotKeepUpWithIsDroppedAndCounted) {
  const TempDirectory folder;
  const std::string path = folder.path() + "/wire";
  std::uint64_t dropped = 0;
  std::uint64_t kept = 0;
  {
    auto recorder = Recorder::open({.directory = path, .backlog = 1000, .flush_every = 1h}, at(0));
    ASSERT_TRUE(recorder.has_value());
    const std::string data(100, 'x');
    for (int i = 0; i < 100; ++i) (*recorder)->received(as_bytes(data), at(i));
    dropped = (*recorder)->dropped();
  }
  kept = read(path).entries.size();
  EXPECT_GT(dropped, 80U);
  EXPECT_EQ(kept + dropped, 100U);
}

TEST(Recorder, AFolderThatCannotBeMadeIsAnErrorAtOnce) {
  const auto recorder = Recorder::open({.directory = "/nowhere/at/all"}, at(0));
  ASSERT_FALSE(recorder.has_value());
  EXPECT_NE(recorder.error().detail.find("/nowhere/at/all"), std::string::npos);
}

TEST(RecordingFiles, OfATornFileEverythingBeforeTheTearIsRead) {
  const TempDirectory folder;
  const std::string path = folder.path() + "/wire";
  {
    auto recorder = Recorder::open({.directory = path, .flush_every = 1ms}, at(0));
    ASSERT_TRUE(recorder.has_value());
    for (int i = 0; i < 20; ++i) {
      const auto size = fs::file_size(files_in(path).front());
      (*recorder)->received(as_bytes(fmt::format("entry {}", i)), at(i));
      // One frame each: the next is not made before this one is there.
      while (fs::file_size(files_in(path).front()) == size && !(*recorder)->failure()) std::this_thread::yield();
    }
  }
  const std::string file = files_in(path).front();
  const auto all = read(file).entries;
  ASSERT_EQ(all.size(), 20U);
  const auto size = fs::file_size(file);
  std::size_t last = all.size();
  for (auto left = size; left > 0; left -= std::min<std::uintmax_t>(left, 7)) {
    fs::resize_file(file, left);
    const Read torn = read(file);
    EXPECT_EQ(torn.error, "");
    EXPECT_LE(torn.entries.size(), last);
    for (std::size_t i = 0; i < torn.entries.size(); ++i) EXPECT_EQ(torn.entries[i], all[i]);
    last = torn.entries.size();
  }
  EXPECT_LT(last, all.size());
}

TEST(RecordingFiles, AChangedFileIsAnErrorThatNamesIt) {
  const TempDirectory folder;
  const std::string path = folder.path() + "/wire";
  {
    auto recorder = Recorder::open({.directory = path}, at(0));
    ASSERT_TRUE(recorder.has_value());
    (*recorder)->received(as_bytes(std::string(1000, 'y')), at(1));
  }
  const std::string file = files_in(path).front();
  std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
  stream.seekp(20);
  stream.put('\x55');
  stream.close();
  EXPECT_NE(read(file).error.find(file), std::string::npos);
  EXPECT_NE(read(folder.path() + "/nothing").error.find("no recording"), std::string::npos);
}

}  // namespace
}  // namespace tradewind::edge::record
