// The words of the mapping language: its keys, and the names that stand for actions, outcomes and semantics.
//
// Pure and thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "connectors/decode/mapping_program.h"

namespace outflow::connectors {

[[nodiscard]] std::optional<features::Action> action_of(std::string_view word) noexcept;
[[nodiscard]] std::optional<features::Outcome> outcome_of(std::string_view word) noexcept;
[[nodiscard]] std::optional<features::CountSemantics> semantics_of(std::string_view word) noexcept;
[[nodiscard]] std::optional<features::DataClass> data_class_of(std::string_view word) noexcept;
[[nodiscard]] std::optional<features::Source> source_of(std::string_view word) noexcept;  // of a built-in one
[[nodiscard]] std::optional<TextField> text_field_of(std::string_view key) noexcept;

[[nodiscard]] std::span<const std::string_view> action_words() noexcept;
[[nodiscard]] std::span<const std::string_view> outcome_words() noexcept;
[[nodiscard]] std::span<const std::string_view> semantics_words() noexcept;
[[nodiscard]] std::span<const std::string_view> data_class_words() noexcept;
[[nodiscard]] std::span<const std::string_view> source_words() noexcept;

// The keys of a whole mapping, of a rule, and of an expression.
[[nodiscard]] std::span<const std::string_view> mapping_keys() noexcept;
[[nodiscard]] std::span<const std::string_view> rule_keys() noexcept;
[[nodiscard]] std::span<const std::string_view> expression_keys() noexcept;

}  // namespace outflow::connectors
