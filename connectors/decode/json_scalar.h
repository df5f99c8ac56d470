// The grammar of JSON's scalars (RFC 8259), and the plain text behind an escaped string.
//
// Pure and thread-safe. A lone surrogate is accepted and read as U+FFFD: senders cut `Records` at 250,000
// characters, and a record must not be lost for half a character nobody reads.
#pragma once

#include <string_view>

namespace outflow::connectors {

// A whole number token: -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
[[nodiscard]] bool is_json_number(std::string_view token) noexcept;

// Whether every escape in a string's inside is one of JSON's.
[[nodiscard]] bool escapes_are_valid(std::string_view inside) noexcept;

// Writes the plain text of a string's inside, at most `inside.size()` bytes; returns the end of what was written.
// REQUIRES: escapes_are_valid(inside).
char* unescape(std::string_view inside, char* out) noexcept;

}  // namespace outflow::connectors
