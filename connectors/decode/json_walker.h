// JsonWalker: checks a document's grammar in one pass, and on the way collects the fields of the log record in it.
//
// Finds the record inside the envelopes that carry it: `data`, `payload`, `detail` and `event` objects (CometD,
// Kafka Connect, CloudEvents, EventBridge), and text in `event.original`, `data` or `message` that is JSON again.
// One thread. The result's views point into the tokens walked.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "connectors/decode/decoder.h"
#include "connectors/decode/fields.h"
#include "connectors/decode/json_tokens.h"

namespace outflow::connectors {

class JsonWalker {
 public:
  static constexpr std::uint32_t kMaxDepth = 64;

  // kNone where the document is valid JSON and an object; its parts then follow.
  RejectReason walk(const JsonTokens& tokens);

  // The fields of the record, or of the outermost object where no record was recognised.
  [[nodiscard]] const Fields& record() const noexcept { return levels_[chosen_]; }
  [[nodiscard]] bool found_record() const noexcept { return levels_[chosen_].has_evidence(); }
  // What the envelope says; empty where it says nothing.
  [[nodiscard]] const Value& channel() const noexcept { return channel_; }
  [[nodiscard]] const Value& tenant() const noexcept { return tenant_; }
  // Text that looks like JSON again, and may hold the record if found_record() is false.
  [[nodiscard]] const Value& wrapped() const noexcept { return wrapped_; }
  // Where the document is wrong, for a person.
  [[nodiscard]] std::uint32_t error_offset() const noexcept { return error_offset_; }

 private:
  static constexpr std::size_t kLevels = 4;
  static constexpr std::size_t kNoLevel = kLevels;

  // Each reads one value from token_ and moves behind it.
  // Members written as nearly all are: a name, a colon and a value without escapes, with no space between.
  RejectReason read_plain_members(Fields& fields, bool& at_end);
  RejectReason read_object(std::uint32_t depth, std::size_t level);
  RejectReason read_member(std::uint32_t depth, std::size_t level);
  RejectReason read_attributes(std::uint32_t depth, Fields& into);
  RejectReason read_value(std::uint32_t depth, Value& value);
  RejectReason read_string(Value& value);
  RejectReason skip_nested(std::uint32_t depth);
  RejectReason skip_array(std::uint32_t depth);

  [[nodiscard]] char kind() const noexcept { return tokens_->kind(token_); }
  [[nodiscard]] std::string_view scalar_text() const noexcept;
  RejectReason fail(RejectReason reason) noexcept;
  RejectReason unexpected() noexcept;
  void note(Column column, const Value& value) noexcept;

  const JsonTokens* tokens_ = nullptr;
  std::uint32_t token_ = 0;
  std::uint32_t next_backslash_ = 0;
  std::uint32_t error_offset_ = 0;
  FieldNames names_;
  std::array<Fields, kLevels> levels_;
  std::size_t chosen_ = 0;
  bool settled_ = false;  // a record was found in a nested object: look no further
  Value channel_;
  Value tenant_;
  Value wrapped_;
  int wrapped_rank_ = 0;
};

}  // namespace outflow::connectors
