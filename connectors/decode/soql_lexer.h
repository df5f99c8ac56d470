// SoqlLexer: the tokens of a query, for reading what it selects. Literals and comments never become tokens' text.
//
// A word may be a path ("Account.Owner.Name"), quoted part by part as SQL does ("DB"."Contact", `contact`, [contact]).
// Literals are told apart as analyse_soql (connectors/decode/soql.h) does, but double quotes enclose names here.
// One thread. Views point into the text.
#pragma once

#include <cstdint>
#include <string_view>

namespace outflow::connectors {

struct SoqlToken {
  enum class Kind : std::uint8_t { kEnd, kWord, kSymbol, kLiteral };
  Kind kind = Kind::kEnd;
  char symbol = '\0';
  std::string_view word;
  [[nodiscard]] bool is(char c) const noexcept { return kind == Kind::kSymbol && symbol == c; }
  [[nodiscard]] bool is(std::string_view lower) const noexcept;  // a word, compared without case
};

class SoqlLexer {
 public:
  explicit SoqlLexer(std::string_view text) : text_(text) {}

  SoqlToken next();
  [[nodiscard]] SoqlToken peek() {
    const std::size_t here = at_;
    const SoqlToken token = next();
    after_peek_ = at_;
    at_ = here;
    peeked_at_ = here;
    peeked_ = token;
    return token;
  }

 private:
  void skip_blank();
  void skip_enclosed(char close);
  std::string_view read_path();
  bool read_part();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t peeked_at_ = std::string_view::npos;
  std::size_t after_peek_ = 0;
  SoqlToken peeked_;
};

}  // namespace outflow::connectors
