#include "tradewind/sim/recording/scrubber.hpp"

#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tradewind::sim::recording {
namespace {

enum class Holds : std::uint8_t { text, security, account, name, xml };

// What a column of this name holds, in whatever message.
Holds holds(std::string_view column) {
  constexpr std::array kAccounts = {
      "account",    "accountId", "accountName",     "accountsList",    "acctCode",
      "acctNumber", "group",     "clearingAccount", "customerAccount", "deltaNeutralClearingAccount"};
  constexpr std::array kNames = {"submitter",
                                 "faGroup",
                                 "modelCode",
                                 "familyCode",
                                 "shareholder",
                                 "extOperator",
                                 "mifid2DecisionMaker",
                                 "settlingFirm",
                                 "mifid2ExecutionTrader",
                                 "trustedIPs",
                                 "deltaNeutralSettlingFirm",
                                 "apiData",
                                 "opaqueIsvKey",
                                 "xyzChallenge",
                                 "xyzResponse",
                                 "whiteBrandingId"};
  constexpr std::array kSecurities = {"symbol",       "localSymbol",
                                      "tradingClass", "secId",
                                      "underSymbol",  "underlyingSymbol",
                                      "cusip",        "pattern",
                                      "issuerId",     "comboLegsDescrip",
                                      "execId",       "articleId",
                                      "marketName",   "lastTradeDateOrContractMonth"};
  const auto is_in = [column](const auto& names) { return std::ranges::find(names, column) != names.end(); };
  if (is_in(kAccounts)) return Holds::account;
  if (is_in(kNames)) return Holds::name;
  if (is_in(kSecurities)) return Holds::security;
  return column == "xml" ? Holds::xml : Holds::text;
}

// The rows of an account's values whose value is no figure.
bool is_account_key(std::string_view key) {
  return key.starts_with("AccountCode") || key.starts_with("AccountOrGroup") || key.starts_with("Owner");
}

// A text of the message that was read: where it lies, and what is written there instead.
struct Place {
  std::size_t begin = 0;
  std::size_t size = 0;
  std::string text;
};

// Finds the texts of a message.
class Texts : public tws::ForwardingHandler<Texts>, public tws::ForwardingOutgoing<Texts> {
 public:
  Texts(Pseudonyms& pseudonyms, Bytes payload) : pseudonyms_{pseudonyms}, payload_{as_text(payload)} {}

  template <class Message>
  void on_any(const Message& message) {
    add_columns(message);
    std::ranges::sort(places, {}, &Place::begin);
    const auto same = [](const Place& a, const Place& b) { return a.begin == b.begin; };
    places.erase(std::unique(places.begin(), places.end(), same), places.end());
  }

  std::vector<Place> places;

 private:
  template <class Message>
  void add_columns(const Message& message) {
    bool names_account = false;
    if constexpr (requires { message.key; }) names_account = is_account_key(message.key);
    else if constexpr (requires { message.tag; }) names_account = is_account_key(message.tag);
    for_each_column(message, [&](const char* name, const auto& column) {
      add(std::string_view{name} == "value" && names_account ? "account" : name, column);
    });
  }
  template <class T>
  void add(const char* column, const T& value) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      add_text(holds(column), value);
    } else if constexpr (std::is_arithmetic_v<T> || requires { value.raw(); }) {
      return;
    } else if constexpr (requires { for_each_column(value, [](const char*, const auto&) {}); }) {
      add_columns(value);
    } else if constexpr (requires { value.has_value(); }) {
      if (value) add(column, *value);
    } else {
      for (const auto& item : value) add(column, item);
    }
  }
  void add_text(Holds what, std::string_view text) {
    const std::less<const char*> before;
    const char* const end = payload_.data() + payload_.size();
    // Some empty texts, and names for what was left out, lie elsewhere.
    if (text.empty() || before(text.data(), payload_.data()) || !before(text.data(), end)) return;
    places.push_back({static_cast<std::size_t>(text.data() - payload_.data()), text.size(), replacement(what, text)});
  }
  std::string replacement(Holds what, std::string_view text) {
    switch (what) {
      case Holds::account:
        return pseudonyms_.for_accounts(text);
      case Holds::name:
        return pseudonyms_.for_name(text);
      case Holds::xml:
        return pseudonyms_.for_xml(text);
      case Holds::security:
        return pseudonyms_.for_text(text, false);
      case Holds::text:
        break;
    }
    return pseudonyms_.for_text(text, true);
  }

  Pseudonyms& pseudonyms_;
  std::string_view payload_;
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

// Writes a message again with other texts, and makes texts unreadable that no column holds.
class Rewriter {
 public:
  Rewriter(std::string_view payload, const std::vector<Place>& places) : payload_{payload}, places_{places} {}

  [[nodiscard]] std::uint64_t masked() const { return masked_; }

  // Fields that end with a NUL each.
  std::string text(std::size_t from) {
    std::string out;
    for (std::size_t at = from; at < payload_.size();) {
      const std::size_t end = std::min(payload_.find('\0', at), payload_.size());
      if (first_within(at, end) == places_.size()) out += unknown_field(payload_.substr(at, end - at));
      else out += spliced(at, end);
      if (end < payload_.size()) out += '\0';
      at = end + 1;
    }
    return out;
  }

