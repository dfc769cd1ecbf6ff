#pragma once

#include "tradewind/core/base/result.hpp"

#include <SQLiteCpp/Exception.h>

#include <fmt/format.h>
#include <sqlite3.h>

#include <string>
#include <type_traits>

// What our databases have in common.
namespace tradewind::edge::store {

inline constexpr int kBusyTimeoutMs = 5'000;

// What a failure of SQLite says about the file. A missing table or column is damage as much as a bad page.
inline Errc code_of(const SQLite::Exception& error) {
  switch (error.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
      return Errc::corrupt;
    default:
      return Errc::io;
  }
}

// Calls SQLite, and turns what it throws into an error.
template <class Call>
std::invoke_result_t<Call> guarded(const std::string& path, Call call) {
  try {
    return call();
  } catch (const SQLite::Exception& error) {
    return fail(code_of(error), fmt::format("{}: {}", path, error.what()));
  }
}

}  // namespace tradewind::edge::store
