#include "tradewind/core/journal/records.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/journal/internal/cbor.hpp"
#include "tradewind/core/journal/internal/codec.hpp"
#include "tradewind/core/journal/internal/describe.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace tradewind::journal {
namespace {

// What the table knows of each alternative of Record, in the order of the variant.
struct Entry {
  RecordKind kind;
  void (*encode)(const void* record, ByteQueue& out);
  bool (*decode)(cbor::Reader& in, Record& record);
};

template <class T>
constexpr Entry entry() {
  return {T::kKind,
          [](const void* record, ByteQueue& out) {
            cbor::Writer writer{out};
            codec::put_map(writer, *static_cast<const T*>(record));
            writer.finish();
          },
          [](cbor::Reader& in, Record& record) { return codec::get_map(in, record.emplace<T>()); }};
}

template <class... T>
constexpr std::array<Entry, sizeof...(T)> entries(const std::variant<T...>*) {
  return {entry<T>()...};
}
constexpr auto kEntries = entries(static_cast<const Record*>(nullptr));

constexpr std::uint16_t kKindMax = [] {
  std::uint16_t highest = 0;
  for (const Entry& candidate : kEntries) highest = std::max(highest, candidate.kind.number);
  return highest;
}();

// From the number of a kind to its entry, and -1 for a number nobody has.
constexpr auto kIndexOf = [] {
  std::array<std::int16_t, kKindMax + 1> index{};
  index.fill(-1);
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    auto& slot = index[kEntries[i].kind.number];
    if (slot != -1) return std::array<std::int16_t, kKindMax + 1>{};
    slot = static_cast<std::int16_t>(i);
  }
  return index;
}();
static_assert(kIndexOf[0] == -1, "two records share a number");

const Entry* find(std::uint16_t kind) noexcept {
  if (kind > kKindMax) return nullptr;
  const int index = kIndexOf[kind];
  return index < 0 ? nullptr : &kEntries[static_cast<std::size_t>(index)];
}

}  // namespace

std::string_view kind_name(std::uint16_t kind) noexcept {
  const Entry* found = find(kind);
  return found == nullptr ? "?" : found->kind.name;
}

Result<Record> decode(std::uint16_t kind, std::uint16_t schema, Bytes payload) {
  const Entry* found = find(kind);
  if (found == nullptr || schema > kSchema) {
    return fail(Errc::unsupported,
                fmt::format("record kind {} ({}) schema {}: written by a newer version; read it with that one", kind,
                            kind_name(kind), schema));
  }
  cbor::Reader reader{payload};
  Result<Record> record;
  if (!found->decode(reader, *record)) {
    return fail(Errc::malformed, fmt::format("record {}: {}", found->kind.name, reader.error()));
  }
  if (!reader.at_end()) return fail(Errc::malformed, fmt::format("record {}: bytes behind its map", found->kind.name));
  return record;
}

void encode_payload(const Record& record, ByteQueue& out) {
  std::visit([&out]<class T>(const T& value) { detail::encode_payload(T::kKind.number, &value, out); }, record);
}

void detail::encode_payload(std::uint16_t kind, const void* record, ByteQueue& out) {
  const Entry* found = find(kind);
  TW_CHECK(found != nullptr);
  found->encode(record, out);
}

}  // namespace tradewind::journal
