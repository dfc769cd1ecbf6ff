#include "tradewind/core/client/chains/qualify_plan.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/tws/error_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace tradewind::client::chains {
namespace {

constexpr std::int32_t kNoSecurityDefinition = 200;

std::optional<Right> right_of(std::string_view text) {
  if (text == "C" || text == "CALL") return Right::call;
  if (text == "P" || text == "PUT") return Right::put;
  return std::nullopt;
}

bool is_date(std::string_view text, Expiry expiry) {
  const auto parsed = Expiry::parse(text);
  return parsed && *parsed == expiry;
}

bool may_be_tried_again(const tws::ErrorInfo& info) {
  return info.retry == tws::RetryAdvice::after_wait || info.retry == tws::RetryAdvice::reconnect ||
         info.retry == tws::RetryAdvice::resubscribe;
}

// Exact: a strike is a decimal of few digits, and the decimal nearest to a double is unique.
double wire_strike(Price strike) { return std::strtod(strike.text().c_str(), nullptr); }

}  // namespace

QualifyPlan::QualifyPlan(Underlying underlying, std::vector<Candidate> candidates, const Options& options)
    : underlying_{std::move(underlying)},
      candidates_{std::move(candidates)},
      entries_(candidates_.size()),
      options_{options} {
  TW_CHECK(options_.in_flight_max > 0 && options_.tries_max > 0);
  expiries_.reserve(candidates_.size());
  for (const Candidate& each : candidates_) expiries_.push_back(each.expiry.text());
}

std::optional<QualifyPlan::Ask> QualifyPlan::next() {
  if (cancelled_ || open_.size() >= options_.in_flight_max) return std::nullopt;
  while (first_waiting_ < entries_.size() && entries_[first_waiting_].state != State::waiting) ++first_waiting_;
  if (first_waiting_ == entries_.size()) return std::nullopt;
  Entry& entry = entries_[first_waiting_];
  entry.state = State::asked;
  entry.strange_rows = 0;
  entry.option.reset();
  ++entry.tries;
  open_.emplace(++last_number_, first_waiting_);
  return Ask{last_number_, first_waiting_};
}

tws::ContractDataRequest QualifyPlan::request(const Ask& ask, std::int32_t req_id) const {
  const Candidate& candidate = candidates_.at(ask.candidate);
  tws::ContractDataRequest message;
  message.req_id = req_id;
  message.contract.symbol = underlying_.symbol;
  message.contract.sec_type = underlying_.option_sec_type;
  message.contract.currency = underlying_.currency;
  message.contract.exchange = candidate.exchange;
  message.contract.last_trade_date_or_contract_month = expiries_.at(ask.candidate);
  message.contract.strike = wire_strike(candidate.strike);
  message.contract.right = name(candidate.right);
  message.contract.multiplier = candidate.multiplier;
  message.contract.trading_class = candidate.trading_class;
  return message;
}

bool QualifyPlan::is_answer(const Candidate& candidate, const tws::ContractData& message) const {
  const tws::Contract& contract = message.contract;
  if (contract.con_id <= 0 || right_of(contract.right) != candidate.right || !contract.strike) return false;
  const auto strike = strike_price(*contract.strike);
  if (!strike || *strike != candidate.strike) return false;
  if (contract.trading_class != candidate.trading_class) return false;
  if (contract.multiplier && *contract.multiplier != candidate.multiplier) return false;
  // The last trading day and the day of expiry are two days for some index options; chains name either.
  return is_date(contract.last_trade_date_or_contract_month, candidate.expiry) ||
         is_date(message.contract_details.real_expiration_date, candidate.expiry);
}

