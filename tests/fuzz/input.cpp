#include "tests/fuzz/input.hpp"

#include "tests/fuzz/kinds.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tradewind::fuzz {
namespace {

// Values at which readers of numbers, texts and requests change their ways.
constexpr std::string_view kFields[] = {"",
                                        "0",
                                        "1",
                                        "2",
                                        "7",
                                        "-1",
                                        "2147483647",
                                        "2147483648",
                                        "-2147483648",
                                        "4294967295",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "1.7976931348623157E308",
                                        "1e309",
                                        "5e-324",
                                        "NaN",
                                        "nan",
                                        "Infinity",
                                        "-Infinity",
                                        "inf",
                                        "-0",
                                        "-0.00005",
                                        "-12.5",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "0x10",
                                        "1.",
                                        ".5",
                                        "1.0E-7",
                                        "0.000000001",
                                        "0.0000000001",
                                        "99999999999999999999",
                                        "9223372036.854775807",
                                        "92233720368.54775807",
                                        "1,5",
                                        "None",
                                        "?",
                                        "true",
                                        "a",
                                        "o",
                                        "a=b;",
                                        "=;;=",
                                        "DU0000000",
                                        "U0000000",
                                        "ACME",
                                        "BOLT",
                                        "STK",
                                        "SMART",
                                        "USD",
                                        "BAG",
                                        "BUY",
                                        "SELL",
                                        "LMT",
                                        "MKT",
                                        "DAY",
                                        "IOC",
                                        "PEG BENCH",
                                        "Filled",
                                        "Submitted",
                                        "20250106 15:00:00 UTC",
                                        "20250106-15:00:00",
                                        "1 D",
                                        "2147483647 Y",
                                        "1 min",
                                        "TRADES",
                                        "\\u00fc",
                                        "\\ud83d",
                                        "\x80\xff",
                                        "1736175600000"};

std::uint32_t length_at(std::string_view bytes) { return load_be32(as_bytes(bytes).data()); }

std::size_t size_of(const Input& input) {
  std::size_t size = 3 + input.tail.size();
  for (const std::string& frame : input.frames) size += 4 + frame.size();
  return size;
}

}  // namespace

Input Input::parse(std::string_view bytes) {
  Input input;
  std::uint8_t* const circumstances[] = {&input.version, &input.flags, &input.cuts};
  for (std::uint8_t* byte : circumstances) {
    if (bytes.empty()) return input;
    *byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
  }
  while (bytes.size() > 4) {
    const std::uint32_t length = length_at(bytes);
    if (length == 0 || length > bytes.size() - 4) break;
    input.frames.emplace_back(bytes.substr(4, length));
    bytes.remove_prefix(4 + std::size_t{length});
  }
  input.tail = bytes;
  return input;
}

std::string Input::stream() const {
  std::string stream;
  for (const std::string& frame : frames) {
    std::byte length[4];
    store_be32(length, static_cast<std::uint32_t>(frame.size()));
    stream.append(as_text(length)).append(frame);
  }
  return stream + tail;
}

std::string Input::bytes() const {
  return std::string{static_cast<char>(version), static_cast<char>(flags), static_cast<char>(cuts)} + stream();
}

int Input::server_version() const { return kVersions[version % std::size(kVersions)]; }

std::vector<Span> text_fields(std::string_view payload, int server_version) {
  std::vector<Span> fields;
  std::size_t at = 4;
  if (server_version < tws::kVersionRawIds) at = std::min(payload.find('\0'), payload.size()) + 1;
  while (at < payload.size()) {
    const std::size_t end = std::min(payload.find('\0', at), payload.size());
    fields.push_back({at, end});
    at = end + 1;
  }
  return fields;
}

// --- Mutation ---

Mutator::Mutator(tws::Direction direction, std::uint64_t seed, ChangeBytes change_bytes)
    : direction_{direction}, rng_{seed}, change_bytes_{std::move(change_bytes)} {}

std::string Mutator::mutated(std::string_view bytes, std::size_t size_max) {
  // Once in a while without regard for anything: lengths, circumstances, all.
  if (rng_.one_in(12)) {
    std::string plain{bytes};
    plain.resize(std::max(size_max, bytes.size()));
    plain.resize(change_bytes_(reinterpret_cast<std::uint8_t*>(plain.data()), bytes.size(), size_max));
    return plain;
  }
  Input input = Input::parse(bytes);
  for (std::uint64_t changes = rng_.below(3) + 1; changes > 0; --changes) change(input);
  fit(input, size_max);
  return input.bytes();
}

std::string Mutator::crossed(std::string_view first, std::string_view second, std::size_t size_max) {
  Input input = Input::parse(first);
  for (std::string& frame : Input::parse(second).frames) {
    if (rng_.one_in(2)) continue;
    const auto place = static_cast<std::ptrdiff_t>(rng_.below(input.frames.size() + 1));
    input.frames.insert(input.frames.begin() + place, std::move(frame));
  }
  fit(input, size_max);
  return input.bytes();
}

