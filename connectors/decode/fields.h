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
#include "connectors/decode/field_names.h"

namespace outflow::connectors {

// A list is what a path with `[*]` found; only Slots hold one.
enum class ValueKind : std::uint8_t { kNull, kString, kNumber, kBool, kNested, kList };

struct Value {
  std::string_view text;  // a string's inside as written; a scalar's token; nothing for null and nested values
  ValueKind kind = ValueKind::kNull;
  bool escaped = false;     // `text` holds JSON escapes
  std::uint32_t place = 0;  // of a nested value: its first token; of a list: its first item
};

struct Member {
  std::string_view name;
  Value value;
  features::Fingerprint elf_hash = 0;  // of the name, as in NameFacts
  Column column = Column::kOther;
  bool lower_case = false;
};

class Fields {
 public:
  static constexpr std::size_t kMaxMembers = 4096;

  // How many bytes from a value's first on may be read whatever its size, where the fields are `padded`.
  static constexpr std::size_t kPadding = 16;

  void clear(bool padded = false) noexcept {
    padded_ = padded;
    place_.fill(0);
    size_ = 0;
    evidence_ = false;
  }

  // A name that comes twice counts with its last value, as in most readers. False where the record is too wide.
  bool add(std::string_view name, const NameFacts& facts, const Value& value) {
    Member* member = make(facts, value.kind);
    if (member == nullptr) return false;
    member->name = name;
    member->value = value;
    return true;
  }

  // The same, for the caller to fill in place: its name, text, kind and the rest of the value. What was built elsewhere
  // and copied here would be waited for. Inlined, as it runs for each field of each record.
  [[gnu::always_inline]] Member* make(const NameFacts& facts, ValueKind kind) {
    if (facts.column != Column::kOther) {
      std::uint16_t& place = place_[index(facts.column)];
      if (place != 0) return replace(place, facts, kind);
      place = static_cast<std::uint16_t>(size_ + 1);
      evidence_ |= facts.evidence;
    }
    if (size_ == capacity_ && !grow()) {
      if (facts.column != Column::kOther) place_[index(facts.column)] = 0;
      return nullptr;
    }
    Member& member = members_[size_++];
    set(member, facts);
    return &member;
  }

  // CSV: the row's members are those of the header, in the same places. REQUIRES: i < members().size().
  void set_value(std::size_t i, const Value& value) noexcept { members_[i].value = value; }

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
  [[nodiscard]] std::span<const Member> members() const noexcept { return {members_.data(), size_}; }

  // Whether a name was seen that stands only in log records, never in an envelope around one.
  [[nodiscard]] bool has_evidence() const noexcept { return evidence_; }
  [[nodiscard]] bool padded() const noexcept { return padded_; }

 private:
  static std::size_t index(Column column) noexcept { return static_cast<std::size_t>(column); }

  [[gnu::always_inline]] static void set(Member& member, const NameFacts& facts) noexcept {
    member.elf_hash = facts.elf_hash;
    member.column = facts.column;
    member.lower_case = facts.lower_case;
  }
  [[gnu::noinline]] Member* replace(std::uint16_t place, const NameFacts& facts, ValueKind kind) noexcept {
    Member& member = kind == ValueKind::kNull ? ignored_ : members_[place - 1U];
    set(member, facts);
    return &member;
  }
  [[gnu::noinline]] bool grow() {
    if (capacity_ >= kMaxMembers) return false;
    capacity_ = capacity_ == 0 ? 64 : capacity_ * 2;
    members_.resize(capacity_);
    return true;
  }

  std::vector<Member> members_;  // the first size_ count; the rest is memory for wider records
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;                          // of members_
  std::array<std::uint16_t, kKnownColumns> place_{};  // index into members_ + 1; 0 is absent
  Member ignored_;
  bool evidence_ = false;
  bool padded_ = false;
};

}  // namespace outflow::connectors
