#include "tradewind/core/model/order.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>
#include <string>

namespace tradewind::model {
namespace {

constexpr std::size_t kJournalIdSize = 12;

std::string base36(std::uint64_t value) {
  std::string text;
  do {
    text.push_back("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % 36]);
    value /= 36;
  } while (value != 0);
  std::ranges::reverse(text);
  return text;
}

}  // namespace

OrderRef::OrderRef(Mode mode, std::string_view journal_id, const StrategyName& strategy, std::uint64_t sequence) {
  TW_CHECK(journal_id.size() == kJournalIdSize);
  TW_CHECK(sequence > 0);
  const std::string number = base36(sequence);
  // The strategy gives way when the number grows: 2 + 12 + 1 + strategy + 1 + number characters, 32 in all.
  const std::size_t room = InlineText<32>::capacity() - 4 - kJournalIdSize - number.size();
  text_ = InlineText<32>{fmt::format("{}-{}-{}-{}", letter(mode), journal_id, strategy.view().substr(0, room), number)};
}

OrderRef OrderRef::from(std::string_view text) {
  OrderRef ref;
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (printable && text.size() <= InlineText<32>::capacity()) ref.text_ = InlineText<32>{text};
  return ref;
}

bool OrderRef::is_of(Mode mode, std::string_view journal_id) const {
  const std::string_view text = view();
  return text.size() > kJournalIdSize + 3 && text[0] == letter(mode) && text[1] == '-' &&
         text.substr(2, kJournalIdSize) == journal_id && text[2 + kJournalIdSize] == '-';
}

}  // namespace tradewind::model