void QualifyPlan::row(std::uint32_t number, const tws::ContractData& message) {
  const auto open = open_.find(number);
  if (open == open_.end()) return;
  Entry& entry = entries_[open->second];
  const Candidate& candidate = candidates_[open->second];
  if (!is_answer(candidate, message)) {
    ++entry.strange_rows;
    ++strange_rows_;
    return;
  }
  if (entry.option && entry.option->con_id != message.contract.con_id) {
    entry.why = fmt::format("{} is ambiguous: contracts {} and {}", text_of(candidate), entry.option->con_id,
                            message.contract.con_id);
    return;
  }
  entry.option = QualifiedOption{.candidate = candidate,
                                 .con_id = message.contract.con_id,
                                 .local_symbol = std::string{message.contract.local_symbol},
                                 .min_tick = message.contract_details.min_tick,
                                 .valid_exchanges = std::string{message.contract_details.valid_exchanges},
                                 .market_rule_ids = std::string{message.contract_details.market_rule_ids}};
}

void QualifyPlan::end(std::uint32_t number) {
  const auto open = open_.find(number);
  if (open == open_.end()) return;
  const Entry& entry = entries_[open->second];
  if (!entry.why.empty()) return finish(number, State::failed, entry.why);
  if (entry.option) return finish(number, State::qualified);
  if (entry.strange_rows == 0) return finish(number, State::nonexistent);
  finish(
      number, State::failed,
      fmt::format("{} was answered with {} other contracts", text_of(candidates_[open->second]), entry.strange_rows));
}

void QualifyPlan::error(std::uint32_t number, std::int32_t code, std::string_view text) {
  const auto open = open_.find(number);
  if (open == open_.end()) return;
  const tws::ErrorInfo& info = tws::error_info(code);
  if (tws::ends(info, tws::RequestKind::contract) == tws::Ends::no) return;
  Entry& entry = entries_[open->second];
  const bool is_ambiguous = text.find("ambiguous") != std::string_view::npos;
  if (code == kNoSecurityDefinition && !is_ambiguous && !entry.option) return finish(number, State::nonexistent);
  if (may_be_tried_again(info) && entry.tries < options_.tries_max) return finish(number, State::waiting);
  finish(number, State::failed,
         fmt::format("{}: error {} after {} tries: {}", text_of(candidates_[open->second]), code, entry.tries,
                     text.substr(0, 200)));
}

void QualifyPlan::finish(std::uint32_t number, State state, std::string why) {
  const auto open = open_.find(number);
  Entry& entry = entries_[open->second];
  entry.state = state;
  entry.why = std::move(why);
  if (state != State::qualified) entry.option.reset();
  if (state == State::waiting) first_waiting_ = std::min(first_waiting_, open->second);
  open_.erase(open);
}

void QualifyPlan::connection_lost() {
  for (const auto& [number, candidate] : open_) {
    Entry& entry = entries_[candidate];
    entry = {};
    first_waiting_ = std::min(first_waiting_, candidate);
  }
  open_.clear();
}

std::vector<std::uint32_t> QualifyPlan::cancel() {
  std::vector<std::uint32_t> numbers;
  for (const auto& [number, candidate] : open_) {
    numbers.push_back(number);
    entries_[candidate] = {};
  }
  open_.clear();
  cancelled_ = true;
  return numbers;
}

bool QualifyPlan::is_over() const {
  const auto waits = [](const Entry& entry) { return entry.state == State::waiting; };
  return open_.empty() && (cancelled_ || std::ranges::none_of(entries_, waits));
}

QualifyPlan::Report QualifyPlan::report() const {
  Report report;
  report.strange_rows = strange_rows_;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    switch (entry.state) {
      case State::waiting:
      case State::asked:
        report.unknown.push_back(i);
        break;
      case State::qualified:
        report.qualified.push_back(*entry.option);
        break;
      case State::nonexistent:
        report.nonexistent.push_back(i);
        break;
      case State::failed:
        report.failed.push_back({i, entry.why});
        break;
    }
  }
  report.complete = report.unknown.empty() && report.failed.empty();
  return report;
}

}  // namespace tradewind::client::chains
