#include "tradewind/sim/gateway/internal/scanner_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tradewind::sim::gateway {
namespace {

constexpr auto kInstruments = std::to_array<ScanInstrument>({
    {"STK", "US Stocks", "STK"},
    {"ETF.EQ.US", "US Equity ETFs", "STK"},
    {"ETF.FI.US", "US Fixed Income ETFs", ""},
    {"FUT.US", "US Futures", "FUT"},
    {"IND.US", "US Indexes", "IND"},
    {"BOND", "Corporate Bonds", "BOND"},
    {"BOND.GOVT", "US Treasuries", ""},
    {"SSF.US", "US Single Stock Futures", ""},
    {"SLB.PREBORROW", "Pre-borrows", ""},
    {"STOCK.NA", "America Non-US Stocks", ""},
    {"STOCK.EU", "Europe Stocks", ""},
    {"STOCK.ME", "Middle East Stocks", ""},
    {"STOCK.HK", "Asia Stocks", ""},
    {"FUT.NA", "America Non-US Futures", ""},
    {"FUT.EU", "Europe Futures", ""},
    {"FUT.HK", "Asia Futures", ""},
    {"SSF.NA", "America Non-US Single Stock Futures", ""},
    {"SSF.EU", "Europe Single Stock Futures", ""},
    {"SSF.HK", "Asia Single Stock Futures", ""},
    {"IND.EU", "Europe Indexes", ""},
    {"IND.HK", "Asia Indexes", ""},
    {"NATCOMB", "Native Combos", ""},
});

constexpr std::string_view kMajor = "|NYSE|NASDAQ|ARCA|AMEX|BATS|";

constexpr auto kLocations = std::to_array<ScanLocation>({
    {"STK.US", "US Stocks", "STK", kMajor},
    {"STK.US.MAJOR", "Listed/NASDAQ", "STK", kMajor},
    {"STK.NYSE", "NYSE", "STK", "|NYSE|"},
    {"STK.AMEX", "AMEX", "STK", "|AMEX|"},
    {"STK.ARCA", "ARCA", "STK", "|ARCA|"},
    {"STK.BATS", "BATS", "STK", "|BATS|"},
    {"STK.NASDAQ", "NASDAQ", "STK", "|NASDAQ|"},
    {"STK.NASDAQ.NMS", "NASDAQ NMS", "STK", "|NASDAQ|"},
    {"STK.NASDAQ.SCM", "NASDAQ SmallCap", "STK", ""},
    {"STK.US.MINOR", "OTC Markets", "STK", ""},
    {"STK.PINK", "Pink Sheets", "STK", ""},
    {"ETF.EQ.US", "US Equity ETFs", "ETF.EQ.US", kMajor},
    {"ETF.EQ.US.MAJOR", "Listed/NASDAQ", "ETF.EQ.US", kMajor},
    {"ETF.EQ.ARCA", "ARCA", "ETF.EQ.US", "|ARCA|"},
    {"ETF.EQ.NASDAQ.NMS", "NASDAQ NMS", "ETF.EQ.US", "|NASDAQ|"},
    {"ETF.FI.US", "US Fixed Income ETFs", "ETF.FI.US", ""},
    {"ETF.FI.US.MAJOR", "Listed/NASDAQ", "ETF.FI.US", ""},
    {"FUT.US", "US Futures", "FUT.US", "|CME|CBOT|NYMEX|COMEX|CFE|"},
    {"FUT.CME", "CME", "FUT.US", "|CME|"},
    {"FUT.CBOT", "CBOT", "FUT.US", "|CBOT|"},
    {"FUT.NYMEX", "NYMEX", "FUT.US", "|NYMEX|"},
    {"FUT.COMEX", "COMEX", "FUT.US", "|COMEX|"},
    {"FUT.CFE", "CFE", "FUT.US", "|CFE|"},
    {"IND.US", "US Indexes", "IND.US", "|CBOE|CME|NYSE|NASDAQ|PSE|"},
    {"BOND.US", "US Corporate Bonds", "BOND", "|SMART|"},
    {"BOND.GOVT.US", "US Treasuries", "BOND.GOVT", ""},
    {"SSF.US", "US Single Stock Futures", "SSF.US", ""},
    {"SLB.PREBORROW.US", "US Pre-borrows", "SLB.PREBORROW", ""},
    {"STK.NA.CANADA", "Canada", "STOCK.NA", ""},
    {"STK.NA.TSE", "Toronto", "STOCK.NA", ""},
    {"STK.NA.VENTURE", "TSX Venture", "STOCK.NA", ""},
    {"STK.NA.MEXI", "Mexico", "STOCK.NA", ""},
    {"STK.EU", "Europe", "STOCK.EU", ""},
    {"STK.EU.IBIS", "Germany: IBIS", "STOCK.EU", ""},
    {"STK.EU.LSE", "United Kingdom: LSE", "STOCK.EU", ""},
    {"STK.EU.SBF", "France: SBF", "STOCK.EU", ""},
    {"STK.EU.BVME", "Italy: BVME", "STOCK.EU", ""},
    {"STK.EU.BM", "Spain: BM", "STOCK.EU", ""},
    {"STK.EU.AEB", "Netherlands: AEB", "STOCK.EU", ""},
    {"STK.EU.EBS", "Switzerland: EBS", "STOCK.EU", ""},
    {"STK.EU.SFB", "Sweden: SFB", "STOCK.EU", ""},
    {"STK.ME.TASE", "Israel: TASE", "STOCK.ME", ""},
    {"STK.HK", "Asia", "STOCK.HK", ""},
    {"STK.HK.SEHK", "Hong Kong: SEHK", "STOCK.HK", ""},
    {"STK.HK.ASX", "Australia: ASX", "STOCK.HK", ""},
    {"STK.HK.NSE", "India: NSE", "STOCK.HK", ""},
    {"STK.HK.TSE_JPN", "Japan: TSE", "STOCK.HK", ""},
    {"STK.HK.SGX", "Singapore: SGX", "STOCK.HK", ""},
    {"FUT.NA.CDE", "Montreal", "FUT.NA", ""},
    {"FUT.EU.EUREX", "Eurex", "FUT.EU", ""},
    {"FUT.EU.IPE", "ICE Europe", "FUT.EU", ""},
    {"FUT.EU.ENDEX", "Endex", "FUT.EU", ""},
    {"FUT.HK.HKFE", "Hong Kong: HKFE", "FUT.HK", ""},
    {"FUT.HK.OSE_JPN", "Japan: OSE", "FUT.HK", ""},
    {"FUT.HK.SGX", "Singapore: SGX", "FUT.HK", ""},
    {"SSF.NA.CDE", "Montreal", "SSF.NA", ""},
    {"SSF.EU.EUREX", "Eurex", "SSF.EU", ""},
    {"SSF.HK.HKFE", "Hong Kong: HKFE", "SSF.HK", ""},
    {"IND.EU.EUREX", "Eurex", "IND.EU", ""},
    {"IND.HK.HKFE", "Hong Kong: HKFE", "IND.HK", ""},
    {"NATCOMB.OPT.US", "US Option Combos", "NATCOMB", ""},
});

constexpr auto kTypes = std::to_array<ScanType>({
    {"TOP_PERC_GAIN", "Top % Gainers", ScanFigure::change, true, true},
    {"TOP_PERC_LOSE", "Top % Losers", ScanFigure::change, false, true},
    {"MOST_ACTIVE", "Most Active", ScanFigure::volume, true, false},
    {"MOST_ACTIVE_USD", "Most Active ($)", ScanFigure::value, true, false},
    {"NOT_OPEN", "Not Open", ScanFigure::symbol, false, false},
    {"HOT_BY_VOLUME", "Hot Contracts by Volume", ScanFigure::volume, true, false},
    {"HOT_BY_PRICE", "Hot Contracts by Price", ScanFigure::change, true, false},
    {"HOT_BY_PRICE_RANGE", "Hot by Price Range", ScanFigure::range, true, false},
    {"TOP_PRICE_RANGE", "Top Price Range", ScanFigure::range, true, false},
    {"TOP_TRADE_COUNT", "Top Trade Count", ScanFigure::trades, true, false},
    {"TOP_TRADE_RATE", "Top Trade Rate", ScanFigure::trades, true, false},
    {"TOP_VOLUME_RATE", "Top Volume Rate", ScanFigure::volume, true, false},
    {"HIGH_OPEN_GAP", "High Open Gap", ScanFigure::open_gap, true, true},
    {"LOW_OPEN_GAP", "Low Open Gap", ScanFigure::open_gap, false, true},
    {"TOP_OPEN_PERC_GAIN", "Top % Gainers Since Open", ScanFigure::change_since_open, true, true},
    {"TOP_OPEN_PERC_LOSE", "Top % Losers Since Open", ScanFigure::change_since_open, false, true},
    {"HIGH_LAST_PRICE", "Highest Last Price", ScanFigure::price, true, false},
    {"LOW_LAST_PRICE", "Lowest Last Price", ScanFigure::price, false, false},
    {"ALL_SYMBOLS_ASC", "All Symbols Ascending", ScanFigure::symbol, false, false},
    {"ALL_SYMBOLS_DESC", "All Symbols Descending", ScanFigure::symbol, true, false},
});

struct Filter {
  std::string_view id, name, category, unit;
};
constexpr auto kFilters = std::to_array<Filter>({
    {"price", "Price", "Price", "double"},
    {"volume", "Volume", "Liquidity", "int"},
    {"avgVolume", "Average Volume", "Liquidity", "int"},
    {"avgUsdVolume", "Average $ Volume", "Liquidity", "double"},
    {"usdVolume", "$ Volume", "Liquidity", "double"},
    {"tradeCount", "Trade Count", "Liquidity", "int"},
    {"tradeRate", "Trades per Minute", "Liquidity", "double"},
    {"volumeRate", "Volume per Minute", "Liquidity", "double"},
    {"changePerc", "Change %", "Price", "double"},
    {"changeOpenPerc", "Change Since Open %", "Price", "double"},
    {"openGapPerc", "Open Gap %", "Price", "double"},
    {"priceRange", "Price Range", "Price", "double"},
    {"marketCap", "Market Capitalization", "Fundamentals", "double"},
    {"averageOptionVolume", "Average Option Volume", "Options", "int"},
    {"optVolume", "Option Volume", "Options", "int"},
    {"impVolat", "Implied Volatility", "Options", "double"},
    {"impVolatOverHist", "Implied over Historical Volatility", "Options", "double"},
    {"ihNumSharesInsider", "Shares of Insiders", "Ownership", "int"},
    {"peRatio", "Price/Earnings", "Fundamentals", "double"},
    {"priceToBook", "Price/Book", "Fundamentals", "double"},
    {"dividendYield", "Dividend Yield %", "Fundamentals", "double"},
    {"beta", "Beta", "Fundamentals", "double"},
    {"couponRate", "Coupon Rate", "Bonds", "double"},
    {"maturityDate", "Maturity Date", "Bonds", "date"},
    {"bondYield", "Bond Yield", "Bonds", "double"},
    {"moodyRating", "Moody Rating", "Bonds", "text"},
    {"spRating", "S&amp;P Rating", "Bonds", "text"},
});

constexpr std::int64_t kRatioScale = 1'000'000'000;

std::optional<std::int64_t> ratio(std::optional<Price> from, std::optional<Price> to) {
  if (!from || !to || from->raw() <= 0) return std::nullopt;
  return static_cast<std::int64_t>(Int128{to->raw() - from->raw()} * kRatioScale / from->raw());
}

// The locations of one instrument.
void add_locations(std::string& xml, std::string_view instrument, std::string_view name) {
  const auto out = std::back_inserter(xml);
  fmt::format_to(out,
                 "    <Location>\n      <displayName>{}</displayName>\n      <locationCode>{}</locationCode>\n"
                 "      <instruments>{}</instruments>\n      <routeExchange/>\n      <access>unrestricted</access>\n"
                 "      <LocationTree varName=\"locationTree\">\n",
                 name, instrument, instrument);
  for (const ScanLocation& location : kLocations) {
    if (location.instrument != instrument) continue;
    fmt::format_to(
        out,
        "        <Location>\n          <displayName>{}</displayName>\n          <locationCode>{}</locationCode>\n"
        "          <instruments>{}</instruments>\n          <routeExchange/>\n"
        "          <delayedOnly>false</delayedOnly>\n          <access>unrestricted</access>\n"
        "        </Location>\n",
        location.name, location.code, location.instrument);
  }
  xml += "      </LocationTree>\n    </Location>\n";
}

void add_filter(std::string& xml, const Filter& filter) {
  const auto out = std::back_inserter(xml);
  fmt::format_to(
      out,
      "    <RangeFilter>\n      <id>{0}</id>\n      <category>{2}</category>\n      <histogram>false</histogram>\n"
      "      <access>unrestricted</access>\n      <Columns varName=\"columns\">\n        <Column>\n"
      "          <colId>{0}</colId>\n          <name>{1}</name>\n          <display>true</display>\n"
      "          <displayType>DATA</displayType>\n        </Column>\n      </Columns>\n",
      filter.id, filter.name, filter.category);
  for (const std::string_view side : {"Above", "Below"}) {
    fmt::format_to(
        out,
        "      <AbstractField type=\"scanner.filter.{4}Field\" varName=\"{3}\">\n        <code>{0}{3}</code>\n"
        "        <displayName>{1} {3}</displayName>\n        <varName>{3}</varName>\n"
        "        <dontAllowClearAll>false</dontAllowClearAll>\n        <abbrev>{1}</abbrev>\n"
        "        <acceptNegatives>false</acceptNegatives>\n        <dontAllowNegative>false</dontAllowNegative>\n"
        "        <skipNotEditableField>false</skipNotEditableField>\n        <master>false</master>\n"
        "        <separator/>\n        <tooltip>{2}: {1}, {3} this</tooltip>\n      </AbstractField>\n",
        filter.id, filter.name, filter.category, side, filter.unit);
  }
  xml += "    </RangeFilter>\n";
}

void add_type(std::string& xml, const ScanType& type, std::string_view instrument) {
  fmt::format_to(
      std::back_inserter(xml),
      "    <ScanType>\n      <displayName>{}</displayName>\n      <scanCode>{}</scanCode>\n"
      "      <instruments>{}</instruments>\n      <absoluteColumns>false</absoluteColumns>\n"
      "      <Columns varName=\"columns\">\n        <Column>\n          <colId>766</colId>\n"
      "          <name>Chg%</name>\n          <display>true</display>\n          <displayType>DATA</displayType>\n"
      "        </Column>\n      </Columns>\n      <supportsSorting>true</supportsSorting>\n"
      "      <respSizeLimit>2147483647</respSizeLimit>\n      <snapshotSizeLimit>2147483647</snapshotSizeLimit>\n"
      "      <searchDefault>false</searchDefault>\n      <access>unrestricted</access>\n    </ScanType>\n",
      type.name, type.code, instrument);
}

}  // namespace