  // Nothing when the bytes are no fields.
  std::optional<std::string> protobuf(std::size_t begin, std::size_t end) {
    std::string out;
    for (std::size_t at = begin; at < end;) {
      const std::size_t field = at;
      const auto tag = varint(at, end);
      if (!tag || *tag >> 3U == 0) return std::nullopt;
      std::uint64_t size = 0;
      switch (*tag & 7U) {
        case 0:
          if (!varint(at, end)) return std::nullopt;
          break;
        case 1:
          size = 8;
          break;
        case 5:
          size = 4;
          break;
        case 2: {
          out += payload_.substr(field, at - field);
          const auto length = varint(at, end);
          if (!length || *length > end - at) return std::nullopt;
          const std::string value = bytes(at, at + *length);
          append_varint(out, value.size());
          out += value;
          at += *length;
          continue;
        }
        default:
          return std::nullopt;
      }
      if (size > end - at) return std::nullopt;
      at += size;
      out += payload_.substr(field, at - field);
    }
    return out;
  }

 private:
  // The first text that begins there or later and ends there or before; how many there are when none does.
  [[nodiscard]] std::size_t first_within(std::size_t begin, std::size_t end) const {
    const auto found = std::ranges::lower_bound(places_, begin, {}, &Place::begin);
    if (found == places_.end() || found->begin + found->size > end) return places_.size();
    return static_cast<std::size_t>(found - places_.begin());
  }

  std::string spliced(std::size_t begin, std::size_t end) {
    std::string out;
    for (std::size_t i = first_within(begin, end); i < places_.size() && places_[i].begin + places_[i].size <= end;
         ++i) {
      if (places_[i].begin < begin) continue;  // within the one before
      out += payload_.substr(begin, places_[i].begin - begin);
      out += places_[i].text;
      begin = places_[i].begin + places_[i].size;
    }
    return out += payload_.substr(begin, end - begin);
  }

  // What has a length: a text, a message, or packed numbers.
  std::string bytes(std::size_t begin, std::size_t end) {
    const std::string_view value = payload_.substr(begin, end - begin);
    if (const std::size_t i = first_within(begin, end); i < places_.size()) {
      if (places_[i].begin == begin && places_[i].size == value.size()) return places_[i].text;
      if (auto fields = protobuf(begin, end)) return *std::move(fields);
      return mask(value);
    }
    const bool is_printable = std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
    if (is_printable) return unknown_field(value);
    if (auto fields = protobuf(begin, end)) return *std::move(fields);
    // Packed numbers are neither, and three letters in a row among them are chance.
    int letters = 0;
    for (const char c : value) {
      letters = is_letter(c) && static_cast<unsigned char>(c) < 0x80 ? letters + 1 : 0;
      if (letters == 3) return mask(value);
    }
    return std::string{value};
  }

  // Figures, and the few words that stand for one or for nothing, tell nothing.
  std::string unknown_field(std::string_view value) {
    constexpr std::array kWords = {"true", "false", "None", "NaN", "Infinity", "-Infinity"};
    const bool is_figure =
        std::ranges::all_of(value, [](char c) { return std::string_view{"0123456789+-.eE?"}.contains(c); });
    if (is_figure || std::ranges::none_of(value, is_letter) || value.size() == 1 ||
        std::ranges::find(kWords, value) != kWords.end())
      return std::string{value};
    return mask(value);
  }
  std::string mask(std::string_view value) {
    ++masked_;
    return std::string(value.size(), 'x');
  }

  [[nodiscard]] std::optional<std::uint64_t> varint(std::size_t& at, std::size_t end) const {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && at < end; shift += 7) {
      const auto byte = static_cast<unsigned char>(payload_[at++]);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }
  static void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out += static_cast<char>((value & 0x7FU) | 0x80U);
    out += static_cast<char>(value);
  }

  std::string_view payload_;
  const std::vector<Place>& places_;
  std::uint64_t masked_ = 0;
};

}  // namespace

struct Scrubber::State {
  Pseudonyms pseudonyms;
  std::uint64_t masked = 0;
  tws::IncomingMessages incoming;
  tws::OutgoingMessages outgoing;
  tws::DecodeCounters counters;
  std::string clean;
};

Scrubber::Scrubber() : state_{std::make_unique<State>()} {}
Scrubber::~Scrubber() = default;

Result<Bytes> Scrubber::scrub(bool from_client, Bytes payload, int server_version) {
  State& state = *state_;
  const tws::FrameView frame = tws::parse_frame(payload, server_version);
  if (frame.fault != nullptr) return fail(Errc::malformed, frame.fault);
  Texts texts{state.pseudonyms, payload};
  bool unknown = false;
  const tws::DecodeFault fault =
      from_client ? tws::dispatch(frame, server_version, state.outgoing, static_cast<tws::OutgoingHandler&>(texts),
                                  state.counters, &unknown)
                  : tws::dispatch(frame, server_version, state.incoming, static_cast<tws::IncomingHandler&>(texts),
                                  state.counters, &unknown);
  // Not the whole fault: it may repeat what it found.
  if (fault.failed()) return fail(Errc::malformed, fmt::format("{} cannot be read", fault.message));
  if (unknown) return fail(Errc::unsupported, fmt::format("message id {} is not known", frame.id));
  const std::string_view whole = as_text(payload);
  const std::size_t body = whole.size() - frame.body.size();
  Rewriter rewriter{whole, texts.places};
  state.clean = whole.substr(0, body);
  if (frame.is_protobuf) {
    const auto fields = rewriter.protobuf(body, whole.size());
    if (!fields) return fail(Errc::malformed, fmt::format("message id {} is no protobuf", frame.id));
    state.clean += *fields;
  } else {
    state.clean += rewriter.text(body);
  }
  state.masked += rewriter.masked();
  return as_bytes(state.clean);
}

const Pseudonyms& Scrubber::pseudonyms() const { return state_->pseudonyms; }
std::uint64_t Scrubber::masked() const { return state_->masked; }

}  // namespace tradewind::sim::recording
