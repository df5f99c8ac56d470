// What a query shows: the fields of its select list, each with the object it is read from.
//
// SOQL (relationship paths, sub-selects, aliases, TYPEOF, FIELDS(), functions), SOSL's RETURNING, and SQL as data
// warehouses log it (quoted names, joins, unions, WITH). WHERE and what follows it is skipped: what a condition names
// is not shown. Literals are never handed on. Pure and thread-safe; time is linear in the text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace outflow::connectors {

struct SelectedField {
  enum class Kind : std::uint8_t {
    kField,        // `path` names one
    kAll,          // `*`, FIELDS(ALL)
    kAllStandard,  // FIELDS(STANDARD)
    kAllCustom,    // FIELDS(CUSTOM)
  };
  Kind kind = Kind::kField;
  std::string_view object;  // as written behind FROM, RETURNING or WHEN; empty where none is named
  std::string_view path;    // as written, aliases of the object taken off: "Email", "Account.Owner.Name"
};

struct Selection {
  std::vector<SelectedField> fields;
  std::vector<std::string_view> bare_objects;  // read without any list of fields: SOSL's RETURNING Account
  bool complete = true;                        // false: the text could not be followed to its end
  void clear() {
    fields.clear();
    bare_objects.clear();
    complete = true;
  }
};

// Views point into `text`. Fields beyond kMaxSelected and selects nested beyond kMaxSelectDepth leave it incomplete.
inline constexpr std::size_t kMaxSelected = 1024;
inline constexpr std::size_t kMaxSelectDepth = 16;
void read_selection(std::string_view text, Selection& out);

}  // namespace outflow::connectors
