#include "connectors/files/json_reader.h"

#include <algorithm>
#include <cstring>

namespace outflow::connectors {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

std::size_t find_newline(std::string_view text, std::size_t at = 0) noexcept {
  return text.find('\n', at);
}

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Where the object that begins at `text` ends.
struct ObjectEnd {
  enum class State : std::uint8_t { kComplete, kOpen, kBroken } state = State::kOpen;
  std::size_t size = 0;
};

ObjectEnd find_object_end(std::string_view text) noexcept {
  std::size_t depth = 0;
  bool in_string = false;
  char before = '\0';  // the last character that is no white space
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
        before = c;
      } else if (c == '\n') {
        return {ObjectEnd::State::kBroken, i};
      }
      continue;
    }
    if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      const bool fits = before == '\0' || before == ':' || before == ',' || before == '[';
      if (c == '{' && !fits) return {ObjectEnd::State::kBroken, i};
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return {ObjectEnd::State::kComplete, i + 1};
    }
    if (!is_space(c)) before = c;
  }
  return {ObjectEnd::State::kOpen, text.size()};
}

std::size_t end_of_string(std::string_view text) noexcept {
  for (std::size_t i = 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

// Where the element of an array ends that is neither object nor array: a string (JSON once more, mostly), a number or a
// word. Broken where nothing follows that may: a member of an object that was cut is no element.
ObjectEnd find_plain_end(std::string_view text, bool is_all) noexcept {
  const bool is_string = text[0] == '"';
  const std::size_t end = is_string ? end_of_string(text) : text.find_first_not_of("0123456789+-.Eaeflnrstu");
  if (end == 0) return {ObjectEnd::State::kBroken, 0};
  if (end == std::string_view::npos) {
    const bool broken = is_string && text.find('\n') != std::string_view::npos;
    if (broken || !is_all) return {broken ? ObjectEnd::State::kBroken : ObjectEnd::State::kOpen, text.size()};
    return {is_string ? ObjectEnd::State::kOpen : ObjectEnd::State::kComplete, text.size()};
  }
  const std::size_t next = text.find_first_not_of(kSpaces, end);
  if (next == std::string_view::npos && !is_all) return {ObjectEnd::State::kOpen, text.size()};
  const bool fits = next == std::string_view::npos || text[next] == ',' || text[next] == ']';
  return {fits ? ObjectEnd::State::kComplete : ObjectEnd::State::kBroken, end};
}

struct Resume {
  bool found = false;
  std::size_t at = 0;  // of the object, or how much can be forgotten until it comes
};

// The first line behind the start of `text` that begins with an object, or without indentation with an array.
Resume find_object_line(std::string_view text) noexcept {
  std::size_t newline = find_newline(text);
  while (newline != std::string_view::npos) {
    const std::size_t first = text.find_first_not_of(" \t\r\n", newline);
    if (first == std::string_view::npos) return {false, newline};
    if (text[first] == '{' || (text[first] == '[' && text[first - 1] == '\n')) return {true, first};
    newline = find_newline(text, first);
  }
  return {false, text.size()};
}

}  // namespace

JsonLayout layout_of(TextWindow& window, std::size_t max_record_bytes) {
  std::size_t at = window.view().find_first_of("{[");
  if (at == std::string_view::npos) return JsonLayout::kLines;
  if (window.view()[at] == '[') return JsonLayout::kDocument;
  while (find_newline(window.view(), at) == std::string_view::npos && window.view().size() <= max_record_bytes) {
    if (!window.more()) break;
  }
  const std::string_view text = window.view();
  const std::size_t newline = std::min(find_newline(text, at), text.size());
  const std::string_view first = text.substr(at, newline - at);
  const ObjectEnd end = find_object_end(first);
  if (end.state == ObjectEnd::State::kBroken) return JsonLayout::kLines;
  if (end.state == ObjectEnd::State::kComplete) {
    const std::size_t next = first.find_first_not_of(kSpaces, end.size);
    const bool another = next != std::string_view::npos && (first[next] == '{' || first[next] == ',');
    return another ? JsonLayout::kDocument : JsonLayout::kLines;
  }
  // The first line is not a whole object: either it is cut, or the object spans lines.
  at = text.find_first_not_of(kSpaces, newline);
  while (at == std::string_view::npos && window.view().size() <= max_record_bytes && window.more()) {
    at = window.view().find_first_not_of(kSpaces, newline);
  }
  if (at == std::string_view::npos) return JsonLayout::kLines;
  const char c = window.view()[at];
  const bool begins_line = window.view()[at - 1] == '\n';
  return c == '"' || c == '}' || c == ']' || c == '[' || (c == '{' && !begins_line) ? JsonLayout::kDocument
                                                                                    : JsonLayout::kLines;
}

bool JsonReader::next(TextWindow& window) {
  step_over(window);
  raw_ = {};
  reject_ = RejectReason::kNone;
  if (!skip_to_record(window)) return false;
  line_ = window.line();
  return layout_ == JsonLayout::kLines ? next_line(window) : next_element(window);
}

void JsonReader::step_over(TextWindow& window) noexcept {
  window.consume(record_size_);
  record_size_ = 0;
}

// Over blank lines, the brackets and commas of an array, and the rest of a bad record. False at the end.
bool JsonReader::skip_to_record(TextWindow& window) {
  const std::string_view skipped = layout_ == JsonLayout::kLines ? " \t\r\n" : " \t\r\n[],";
  while (true) {
    const std::string_view text = window.view();
    if (skip_rest_) {
      const std::size_t newline = find_newline(text);
      const Resume resume = layout_ == JsonLayout::kDocument    ? find_object_line(text)
                            : newline == std::string_view::npos ? Resume{false, text.size()}
                                                                : Resume{true, newline};
      window.consume(resume.at);
      skip_rest_ = !resume.found;
      if (skip_rest_ && !window.more()) {
        window.consume(window.view().size());
        return false;
      }
      continue;
    }
    const std::size_t begin = std::min(text.find_first_not_of(skipped), text.size());
    window.consume(begin);
    if (begin < text.size()) return true;
    if (!window.more()) return false;
  }
}

bool JsonReader::next_line(TextWindow& window) {
  std::size_t seen = 0;
  std::size_t newline = find_newline(window.view());
  bool whole = false;
  while (newline == std::string_view::npos && window.view().size() <= max_record_bytes_ && !whole) {
    seen = window.view().size();
    whole = !window.more();
    newline = find_newline(window.view(), seen);
  }
  const std::string_view text = window.view();
  record_size_ = newline == std::string_view::npos ? text.size() : newline + 1;
  raw_ = text.substr(0, std::min(newline, text.size()));
  if (raw_.ends_with('\r')) raw_.remove_suffix(1);
  if (newline == std::string_view::npos && window.failure().has_value()) {
    reject_ = RejectReason::kTruncated;  // the stream broke inside this line
  } else if (raw_.size() > max_record_bytes_) {
    reject_ = RejectReason::kTooLarge;
    raw_ = raw_.substr(0, max_record_bytes_);
    skip_rest_ = newline == std::string_view::npos;
  }
  return true;
}

bool JsonReader::next_element(TextWindow& window) {
  bool is_all = false;
  while (true) {
    const std::string_view text = window.view();
    const ObjectEnd end = text[0] == '{' ? find_object_end(text) : find_plain_end(text, is_all);
    if (end.state == ObjectEnd::State::kComplete) {
      record_size_ = end.size;
      raw_ = text.substr(0, end.size);
      if (raw_.size() > max_record_bytes_) reject_ = RejectReason::kTooLarge;
      return true;
    }
    if (end.state == ObjectEnd::State::kBroken) {
      take_bad_object(window, RejectReason::kMalformedJson);
      return true;
    }
    if (text.size() > max_record_bytes_ || is_all) {
      take_bad_object(window, is_all ? RejectReason::kTruncated : RejectReason::kTooLarge);
      return true;
    }
    is_all = !window.more();
  }
}

void JsonReader::take_bad_object(TextWindow& window, RejectReason reason) {
  reject_ = window.failure().has_value() ? RejectReason::kTruncated : reason;
  const std::string_view text = window.view();
  raw_ = text.substr(0, std::min(find_newline(text), max_record_bytes_));
  const Resume resume = find_object_line(text);
  record_size_ = resume.at;
  skip_rest_ = !resume.found;
}

}  // namespace outflow::connectors
