#pragma once

#include "tradewind/sim/gateway/gateway.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::sim::gateway {

// A kind of instrument that can be scanned.
struct ScanInstrument {
  std::string_view code;           // "STK"
  std::string_view name;
  std::string_view security_type;  // of our listings; empty where we list none
};

// Where it is traded.
struct ScanLocation {
  std::string_view code;        // "STK.US.MAJOR"
  std::string_view name;
  std::string_view instrument;
  std::string_view exchanges;   // primary exchanges of our listings, "|NYSE|ARCA|"; empty where we list none
};

// What a scan ranks by. All are figures of the day's tape.
enum class ScanFigure : std::uint8_t {
  change,
  open_gap,
  change_since_open,
  range,
  volume,
  trades,
  value,
  price,
  symbol
};

struct ScanType {
  std::string_view code;  // "TOP_PERC_GAIN"
  std::string_view name;
  ScanFigure figure;
  bool highest_first;
  // Rows whose figure has the other sign are none: what fell is no gainer.
  bool one_sign;
};

[[nodiscard]] const ScanInstrument* find_scan_instrument(std::string_view code);
[[nodiscard]] const ScanLocation* find_scan_location(std::string_view code);
[[nodiscard]] const ScanType* find_scan_type(std::string_view code);

// Whether a listing is one of these there.
[[nodiscard]] bool is_scanned(const Listing& listing, const ScanInstrument& instrument, const ScanLocation& location);

// The figure as an integer that compares like it; nothing when the tape does not tell.
[[nodiscard]] std::optional<std::int64_t> scan_figure(ScanFigure figure, const Tape& tape);

// All of it as reqScannerParameters tells: some hundred kilobytes of XML.
[[nodiscard]] std::string scanner_parameters_xml();

}  // namespace tradewind::sim::gateway
