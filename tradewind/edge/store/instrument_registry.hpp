#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/own_symbol.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::edge::store {

// Our own names of contracts and the broker's contract ids, in a SQLite file of its own (STATE/instruments.db, one table
// `instruments`): unlike the projection it is a record, which nothing else could rebuild. A name means one contract id for
// ever, and a contract id has one name. Prices are decimal TEXT, times nanoseconds since 1970 UTC.
class InstrumentRegistry {
 public:
  struct Instrument {
    std::string name;
    model::ContractIdentity identity;
    Timestamp first_seen;
    Timestamp last_seen;
  };

  // Opens or creates. Refused, and left as they are: a file of a newer version (`unsupported`), the database of another
  // program (`invalid_argument`) and a damaged one (`corrupt`).
  [[nodiscard]] static Result<InstrumentRegistry> open(std::string path);
  // For reading; `not_found` when there is none.
  [[nodiscard]] static Result<InstrumentRegistry> open_existing(std::string path);
  InstrumentRegistry(const InstrumentRegistry&) = delete;
  InstrumentRegistry& operator=(const InstrumentRegistry&) = delete;
  InstrumentRegistry(InstrumentRegistry&&) noexcept;
  InstrumentRegistry& operator=(InstrumentRegistry&&) noexcept;
  ~InstrumentRegistry();

  enum class Binding : std::uint8_t {
    added,
    seen,  // as it was
    changed,  // the same contract id and name; other fields are not what they were, and are now the new ones
  };
  struct Bound {
    std::string name;  // under which it is known
    Binding how{};
  };
  // Binds the name to the contract. `already_exists`, and nothing changed, when the name belongs to another contract id.
  // A contract that has a name keeps it: with `is_given` (a person said this name) that is refused, otherwise the old name
  // is in the answer.
  [[nodiscard]] Result<Bound> bind(const std::string& name, bool is_given, const model::ContractIdentity& identity,
                                   Timestamp now);

  [[nodiscard]] Result<std::optional<Instrument>> find(std::string_view name) const;
  [[nodiscard]] Result<std::optional<Instrument>> find(std::int32_t con_id) const;
  [[nodiscard]] Result<std::vector<Instrument>> all() const;  // by name

 private:
  struct Impl;
  explicit InstrumentRegistry(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tradewind::edge::store

namespace tradewind {
template <>
inline constexpr auto kEnumNames<edge::store::InstrumentRegistry::Binding> =
    std::to_array<std::pair<edge::store::InstrumentRegistry::Binding, std::string_view>>(
        {{edge::store::InstrumentRegistry::Binding::added, "added"},
         {edge::store::InstrumentRegistry::Binding::seen, "seen"},
         {edge::store::InstrumentRegistry::Binding::changed, "changed"}});
}  // namespace tradewind
