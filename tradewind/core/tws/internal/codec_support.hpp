#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/internal/field_reader.hpp"
#include "tradewind/core/tws/internal/proto_writer.hpp"
#include "tradewind/core/tws/internal/protobuf.hpp"
#include "tradewind/core/tws/internal/text_writer.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What the generated codecs are made of. For .cpp files of core/tws only.
namespace tradewind::tws {

void read_tags(FieldReader& in, const char* field, std::vector<TagValue>& tags);
void write_tags(TextWriter& out, const char* field, const std::vector<TagValue>& tags);
// One field of `tag=value;` pairs. A pair without '=' is a tag without value.
void read_joined(FieldReader& in, const char* field, std::vector<TagValue>& tags);
void write_joined(TextWriter& out, const char* field, const std::vector<TagValue>& tags);
// The connector of an order condition: "a" is and, "o" is or.
bool read_and_or(FieldReader& in, const char* field);

// A list of prices beside a list of structs: as many as there are structs when any is set, otherwise none.
template <class Struct>
void write_prices(TextWriter& out, const std::vector<Struct>& structs, std::optional<Price> Struct::* price) {
  bool any = false;
  for (const Struct& item : structs) any = any || (item.*price).has_value();
  out.int32(any ? static_cast<std::int32_t>(structs.size()) : 0);
  if (!any) return;
  for (const Struct& item : structs) out.optional_fixed(item.*price, Unset::empty);
}

void read_proto_tag(Bytes body, std::vector<TagValue>& tags, protobuf::Fault& fault);

void write_nested_tag(ProtoWriter& out, std::uint32_t number, const TagValue& item);

template <class Struct>
inline const Struct kEmptyStruct{};

// Official clients leave out a message inside that has nothing in it, even where a gateway would write its zeros.
template <class Struct>
void write_nested(ProtoWriter& out, std::uint32_t number, const Struct& item, int server_version) {
  if (item == kEmptyStruct<Struct>) return;
  const ProtoWriter::Nested nested = out.begin(number);
  write_proto(out, item, server_version);
  out.end(nested, ProtoWriter::Empty::left_out);
}

// An element of a list, a part that may be absent and is not, and some that are always there: empty ones count, too.
template <class Struct>
void write_nested_always(ProtoWriter& out, std::uint32_t number, const Struct& item, int server_version) {
  const ProtoWriter::Nested nested = out.begin(number);
  write_proto(out, item, server_version);
  out.end(nested, ProtoWriter::Empty::there);
}

// Reading a protobuf body notes which columns it sets, a bit for each of a struct's numbered columns in words of its own,
// followed by the words of the structs inside that always are. With the words of the body before, only what that one set
// and this one did not is emptied: most messages of a kind have the same fields, and an order has 150 others.
template <class Struct>
inline constexpr std::size_t kSetWords = 1;
template <class Struct>
using SetColumns = std::array<std::uint64_t, kSetWords<Struct>>;
// The first word of a message that was last read from text: then anything may be set.
inline constexpr std::uint64_t kSetByText = ~std::uint64_t{0};

// A new element of a list, or a part that may be absent; `again` when it has been read from this very body before.
template <class Struct>
void read_part(Bytes body, Struct& part, bool again, protobuf::Fault& fault) {
  SetColumns<Struct> set{};
  if (again) set.fill(~std::uint64_t{0});
  read_proto(body, part, set.data(), fault);
}

template <class Message>
[[gnu::cold, gnu::noinline]] void empty_stale(Message& message, SetColumns<Message> set,
                                              const SetColumns<Message>& now) {
  for (std::size_t i = 0; i < set.size(); ++i) set[i] &= ~now[i];
  empty_columns(message, set.data());
}

// Reads a body into a message used before, whose columns that are not empty `set` knows.
template <class Message>
[[gnu::always_inline]] inline protobuf::Fault read_over(Bytes body, Message& message, SetColumns<Message>& set) {
  if (set[0] == kSetByText) [[unlikely]] {
    message = Message{};
    set = {};
  }
  protobuf::Fault fault;
  SetColumns<Message> now{};
  read_proto(body, message, now.data(), fault);
  if (fault.what != nullptr) [[unlikely]] {
    for (std::size_t i = 0; i < set.size(); ++i) set[i] |= now[i];
    return fault;
  }
  std::uint64_t stale = 0;
  for (std::size_t i = 0; i < set.size(); ++i) stale |= set[i] & ~now[i];
  if (stale != 0) [[unlikely]]
    empty_stale(message, set, now);
  set = now;
  return fault;
}

template <class Message, class Handler, class Counters>
[[gnu::always_inline]] inline DecodeFault deliver_by(const FrameView& frame, Message& message, SetColumns<Message>& set,
                                                     Handler& handler, void (Handler::*call)(const Message&),
                                                     Counters& counters) {
  if (frame.fault != nullptr) [[unlikely]]
    return {Message::kInfo.name, "", 0, frame.fault};
  const protobuf::Fault fault = read_over(frame.body, message, set);
  if (fault.what != nullptr) [[unlikely]]
    return {Message::kInfo.name, fault.field, 0, fault.what};
  ++counters.messages;
  (handler.*call)(message);
  return {};
}

template <class Message>
Result<void> encode_message(const Message& message, int server_version, ByteQueue& out) {
  if (server_version < Message::kInfo.since) [[unlikely]] {
    return fail(Errc::invalid_argument, fmt::format("{} needs server version {}, this session has {}",
                                                    Message::kInfo.name, Message::kInfo.since, server_version));
  }
  const std::size_t before = out.size();
  static_cast<void>(out.prepare(8));
  out.commit(4);  // the length, filled in below
  const char* fault_field = nullptr;
  bool as_protobuf = false;
  if constexpr (Message::kInfo.protobuf_since != 0) {
    if (server_version >= Message::kInfo.protobuf_since) {
      as_protobuf = true;
      store_be32(out.prepare(4), static_cast<std::uint32_t>(Message::kInfo.id + kProtobufIdOffset));
      out.commit(4);
      ProtoWriter writer{out};
      write_proto(writer, message, server_version);
    }
  }
  if constexpr (Message::kInfo.has_text) {
    if (!as_protobuf) {
      if (server_version >= kVersionRawIds) {
        store_be32(out.prepare(4), static_cast<std::uint32_t>(Message::kInfo.id));
        out.commit(4);
      }
      TextWriter writer{out};
      if (server_version < kVersionRawIds) writer.int32(Message::kInfo.id);
      write_text(writer, server_version, message);
      fault_field = writer.fault_field();
    }
  }
  const std::size_t size = out.size() - before - 4;
  if (fault_field != nullptr || size > kFrameSizeMax) [[unlikely]] {
    out.retract(size + 4);
    if (fault_field == nullptr)
      return fail(Errc::out_of_range, fmt::format("{}: {} bytes do not fit in one frame", Message::kInfo.name, size));
    return fail(Errc::invalid_argument,
                fmt::format("{}.{}: only printable ASCII can be sent", Message::kInfo.name, fault_field));
  }
  store_be32(out.mutable_at(before), static_cast<std::uint32_t>(size));
  return {};
}

template <class Message>
DecodeFault decode_message(const FrameView& frame, int server_version, Message& message,
                           std::uint64_t& trailing_fields) {
  const char* name = Message::kInfo.name;
  if (frame.fault != nullptr) return {name, "", 0, frame.fault};
  if (frame.is_protobuf) {
    if constexpr (Message::kInfo.protobuf_since == 0) {
      return {name, "", 0, "no protobuf form of this message is known"};
    } else {
      message = Message{};
      SetColumns<Message> set{};
      const protobuf::Fault fault = read_over(frame.body, message, set);
      if (fault.what != nullptr) return {name, fault.field, 0, fault.what};
      return {};
    }
  }
  if constexpr (Message::kInfo.has_text) {
    FieldFault fault;
    FieldReader in{frame.body, fault};
    reset(message);
    read_text(in, server_version, message);
    if (in.failed()) [[unlikely]]
      return {name, fault.field, fault.offset, fault.what};
    if (!in.at_end()) ++trailing_fields;
    return {};
  } else {
    return {name, "", 0, "this message has no text form"};
  }
}

}  // namespace tradewind::tws
