#include "tradewind/edge/store/projection.hpp"

#include "tests/support/fake_directory.hpp"
#include "tests/support/journal_samples.hpp"
#include "tests/support/temp_directory.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/rng.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::edge::store {
namespace {

using testing::FakeDirectory;
using testing::JournalPair;

// All rows of a query, columns joined by '|', NULL as "-".
std::vector<std::string> rows(const std::string& path, const std::string& query) {
  const SQLite::Database database{path, SQLite::OPEN_READONLY};
  SQLite::Statement statement{database, query};
  std::vector<std::string> all;
  while (statement.executeStep()) {
    std::string row;
    for (int i = 0; i < statement.getColumnCount(); ++i) {
      if (i > 0) row += '|';
      row += statement.getColumn(i).isNull() ? "-" : statement.getColumn(i).getString();
    }
    all.push_back(row);
  }
  return all;
}
using Rows = std::vector<std::string>;

std::string bytes_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct Fixture : ::testing::Test {
  testing::TempDirectory temp;
  FakeDirectory directory;
  std::string path = temp / "journal.db";
  JournalPair pair = JournalPair::open(directory).value();

  Projection::Progress project() {
    EXPECT_TRUE(pair.write_and_sync().has_value());
    Projection projection = Projection::open(path).value();
    const auto progress = projection.update(directory);
    EXPECT_TRUE(progress.has_value()) << progress.error().detail;
    return *progress;
  }
  Rows query(const std::string& text) { return rows(path, text); }
};
using ProjectionOf = Fixture;

journal::ExecutionBooked booked(std::string_view exec_id, Side side, std::string_view quantity,
                                std::string_view strategy = "sma") {
  journal::ExecutionBooked record{testing::an_execution(exec_id), model::StrategyName{strategy}};
  record.execution.side = side;
  record.execution.quantity = Quantity::parse(quantity).value();
  return record;
}

TEST_F(ProjectionOf, AnOrderTellsItsStory) {
  pair.append(journal::Intent{testing::an_intent(1), Price::parse("190.26").value(), "cross up"});
  project();
  const std::string story =
      "SELECT order_ref, strategy, symbol, side, quantity, type, limit_price, time_in_force, reference_price, "
      "reason, order_id, perm_id, state, broker_status, broker_filled FROM orders";
  const std::string expected = fmt::format("{}|sma|SPY|BUY|100|LMT|190.25|DAY|190.26|cross up|101|", testing::a_ref(1));
  EXPECT_EQ(query(story), Rows{expected + "-|PARKED|-|-"});
  pair.append(journal::Sent{testing::a_ref(1), model::OrderId{101}});
  project();
  EXPECT_EQ(query(story), Rows{expected + "-|SENT|-|-"});
  model::OrderStatusSeen status{.order_id = model::OrderId{101},
                                .client_id = model::ClientId{7},
                                .perm_id = model::PermId{55},
                                .status = InlineText<24>{"Submitted"}};
  status.filled = Quantity::parse("0.5").value();
  pair.append(journal::StatusNoted{status});
  project();
  EXPECT_EQ(query(story), Rows{expected + "55|SENT|Submitted|0.5"}) << "the broker's word is noted beside our state";
  for (const auto state : {model::OrderState::cancelling, model::OrderState::cancelled}) {
    pair.append(journal::OrderStateChanged{testing::a_ref(1), state});
    project();
    EXPECT_EQ(query("SELECT state FROM orders"), Rows{std::string{name(state)}});
  }
  pair.append(journal::Intent{testing::an_intent(2), {}, ""});
  pair.append(journal::OrderStateChanged{testing::a_ref(2), model::OrderState::denied_late});
  project();
  EXPECT_EQ(query("SELECT state, reference_price FROM orders WHERE seq = (SELECT max(seq) FROM orders)"),
            Rows{"DENIED_LATE|-"});
}

// An order id is used again in a later session; a status belongs to the last order that had it.
TEST_F(ProjectionOf, AStatusGoesToTheLatestOrderWithItsId) {
  for (const std::uint64_t sequence : {1U, 2U}) {
    model::OrderIntent intent = testing::an_intent(sequence);
    intent.order_id = model::OrderId{9};
    pair.append(journal::Intent{intent, {}, ""});
  }
  pair.append(journal::StatusNoted{{.order_id = model::OrderId{9},
                                    .client_id = model::ClientId{7},
                                    .perm_id = model::PermId{1},
                                    .status = InlineText<24>{"Filled"}}});
  pair.append(journal::StatusNoted{{.order_id = model::OrderId{9},
                                    .client_id = model::ClientId{8},
                                    .perm_id = model::PermId{2},
                                    .status = InlineText<24>{"Inactive"}}});
  project();
  EXPECT_EQ(query("SELECT perm_id, broker_status FROM orders ORDER BY seq"), (Rows{"-|-", "1|Filled"}));
}

TEST_F(ProjectionOf, EveryOtherRecordHasItsTable) {
  pair.append(
      journal::RunStarted{model::StrategyName{"sma"}, {{"fast", "5"}, {"note", "a \"b\""}}, {{"max", "10"}}, "0.1.0"});
  pair.append(journal::InstrumentBound{model::InstrumentId{1},
                                       {testing::a_contract(), model::ExchangeName{"SMART"},
                                        model::ExchangeName{"ARCA"}, Price::parse("0.01").value(), "SPDR S&P 500"}});
  pair.append(journal::Denied{
      model::StrategyName{"sma"}, testing::an_intent().request, {{"PTR-07", "too many"}, {"PTR-09", "too far"}}});
  pair.append(journal::Notice{2104, "farm is OK"});
  pair.append(journal::OrderErrorNoted{{.order_id = model::OrderId{101}, .code = 201, .text = "rejected"}});
  pair.append(journal::BreakFound{"BRK-12", "SPY", "one share more"});
  pair.append(journal::CommissionBooked{
      {model::ExecId::from("a.b.01").value(), {Amount::parse("1.25").value(), Currency{"USD"}}, {}}});
  pair.append(journal::CommissionBooked{
      {model::ExecId::from("a.b.02").value(), {Amount::parse("1.5").value(), Currency{"USD"}}, Amount::of(-3)}});
  pair.append(journal::OpeningBook{model::AccountId{"DU0000000"},
                                   {{testing::a_contract(), Position::of(-7)}},
                                   {{Amount::of(1000), Currency{"USD"}}}});
  pair.append(journal::RunEnded{"done"});
  project();
  EXPECT_EQ(query("SELECT strategy, engine_version, parameters, limits, end_reason FROM runs"),
            Rows{R"(sma|0.1.0|{"fast":"5","note":"a \"b\""}|{"max":"10"}|done)"});
  EXPECT_EQ(query("SELECT con_id, symbol, exchange, primary_exchange, min_tick, long_name FROM instruments"),
            Rows{"756733|SPY|SMART|ARCA|0.01|SPDR S&P 500"});
  EXPECT_EQ(query("SELECT ordinal, strategy, side, quantity, code, detail FROM denials"),
            (Rows{"1|sma|BUY|100|PTR-07|too many", "2|sma|BUY|100|PTR-09|too far"}));
  EXPECT_EQ(query("SELECT order_id, code, text FROM notices"), (Rows{"-|2104|farm is OK", "101|201|rejected"}));
  EXPECT_EQ(query("SELECT class, subject, detail FROM breaks"), Rows{"BRK-12|SPY|one share more"});
  EXPECT_EQ(query("SELECT stem, exec_id, amount, currency, realized_pnl FROM commissions"),
            Rows{"a.b|a.b.02|1.5|USD|-3"});
  EXPECT_EQ(query("SELECT account, symbol, position FROM opening_positions"), Rows{"DU0000000|SPY|-7"});
  EXPECT_EQ(query("SELECT account, currency, amount FROM opening_cash"), Rows{"DU0000000|USD|1000"});
  EXPECT_EQ(query("SELECT utc_ns FROM breaks"), Rows{"1700000006000000000"});
  EXPECT_EQ(query("SELECT value FROM meta WHERE key = 'schema_version'"), Rows{"1"});
}

TEST_F(ProjectionOf, ACorrectionReplacesTheExecutionOfItsStem) {
  pair.append(booked("x.1.01", Side::buy, "100"));
  pair.append(booked("x.1.02", Side::buy, "90"));
  pair.append(booked("x.1.01", Side::buy, "100"));  // late: the older revision
  pair.append(booked("x.2.01", Side::sell, "0.5", ""));
  project();
  EXPECT_EQ(query("SELECT exec_id, strategy, quantity FROM executions"), (Rows{"x.1.02|sma|90", "x.2.01||0.5"}));
  EXPECT_EQ(query("SELECT strategy, position FROM positions"), (Rows{"|-0.5", "sma|90"}));
}

// Goal: positions equal a recomputation that knows nothing of the way there. Method: random executions and corrections
// over books, accounts and contracts, projected in pieces.
TEST_F(ProjectionOf, PositionsEqualTheSumOfFinalExecutions) {
  Rng rng{11};
  std::map<std::string, std::vector<journal::ExecutionBooked>> by_stem;
  for (int i = 0; i < 400; ++i) {
    const std::string stem = fmt::format("e.{}", rng.below(250));
    const std::size_t revision = by_stem[stem].size() + 1;
    auto record = booked(fmt::format("{}.{:02}", stem, revision), rng.one_in(2) ? Side::buy : Side::sell,
                         fmt::format("{}.{}", rng.below(1000), rng.below(100'000'000)), rng.one_in(3) ? "" : "sma");
    record.execution.contract = rng.one_in(2) ? testing::a_contract() : testing::a_contract("IBM", 8314);
    record.execution.account = model::AccountId{rng.one_in(2) ? "DU0000000" : "DU0000001"};
    by_stem[stem].push_back(record);
    pair.append(record);
    if (rng.one_in(50)) project();
  }
  project();
  std::map<std::string, Position> expected;
  for (const auto& [stem, revisions] : by_stem) {
    for (const auto& each : revisions) {
      const auto key = fmt::format("{}|{}|{}", each.strategy.view(), each.execution.account.view(),
                                   each.execution.contract.symbol.view());
      auto& position = expected.try_emplace(key, Position::zero()).first->second;
      if (&each == &revisions.back())
        position = after_trade(position, each.execution.side, each.execution.quantity).value();
    }
  }
  Rows expected_rows;
  for (const auto& [key, position] : expected) expected_rows.push_back(fmt::format("{}|{}", key, position));
  Rows actual_rows = query("SELECT strategy, account, symbol, position FROM positions");
  std::ranges::sort(actual_rows);
  std::ranges::sort(expected_rows);
  EXPECT_EQ(actual_rows, expected_rows);
  EXPECT_EQ(query("SELECT count(*) FROM executions"), Rows{std::to_string(by_stem.size())});
}

TEST_F(ProjectionOf, UpdatesTakeInOnlyWhatIsNew) {
  pair.append(journal::Notice{1, "a"});
  EXPECT_EQ(project().records, 2U);
  EXPECT_EQ(project().records, 0U);
  pair.append(journal::Notice{2, "b"});
  const auto progress = project();
  EXPECT_EQ(progress.records, 1U);
  EXPECT_EQ(progress.last, model::Seq{3});
  EXPECT_FALSE(progress.was_rebuilt);
  EXPECT_EQ(query("SELECT code FROM notices"), (Rows{"1", "2"}));
}

TEST_F(ProjectionOf, RebuildingGivesTheSameTables) {
  for (int i = 0; i < 20; ++i) pair.append(booked(fmt::format("e.{}.01", i), Side::buy, "1"));
  project();
  const Rows before = query("SELECT * FROM executions");
  Projection projection = Projection::open(path).value();
  const auto progress = projection.rebuild(directory).value();
  EXPECT_TRUE(progress.was_rebuilt);
  EXPECT_EQ(progress.records, 21U);
  EXPECT_EQ(query("SELECT * FROM executions"), before);
  EXPECT_EQ(query("SELECT position FROM positions"), Rows{"20"});
}

TEST_F(ProjectionOf, AnotherJournalReplacesTheTables) {
  pair.append(journal::Notice{1, "a"});
  project();
  FakeDirectory other;
  JournalPair other_pair = JournalPair::open(other, 64U << 20, testing::a_genesis(43)).value();
  other_pair.append(journal::Notice{2, "b"});
  ASSERT_TRUE(other_pair.write_and_sync().has_value());
  Projection projection = Projection::open(path).value();
  const auto progress = projection.update(other).value();
  EXPECT_TRUE(progress.was_rebuilt);
  EXPECT_EQ(query("SELECT code FROM notices"), Rows{"2"});
}

// After a power cut the journal may end before what a projection had already seen.
TEST_F(ProjectionOf, AShorterJournalReplacesTheTables) {
  pair.append(journal::Notice{1, "a"});
  ASSERT_TRUE(pair.write_and_sync().has_value());
  FakeDirectory shorter = directory.clone();
  pair.append(journal::Notice{2, "b"});
  project();
  Projection projection = Projection::open(path).value();
  EXPECT_TRUE(projection.update(shorter)->was_rebuilt);
  EXPECT_EQ(query("SELECT code FROM notices"), Rows{"1"});
}

TEST_F(ProjectionOf, ADamagedJournalLeavesTheTablesAlone) {
  pair.append(journal::Notice{1, "a"});
  project();
  directory.file("000001.open")[200] ^= std::byte{1};
  Projection projection = Projection::open(path).value();
  EXPECT_EQ(projection.update(directory).error().code, Errc::corrupt);
  EXPECT_EQ(query("SELECT code FROM notices"), Rows{"1"});
}

TEST_F(ProjectionOf, ANewerSchemaIsRefusedAndUntouched) {
  project();
  {
    SQLite::Database database{path, SQLite::OPEN_READWRITE};
    database.exec("PRAGMA user_version = 2");
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  const std::string before = bytes_of(path);
  EXPECT_EQ(Projection::open(path).error().code, Errc::unsupported);
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(ProjectionOf, TheDatabaseOfAnotherProgramIsRefusedAndUntouched) {
  {
    SQLite::Database database{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec("CREATE TABLE precious (x)");
  }
  const std::string before = bytes_of(path);
  EXPECT_EQ(Projection::open(path).error().code, Errc::invalid_argument);
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(ProjectionOf, AnOlderSchemaIsReplaced) {
  project();
  {
    SQLite::Database database{path, SQLite::OPEN_READWRITE};
    database.exec("PRAGMA user_version = 0");
  }
  EXPECT_EQ(project().records, 1U);
  EXPECT_TRUE(std::filesystem::exists(path + ".replaced"));
}

TEST_F(ProjectionOf, DamagedFilesAreReplaced) {
  pair.append(journal::Notice{1, "a"});
  project();
  const std::string good = bytes_of(path);
  const auto spoil = [&](std::string content) {
    for (const char* extra : {"", "-wal", "-shm"}) std::filesystem::remove(path + extra);
    std::ofstream{path, std::ios::binary} << content;
    project();
    EXPECT_EQ(query("SELECT code FROM notices"), Rows{"1"});
  };
  spoil("");
  spoil("this is no database");
  spoil(std::string(10'000, '\xff'));
  spoil(good.substr(0, good.size() / 2));
  std::string mangled = good;
  for (std::size_t i = 4096; i < mangled.size(); i += 3) mangled[i] = '\x5a';
  spoil(mangled);
}

TEST_F(ProjectionOf, TamperedTablesAreReplaced) {
  pair.append(booked("x.1.01", Side::buy, "100"));
  project();
  for (const char* tampering :
       {"DROP TABLE executions", "ALTER TABLE positions RENAME COLUMN position TO p",
        "UPDATE positions SET position = 'many'", "UPDATE executions SET side = 'HOLD'",
        "UPDATE executions SET symbol = hex(zeroblob(100))", "UPDATE meta SET value = '-5' WHERE key = 'last_seq'"}) {
    SCOPED_TRACE(tampering);
    {
      SQLite::Database database{path, SQLite::OPEN_READWRITE};
      database.exec(tampering);
    }
    const auto before = pair.log().last().value();
    pair.append(booked(fmt::format("x.1.{:02}", before), Side::buy, "70"));
    project();
    EXPECT_EQ(query("SELECT position FROM positions"), Rows{"70"});
  }
}

TEST_F(ProjectionOf, APathThatCannotBeAFileIsAnError) {
  std::filesystem::create_directory(path);
  EXPECT_EQ(Projection::open(path).error().code, Errc::io);
}

TEST_F(ProjectionOf, LargeJournalsGoInByBatches) {
  for (int i = 0; i < 25'000; ++i) pair.append(journal::Notice{i, "a"});
  EXPECT_EQ(project().records, 25'001U);
  EXPECT_EQ(query("SELECT count(*), max(seq) FROM notices"), Rows{"25000|25001"});
}

TEST(Sqlite, ReportsItsVersion) {
  const SqliteVersion version = sqlite_version();
  EXPECT_TRUE(version.text.starts_with("3."));
}

}  // namespace
}  // namespace tradewind::edge::store
