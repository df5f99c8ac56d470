#include "connectors/decode/exposure_names.h"

namespace outflow::connectors {
namespace {

constexpr char folded(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_folded(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return folded(a) == b; });
}

// Suffixes of custom objects and fields (Salesforce). __History and its like stay: they name another object.
constexpr std::array<std::string_view, 11> kCustomSuffixes = {"c", "r",   "pc", "pr",  "e",  "x",
                                                              "b", "mdt", "s",  "dlm", "dmo"};

}  // namespace

FoldedName::FoldedName(std::string_view name) : text_{} {
  if (!name.empty() && name.front() == '[') name.remove_prefix(1);
  const std::size_t last = name.rfind("__");
  if (last != std::string_view::npos && last > 0) {
    const std::string_view suffix = name.substr(last + 2);
    custom_ = std::any_of(kCustomSuffixes.begin(), kCustomSuffixes.end(),
                          [&](std::string_view known) { return equals_folded(suffix, known); });
    const bool derived = equals_folded(suffix, "history") || equals_folded(suffix, "feed") ||
                         equals_folded(suffix, "share") || equals_folded(suffix, "changeevent") ||
                         equals_folded(suffix, "tag");
    const std::string_view before = name.substr(0, last);
    const std::size_t package = before.find("__");
    // acme__Plate__c: the package's name says nothing of what is in the field.
    if ((custom_ || derived) && package != std::string_view::npos && package > 0) name.remove_prefix(package + 2);
    if (custom_) name.remove_suffix(suffix.size() + 2);
    custom_ = custom_ || derived;
  }
  for (const char c : name) {
    if (size_ == kMost) break;
    const auto byte = static_cast<unsigned char>(c);
    const bool kept =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || byte >= 0x80 || c == '*';
    if (kept) text_[size_++] = folded(c);
  }
}

bool matches_pattern(std::string_view text, std::string_view pattern) noexcept {
  std::size_t t = 0, p = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace outflow::connectors
