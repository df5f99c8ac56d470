// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates). A pure function.
#pragma once

#include <cstddef>
#include <string_view>

namespace outflow::connectors {

// The length of the character at the front of `text`, 1 to 4; 0 where there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

}  // namespace outflow::connectors
