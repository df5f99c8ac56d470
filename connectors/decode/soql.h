// SOQL (and plain SQL) texts: what kind of reading they are, and one spelling of them that holds nothing a customer
// wrote.
//
// Normalised: case folded, white space and comments gone, and every literal replaced by `?`: strings (also
// unterminated ones, to the end), numbers, dates, currency amounts, SOSL search terms; a list of them becomes one.
// The normalised text is only ever hashed. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "features/audit_event.h"

namespace outflow::connectors {

struct SoqlSummary {
  features::Fingerprint fingerprint = 0;  // of the normalised text
  features::QueryClass query_class = features::QueryClass::kUnknown;
  bool filtered = false;          // has a WHERE clause, or (SQL) joins: its rows are not all that the object holds
  bool count_star = false;        // `SELECT COUNT() FROM X`, ungrouped: the answer is how many rows match
  std::uint32_t from_offset = 0;  // the object after the outer FROM, in the text given; size 0 = none
  std::uint32_t from_size = 0;
};

// Writes the normalised text into `out` (at most the size of `text` plus one).
[[nodiscard]] SoqlSummary analyse_soql(std::string_view text, std::string& out);

// Undoes the percent and plus encoding of a URI's query part; malformed escapes stay as they are. Writes at most
// `text.size()` characters and returns their number.
std::size_t decode_uri_text(std::string_view text, char* out) noexcept;

// The value of `q` in a URI's query part, still encoded; nullopt where there is none.
[[nodiscard]] std::optional<std::string_view> soql_of_uri(std::string_view uri) noexcept;

}  // namespace outflow::connectors
