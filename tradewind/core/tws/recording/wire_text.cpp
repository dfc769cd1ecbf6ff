#include "tradewind/core/tws/recording/wire_text.hpp"

#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/core/tws/reflect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <type_traits>

namespace tradewind::tws {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Every column that is not at its default, nested ones by "outer.inner", elements of lists by "name[i]".
template <class T>
void add_fields(Fields& fields, const std::string& path, const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    if (!value.empty()) fields.emplace_back(path, unescaped(value.substr(0, 4096)));
  } else if constexpr (std::is_same_v<T, bool>) {
    if (value) fields.emplace_back(path, "true");
  } else if constexpr (std::is_arithmetic_v<T>) {
    if (value != T{}) fields.emplace_back(path, fmt::format("{}", value));
  } else if constexpr (requires { value.raw(); }) {
    if (value.raw() != 0) fields.emplace_back(path, value.text());
  } else if constexpr (requires { for_each_column(value, [](const char*, const auto&) {}); }) {
    for_each_column(value, [&](const char* name, const auto& column) {
      add_fields(fields, path.empty() ? std::string{name} : path + "." + name, column);
    });
  } else if constexpr (requires { value.has_value(); }) {
    if (!value) return;
    if constexpr (requires { (*value).raw(); }) {
      fields.emplace_back(path, (*value).text());
    } else if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(*value)>>) {
      fields.emplace_back(path, fmt::format("{}", *value));
    } else {
      add_fields(fields, path, *value);
    }
  } else {
    std::size_t i = 0;
    for (const auto& item : value) add_fields(fields, fmt::format("{}[{}]", path, i++), item);
  }
}

}  // namespace

std::string with_accounts_masked(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_word = [&](char c) { return is_letter(c) || is_digit(c) || (c >= 'a' && c <= 'z') || c == '_'; };
  std::string masked;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end == at) {
      masked.push_back(text[at++]);
      continue;
    }
    const std::string_view word = text.substr(at, end - at);
    std::size_t letters = 0;
    while (letters < word.size() && is_letter(word[letters])) ++letters;
    const std::string_view digits = word.substr(letters);
    const bool is_account = letters >= 1 && letters <= 3 && digits.size() >= 5 &&
                            std::ranges::all_of(digits, is_digit) &&
                            std::string_view{"DUFI"}.find(word[0]) != std::string_view::npos;
    if (is_account) masked.append(word.substr(0, letters)).append("***").append(digits.substr(digits.size() - 3));
    else masked.append(word);
    at = end;
  }
  return masked;
}

// The two streams of one connection.
struct WireText::Conversation : ForwardingHandler<Conversation>, ForwardingOutgoing<Conversation> {
  explicit Conversation(const std::function<void(const WireLine&)>& say) : line{say} {}

  template <class Message>
  void on_any(const Message& message) {
    WireLine said = about(Message::kInfo.api);
    add_fields(said.fields, "", message);
    line(said);
  }

  [[nodiscard]] WireLine about(std::string name) const {
    return {.time = time,
            .connection = connection,
            .from_client = from_client,
            .name = std::move(name),
            .fields = {},
            .problem = {}};
  }

  void bytes(const WireEntry& entry) {
    time = entry.time;
    connection = entry.connection;
    from_client = entry.kind == WireEntry::Kind::sent;
    FrameReader& reader = from_client ? from_client_frames : from_gateway_frames;
    Bytes data = entry.data;
    if (from_client) {
      const std::size_t skipped = std::min(prefix_left, data.size());
      prefix_left -= skipped;
      data = data.subspan(skipped);
    }
    reader.feed(data);
    for (;;) {
      const auto payload = reader.next();
      if (!payload.has_value()) {
        if (!std::exchange(is_broken, true)) problem("frame", payload.error().detail);
        return;
      }
      if (!payload->has_value()) return;
      message(**payload);
    }
  }

  void message(Bytes payload) {
    if (from_client && !std::exchange(greeted, true)) {
      WireLine said = about("handshake");
      said.fields.emplace_back("versions", as_text(payload));
      return line(said);
    }
    if (!from_client && version == 0) {
      const std::string_view text = as_text(payload);
      const std::size_t end = text.find('\0');
      WireLine said = about("handshake");
      if (end == std::string_view::npos || std::from_chars(text.data(), text.data() + end, version).ec != std::errc{} ||
          version <= 0) {
        version = 0;
        said.problem = "not the answer to a handshake";
      } else {
        said.fields.emplace_back("version", fmt::format("{}", version));
        said.fields.emplace_back("time", text.substr(end + 1, text.size() - end - 2));
      }
      return line(said);
    }
    padded.clear();
    padded.append(payload);
    const FrameView frame = parse_frame(padded.contents(), version);
    if (frame.fault != nullptr) return problem("message", frame.fault);
    bool unknown = false;
    const DecodeFault fault =
        from_client ? dispatch(frame, version, outgoing, static_cast<OutgoingHandler&>(*this), counters, &unknown)
                    : dispatch(frame, version, incoming, static_cast<IncomingHandler&>(*this), counters, &unknown);
    if (fault.failed()) return problem(fault.message, fault.text());
    if (unknown) problem("message", fmt::format("id {} is not known", frame.id));
  }

  void problem(std::string name, std::string what) {
    WireLine said = about(std::move(name));
    said.problem = std::move(what);
    line(said);
  }

  const std::function<void(const WireLine&)>& line;
  Now time;
  std::uint32_t connection = 0;
  bool from_client = false;
  std::size_t prefix_left = 4;  // "API" and a NUL, before the client's first frame
  bool greeted = false;
  bool is_broken = false;
  int version = 0;
  FrameReader from_client_frames{kFrameSizeMax};
  FrameReader from_gateway_frames{kFrameSizeMax};
  ByteQueue padded;
  IncomingMessages incoming;
  OutgoingMessages outgoing;
  DecodeCounters counters;
};

WireText::WireText(std::function<void(const WireLine&)> line) : line_{std::move(line)} {}
WireText::~WireText() = default;

void WireText::read(const WireEntry& entry) {
  WireLine said{.time = entry.time,
                .connection = entry.connection,
                .from_client = false,
                .name = "connection",
                .fields = {},
                .problem = {}};
  switch (entry.kind) {
    case WireEntry::Kind::begin:
      return;
    case WireEntry::Kind::opened:
      conversation_ = std::make_unique<Conversation>(line_);
      said.fields.emplace_back("state", "opened");
      return line_(said);
    case WireEntry::Kind::closed:
      said.fields.emplace_back("state", "closed");
      said.fields.emplace_back("reason", as_text(entry.data));
      conversation_.reset();
      return line_(said);
    case WireEntry::Kind::dropped:
      said.name = "dropped";
      said.problem = as_text(entry.data);
      conversation_.reset();  // what follows may begin in the middle of a frame
      return line_(said);
    case WireEntry::Kind::received:
    case WireEntry::Kind::sent:
      if (conversation_) return conversation_->bytes(entry);
      said.name = "bytes";
      said.problem = "outside a connection, or after a hole: not read";
      return line_(said);
  }
}

}  // namespace tradewind::tws
