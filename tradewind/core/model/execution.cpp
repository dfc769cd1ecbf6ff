#include "tradewind/core/model/execution.hpp"

#include <algorithm>
#include <charconv>

namespace tradewind::model {

std::optional<ExecId> ExecId::from(std::string_view text) {
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (text.empty() || text.size() > 64 || !printable) return std::nullopt;
  ExecId id;
  id.text_ = InlineText<64>{text};
  id.stem_size_ = static_cast<std::uint8_t>(text.size());
  const std::size_t dot = text.rfind('.');
  if (dot != std::string_view::npos && dot > 0) {
    const char* end = text.data() + text.size();
    std::uint32_t revision = 0;
    const auto [stop, error] = std::from_chars(text.data() + dot + 1, end, revision);
    if (error == std::errc{} && stop == end && dot + 1 < text.size()) {
      id.stem_size_ = static_cast<std::uint8_t>(dot);
      id.revision_ = revision;
    }
  }
  return id;
}

}  // namespace tradewind::model
