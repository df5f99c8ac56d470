// Fields: one flat record as name-value pairs, those with a known name found at once. JSON objects and CSV rows both
// become this, so that one mapping serves both.
//
// Views point into the tokens or the row they came from; nothing is copied. One thread. Reuses its memory.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "connectors/decode/columns.h"

namespace outflow::connectors {

enum class ValueKind : std::uint8_t { kNull, kString, kNumber, kBool, kNested };

struct Value {
  std::string_view text;  // a string's inside as written; a scalar's token; nothing for null and nested values
  ValueKind kind = ValueKind::kNull;
  bool escaped = false;  // `text` holds JSON escapes
};

struct Member {
  std::string_view name;
  Value value;
  Column column = Column::kOther;
};

class Fields {
 public:
  static constexpr std::size_t kMaxMembers = 4096;

  void clear() noexcept {
    for (const Member& member : members_) place_[index(member.column)] = 0;
    members_.clear();
    evidence_ = false;
  }

  // A name that comes twice counts with its last value, as in most readers. False where the record is too wide.
  bool add(std::string_view name, Column column, Value value) {
    if (column != Column::kOther) {
      std::uint16_t& place = place_[index(column)];
      if (place != 0) {
        if (value.kind != ValueKind::kNull) members_[place - 1U] = {name, value, column};
        return true;
      }
      if (members_.size() >= kMaxMembers) return false;
      place = static_cast<std::uint16_t>(members_.size() + 1);
      evidence_ = evidence_ || is_evidence(column);
    } else if (members_.size() >= kMaxMembers) {
      return false;
    }
    members_.push_back({name, value, column});
    return true;
  }

  // CSV: the row's members are those of the header, in the same places. REQUIRES: i < members().size().
  void set_value(std::size_t i, Value value) noexcept { members_[i].value = value; }

  [[nodiscard]] bool has(Column column) const noexcept { return place_[index(column)] != 0; }
  // nullptr where the record has no such field.
  [[nodiscard]] const Value* find(Column column) const noexcept {
    const std::uint16_t place = place_[index(column)];
    return place == 0 ? nullptr : &members_[place - 1U].value;
  }
  // The name under which a field came; empty where it did not.
  [[nodiscard]] std::string_view name(Column column) const noexcept {
    const std::uint16_t place = place_[index(column)];
    return place == 0 ? std::string_view() : members_[place - 1U].name;
  }
  [[nodiscard]] std::span<const Member> members() const noexcept { return members_; }

  // Whether a name was seen that stands only in log records, never in an envelope around one.
  [[nodiscard]] bool has_evidence() const noexcept { return evidence_; }

 private:
  static std::size_t index(Column column) noexcept { return static_cast<std::size_t>(column); }
  static bool is_evidence(Column column) noexcept {
    switch (column) {
      case Column::kElfEventType:
      case Column::kElfTimestampDerived:
      case Column::kElfUserIdDerived:
      case Column::kElfOrganizationId:
      case Column::kElfRowsProcessed:
      case Column::kElfConnectedAppId:
        return true;
      default:
        return trait_of(column) == ColumnTrait::kEvidence;
    }
  }

  std::vector<Member> members_;
  std::array<std::uint16_t, kKnownColumns> place_{};  // index into members_ + 1; 0 is absent
  bool evidence_ = false;
};

}  // namespace outflow::connectors
