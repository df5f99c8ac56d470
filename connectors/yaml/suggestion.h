// "Did you mean": the word that a misspelt one most likely stands for.
//
// Pure and thread-safe; for configuration, never for records.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace outflow::connectors {

// How many characters have to be inserted, removed or replaced (Levenshtein, 1966).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
// Farther away than this, another word is no suggestion for `word`.
[[nodiscard]] std::size_t farthest_suggestion(std::string_view word);

// " (did you mean 'x'?)", or nothing where no word is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> words);

}  // namespace outflow::connectors
