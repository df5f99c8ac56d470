#include "connectors/decode/json_cursor.h"

#include "connectors/decode/json_scalar.h"

namespace outflow::connectors {
namespace {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

std::string_view JsonCursor::scalar_text() const noexcept {
  const std::uint32_t begin = tokens_->offset(token_);
  std::uint32_t end = tokens_->offset(token_ + 1);
  const char* text = tokens_->text();
  while (end > begin && is_space(text[end - 1])) --end;
  return {text + begin, end - begin};
}

RejectReason JsonCursor::read_string(Value& value) {
  // Between a string's last quote and the next token there is only white space.
  const std::string_view quoted = scalar_text();
  if (quoted.size() < 2 || quoted.back() != '"') return unexpected();
  value.text = quoted.substr(1, quoted.size() - 2);
  value.kind = ValueKind::kString;
  const auto begin = static_cast<std::uint32_t>(value.text.data() - tokens_->text());
  value.escaped = tokens_->has_backslash(begin, begin + static_cast<std::uint32_t>(value.text.size()));
  if (value.escaped && !escapes_are_valid(value.text)) return RejectReason::kMalformedJson;
  ++token_;
  return RejectReason::kNone;
}

RejectReason JsonCursor::read_scalar(Value& value) {
  const char first = kind();
  if (first == '"') return read_string(value);
  if (token_ >= tokens_->count()) return RejectReason::kTruncated;
  const std::string_view text = scalar_text();
  bool valid = false;
  if (first == 'n') {
    valid = text == "null";
    value = {};
  } else if (first == 't' || first == 'f') {
    valid = text == "true" || text == "false";
    value = {text, ValueKind::kBool, false, 0};
  } else {
    valid = is_json_number(text);
    value = {text, ValueKind::kNumber, false, 0};
  }
  if (!valid) return RejectReason::kMalformedJson;
  ++token_;
  return RejectReason::kNone;
}

RejectReason JsonCursor::read_value(std::uint32_t depth, Value& value) {
  if (kind() != '{' && kind() != '[') return read_scalar(value);
  value = {{}, ValueKind::kNested, false, token_};
  return skip_nested(depth);
}

// One bit for each open object or array says which it is: there are at most 64.
RejectReason JsonCursor::skip_nested(std::uint32_t depth) {
  std::uint64_t objects = 0;
  std::uint32_t open = 0;
  Value ignored;
  while (true) {
    // At the beginning of a value.
    const char first = kind();
    if (first == '{' || first == '[') {
      if (depth + open > kMaxDepth) return RejectReason::kTooDeep;
      objects = objects << 1 | (first == '{' ? 1 : 0);
      ++open;
      ++token_;
      const char next = kind();
      if (next != '}' && next != ']') {
        if (first == '[') continue;
        if (const RejectReason reason = read_name(ignored); reason != RejectReason::kNone) return reason;
        continue;
      }
      // An empty one: its end is read below.
    } else if (const RejectReason reason = read_scalar(ignored); reason != RejectReason::kNone) {
      return reason;
    }
    // Behind a value, or at the end of what is empty.
    while (true) {
      const char next = kind();
      if (next == ((objects & 1) != 0 ? '}' : ']')) {
        objects >>= 1;
        ++token_;
        if (--open == 0) return RejectReason::kNone;
        continue;
      }
      if (next != ',') return unexpected();
      ++token_;
      if ((objects & 1) != 0) {
        if (const RejectReason reason = read_name(ignored); reason != RejectReason::kNone) return reason;
      }
      break;
    }
  }
}

}  // namespace outflow::connectors
