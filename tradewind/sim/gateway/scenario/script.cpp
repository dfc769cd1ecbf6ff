#include "tradewind/sim/gateway/scenario/script.hpp"

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/sim/gateway/faults/catalogue.hpp"
#include "tradewind/sim/gateway/scenario/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <span>
#include <utility>

namespace tradewind::sim::gateway::scenario {
namespace {

// What a step is made of, beside its verb.
struct Form {
  Verb verb{};
  std::string_view word;
  bool has_message = false;
  bool has_time = false;    // its first word
  std::string_view options;  // names, with blanks around each
  std::string_view usage;
};

constexpr std::array kForms = std::to_array<Form>({
    {Verb::expect, "expect", true, false, " within client ",
     "expect MESSAGE [FIELD=VALUE ...] [within=30s] [client=N]"},
    {Verb::expect_no, "expect_no", true, false, " within client ",
     "expect_no MESSAGE [FIELD=VALUE ...] within=30s [client=N]"},
    {Verb::wait, "wait", false, true, "", "wait 30s"},
    {Verb::at, "at", false, false, "", "at 30s STEP, or at 23:45 STEP"},
    {Verb::send, "send", true, false, " client ", "send MESSAGE [FIELD=VALUE ...] [client=N|all]"},
    {Verb::half, "half", true, false, " client ", "half MESSAGE [FIELD=VALUE ...] [client=N|all]"},
    {Verb::drop, "drop", true, false, " times client ", "drop MESSAGE [FIELD=VALUE ...] [times=N|all] [client=N|all]"},
    {Verb::delay, "delay", true, false, " by times client ",
     "delay MESSAGE by=5s [FIELD=VALUE ...] [times=N|all] [client=N|all]"},
    {Verb::repeat, "repeat", true, false, " times client ",
     "repeat MESSAGE [FIELD=VALUE ...] [times=N|all] [client=N|all]"},
    {Verb::change, "change", true, false, " times client ",
     "change MESSAGE FIELD=VALUE ... [times=N|all] [client=N|all]"},
    {Verb::allow, "allow", true, false, "", "allow MESSAGE"},
    {Verb::mute, "mute", false, false, " client ", "mute [client=N|all]"},
    {Verb::unmute, "unmute", false, false, " client ", "unmute [client=N|all]"},
    {Verb::close, "close", false, false, " client ", "close [client=N|all]"},
    {Verb::reset, "reset", false, false, " client ", "reset [client=N|all]"},
    {Verb::restart, "restart", false, false, " for ", "restart [for=1min]"},
    {Verb::reset_order_ids, "reset_order_ids", false, false, "", "reset_order_ids"},
    {Verb::clock, "clock", false, true, "", "clock +5min, or clock -5min"},
    {Verb::skip, "skip", false, true, "", "skip 8h"},
    {Verb::fault, "fault", false, false, " times client ", "fault F094 [times=N] [client=N]"},
    {Verb::halt, "halt", false, false, "", "halt SYMBOL [volatility]"},
    {Verb::resume, "resume", false, false, "", "resume SYMBOL"},
    {Verb::link, "link", false, false, "", "link lost, link back, link back_without_data or link broken"},
    {Verb::farm, "farm", false, false, " kind ", "farm NAME broken|ok|inactive [kind=market|history|definitions]"},
});

constexpr Duration kSkipMax = std::chrono::hours{24};

bool is_one_of(std::string_view word, std::string_view words) {
  return words.find(fmt::format(" {} ", word)) != std::string_view::npos;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

// "23:45" as minutes since midnight.
std::optional<int> minute_in(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = number_in<unsigned>(text.substr(0, 2));
  const auto minute = number_in<unsigned>(text.substr(3));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return static_cast<int>(*hour * 60 + *minute);
}

// The name that is most like this one, for those who have misspelled it: the same but for capitals, or a beginning of it.
std::string similar(std::string_view name, const std::vector<std::string>& names) {
  const auto lower = [](std::string_view text) {
    std::string low{text};
    for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return low;
  };
  const std::string sought = lower(name);
  for (const std::string& candidate : names) {
    if (lower(candidate) == sought) return candidate;
  }
  for (const std::string& candidate : names) {
    if (sought.size() >= 4 && lower(candidate).starts_with(sought.substr(0, sought.size() - 1))) return candidate;
  }
  return {};
}

class Parser {
 public:
  Parser(std::string_view file, Script& script) : script_{script} { script.file = file; }

  std::vector<std::string> parse(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++number_;
      if (number_ == 1) read_behaviour(line);
      else read_line(line);
    }
    if (number_ == 0) {
      number_ = 1;
      read_behaviour({});
    }
    if (script_.steps.empty() && errors_.empty())
      wrong("there are no steps; begin with one, such as 'expect startApi'");
    return std::move(errors_);
  }

 private:
  void wrong(std::string_view what) { errors_.push_back(fmt::format("{}:{}: {}", script_.file, number_, what)); }

  void read_behaviour(std::string_view line) {
    if (line.starts_with("# ")) script_.behaviour = line.substr(2);
    if (script_.behaviour.empty())
      wrong("the first line says in one sentence what happens, behind '# '; `tradewind sim list` shows it");
    if (!line.starts_with('#')) read_line(line);
  }

  void read_line(std::string_view line) {
    const auto words = words_of(line);
    if (!words.has_value()) return wrong(words.error().detail + "; close the quotation on the same line");
    if (words->empty()) return;
    if (words->front() == "options") return read_options(*words);
    Step step;
    if (!read_step(*words, step)) return;
    const std::size_t first = line.find_first_not_of(' ');
    step.text = line.substr(first, line.find_last_not_of(' ') + 1 - first);
    script_.steps.push_back(std::move(step));
  }

  void read_options(const std::vector<std::string>& words) {
    if (!script_.steps.empty()) return wrong("options come before the first step; move them up");
    Settings& settings = script_.settings;
    for (const std::string& word : std::span{words}.subspan(1)) {
      const std::size_t equals = word.find('=');
      const std::string name = word.substr(0, equals);
      const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
      if (value.empty()) {
        wrong(fmt::format("'{}' is no option; write NAME=VALUE", word));
      } else if (name == "seed") {
        settings.seed = number_in<std::uint64_t>(value);
        if (!settings.seed) wrong(fmt::format("seed={}: it is a whole number", value));
      } else if (name == "symbols") {
        settings.symbols.clear();
        for (std::string_view rest = value; !rest.empty();) {
          settings.symbols.emplace_back(rest.substr(0, rest.find(',')));
          rest.remove_prefix(std::min(rest.size(), settings.symbols.back().size() + 1));
        }
      } else if (name == "speed") {
        settings.speed = value;
      } else if (name == "server_version") {
        settings.server_version = number_in<int>(value);
        if (!settings.server_version || *settings.server_version < tws::kMinServerVersion ||
            *settings.server_version > tws::kMaxServerVersion)
          wrong(fmt::format("server_version={}: it is from {} to {}", value, tws::kMinServerVersion,
                            tws::kMaxServerVersion));
      } else if (name == "market_data") {
        settings.market_data = value;
        if (!is_one_of(value, " live not-for-api delayed none "))
          wrong(fmt::format("market_data={}: it is live, not-for-api, delayed or none", value));
      } else if (name == "read_only") {
        settings.read_only = value == "1";
        if (value != "0" && value != "1") wrong(fmt::format("read_only={}: it is 0 or 1", value));
      } else {
        wrong(
            fmt::format("there is no option '{}'; there are seed, symbols, speed, server_version, market_data and "
                        "read_only",
                        name));
      }
    }
  }

  // False, and said why: it is no step.
  bool read_step(const std::vector<std::string>& words, Step& step) {
    const auto form = std::ranges::find(kForms, std::string_view{words.front()}, &Form::word);
    if (form == kForms.end()) {
      std::vector<std::string_view> verbs;
      for (const Form& one : kForms) verbs.push_back(one.word);
      wrong(fmt::format("there is no step '{}'; there are {}", words.front(), fmt::join(verbs, ", ")));
      return false;
    }
    step.line = number_;
    step.verb = form->verb;
    const std::size_t errors = errors_.size();
    if (form->verb == Verb::at) read_at(words, step);
    else read_parts(*form, words, step);
    return errors_.size() == errors;
  }

  void read_at(const std::vector<std::string>& words, Step& step) {
    if (words.size() < 3) return wrong("something is missing; write: at 30s STEP, or at 23:45 STEP");
    step.minute = minute_in(words[1]);
    if (!step.minute) {
      const auto time = duration_in(words[1]);
      if (!time) return wrong(fmt::format("'{}' is no time; write 500ms, 30s, 5min, 2h or 23:45", words[1]));
      step.time = *time;
    }
    const std::vector<std::string> rest{words.begin() + 2, words.end()};
    if (is_one_of(rest.front(), " expect expect_no wait at "))
      return wrong(
          fmt::format("'{}' cannot be done at a time; it waits in its turn, on a line of its own", rest.front()));
    step.later.emplace_back();
    if (read_step(rest, step.later.back())) step.later.back().text = fmt::format("{}", fmt::join(rest, " "));
  }

  void read_parts(const Form& form, const std::vector<std::string>& words, Step& step) {
    const auto misses = [&](std::string_view what) { wrong(fmt::format("{}; write: {}", what, form.usage)); };
    std::vector<std::string> plain;
    bool has_by = false;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::string& word = words[i];
      const std::size_t sign = word.find_first_of("=~");
      if (sign == std::string::npos || sign == 0) {
        plain.push_back(word);
        continue;
      }
      const std::string name = word.substr(0, sign);
      const std::string value = word.substr(sign + 1);
      if (word[sign] == '=' && is_one_of(name, form.options)) {
        has_by = has_by || name == "by";
        if (const std::string problem = read_option(name, value, step); !problem.empty()) misses(problem);
      } else if (form.has_message) {
        step.fields.push_back({name, value, word[sign] == '~'});
      } else {
        misses(fmt::format("'{}' says nothing here", word));
      }
    }
    const std::size_t wants = form.has_message || form.has_time ? 1 : 0;
    if (plain.size() < wants) return misses("something is missing");
    if (form.has_message) {
      if (plain.size() > 1) return misses(fmt::format("'{}' is no field; write FIELD=VALUE", plain[1]));
      read_message(plain.front(), step);
      if (step.verb == Verb::expect_no && !step.within) misses("for how long is missing");
      if (step.verb == Verb::delay && !has_by) misses("by how much is missing");
      if (step.verb == Verb::change && step.fields.empty()) misses("what to change is missing");
      return;
    }
    read_plain(form, plain, step);
  }

