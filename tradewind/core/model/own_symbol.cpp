#include "tradewind/core/model/own_symbol.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::model {
namespace {

bool is_name_character(char c) { return c > ' ' && c <= '~' && c != '"' && c != '\'' && c != ',' && c != '\\'; }

Result<void> need(bool is_there, const ContractIdentity& contract, const char* what) {
  if (is_there) return {};
  return fail(Errc::invalid_argument, fmt::format("{} {} (contract {}) has no {}, and no name without it",
                                                  contract.security_type, contract.symbol, contract.con_id, what));
}

}  // namespace

bool is_own_symbol(std::string_view text) {
  return !text.empty() && text.size() <= kOwnSymbolMax && std::ranges::all_of(text, is_name_character) &&
         text.find('.') != std::string_view::npos;
}

Result<std::string> own_symbol(const ContractIdentity& contract) {
  TW_TRY_VOID(need(!contract.security_type.empty(), contract, "security type"));
  TW_TRY_VOID(need(!contract.currency.empty(), contract, "currency"));
  const std::string& type = contract.security_type;
  if (type == "BAG") return fail(Errc::unsupported, "a combination (BAG) has no identity of its own: name its legs");
  const bool is_option = type == "OPT" || type == "FOP" || type == "WAR" || type == "IOPT";
  const bool expires = is_option || type == "FUT";
  // Of what expires the symbol names the underlying; the trading class tells weekly, mini and adjusted ones apart.
  std::string root = expires && !contract.trading_class.empty() ? contract.trading_class : contract.symbol;
  TW_TRY_VOID(need(!root.empty(), contract, "symbol"));
  if (expires) {
    TW_TRY_VOID(need(contract.last_trade_date.size() == 8, contract, "last trade date"));
    root += "-" + contract.last_trade_date;
  }
  if (is_option) {
    TW_TRY_VOID(need(contract.strike.has_value(), contract, "strike"));
    TW_TRY_VOID(need(contract.right == "C" || contract.right == "P", contract, "right"));
    root += fmt::format("-{}{}", contract.right, *contract.strike);
  }
  if (type == "BOND" || type == "BILL" || type == "FIXED") root += fmt::format("-{}", contract.con_id);
  std::string text = fmt::format("{}.{}-{}", root, contract.currency, type);
  std::ranges::replace(text, ' ', '_');
  if (!is_own_symbol(text)) {
    return fail(Errc::unsupported, fmt::format("contract {}: '{}' is no name; give it one of your own (--as)",
                                               contract.con_id, text.substr(0, 2 * kOwnSymbolMax)));
  }
  return text;
}

}  // namespace tradewind::model
