// JsonCursor: reads a document's tokens from left to right and checks their grammar (RFC 8259) on the way.
//
// What is skipped is checked as strictly as what is read. One thread. Views point into the tokens.
#pragma once

#include <cstdint>
#include <string_view>

#include "connectors/decode/fields.h"
#include "connectors/decode/json_tokens.h"

namespace outflow::connectors {

class JsonCursor {
 public:
  static constexpr std::uint32_t kMaxDepth = 64;

  void begin(JsonTokens& tokens, std::uint32_t token) noexcept {
    tokens_ = &tokens;
    token_ = token;
  }
  [[nodiscard]] JsonTokens& tokens() const noexcept { return *tokens_; }
  [[nodiscard]] std::uint32_t token() const noexcept { return token_; }
  [[nodiscard]] char kind() const noexcept { return tokens_->kind(token_); }

  // Each reads from the token on and moves behind what it read. `depth` is that of the value read.
  RejectReason read_value(std::uint32_t depth, Value& value);  // an object or array is skipped
  RejectReason read_string(Value& value);
  RejectReason read_scalar(Value& value);
  RejectReason skip_nested(std::uint32_t depth);
  // A member's name and its colon.
  RejectReason read_name(Value& name) {
    if (kind() != '"') return unexpected();
    if (const RejectReason reason = read_string(name); reason != RejectReason::kNone) return reason;
    if (kind() != ':') return unexpected();
    ++token_;
    return RejectReason::kNone;
  }
  void advance() noexcept { ++token_; }
  void move_to(std::uint32_t token) noexcept { token_ = token; }
  // Behind a member or an element: its comma, or the end of what it is in.
  RejectReason read_separator(char end, bool& at_end) noexcept {
    const char next = kind();
    if (next != ',' && next != end) return unexpected();
    at_end = next == end;
    ++token_;
    return RejectReason::kNone;
  }
  [[nodiscard]] RejectReason unexpected() const noexcept {
    return token_ >= tokens_->count() ? RejectReason::kTruncated : RejectReason::kMalformedJson;
  }

 private:
  [[nodiscard]] std::string_view scalar_text() const noexcept;
  RejectReason skip_scalar();

  JsonTokens* tokens_ = nullptr;
  std::uint32_t token_ = 0;
};

}  // namespace outflow::connectors
