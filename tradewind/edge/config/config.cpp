#include "tradewind/edge/config/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <vector>

namespace tradewind::edge::config {
namespace {

constexpr std::uintmax_t kFileSizeMax = 1 << 20;

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

// One value with its place, and how to read it.
class Value {
 public:
  Value(std::string source, std::string key, const toml::node& node)
      : source_{std::move(source)}, key_{std::move(key)}, node_{node} {}

  [[nodiscard]] std::unexpected<Error> refuse(const std::string& why) const {
    return fail(Errc::invalid_argument, fmt::format("{}:{}: {}: {}", source_, node_.source().begin.line, key_, why));
  }
  [[nodiscard]] Result<std::string> text() const {
    if (const auto* value = node_.as_string()) return value->get();
    return refuse("a text in quotes is expected");
  }
  [[nodiscard]] Result<std::int64_t> integer(std::int64_t low, std::int64_t high) const {
    const auto* value = node_.as_integer();
    if (value == nullptr) return refuse("a whole number is expected");
    if (value->get() < low || value->get() > high)
      return refuse(fmt::format("{} is outside {} to {}", value->get(), low, high));
    return value->get();
  }
  // The text of a decimal: floating point would not hold it exactly.
  [[nodiscard]] Result<std::string> decimal() const {
    if (const auto* value = node_.as_string()) return value->get();
    if (const auto* value = node_.as_integer()) return std::to_string(value->get());
    return refuse("write it as a whole number or, with decimals, in quotes: \"1500.50\"");
  }

 private:
  std::string source_;
  std::string key_;
  const toml::node& node_;
};

using Reader = std::function<Result<void>(const Value&, Config&)>;

Result<void> read_amount(const Value& value, Amount& into) {
  const std::string text = TW_TRY(value.decimal());
  const auto amount = Amount::parse(text);
  if (!amount.has_value()) return value.refuse(amount.error().detail);
  if (*amount <= Amount::zero()) return value.refuse("a limit is above zero");
  into = *amount;
  return {};
}

const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> kReaders = {
      {"account",
       [](const Value& value, Config& config) -> Result<void> {
         const std::string text = TW_TRY(value.text());
         const auto account = model::AccountId::from(text);
         if (!account || text.empty()) return value.refuse("this is no account number");
         config.account = *account;
         return {};
       }},
      {"client_id",
       [](const Value& value, Config& config) -> Result<void> {
         config.client_id = model::ClientId{static_cast<std::int32_t>(TW_TRY(value.integer(0, 2'147'483'646)))};
         return {};
       }},
      {"limits.currency",
       [](const Value& value, Config& config) -> Result<void> {
         const std::string text = TW_TRY(value.text());
         const auto currency = Currency::from(text);
         if (!currency || text.size() != 3) return value.refuse("a currency has three letters, such as USD");
         config.limits.currency = *currency;
         return {};
       }},
      {"limits.order_value_max",
       [](const Value& value, Config& config) { return read_amount(value, config.limits.order_value_max); }},
      {"limits.position_value_max",
       [](const Value& value, Config& config) { return read_amount(value, config.limits.position_value_max); }},
      {"limits.order_quantity_max",
       [](const Value& value, Config& config) -> Result<void> {
         const auto quantity = Quantity::parse(TW_TRY(value.decimal()));
         if (!quantity.has_value()) return value.refuse(quantity.error().detail);
         if (quantity->is_zero()) return value.refuse("a limit is above zero");
         config.limits.order_quantity_max = *quantity;
         return {};
       }},
      {"limits.price_collar_bp",
       [](const Value& value, Config& config) -> Result<void> {
         config.limits.price_collar_bp = static_cast<std::int32_t>(TW_TRY(value.integer(1, 5'000)));
         return {};
       }},
  };
  return kReaders;
}

Result<void> read_table(const toml::table& table, const std::string& prefix, const std::string& source,
                        Config& config) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string{name.str()};
    if (const auto* nested = node.as_table(); nested != nullptr && prefix.empty()) {
      const bool known =
          std::ranges::any_of(readers(), [&](const auto& entry) { return entry.first.starts_with(key + "."); });
      if (known) {
        TW_TRY_VOID(read_table(*nested, key + ".", source, config));
        continue;
      }
    }
    const auto reader = readers().find(key);
    if (reader == readers().end()) {
      const auto nearest =
          std::ranges::min_element(readers(), {}, [&](const auto& entry) { return distance(entry.first, key); });
      return fail(Errc::invalid_argument, fmt::format("{}:{}: there is no key '{}'; the nearest is '{}'", source,
                                                      node.source().begin.line, key, nearest->first));
    }
    TW_TRY_VOID(reader->second(Value{source, key, node}, config));
  }
  return {};
}

}  // namespace

Result<Config> parse(const std::string& text, const std::string& source) {
  try {
    const toml::table table = toml::parse(text, source);
    Config config;
    TW_TRY_VOID(read_table(table, "", source, config));
    return config;
  } catch (const toml::parse_error& error) {
    return fail(Errc::malformed, fmt::format("{}:{}: {}", source, error.source().begin.line, error.description()));
  }
}

Result<Config> load(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(Errc::not_found, fmt::format("{}: no such file, or not a regular one", path));
  }
  if (std::filesystem::file_size(path, error) > kFileSizeMax) {
    return fail(Errc::out_of_range, fmt::format("{}: a configuration file has at most 1 MiB", path));
  }
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || file.bad()) return fail(Errc::io, fmt::format("{}: cannot be read", path));
  return parse(text.str(), path);
}

}  // namespace tradewind::edge::config