  // Empty, or what is wrong.
  std::string read_option(const std::string& name, const std::string& value, Step& step) {
    if (name == "client") {
      step.target.all = value == "all" && step.verb != Verb::expect && step.verb != Verb::expect_no;
      if (step.target.all) return {};
      step.target.client = number_in<std::int32_t>(value);
      return step.target.client ? "" : fmt::format("client={} is no client id", value);
    }
    if (name == "times") {
      step.times = number_in<int>(value);
      if (step.times && *step.times >= 1 && *step.times <= 1000) return {};
      step.times.reset();
      return value == "all" && step.verb != Verb::fault ? ""
                                                        : fmt::format("times={} is no number from 1 to 1000", value);
    }
    if (name == "kind") {
      step.state = value;
      return is_one_of(value, " market history definitions ") ? "" : fmt::format("kind={} is none", value);
    }
    const auto time = duration_in(value);
    if (!time) return fmt::format("{}={} is no time", name, value);
    if (name == "within") step.within = *time;
    else step.time = *time;
    return {};
  }

  void read_message(const std::string& api, Step& step) {
    step.api = api;
    const auto kind = find_message(api);
    if (!kind) {
      auto names = message_names(tws::Direction::client_to_gateway);
      std::ranges::copy(message_names(tws::Direction::gateway_to_client), std::back_inserter(names));
      const std::string meant = similar(api, names);
      return wrong(fmt::format("there is no message '{}'; {}`tradewind sim list --messages` names them", api,
                               meant.empty() ? "" : fmt::format("is {} meant? ", meant)));
    }
    step.kind = *kind;
    if ((step.verb == Verb::send || step.verb == Verb::half) && kind->direction == tws::Direction::client_to_gateway)
      return wrong(fmt::format("{} is a message of clients; a gateway cannot send it", api));
    for (Field& field : step.fields) read_field(step, field);
  }

