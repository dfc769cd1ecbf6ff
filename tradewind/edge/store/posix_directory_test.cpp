#include "tradewind/edge/store/posix_directory.hpp"

#include "tests/support/temp_directory.hpp"
#include "tradewind/core/base/bytes.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tradewind::edge::store {
namespace {

std::string content(const PosixDirectory& directory, std::string_view name, std::uint64_t offset = 0,
                    std::size_t limit = 100) {
  std::vector<std::byte> bytes(limit);
  bytes.resize(directory.read(name, offset, bytes).value());
  return std::string{as_text(bytes)};
}

TEST(PosixDirectory, StoresWhatIsAppended) {
  const testing::TempDirectory temp;
  PosixDirectory directory = PosixDirectory::open(temp.path()).value();
  const auto file = directory.create("a").value();
  ASSERT_TRUE(file->append(as_bytes("one")).has_value());
  ASSERT_TRUE(file->append(as_bytes("two")).has_value());
  ASSERT_TRUE(file->sync().has_value());
  ASSERT_TRUE(directory.sync().has_value());
  EXPECT_EQ(directory.size("a").value(), 6U);
  EXPECT_EQ(content(directory, "a"), "onetwo");
  EXPECT_EQ(content(directory, "a", 2, 3), "etw");
  EXPECT_EQ(content(directory, "a", 6), "");
  EXPECT_EQ(content(directory, "a", 600), "");
}

TEST(PosixDirectory, CreatesEmptyAndForTheOwnerAlone) {
  const testing::TempDirectory temp;
  PosixDirectory directory = PosixDirectory::open(temp.path()).value();
  ASSERT_TRUE(directory.create("a").value()->append(as_bytes("old")).has_value());
  ASSERT_TRUE(directory.create("a").value()->append(as_bytes("n")).has_value());
  EXPECT_EQ(content(directory, "a"), "n");
  struct stat status{};
  ASSERT_EQ(::stat((temp / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(PosixDirectory, ListsAndRenames) {
  const testing::TempDirectory temp;
  PosixDirectory directory = PosixDirectory::open(temp.path()).value();
  ASSERT_TRUE(directory.create("a").has_value());
  ASSERT_TRUE(directory.create("b").has_value());
  ASSERT_TRUE(directory.rename("a", "c").has_value());
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> names = directory.list().value();
    std::ranges::sort(names);
    EXPECT_EQ(names, (std::vector<std::string>{"b", "c"}));
  }
}

TEST(PosixDirectory, NamesThePathInEveryError) {
  const testing::TempDirectory temp;
  PosixDirectory directory = PosixDirectory::open(temp.path()).value();
  EXPECT_EQ(directory.size("none").error().code, Errc::not_found);
  EXPECT_EQ(directory.read("none", 0, {}).error().code, Errc::not_found);
  EXPECT_EQ(directory.size("none").error().detail, temp / "none" + ": cannot tell the size: No such file or directory");
  EXPECT_NE(directory.rename("none", "x").error().detail.find(temp / "none"), std::string::npos);
  EXPECT_EQ(PosixDirectory::open(temp / "none").error().code, Errc::not_found);
  EXPECT_EQ(PosixDirectory::open_or_create(temp / "none/deeper").error().code, Errc::not_found);
  std::ofstream{temp / "file"} << "x";
  EXPECT_EQ(PosixDirectory::open(temp / "file").error().code, Errc::io);
}

TEST(PosixDirectory, ReportsAFullDisk) {
  const testing::TempDirectory temp;
  std::filesystem::create_symlink("/dev/full", temp / "full");
  PosixDirectory directory = PosixDirectory::open(temp.path()).value();
  const auto file = directory.create("full").value();
  const auto appended = file->append(as_bytes("x"));
  ASSERT_FALSE(appended.has_value());
  EXPECT_EQ(appended.error().code, Errc::io);
  EXPECT_EQ(appended.error().detail, temp / "full" + ": cannot append: No space left on device");
  EXPECT_FALSE(file->sync().has_value());
}

TEST(PosixDirectory, IsMadeOnlyWhenAsked) {
  const testing::TempDirectory temp;
  ASSERT_TRUE(PosixDirectory::open_or_create(temp / "state").has_value());
  EXPECT_TRUE(PosixDirectory::open_or_create(temp / "state").has_value()) << "again";
  struct stat status{};
  ASSERT_EQ(::stat((temp / "state").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(StateLock, IsHeldByOneAtATime) {
  const testing::TempDirectory temp;
  {
    const StateLock lock = StateLock::acquire(temp.path()).value();
    const auto second = StateLock::acquire(temp.path());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::unavailable);
    EXPECT_NE(second.error().detail.find(temp.path()), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(temp / "lock"));
  }
  EXPECT_TRUE(StateLock::acquire(temp.path()).has_value()) << "the file that is left behind locks nothing";
  EXPECT_EQ(StateLock::acquire(temp / "none").error().code, Errc::not_found);
}

}  // namespace
}  // namespace tradewind::edge::store
