#include "connectors/files/csv_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace outflow::connectors {
namespace {

// The position of `wanted` in text[at..], or npos.
std::size_t find_from(std::string_view text, char wanted, std::size_t at) noexcept {
  if (at >= text.size()) return std::string_view::npos;
  const void* found = std::memchr(text.data() + at, wanted, text.size() - at);
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::string_view without_line_end(std::string_view line) noexcept {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool CsvReader::next(TextWindow& window) {
  step_over(window);
  fields_.clear();
  unquoted_.reset();
  reject_ = RejectReason::kNone;
  raw_ = {};
  if (!skip_blank_lines(window)) return false;
  line_ = window.line();
  bool whole = false;
  while (true) {
    const std::string_view text = window.view();
    const Parse parsed = parse(text, whole);
    if (parsed == Parse::kRow) {
      take_row(text.substr(0, row_size_), whole && row_size_ == text.size() && window.failure().has_value());
      return true;
    }
    if (parsed == Parse::kMalformed) {
      take_bad_line(window, RejectReason::kMalformedCsv);
      return true;
    }
    if (text.size() > max_row_bytes_) {
      take_bad_line(window, find_from(text, '\n', 0) == std::string_view::npos ? RejectReason::kTooLarge
                                                                               : RejectReason::kMalformedCsv);
      return true;
    }
    whole = !window.more();
  }
}

void CsvReader::step_over(TextWindow& window) noexcept {
  window.consume(row_size_);
  row_size_ = 0;
}

// False at the end of the stream.
bool CsvReader::skip_blank_lines(TextWindow& window) {
  while (true) {
    const std::string_view text = window.view();
    if (text.empty()) {
      if (!window.more()) return false;
    } else if (skip_rest_of_line_) {
      const std::size_t newline = find_from(text, '\n', 0);
      skip_rest_of_line_ = newline == std::string_view::npos;
      window.consume(skip_rest_of_line_ ? text.size() : newline + 1);
    } else if (text[0] != '\n' && text[0] != '\r') {
      return true;
    } else {
      window.consume(std::min(text.find_first_not_of("\r\n"), text.size()));
    }
  }
}

// A row at the start of `text`; `whole` says that nothing follows it.
CsvReader::Parse CsvReader::parse(std::string_view text, bool whole) {
  fields_.clear();
  unquoted_.reset();
  std::size_t at = 0;
  while (true) {
    const bool quoted = at < text.size() && text[at] == '"';
    const Parse parsed = quoted ? parse_quoted(text, at, whole) : parse_plain(text, at, whole);
    if (parsed != Parse::kRow) return parsed;
    if (at >= text.size()) {
      row_size_ = text.size();
      return Parse::kRow;
    }
    if (text[at] == '\n') {
      row_size_ = at + 1;
      return Parse::kRow;
    }
    ++at;  // the comma
  }
}

CsvReader::Parse CsvReader::parse_quoted(std::string_view text, std::size_t& at, bool whole) {
  const std::size_t begin = at + 1;
  std::size_t doubled = 0;
  std::size_t quote = begin;
  while (true) {
    quote = find_from(text, '"', quote);
    if (quote == std::string_view::npos) return whole ? Parse::kMalformed : Parse::kNeedMore;
    if (quote + 1 >= text.size() && !whole) return Parse::kNeedMore;
    if (quote + 1 >= text.size() || text[quote + 1] != '"') break;
    ++doubled;
    quote += 2;
  }
  at = quote + 1;
  if (at < text.size() && text[at] == '\r') {
    if (at + 1 >= text.size() && !whole) return Parse::kNeedMore;
    ++at;
    if (at < text.size() && text[at] != '\n') return Parse::kMalformed;
  }
  if (at < text.size() && text[at] != ',' && text[at] != '\n') return Parse::kMalformed;
  const std::string_view inside = text.substr(begin, quote - begin);
  if (doubled == 0) {
    fields_.push_back(inside);
    return Parse::kRow;
  }
  char* plain = unquoted_.allocate(inside.size() - doubled);
  std::size_t size = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    plain[size++] = inside[i];
    if (inside[i] == '"') ++i;
  }
  fields_.emplace_back(plain, size);
  return Parse::kRow;
}

CsvReader::Parse CsvReader::parse_plain(std::string_view text, std::size_t& at, bool whole) {
  const std::size_t begin = at;
  while (at < text.size() && text[at] != ',' && text[at] != '\n') ++at;
  if (at >= text.size() && !whole) return Parse::kNeedMore;
  std::string_view field = text.substr(begin, at - begin);
  const bool ends_row = at >= text.size() || text[at] == '\n';
  if (ends_row && field.ends_with('\r')) field.remove_suffix(1);
  fields_.push_back(field);
  return Parse::kRow;
}

void CsvReader::take_row(std::string_view text, bool cut) {
  raw_ = without_line_end(text);
  if (cut) {
    reject_ = RejectReason::kTruncated;  // the stream broke inside this row
  } else if (text.size() > max_row_bytes_) {
    reject_ = RejectReason::kTooLarge;
  } else if (find_from(text, '\0', 0) != std::string_view::npos) {
    reject_ = RejectReason::kMalformedCsv;
  } else if (!simdjson::validate_utf8(text.data(), text.size())) {
    reject_ = RejectReason::kNotUtf8;
  }
  if (reject_ != RejectReason::kNone) fields_.clear();
}

void CsvReader::take_bad_line(TextWindow& window, RejectReason reason) {
  reject_ = window.failure().has_value() ? RejectReason::kTruncated : reason;
  fields_.clear();
  const std::string_view text = window.view();
  const std::size_t newline = find_from(text, '\n', 0);
  skip_rest_of_line_ = newline == std::string_view::npos;
  row_size_ = skip_rest_of_line_ ? text.size() : newline + 1;
  raw_ = without_line_end(text.substr(0, std::min(row_size_, max_row_bytes_)));
}

}  // namespace outflow::connectors
