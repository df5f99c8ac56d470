// The identity of a record that carries no id of its own: a hash of all it says.
//
// The same for a row however it travelled: as CSV or JSON, with its numbers as text, integers or floats, its columns
// in any order, its empty columns absent, its times in any form; ids stay as written. What a transport adds (`p_*`,
// `@timestamp`, `_*`, fields in another case than the row's own) is no part of it. Deterministic across versions.
#pragma once

#include <cstdint>
#include <string_view>

#include "connectors/decode/fields.h"
#include "connectors/decode/json_tokens.h"
#include "connectors/decode/text_arena.h"
#include "features/event_time.h"
#include "features/fingerprint.h"

namespace outflow::connectors {

// "elf-" and 16 hexadecimal digits.
[[nodiscard]] std::string_view elf_row_uid(const Fields& fields, features::EventTime time, TextArena& arena);

// `prefix` and 16 hexadecimal digits: of every field but those a delivery adds and the customers' records.
[[nodiscard]] std::string_view record_uid(const Fields& fields, std::string_view prefix, features::EventTime time,
                                          TextArena& arena);

// Of all that an object says, nested values included, wherever it stands: a hash of every value with the path to it, in
// which `{"a": {"b": 1}}` and `{"a.b": 1}` are one, as the members' order is. What a transport adds on top is none of
// it.
[[nodiscard]] features::Fingerprint content_hash(JsonTokens& tokens, std::uint32_t token, TextArena& arena);
// The same of a CSV row.
[[nodiscard]] features::Fingerprint content_hash(const Fields& row, TextArena& arena);
// "NAME-" and 16 hexadecimal digits; `element` is the number of the element that `each` found.
[[nodiscard]] std::string_view content_uid(features::Fingerprint content, std::string_view name,
                                           features::EventTime time, std::uint32_t element, TextArena& arena);

}  // namespace outflow::connectors