const ScanInstrument* find_scan_instrument(std::string_view code) {
  const auto* found = std::ranges::find(kInstruments, code, &ScanInstrument::code);
  return found == kInstruments.end() ? nullptr : found;
}

const ScanLocation* find_scan_location(std::string_view code) {
  const auto* found = std::ranges::find(kLocations, code, &ScanLocation::code);
  return found == kLocations.end() ? nullptr : found;
}

const ScanType* find_scan_type(std::string_view code) {
  const auto* found = std::ranges::find(kTypes, code, &ScanType::code);
  return found == kTypes.end() ? nullptr : found;
}

bool is_scanned(const Listing& listing, const ScanInstrument& instrument, const ScanLocation& location) {
  if (listing.security_type != instrument.security_type || listing.currency != "USD") return false;
  if (instrument.code == "ETF.EQ.US" && listing.stock_type != "ETF") return false;
  return location.exchanges.contains("|" + listing.primary_exchange + "|");
}

std::optional<std::int64_t> scan_figure(ScanFigure figure, const Tape& tape) {
  const auto last = tape.last ? std::optional{tape.last->price} : std::nullopt;
  switch (figure) {
    case ScanFigure::change:
      return ratio(tape.previous_close ? tape.previous_close : tape.open, last);
    case ScanFigure::open_gap:
      return ratio(tape.previous_close, tape.open);
    case ScanFigure::change_since_open:
      return ratio(tape.open, last);
    case ScanFigure::range:
      return ratio(tape.low, tape.high);
    case ScanFigure::volume:
      return tape.last ? std::optional{tape.volume.raw()} : std::nullopt;
    case ScanFigure::trades:
      return tape.last ? std::optional{tape.trades} : std::nullopt;
    case ScanFigure::value:
      // Cents, which fit.
      return tape.last ? std::optional{static_cast<std::int64_t>(tape.value.raw() / 1'000'000'000'000'000)}
                       : std::nullopt;
    case ScanFigure::price:
      return last ? std::optional{last->raw()} : std::nullopt;
    case ScanFigure::symbol:
      return 0;
  }
  return std::nullopt;
}

std::string scanner_parameters_xml() {
  std::string filters;
  for (const Filter& filter : kFilters) fmt::format_to(std::back_inserter(filters), "{0}Above,{0}Below,", filter.id);
  filters.pop_back();
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ScanParameterResponse>\n";
  xml += "  <InstrumentList varName=\"instrumentList\">\n";
  for (const ScanInstrument& instrument : kInstruments) {
    fmt::format_to(std::back_inserter(xml),
                   "    <Instrument>\n      <name>{}</name>\n      <type>{}</type>\n      <secType>{}</secType>\n"
                   "      <filters>{}</filters>\n      <group>{}</group>\n      <shortName>{}</shortName>\n"
                   "    </Instrument>\n",
                   instrument.name, instrument.code,
                   instrument.security_type.empty() ? instrument.code.substr(0, instrument.code.find('.'))
                                                    : instrument.security_type,
                   filters, instrument.code, instrument.name);
  }
  xml += "  </InstrumentList>\n  <LocationTree varName=\"locationTree\">\n";
  for (const ScanInstrument& instrument : kInstruments) add_locations(xml, instrument.code, instrument.name);
  xml += "  </LocationTree>\n  <ScanTypeList varName=\"scanTypeList\">\n";
  for (const ScanInstrument& instrument : kInstruments) {
    for (const ScanType& type : kTypes) add_type(xml, type, instrument.code);
  }
  xml += "  </ScanTypeList>\n  <FilterList varName=\"filterList\">\n";
  for (const Filter& filter : kFilters) add_filter(xml, filter);
  xml += "  </FilterList>\n</ScanParameterResponse>\n";
  return xml;
}

}  // namespace tradewind::sim::gateway
