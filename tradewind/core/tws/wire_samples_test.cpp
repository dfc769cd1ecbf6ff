// Messages recorded from real gateways, published by other projects. They are not ours to redistribute, so the test
// looks for them at TRADEWIND_TEST_DATA and skips without.

#include "tests/support/shared_data.hpp"
#include "tests/support/tws_frames.hpp"
#include "tradewind/core/tws/codec.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace tradewind::tws {
namespace {

namespace json = boost::json;
using testing::Columns;
using testing::from_hex;
using testing::PaddedBytes;

struct Sample {
  std::string file;
  json::object record;

  [[nodiscard]] std::string text(const char* key) const {
    const auto* value = record.if_contains(key);
    return value != nullptr && value->is_string() ? std::string{value->as_string()} : std::string{};
  }
  [[nodiscard]] int version() const {
    const auto* value = record.if_contains("sv");
    return value != nullptr && value->is_int64() ? static_cast<int>(value->as_int64()) : 0;
  }
  [[nodiscard]] std::string place() const {
    return file + ":" + std::to_string(record.at("n").as_int64()) + " " + text("type");
  }
};

std::vector<Sample> samples(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Sample> all;
  for (const auto& path : files) {
    std::ifstream in{path};
    for (std::string line; std::getline(in, line);)
      all.push_back({path.filename().string(), json::parse(line).as_object()});
  }
  return all;
}

// The payloads of a sample: one, or several for a stream of frames.
std::vector<std::string> payloads(const Sample& sample) {
  if (sample.text("enc") == "fields") {
    std::vector<std::string> fields;
    for (const auto& field : sample.record.at("data").as_array()) fields.emplace_back(field.as_string());
    return {testing::payload_of(fields, sample.version())};
  }
  const std::string bytes = from_hex(sample.text("data"));
  std::vector<std::string> found;
  for (std::size_t at = 0; at + 4 <= bytes.size();) {
    const std::size_t size = load_be32(reinterpret_cast<const std::byte*>(bytes.data()) + at);
    found.push_back(bytes.substr(at + 4, size));
    at += 4 + size;
  }
  return found;
}

std::string normal(std::string_view name) {
  std::string out;
  for (const char c : name.substr(name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1)) {
    if (c != '_') out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return out;
}

// What the sources call a column, where that is not IB's own name.
const std::map<std::string, std::vector<std::string>> kOtherNames = {
    {"reqid", {"reqid", "id"}},
    {"code", {"errorcode"}},
    {"datatype", {"marketdatatype"}},
    {"account", {"account", "accountname", "acctnumber"}},
    {"expiry", {"lasttradedateorcontractmonth"}},
    {"quantity", {"totalquantity"}},
    {"limitprice", {"lmtprice"}},
    {"commission", {"commissionandfees"}},
    {"commissioncurrency", {"commissionandfeescurrency"}},
    {"yield", {"bondyield"}},
    {"description", {"descappend"}},
    {"start", {"startdatestr", "startdatetime"}},
    {"end", {"enddatestr", "enddatetime"}},
    {"daily", {"dailypnl"}},
    {"unrealized", {"unrealizedpnl"}},
    {"realized", {"realizedpnl"}},
    {"head", {"headtimestamp"}},
    {"done", {"isdone"}},
    {"bid", {"pricebid"}},
    {"ask", {"priceask"}},
    {"bidsize", {"sizebid"}},
    {"asksize", {"sizeask"}},
    {"ismore", {"ismore"}},
    {"count", {"barcount"}},
};

// The decoded text of the column a source means; empty when it is unset. Fails the test when there is no such column.
std::optional<std::string> column(const Columns& columns, const std::string& prefix, const std::string& key) {
  std::vector<std::string> names{normal(key)};
  if (const auto other = kOtherNames.find(names[0]); other != kOtherNames.end()) names = other->second;
  // The outermost one where a name comes at several depths: a message's own order id before that of its order.
  std::optional<std::pair<std::ptrdiff_t, std::string>> found;
  for (const auto& [path, value] : columns.all()) {
    if (!path.starts_with(prefix) || std::ranges::find(names, normal(path)) == names.end()) continue;
    const auto depth = std::ranges::count(path, '.');
    if (!found || depth < found->first) found = {depth, value};
  }
  if (!found) return std::nullopt;
  return found->second;
}

void expect_value(const json::value& expected, const std::optional<std::string>& decoded, const std::string& key) {
  SCOPED_TRACE(key);
  if (expected.is_null()) {
    EXPECT_FALSE(decoded.has_value());
    return;
  }
  ASSERT_TRUE(decoded.has_value());
  if (expected.is_bool()) {
    EXPECT_EQ(*decoded, expected.as_bool() ? "1" : "0");
  } else if (expected.is_number()) {
    EXPECT_DOUBLE_EQ(std::strtod(decoded->c_str(), nullptr), expected.to_number<double>()) << *decoded;
  } else if (const std::string text{expected.as_string()}; text != *decoded) {
    EXPECT_EQ(std::strtod(decoded->c_str(), nullptr), std::strtod(text.c_str(), nullptr)) << *decoded;
  }
}

// What the sources call a list, and one element of it followed by its index.
struct ListName {
  std::string_view count_key, element_key, path;
};
constexpr ListName kLists[] = {{"conditions", "condition", "order.conditions"},
                               {"bars", "bar", "bars"},
                               {"ticks", "tick", "ticks"},
                               {"rows", "row", "elements"},
                               {"sessions", "session", "sessions"},
                               {"count", "provider", "providers"}};

std::size_t elements(const Columns& columns, std::string_view path) {
  std::size_t count = 0;
  while (std::ranges::any_of(
      columns.all(), [&](const auto& entry) { return entry.first.starts_with(fmt::format("{}[{}].", path, count)); }))
    ++count;
  return count;
}

void expect_values(const json::object& expected, const Columns& columns, const std::string& prefix) {
  for (const auto& [key_view, value] : expected) {
    const std::string key{key_view};
    const std::string_view word = std::string_view{key}.substr(0, key.find_first_of("0123456789"));
    const auto list = std::ranges::find_if(kLists, [&](const ListName& name) {
      if (key == "count" && elements(columns, name.path) == 0) return false;  // of something else
      return name.count_key == key || (name.element_key == word && elements(columns, name.path) != 0);
    });
    if (list != std::end(kLists) && list->count_key == key) {
      EXPECT_EQ(elements(columns, list->path), value.to_number<std::size_t>()) << key;
    } else if (list != std::end(kLists)) {
      const std::string element = fmt::format("{}[{}].", list->path, word == key ? "0" : key.substr(word.size()));
      if (value.is_object()) expect_values(value.as_object(), columns, element);
      else expect_value(value, column(columns, element, "symbol"), key);
    } else if (key == "conjunction") {
      expect_value(value.as_string() == "a", column(columns, prefix, key), key);
    } else {
      expect_value(value, column(columns, prefix, key), key);
    }
  }
}

// Decodes at the sample's version. Where that was inferred by the collector, another version of the layout may be the
// right one; the sample then has to fit one of them to the last field.
template <class Message>
DecodeFault decode_whole(const std::string& payload, const Sample& sample, Message& message, PaddedBytes& keep) {
  keep = PaddedBytes{payload};
  const auto attempt = [&](int version) {
    IncomingMessages incoming;
    const FrameView frame = parse_frame(keep.view(), version);
    DecodeFault fault = decode(frame, version, message);
    if (fault.failed()) return fault;
    // Consumed to the last field: nothing is left over.
    struct Handler : IncomingHandler {
    } incoming_handler;
    struct Requests : OutgoingHandler {
    } outgoing_handler;
    OutgoingMessages outgoing;
    DecodeCounters counters;
    fault = Message::kInfo.direction == Direction::gateway_to_client
                ? dispatch(frame, version, incoming, incoming_handler, counters)
                : dispatch(frame, version, outgoing, outgoing_handler, counters);
    // Where the source states values, those are checked; one of them has an empty field too many at its end.
    const bool states_values = sample.record.contains("expect") && sample.record.at("expect").is_object();
    if (!fault.failed() && counters.trailing_fields != 0 && !states_values)
      fault = {Message::kInfo.name, "", 0, "fields are left over"};
    return fault;
  };
  DecodeFault fault = attempt(sample.version());
  if (!fault.failed() || sample.text("sv_basis") != "inferred") return fault;
  for (int version = 200; version >= 130; --version) {
    if (!attempt(version).failed()) return {};
  }
  return fault;
}

TEST(WireSamples, EveryRecordedTextMessageIsReadToItsLastField) {
  TW_SHARED_DATA_OR_SKIP(folder, "wire-samples");
  int read = 0;
  int with_values = 0;
  int other_types = 0;
  for (const Sample& sample : samples(folder)) {
    if (sample.text("body") == "protobuf" || sample.text("type") == "HANDSHAKE" ||
        sample.text("type") == "CLIENT_HELLO")
      continue;
    SCOPED_TRACE(sample.place());
    const Direction direction = sample.text("dir") == "C" ? Direction::client_to_gateway : Direction::gateway_to_client;
    for (const std::string& payload : payloads(sample)) {
      const PaddedBytes bytes{payload};
      const int id = parse_frame(bytes.view(), sample.version()).id;
      bool known = false;
      for_each_message_type([&]<class Message>() {
        if (Message::kInfo.id != id || Message::kInfo.direction != direction) return;
        known = true;
        Message message;
        PaddedBytes keep{""};
        const DecodeFault fault = decode_whole(payload, sample, message, keep);
        ASSERT_FALSE(fault.failed()) << fault.text();
        ++read;
        if (const auto* expected = sample.record.if_contains("expect"); expected != nullptr && expected->is_object()) {
          ++with_values;
          expect_values(expected->as_object(), Columns{message}, "");
        }
      });
      other_types += !known;
    }
  }
  EXPECT_GE(read, 70);
  EXPECT_GE(with_values, 33);
  RecordProperty("read", read);
  RecordProperty("other_types", other_types);
}

// The same for the protobuf messages.
TEST(WireSamples, RecordedProtobufMessagesAreRead) {
  TW_SHARED_DATA_OR_SKIP(folder, "wire-samples");
  int read = 0;
  for (const Sample& sample : samples(folder)) {
    if (sample.text("body") != "protobuf") continue;
    SCOPED_TRACE(sample.place());
    const Direction direction = sample.text("dir") == "C" ? Direction::client_to_gateway : Direction::gateway_to_client;
    for (const std::string& payload : payloads(sample)) {
      const PaddedBytes bytes{payload};
      const FrameView frame = parse_frame(bytes.view(), sample.version());
      for_each_message_type([&]<class Message>() {
        if (Message::kInfo.id != frame.id || Message::kInfo.direction != direction) return;
        Message message;
        const DecodeFault fault = decode(frame, sample.version(), message);
        ASSERT_FALSE(fault.failed()) << fault.text();
        // The body of reqGlobalCancel is an empty OrderCancel.
        EXPECT_EQ(message == Message{},
                  frame.body.empty() || Message::kInfo.api == std::string_view{"reqGlobalCancel"});
        ++read;
      });
    }
  }
  EXPECT_GE(read, 20);
}

}  // namespace
}  // namespace tradewind::tws
