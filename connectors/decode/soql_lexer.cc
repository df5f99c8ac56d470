#include "connectors/decode/soql_lexer.h"

namespace outflow::connectors {
namespace {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_word(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '$';
}
constexpr char closing(char open) noexcept {
  return open == '[' ? ']' : open;
}
constexpr bool opens_name(char c) noexcept {
  return c == '"' || c == '`' || c == '[';
}

}  // namespace

bool SoqlToken::is(std::string_view lower) const noexcept {
  if (kind != Kind::kWord || word.size() != lower.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i] >= 'A' && word[i] <= 'Z' ? static_cast<char>(word[i] - 'A' + 'a') : word[i];
    if (c != lower[i]) return false;
  }
  return true;
}

void SoqlLexer::skip_blank() {
  while (at_ < text_.size()) {
    const std::string_view rest = text_.substr(at_);
    if (is_space(rest.front())) {
      ++at_;
    } else if (rest.starts_with("/*")) {
      const std::size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else if (rest.starts_with("//") || (rest.starts_with("--") && !is_digit(rest.size() > 2 ? rest[2] : ' '))) {
      const std::size_t end = text_.find('\n', at_);
      at_ = end == std::string_view::npos ? text_.size() : end;
    } else {
      return;
    }
  }
}

void SoqlLexer::skip_enclosed(char close) {
  ++at_;
  while (at_ < text_.size() && text_[at_] != close) at_ += text_[at_] == '\\' ? 2 : 1;
  at_ = at_ < text_.size() ? at_ + 1 : text_.size();
}

// One part of a path, quoted or bare; false where none begins here.
bool SoqlLexer::read_part() {
  if (at_ >= text_.size()) return false;
  if (opens_name(text_[at_])) {
    skip_enclosed(closing(text_[at_]));
    return true;
  }
  if (!is_letter(text_[at_])) return false;
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  return true;
}

std::string_view SoqlLexer::read_path() {
  const std::size_t begin = at_;
  while (read_part() && at_ < text_.size() && text_[at_] == '.') ++at_;
  return text_.substr(begin, at_ - begin);
}

SoqlToken SoqlLexer::next() {
  if (peeked_at_ == at_ && at_ < text_.size()) {
    at_ = after_peek_;
    peeked_at_ = std::string_view::npos;
    return peeked_;
  }
  skip_blank();
  SoqlToken token;
  if (at_ >= text_.size()) return token;
  const char c = text_[at_];
  const char following = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  if (c == '\'') {
    token.kind = SoqlToken::Kind::kLiteral;
    skip_enclosed('\'');
  } else if (c == '{') {
    token.kind = SoqlToken::Kind::kLiteral;  // SOSL: FIND {any text}
    skip_enclosed('}');
  } else if (is_digit(c) || ((c == '-' || c == '+' || c == '.') && is_digit(following))) {
    token.kind = SoqlToken::Kind::kLiteral;
    ++at_;
    while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.' || text_[at_] == ':')) ++at_;
  } else if (is_letter(c) || opens_name(c)) {
    token.kind = SoqlToken::Kind::kWord;
    token.word = read_path();
  } else {
    token.kind = SoqlToken::Kind::kSymbol;
    token.symbol = c;
    ++at_;
  }
  return token;
}

}  // namespace outflow::connectors
