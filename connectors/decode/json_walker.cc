#include "connectors/decode/json_walker.h"

#include <cstring>

#include "connectors/decode/json_scalar.h"

namespace outflow::connectors {
namespace {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Objects in which a record may lie.
constexpr bool is_envelope(Column column) noexcept {
  return column == Column::kData || column == Column::kPayload || column == Column::kDetail || column == Column::kEvent;
}

// How surely a text holds the original record; 0 = not at all.
constexpr int wrapping_rank(Column column) noexcept {
  switch (column) {
    case Column::kEventOriginal:
    case Column::kOriginal:
      return 3;
    case Column::kData:
    case Column::kPayload:
      return 2;
    case Column::kMessage:
    case Column::kEvent:
      return 1;
    default:
      return 0;
  }
}

// What a number or null is, with no space behind it; kNested where it is another value.
ValueKind plain_scalar(std::string_view token) noexcept {
  if (token[0] == 'n') return token == "null" ? ValueKind::kNull : ValueKind::kNested;
  if (token[0] != '-' && (token[0] < '0' || token[0] > '9')) return ValueKind::kNested;
  return is_json_number(token) ? ValueKind::kNumber : ValueKind::kNested;
}

// The same, or a string without escapes: the value in `token`, which begins at a token and ends at the next.
[[gnu::always_inline]] inline ValueKind plain_value(const char*& token, std::uint32_t& size) noexcept {
  if (*token == '"') {
    if (size < 2 || token[size - 1] != '"') return ValueKind::kNested;
    ++token;
    size -= 2;
    return ValueKind::kString;
  }
  const ValueKind kind = plain_scalar({token, size});
  if (kind == ValueKind::kNull) size = 0;
  return kind;
}

bool looks_like_json(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  return at < text.size() && (text[at] == '{' || (text[at] == '\\' && text.find('{') < at + 8));
}

}  // namespace

RejectReason JsonWalker::fail(RejectReason reason) noexcept {
  error_offset_ = token_ < tokens_->count() ? tokens_->offset(token_) : tokens_->size();
  return reason;
}

RejectReason JsonWalker::unexpected() noexcept {
  return fail(token_ >= tokens_->count() ? RejectReason::kTruncated : RejectReason::kMalformedJson);
}

RejectReason JsonWalker::walk(const JsonTokens& tokens) {
  tokens_ = &tokens;
  token_ = 0;
  next_backslash_ = 0;
  chosen_ = 0;
  settled_ = false;
  channel_ = tenant_ = wrapped_ = Value{};
  wrapped_rank_ = 0;
  const void* backslash = std::memchr(tokens.text(), '\\', tokens.size());
  next_backslash_ = backslash == nullptr
                        ? tokens.size()
                        : static_cast<std::uint32_t>(static_cast<const char*>(backslash) - tokens.text());
  levels_[0].clear();
  RejectReason reason = RejectReason::kNone;
  const bool is_object = kind() == '{';
  if (is_object) {
    reason = read_object(1, 0);
  } else {
    Value ignored;
    reason = read_value(0, ignored);
  }
  if (reason != RejectReason::kNone) return reason;
  if (token_ != tokens.count()) return fail(RejectReason::kMalformedJson);  // something stands behind the value
  return is_object ? RejectReason::kNone : fail(RejectReason::kUnknownShape);
}

RejectReason JsonWalker::read_object(std::uint32_t depth, std::size_t level) {
  if (depth > kMaxDepth) return fail(RejectReason::kTooDeep);
  ++token_;
  if (kind() == '}') {
    ++token_;
    return RejectReason::kNone;
  }
  while (true) {
    if (level != kNoLevel) {
      bool at_end = false;
      const RejectReason reason = read_plain_members(levels_[level], at_end);
      if (reason != RejectReason::kNone || at_end) return reason;
    }
    if (const RejectReason reason = read_member(depth, level); reason != RejectReason::kNone) return reason;
    const char next = kind();
    if (next == '}') {
      ++token_;
      return RejectReason::kNone;
    }
    if (next != ',') return unexpected();
    ++token_;
  }
}

// Stops before the first member that is another, or behind the end of the object.
RejectReason JsonWalker::read_plain_members(Fields& fields, bool& at_end) {
  const char* const text = tokens_->text();
  const std::uint32_t* at = tokens_->offsets() + token_;
  const std::uint32_t backslash = next_backslash_;
  // Behind the last token stand tokens of no kind, so that a document may end anywhere.
  while (text[at[0]] == '"' && text[at[1]] == ':' && (text[at[3]] == ',' || text[at[3]] == '}')) {
    const std::uint32_t name_end = at[1] - 1;
    if (text[name_end] != '"' || name_end <= at[0] || backslash < at[3]) break;
    const char* value = text + at[2];
    std::uint32_t size = at[3] - at[2];
    const ValueKind kind = plain_value(value, size);
    if (kind == ValueKind::kNested) break;
    const std::string_view name(text + at[0] + 1, name_end - at[0] - 1);
    const NameFacts& facts = names_.find(name);
    if (facts.of_envelope) note(facts.column, {{value, size}, kind, false});
    at_end = text[at[3]] == '}';
    at += 4;
    if (!fields.add(name, facts, {{value, size}, kind, false})) {
      token_ = static_cast<std::uint32_t>(at - tokens_->offsets()) - 1;
      return fail(RejectReason::kTooLarge);
    }
    if (at_end) break;
  }
  token_ = static_cast<std::uint32_t>(at - tokens_->offsets());
  return RejectReason::kNone;
}

RejectReason JsonWalker::read_member(std::uint32_t depth, std::size_t level) {
  if (kind() != '"') return unexpected();
  Value name;
  if (const RejectReason reason = read_string(name); reason != RejectReason::kNone) return reason;
  if (kind() != ':') return unexpected();
  ++token_;
  // No name that is read holds an escape; an escaped one stays part of the row's identity as it is written.
  if (level == kNoLevel) {
    Value ignored;
    return read_value(depth, ignored);
  }
  const NameFacts facts = name.escaped ? NameFacts{} : names_.find(name.text);
  const Column column = facts.column;
  if (kind() == '{') {
    if (column == Column::kAttributes) return read_attributes(depth + 1, levels_[level]);
    if (is_envelope(column) && level + 1 < kLevels && !settled_) {
      levels_[level + 1].clear();
      const RejectReason reason = read_object(depth + 1, level + 1);
      if (reason == RejectReason::kNone && !settled_ && levels_[level + 1].has_evidence()) {
        settled_ = true;
        chosen_ = level + 1;
      }
      return reason;
    }
  }
  Value value;
  if (const RejectReason reason = read_value(depth, value); reason != RejectReason::kNone) return reason;
  if (facts.of_envelope) note(column, value);
  if (!levels_[level].add(name.text, facts, value)) return fail(RejectReason::kTooLarge);
  return RejectReason::kNone;
}

void JsonWalker::note(Column column, const Value& value) noexcept {
  if (value.kind != ValueKind::kString || value.text.empty()) return;
  if (column == Column::kChannel) channel_ = value;
  if (column == Column::kOrganizationId) tenant_ = value;
  const int rank = wrapping_rank(column);
  if (rank > wrapped_rank_ && looks_like_json(value.text)) {
    wrapped_ = value;
    wrapped_rank_ = rank;
  }
}

// Salesforce's REST API: "attributes": {"type": "ApiEvent", "url": "..."}; of these only the type is of use.
RejectReason JsonWalker::read_attributes(std::uint32_t depth, Fields& into) {
  if (depth > kMaxDepth) return fail(RejectReason::kTooDeep);
  ++token_;
  if (kind() == '}') {
    ++token_;
    return RejectReason::kNone;
  }
  while (true) {
    if (kind() != '"') return unexpected();
    Value name;
    if (const RejectReason reason = read_string(name); reason != RejectReason::kNone) return reason;
    if (kind() != ':') return unexpected();
    ++token_;
    Value value;
    if (const RejectReason reason = read_value(depth, value); reason != RejectReason::kNone) return reason;
    if (name.text == "type" && value.kind == ValueKind::kString) {
      NameFacts facts = names_.find(name.text);
      facts.column = Column::kAttributesType;
      (void)into.add(name.text, facts, value);
    }
    if (kind() == '}') {
      ++token_;
      return RejectReason::kNone;
    }
    if (kind() != ',') return unexpected();
    ++token_;
  }
}

std::string_view JsonWalker::scalar_text() const noexcept {
  const std::uint32_t begin = tokens_->offset(token_);
  std::uint32_t end = tokens_->offset(token_ + 1);
  const char* text = tokens_->text();
  while (end > begin && is_space(text[end - 1])) --end;
  return {text + begin, end - begin};
}

RejectReason JsonWalker::read_string(Value& value) {
  // Between a string's last quote and the next token there is only white space.
  const std::string_view quoted = scalar_text();
  if (quoted.size() < 2 || quoted.back() != '"') return unexpected();
  value.text = quoted.substr(1, quoted.size() - 2);
  value.kind = ValueKind::kString;
  const auto end = static_cast<std::uint32_t>(value.text.data() + value.text.size() - tokens_->text());
  value.escaped = next_backslash_ < end;
  if (value.escaped) {
    if (!escapes_are_valid(value.text)) return fail(RejectReason::kMalformedJson);
    const void* next = std::memchr(tokens_->text() + end, '\\', tokens_->size() - end);
    next_backslash_ = next == nullptr ? tokens_->size()
                                      : static_cast<std::uint32_t>(static_cast<const char*>(next) - tokens_->text());
  }
  ++token_;
  return RejectReason::kNone;
}

RejectReason JsonWalker::read_value(std::uint32_t depth, Value& value) {
  switch (kind()) {
    case '"':
      return read_string(value);
    case '{':
    case '[':
      value = {{}, ValueKind::kNested, false};
      return skip_nested(depth + 1);
    case 't':
    case 'f':
      value = {scalar_text(), ValueKind::kBool, false};
      if (value.text != "true" && value.text != "false") return fail(RejectReason::kMalformedJson);
      break;
    case 'n':
      if (scalar_text() != "null") return fail(RejectReason::kMalformedJson);
      value = {{}, ValueKind::kNull, false};
      break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      value = {scalar_text(), ValueKind::kNumber, false};
      if (!is_json_number(value.text)) return fail(RejectReason::kMalformedJson);
      break;
    default:
      return unexpected();
  }
  ++token_;
  return RejectReason::kNone;
}

RejectReason JsonWalker::skip_nested(std::uint32_t depth) {
  if (depth > kMaxDepth) return fail(RejectReason::kTooDeep);
  return kind() == '{' ? read_object(depth, kNoLevel) : skip_array(depth);
}

RejectReason JsonWalker::skip_array(std::uint32_t depth) {
  ++token_;
  if (kind() == ']') {
    ++token_;
    return RejectReason::kNone;
  }
  while (true) {
    Value ignored;
    if (const RejectReason reason = read_value(depth, ignored); reason != RejectReason::kNone) return reason;
    const char next = kind();
    if (next == ']') {
      ++token_;
      return RejectReason::kNone;
    }
    if (next != ',') return unexpected();
    ++token_;
  }
}

}  // namespace outflow::connectors
