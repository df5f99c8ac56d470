#include "connectors/decode/soql.h"

#include <array>

namespace outflow::connectors {
namespace {

using features::QueryClass;

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\v' || c == '\f';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || byte >= 0x80;
}
constexpr bool is_word(char c) noexcept {
  return is_letter(c) || is_digit(c);
}

// Small letters for capitals; 0 for what is no part of a word.
constexpr std::array<char, 256> kWordFolded = [] {
  std::array<char, 256> folded{};
  for (std::size_t i = 1; i < folded.size(); ++i) {
    const char c = static_cast<char>(i);
    if (is_word(c)) folded[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return folded;
}();

// USD5000.50: three letters, then only digits. Aliases of that form lose their number: harmless here.
bool is_currency(std::string_view word) noexcept {
  if (word.size() < 4 || !is_digit(word.back())) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (i < 3 ? is_digit(word[i]) || word[i] == '_' : !is_digit(word[i])) return false;
  }
  return true;
}

class SoqlReader {
 public:
  // REQUIRES: `out` takes text.size() + 1 characters.
  SoqlReader(std::string_view text, char* out) : text_(text), begin_(out), out_(out) {}

  [[nodiscard]] std::string_view normalised() const noexcept { return {begin_, out_}; }

  SoqlSummary read() {
    while (at_ < text_.size()) step();
    SoqlSummary summary;
    summary.fingerprint = features::fingerprint(normalised());
    summary.query_class = query_class();
    summary.filtered = has_where_;
    summary.count_star = summary.query_class == QueryClass::kCount && counts_ == 1;
    summary.from_offset = static_cast<std::uint32_t>(from_offset_);
    summary.from_size = static_cast<std::uint32_t>(from_size_);
    return summary;
  }

 private:
  enum class Clause : std::uint8_t { kStart, kNotAQuery, kSelect, kAfterFromWord, kRest };

  void step() {
    const char c = text_[at_];
    if (is_space(c)) {
      ++at_;
    } else if (c == '\'' || c == '"') {
      skip_quoted(c);
    } else if (c == '{') {
      skip_search_term();
    } else if (c == '/' && at_ + 1 < text_.size() && text_[at_ + 1] == '*') {
      const std::size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else if ((c == '/' || c == '-') && at_ + 1 < text_.size() && text_[at_ + 1] == c) {
      const std::size_t end = text_.find('\n', at_);
      at_ = end == std::string_view::npos ? text_.size() : end;
    } else if (is_digit(c) ||
               ((c == '-' || c == '+' || c == '.') && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      skip_number();
    } else if (is_letter(c)) {
      read_word();
    } else {
      read_symbol(c);
    }
  }

  void skip_quoted(char quote) {
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = at_ < text_.size() ? at_ + 1 : text_.size();
    put_literal();
  }

  // SOSL: FIND {any text, with \} escaped}
  void skip_search_term() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '}') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = at_ < text_.size() ? at_ + 1 : text_.size();
    put_literal();
  }

  // Numbers, dates, times, and whatever clings to them.
  void skip_number() {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (!is_word(c) && c != '.' && c != ':' && c != '-' && c != '+') break;
      ++at_;
    }
    if (limit_pending_) has_limit_ = true;
    put_literal();
  }

  void read_word() {
    const std::size_t begin = at_;
    char* const before = out_;
    if (out_ != begin_ && (is_word(out_[-1]) || out_[-1] == '?')) *out_++ = ' ';
    char* const written = out_;
    for (char c = 0; at_ < text_.size() && (c = kWordFolded[static_cast<unsigned char>(text_[at_])]) != 0; ++at_) {
      *out_++ = c;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (is_currency(word)) {
      out_ = before;
      while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
      if (clause_ == Clause::kAfterFromWord) take_from(begin, word);
      put_literal();
      return;
    }
    if (depth_ == 0) classify({written, out_}, begin);
  }

  void read_symbol(char c) {
    ++at_;
    if (c == '(') {
      if (clause_ == Clause::kSelect && depth_ == 0) {
        if (!count_pending_) other_items_ = true;  // a subquery, or a function other than COUNT
        count_pending_ = false;
      }
      ++depth_;
    } else if (c == ')') {
      if (depth_ > 0) --depth_;
    } else if (depth_ == 0) {
      if (c == ',' && clause_ == Clause::kSelect) start_item();
      if (c == '*' && clause_ == Clause::kSelect) other_items_ = true;  // SQL's every column
      if (c == ':' && limit_pending_) has_limit_ = true;
    }
    *out_++ = c;
  }

  void start_item() {
    if (count_pending_) other_items_ = true;  // a field that is named count
    count_pending_ = false;
    item_started_ = false;
  }

  // `word` is folded and stands outside all brackets.
  void classify(std::string_view word, std::size_t begin) {
    switch (clause_) {
      case Clause::kStart:
        clause_ = word == "select" ? Clause::kSelect : Clause::kNotAQuery;
        return;
      case Clause::kNotAQuery:
        return;
      case Clause::kSelect:
        if (word == "from") {
          start_item();
          clause_ = Clause::kAfterFromWord;
        } else if (!item_started_) {
          item_started_ = true;
          count_pending_ = word == "count" || word == "count_distinct";
          if (!count_pending_) other_items_ = true;
          if (word == "count") ++counts_;
        }
        return;
      case Clause::kAfterFromWord:
        take_from(begin, text_.substr(begin, word.size() + qualified_size()));
        return;
      case Clause::kRest:
        // SQL: what is joined or added says no more how many rows the object holds than what is filtered.
        if (word == "where" || word == "join" || word == "union") has_where_ = true;
        if (word == "group") has_group_ = true;
        limit_pending_ = word == "limit";
        return;
    }
  }

  // SQL: what follows the first word of `crm.public.contacts`.
  [[nodiscard]] std::size_t qualified_size() const noexcept {
    std::size_t end = at_;
    while (end + 1 < text_.size() && text_[end] == '.' && is_letter(text_[end + 1])) {
      do ++end;
      while (end < text_.size() && is_word(text_[end]));
    }
    return end - at_;
  }

  void take_from(std::size_t begin, std::string_view word) {
    from_offset_ = begin;
    from_size_ = word.size();
    clause_ = Clause::kRest;
  }

  // One `?`; a list of literals is one too, however long.
  void put_literal() {
    limit_pending_ = false;
    if (clause_ == Clause::kSelect && depth_ == 0) other_items_ = true;  // SQL: a quoted column, a constant
    if (out_ - begin_ >= 2 && out_[-1] == ',' && out_[-2] == '?') {
      --out_;
      return;
    }
    if (out_ != begin_ && is_word(out_[-1])) *out_++ = ' ';
    if (out_ == begin_ || out_[-1] != '?') *out_++ = '?';
  }

  [[nodiscard]] QueryClass query_class() const noexcept {
    if (clause_ != Clause::kRest) return QueryClass::kUnknown;
    if (!other_items_ && !has_group_) return QueryClass::kCount;
    // Groups are summaries: they show no more than a limited look.
    return has_limit_ || has_group_ ? QueryClass::kLimited : QueryClass::kFull;
  }

  std::string_view text_;
  char* begin_;
  char* out_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  Clause clause_ = Clause::kStart;
  bool item_started_ = false;
  bool count_pending_ = false;
  bool other_items_ = false;
  bool limit_pending_ = false;
  bool has_limit_ = false;
  bool has_group_ = false;
  bool has_where_ = false;
  int counts_ = 0;
  std::size_t from_offset_ = 0;
  std::size_t from_size_ = 0;
};

constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

SoqlSummary analyse_soql(std::string_view text, std::string& out) {
  out.resize(text.size() + 1);
  SoqlReader reader(text, out.data());
  const SoqlSummary summary = reader.read();
  out.resize(reader.normalised().size());
  return summary;
}

std::size_t decode_uri_text(std::string_view text, char* out) noexcept {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int high = c == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      out[size++] = static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out[size++] = c == '+' ? ' ' : c;
    }
  }
  return size;
}

std::optional<std::string_view> soql_of_uri(std::string_view uri) noexcept {
  std::size_t at = uri.find('?');
  while (at != std::string_view::npos) {
    ++at;
    const std::size_t end = uri.find('&', at);
    const std::string_view part = uri.substr(at, end == std::string_view::npos ? end : end - at);
    if (part.starts_with("q=") && part.size() > 2) return part.substr(2);
    at = end;
  }
  return std::nullopt;
}

}  // namespace outflow::connectors
