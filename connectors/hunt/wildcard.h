// Texts compared as people search: without case (ASCII), a part anywhere, or `*` for any characters and `?` for one.
//
// Pure; any thread; linear in the text for each `*`.
#pragma once

#include <string_view>

namespace outflow::connectors {

[[nodiscard]] bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept;
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
// With `*` or `?` in it the pattern stands for the whole text; else it may be any part of it.
[[nodiscard]] bool matches_wildcard(std::string_view text, std::string_view pattern) noexcept;

}  // namespace outflow::connectors