  void read_field(const Step& step, Field& field) {
    const bool matches = step.verb != Verb::send && step.verb != Verb::half && step.verb != Verb::change;
    if (!has_message_field(step.api, field.path))
      return wrong(fmt::format("{} has no field '{}'; `tradewind sim list --fields {}` names them", step.api,
                               field.path, step.api));
    if (field.contains && !matches)
      return wrong(fmt::format("{}~ only compares; give it a value with {}=", field.path, field.path));
    if (field.value.starts_with('$')) return read_variable(step, field.value);
    // Of a list, what stands further in front may not be there yet; and what is compared may be unset.
    if (field.contains || field.path.contains('[') || (matches && field.value.empty())) return;
    auto value = field_value(step.api, field.path, field.value);
    if (!value.has_value()) return wrong(fmt::format("{}={}: {}", field.path, field.value, value.error().detail));
    if (matches) field.value = *std::move(value);
  }

  void read_variable(const Step& step, const std::string& name) {
    if (name == "$now" || name == "$client" || known_.contains(name)) return;
    if (step.verb == Verb::expect) known_.insert(name);
    else
      wrong(
          fmt::format("{} is not known here; an expectation before this line takes it, as in "
                      "'expect placeOrder orderId={}'",
                      name, name));
  }

  void read_plain(const Form& form, const std::vector<std::string>& plain, Step& step) {
    const auto misses = [&](std::string_view what) { wrong(fmt::format("{}; write: {}", what, form.usage)); };
    std::size_t used = form.has_time || is_one_of(form.word, " fault halt resume link farm ") ? 1 : 0;
    if (plain.size() < used) return misses("something is missing");
    if (form.has_time) {
      std::string_view text = plain[0];
      const bool back = step.verb == Verb::clock && text.starts_with('-');
      if (step.verb == Verb::clock && (back || text.starts_with('+'))) text.remove_prefix(1);
      const auto time = duration_in(text);
      if (!time) return misses(fmt::format("'{}' is no time", plain[0]));
      if (step.verb == Verb::skip && *time > kSkipMax) return misses("more than 24h at once is refused");
      step.time = back ? -*time : *time;
    } else if (step.verb == Verb::fault) {
      step.name = plain[0];
      if (!faults::find_fault(step.name))
        return wrong(
            fmt::format("'{}' is no fault of this gateway; `tradewind sim list --faults` names them", step.name));
    } else if (step.verb == Verb::halt || step.verb == Verb::resume) {
      step.name = plain[0];
      if (step.verb == Verb::halt && plain.size() == 2) {
        if (plain[1] != "volatility") return misses(fmt::format("'{}' is no kind of halt", plain[1]));
        step.state = plain[1];
        used = 2;
      }
    } else if (step.verb == Verb::link) {
      step.state = plain[0];
      if (!is_one_of(step.state, " lost back back_without_data broken "))
        return misses(fmt::format("'{}' is nothing that becomes of a link", step.state));
    } else if (step.verb == Verb::farm) {
      if (plain.size() < 2) return misses("something is missing");
      if (!is_one_of(plain[1], " broken ok inactive "))
        return misses(fmt::format("'{}' is nothing that becomes of a farm", plain[1]));
      step.name = plain[0];
      step.state = fmt::format("{} {}", step.state.empty() ? "market" : step.state, plain[1]);
      if (step.state == "definitions inactive") return misses("the definitions' farm is broken or ok");
      used = 2;
    }
    if (plain.size() > used) misses(fmt::format("'{}' says nothing here", plain[used]));
  }

  Script& script_;
  int number_ = 0;
  std::set<std::string> known_;
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> parse(std::string_view file, std::string_view text, Script& script) {
  return Parser{file, script}.parse(text);
}

}  // namespace tradewind::sim::gateway::scenario
