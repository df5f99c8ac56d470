// MappedSource: runs a mapping's program over the slots that a walk has filled.
//
// One thread. Texts of the event are views into the record, the arena or the catalogue.
#pragma once

#include <optional>
#include <string_view>

#include "connectors/decode/json_tokens.h"
#include "connectors/decode/mapping_program.h"
#include "connectors/decode/slots.h"
#include "connectors/decode/source_record.h"

namespace outflow::connectors {

// Texts longer than this are cut before they are transformed, at a UTF-8 character's end.
inline constexpr std::size_t kMaxTransformedBytes = 4096;

class MappedSource {
 public:
  explicit MappedSource(TextArena& arena) : arena_(arena) {}

  // The record whose event is to be filled next; `tokens` is null for a CSV row.
  void begin(const MappingProgram& program, Slots& slots, const JsonTokens* tokens) {
    program_ = &program;
    slots_ = &slots;
    tokens_ = tokens;
  }

  // Fills all but the event's id, which is left empty where the mapping's `uid` is not known.
  RejectReason read(SourceRecord& record);
  [[nodiscard]] std::string_view tenant() { return text(program_->tenant); }

 private:
  [[nodiscard]] std::string_view text(ExpressionId id);
  [[nodiscard]] std::string_view plain(const Expression& expression);
  [[nodiscard]] std::string_view concatenated(const Expression& expression);
  [[nodiscard]] std::string_view transformed(const Transforms& transforms, std::string_view text);
  [[nodiscard]] std::string_view value_text(Value& value);
  [[nodiscard]] bool holds(const Condition& condition);
  [[nodiscard]] const EventProgram& program_of(std::string_view event_type);
  [[nodiscard]] std::optional<std::uint64_t> count(const CountSource& source);
  [[nodiscard]] std::optional<std::uint64_t> elements(SlotId slot);
  RejectReason read_time(features::AuditEvent& event);
  void read_texts(const EventProgram& program, SourceRecord& record);
  void read_volume(const EventProgram& program, SourceRecord& record);

  TextArena& arena_;
  const MappingProgram* program_ = nullptr;
  Slots* slots_ = nullptr;
  const JsonTokens* tokens_ = nullptr;
};

// At most `most` bytes of it, cut at a UTF-8 character's end.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t most) noexcept;

}  // namespace outflow::connectors
