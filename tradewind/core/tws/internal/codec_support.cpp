#include "tradewind/core/tws/internal/codec_support.hpp"

namespace tradewind::tws {

void read_tags(FieldReader& in, const char* field, std::vector<TagValue>& tags) {
  const std::size_t count = in.count(field, 2);
  tags.clear();
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    TagValue& item = tags.emplace_back();
    item.tag = in.text(field);
    item.value = in.text(field);
  }
}

void write_tags(TextWriter& out, const char* field, const std::vector<TagValue>& tags) {
  out.int32(static_cast<std::int32_t>(tags.size()));
  for (const TagValue& item : tags) {
    out.text(field, item.tag);
    out.text(field, item.value);
  }
}

void read_joined(FieldReader& in, const char* field, std::vector<TagValue>& tags) {
  tags.clear();
  std::string_view rest = in.text(field);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    tags.push_back({pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))});
  }
}

void write_joined(TextWriter& out, const char* field, const std::vector<TagValue>& tags) {
  std::string joined;
  for (const TagValue& item : tags) {
    joined.append(item.tag).append("=").append(item.value).append(";");
  }
  out.text(field, joined);
}

bool read_and_or(FieldReader& in, const char* field) {
  const std::string_view connector = in.text(field);
  if (connector != "a" && connector != "o") in.fail(field, "a connector is 'a' or 'o'");
  return connector == "a";
}

void read_proto_tag(Bytes body, std::vector<TagValue>& tags, protobuf::Fault& fault) {
  TagValue& item = tags.emplace_back();
  ProtoReader in{body};
  while (in.next()) {
    if (in.tag() == tag_of(1, Wire::bytes)) {
      item.tag = in.text();
    } else if (in.tag() == tag_of(2, Wire::bytes)) {
      item.value = in.text();
    } else {
      in.skip();
    }
  }
  protobuf::finish(in, fault);
}

void write_nested_tag(ProtoWriter& out, std::uint32_t number, const TagValue& item) {
  const ProtoWriter::Nested nested = out.begin(number);
  out.text(1, item.tag);
  out.text(2, item.value);
  out.end(nested, ProtoWriter::Empty::there);
}

}  // namespace tradewind::tws