void Mutator::change(Input& input) {
  if (input.frames.empty()) return insert_message(input);
  const std::size_t id_size = input.server_version() >= tws::kVersionRawIds ? 4 : 0;
  switch (rng_.below(16)) {
    case 0:
    case 1:
    case 2:
      return insert_message(input);
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
      return change_field(input, any_frame(input));
    case 8:
    case 9:
    case 10:
      return change_payload(any_frame(input), id_size);
    case 11:
      return change_payload(any_frame(input), 0);
    case 12:
    case 13:
      return change_order(input);
    case 14:
      return change_circumstances(input);
    default: {
      // A message that ends early, or goes on behind its end.
      std::string& frame = any_frame(input);
      if (rng_.one_in(2)) frame.resize(rng_.below(frame.size()) + 1);
      else frame.append(kFields[rng_.below(std::size(kFields))]).push_back('\0');
      return;
    }
  }
}

void Mutator::insert_message(Input& input) {
  const auto all = kinds(direction_);
  tws::testing::RandomMessages random{rng_.next()};
  std::string payload = all[rng_.below(all.size())].make(random, input.server_version());
  const auto place = static_cast<std::ptrdiff_t>(rng_.below(input.frames.size() + 1));
  input.frames.insert(input.frames.begin() + place, std::move(payload));
}

// libFuzzer's mutation of one payload, its first `keep` bytes apart.
void Mutator::change_payload(std::string& payload, std::size_t keep) {
  if (payload.size() <= keep) return;
  const std::size_t size = payload.size() - keep;
  payload.resize(payload.size() + 64);
  const std::size_t changed = change_bytes_(reinterpret_cast<std::uint8_t*>(payload.data()) + keep, size, size + 64);
  payload.resize(keep + changed);
  if (payload.empty()) payload.push_back('\0');
}

void Mutator::change_field(Input& input, std::string& payload) {
  const std::size_t id_size = input.server_version() >= tws::kVersionRawIds ? 4 : 0;
  const auto fields = text_fields(payload, input.server_version());
  // Protobuf bodies have no such fields.
  if (fields.empty() || (id_size != 0 && payload.size() > 4 && length_at(payload) > tws::kProtobufIdOffset))
    return change_payload(payload, id_size);
  const Span field = fields[rng_.below(fields.size())];
  std::string value = payload.substr(field.begin, field.end - field.begin);
  switch (rng_.below(6)) {
    case 0:
    case 1:
      value = kFields[rng_.below(std::size(kFields))];
      break;
    case 2: {
      // The value of another field: ids that meet, counts that look like prices.
      const std::string& other = any_frame(input);
      const auto others = text_fields(other, input.server_version());
      if (others.empty()) return;
      const Span from = others[rng_.below(others.size())];
      value = other.substr(from.begin, from.end - from.begin);
      break;
    }
    case 3:
      // One field more, or the same again.
      value += '\0';
      value += rng_.one_in(2) ? value.substr(0, value.size() - 1) : std::string{};
      break;
    case 4:
      payload.erase(field.begin, std::min(field.end + 1, payload.size()) - field.begin);
      if (payload.empty()) payload.push_back('\0');
      return;
    default:
      value.push_back('0');  // something to change where the field is empty
      change_payload(value, 0);
      break;
  }
  payload.replace(field.begin, field.end - field.begin, value);
}

void Mutator::change_order(Input& input) {
  auto& frames = input.frames;
  const std::uint64_t one = rng_.below(frames.size());
  const std::uint64_t other = rng_.below(frames.size());
  const auto place = frames.begin() + static_cast<std::ptrdiff_t>(one);
  switch (rng_.below(3)) {
    case 0:
      frames.erase(place);
      break;
    case 1:
      frames.insert(place, std::string{frames[other]});
      break;
    default:
      std::swap(frames[one], frames[other]);
      break;
  }
}

void Mutator::change_circumstances(Input& input) {
  switch (rng_.below(4)) {
    case 0:
      input.version = static_cast<std::uint8_t>(rng_.below(std::size(kVersions)));
      break;
    case 1:
      input.flags ^= static_cast<std::uint8_t>(1U << rng_.below(5));
      break;
    case 2:
      input.cuts = static_cast<std::uint8_t>(rng_.below(256));
      break;
    default: {
      // A length of its own at the end: short, absurd, or nothing.
      constexpr std::uint32_t kLengths[] = {0, 1, 100, 0xFFFFF, 0x100001, 0xFFFFFF, 0x1000000, 0x7FFFFFFF, 0xFFFFFFFF};
      std::byte length[4];
      store_be32(length, kLengths[rng_.below(std::size(kLengths))]);
      input.tail = rng_.one_in(3) ? std::string{} : std::string{as_text(length)} + input.tail.substr(0, 32);
      break;
    }
  }
}

void Mutator::fit(Input& input, std::size_t size_max) {
  while (size_of(input) > size_max && !input.frames.empty())
    input.frames.erase(input.frames.begin() + static_cast<std::ptrdiff_t>(rng_.below(input.frames.size())));
  if (size_of(input) > size_max) input.tail.clear();
}

}  // namespace tradewind::fuzz
