// Names of objects and fields as rules compare them, and tables of rules under names and patterns.
//
// Folded: small letters; underscores, marks and quotes gone, and so are a package's namespace and the suffix of custom
// things, which is told apart. Pure and thread-safe; a table does not change once filled.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "features/fingerprint.h"

namespace outflow::connectors {

class FoldedName {
 public:
  static constexpr std::size_t kMost = 128;  // longer names are cut

  explicit FoldedName(std::string_view name);

  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }
  [[nodiscard]] bool custom() const noexcept { return custom_; }  // acme__Plate__c, Widgets__r, ...

 private:
  std::array<char, kMost> text_;
  std::size_t size_ = 0;
  bool custom_ = false;
};

// `*` stands for any characters, also none. Both texts are folded.
[[nodiscard]] bool matches_pattern(std::string_view text, std::string_view pattern) noexcept;

// Values under names and patterns: an exact name goes first, then the pattern with the most letters of its own, then
// the one added first.
template <typename Value>
class NameTable {
 public:
  // The value under exactly this spelling, made where there is none.
  Value& at(std::string_view name) {
    if (name.find('*') == std::string_view::npos) {
      const FoldedName folded(name);
      return (folded.custom() ? custom_ : exact_)[features::fingerprint(folded.text())];
    }
    Pattern pattern;
    fold_pattern(name, pattern);
    for (Pattern& known : patterns_) {
      if (known.text == pattern.text && known.custom_only == pattern.custom_only) return known.value;
    }
    const auto place = std::find_if(patterns_.begin(), patterns_.end(),
                                    [&](const Pattern& other) { return other.letters < pattern.letters; });
    return patterns_.insert(place, std::move(pattern))->value;
  }

  // Rules written with a custom suffix stand apart: Account__c is not Account.
  [[nodiscard]] const Value* exact(std::string_view folded, bool custom = false) const {
    const auto& names = custom ? custom_ : exact_;
    const auto found = names.find(features::fingerprint(folded));
    return found == names.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const Value* pattern(const FoldedName& name) const {
    const std::uint64_t characters = characters_of(name.text());
    for (const Pattern& pattern : patterns_) {
      if ((pattern.characters & ~characters) != 0 || (pattern.custom_only && !name.custom())) continue;
      if (matches_pattern(name.text(), pattern.text)) return &pattern.value;
    }
    return nullptr;
  }
  // A rule for a standard name holds for the custom one too: VIN__c is a VIN.
  [[nodiscard]] const Value* find(const FoldedName& name) const {
    const Value* found = name.custom() ? exact(name.text(), true) : nullptr;
    if (found == nullptr) found = exact(name.text());
    return found != nullptr ? found : pattern(name);
  }

 private:
  struct Pattern {
    std::string text;  // folded
    std::size_t letters = 0;
    std::uint64_t characters = 0;  // most names are told by them not to match
    bool custom_only = false;      // written with a custom suffix: `*Rating__c`
    Value value{};
  };

  static std::uint64_t characters_of(std::string_view folded) {
    std::uint64_t set = 0;
    for (const char c : folded) {
      if (c != '*') set |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
    }
    return set;
  }
  static void fold_pattern(std::string_view name, Pattern& pattern) {
    const FoldedName whole(name);
    pattern.custom_only = whole.custom();
    pattern.text = whole.text();
    pattern.letters =
        pattern.text.size() - static_cast<std::size_t>(std::count(pattern.text.begin(), pattern.text.end(), '*'));
    pattern.characters = characters_of(pattern.text);
  }

  absl::flat_hash_map<features::Fingerprint, Value> exact_, custom_;
  std::vector<Pattern> patterns_;  // most letters first
};

}  // namespace outflow::connectors
