#include "apps/tradewind/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace tradewind::app {

namespace {

constexpr int kBarWidth = 40;
constexpr std::size_t kOrdersShown = 8;

std::string or_dash(const std::optional<Price>& price) { return price ? price->text() : "-"; }

}  // namespace

std::string Screen::text(const engine::Node& node, Timestamp now, double done) {
  const engine::Engine& engine = node.engine();
  const AccountReport report = report_of(node);
  std::string out;
  const auto line = [&out]<class... Args>(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
    out += '\n';
  };
  const int filled = static_cast<int>(std::clamp(done, 0.0, 1.0) * kBarWidth);
  line("Tradewind demo   mode SIM   account {}   {}", report.account,
       iso_text(Timestamp::from_ns(now.ns() / 1'000'000'000 * 1'000'000'000)));
  line("[{:#<{}}{:.<{}}] {:>3} %   {} {}", "", filled, "", kBarWidth - filled,
       static_cast<int>(std::clamp(done, 0.0, 1.0) * 100), engine.state(), engine.state_reason());
  line("");
  line("{:<8}{:>10}{:>12}{:>12}{:>12}{:>14}{:>14}", "", "position", "bid", "ask", "last", "realized", "unrealized");
  for (const engine::InstrumentState& instrument : engine.instruments()) {
    const auto row = std::ranges::find(report.rows, instrument.spec.symbol.view(), &AccountReport::Row::symbol);
    const bool has_row = row != report.rows.end();
    line("{:<8}{:>10}{:>12}{:>12}{:>12}{:>14}{:>14}", instrument.spec.symbol, has_row ? row->position.text() : "0",
         or_dash(instrument.quote.bid), or_dash(instrument.quote.ask), or_dash(instrument.last),
         has_row ? row->realized.rounded_text(2) : "-",
         has_row && row->unrealized ? row->unrealized->rounded_text(2) : "-");
  }
  line("");
  line("orders {:<7} fills {:<7} denied {:<5} commissions {:>12} {}", report.orders, report.fills, report.denied,
       report.commissions.rounded_text(2), report.currency);
  line("cash {:>16}   equity {:>16}   journal record {}", report.cash.rounded_text(2),
       report.equity ? report.equity->rounded_text(2) : "-", node.journal_position());
  line("wire {} messages in, {} out, {} KiB", report.wire.messages_in, report.wire.messages_out,
       (report.wire.bytes_in + report.wire.bytes_out) / 1024);
  line("");
  line("latest orders");
  const auto recent = engine.orders().recent(kOrdersShown);
  for (const orders::Order* order : recent) {
    const model::OrderRequest& request = order->intent.request;
    line("  {:<34}{:<5}{:>8} {:<8}{:<5}{:<12} filled {}", order->intent.order_ref.view(), name(request.side),
         request.quantity, order->intent.contract.symbol, name(request.type), name(order->state), order->filled);
  }
  for (std::size_t i = recent.size(); i < kOrdersShown; ++i) line("");
  return out;
}

void Screen::draw(const engine::Node& node, Timestamp now, double done) {
  std::string shown = text(node, now, done);
  // Each line is cleared to its end before the next, so a shorter text leaves nothing of a longer one.
  std::string out = is_shown_ ? "\x1b[H" : "\x1b[?25l\x1b[2J\x1b[H";
  for (const char c : shown) {
    if (c == '\n') out += "\x1b[K";
    out += c;
  }
  is_shown_ = true;
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

Screen::~Screen() {
  if (is_shown_) std::fputs("\x1b[?25h", stdout);
}

}  // namespace tradewind::app
