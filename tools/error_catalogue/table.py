"""The C++ table of the error catalogue."""


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def word(text):
    return text.replace("-", "_")


def row(code):
    kinds = f"kinds({', '.join(f'RequestKind::{kind}' for kind in code.kinds)})" if code.kinds else "kAllKinds"
    return (f"    {{{code.code}, ErrorClass::{word(code.category)}, ErrorSeverity::{code.severity}, ErrorScope::{code.scope}, "
            f"RetryAdvice::{code.retry}, ErrorBasis::{code.basis}, Ends::{code.request}, {kinds}, OrderEffect::{code.new_order}, "
            f"OrderEffect::{code.modification}, OrderEffect::{code.cancellation}, {literal(code.meaning)}, {literal(code.what_to_do)}}},")


def table_hpp(codes):
    return "\n".join([
        "// Written by tools/error_catalogue from errors/error_codes.csv. Changes here are lost.",
        "#pragma once",
        "",
        '#include "tradewind/core/tws/error_catalogue.hpp"',
        "",
        "#include <array>",
        "",
        "namespace tradewind::tws::internal {",
        "",
        "// Ascending by code.",
        "inline constexpr auto kErrorTable = std::to_array<ErrorInfo>({",
        *map(row, codes),
        "});",
        "",
        "}  // namespace tradewind::tws::internal",
        ""])
