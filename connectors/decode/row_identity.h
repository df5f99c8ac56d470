// The identity of a record that carries no id of its own: a hash of all it says.
//
// The same for a row however it travelled: as CSV or JSON, with its numbers as text, integers or floats, its columns
// in any order, its empty columns absent, its times in any form; ids stay as written. What a transport adds (`p_*`,
// `@timestamp`, `_*`, fields in another case than the row's own) is no part of it. Deterministic across versions.
#pragma once

#include <string_view>

#include "connectors/decode/fields.h"
#include "connectors/decode/text_arena.h"
#include "features/event_time.h"

namespace outflow::connectors {

// "elf-" and 16 hexadecimal digits.
[[nodiscard]] std::string_view elf_row_uid(const Fields& fields, features::EventTime time, TextArena& arena);

// `prefix` and 16 hexadecimal digits: of every field but those a delivery adds and the customers' records.
[[nodiscard]] std::string_view record_uid(const Fields& fields, std::string_view prefix, features::EventTime time,
                                          TextArena& arena);

}  // namespace outflow::connectors
