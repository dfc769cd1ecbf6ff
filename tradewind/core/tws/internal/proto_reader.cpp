#include "tradewind/core/tws/internal/proto_reader.hpp"

namespace tradewind::tws {

ProtoReader::Long ProtoReader::long_varint(const char* at, const char* end) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 70 && at < end; shift += 7) {
    const std::uint64_t part = static_cast<unsigned char>(*at++);
    value |= (part & 0x7f) << shift;
    if (part < 0x80) return {at, value};
  }
  return {end + 1, 0};
}

const char* ProtoReader::behind(std::uint32_t tag, const char* at, const char* end) {
  static constexpr std::uint32_t kReservedFrom = 19'000;
  static constexpr std::uint32_t kReservedTo = 19'999;
  ProtoReader in{at, end};
  in.tag_ = tag;
  const std::uint32_t number = tag >> 3;
  if (number == 0 || (number >= kReservedFrom && number <= kReservedTo)) {
    in.refuse();
  } else if (in.is(Wire::varint)) {
    static_cast<void>(in.varint());
  } else if (in.is(Wire::fixed64)) {
    in.at_ += 8;
  } else if (in.is(Wire::bytes)) {
    static_cast<void>(in.text());
  } else if (in.is(Wire::fixed32)) {
    in.at_ += 4;
  } else {
    in.refuse();  // groups, which this protocol does not have
  }
  return in.at_;
}

}  // namespace tradewind::tws
