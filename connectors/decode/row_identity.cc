#include "connectors/decode/row_identity.h"

#include <array>
#include <cstring>

#include "connectors/decode/count_text.h"
#include "connectors/decode/json_cursor.h"
#include "connectors/decode/source_record.h"
#include "features/fingerprint.h"

namespace outflow::connectors {
namespace {

using features::Fingerprint;
using features::fingerprint;

// One spelling for one value: numbers as in count_text.h, booleans as 1 and 0.
Fingerprint value_hash(const Value& value, Fingerprint name, TextArena& arena) {
  const std::string_view text = plain_text(value, arena);
  if (text.size() == 4 && equals_folded(text, "true")) return fingerprint("1", name);
  if (text.size() == 5 && equals_folded(text, "false")) return fingerprint("0", name);
  std::array<char, 32> buffer;
  return fingerprint(canonical_number(text, buffer), name);
}

bool is_empty(const Value& value) noexcept {
  return value.kind == ValueKind::kNull || value.kind == ValueKind::kNested || value.text.empty();
}

bool is_of_transport(std::string_view name) noexcept {
  return name.empty() || name[0] == '@' || name[0] == '_' || name.starts_with("p_");
}

// A path's hash, from that of what it leads on from; `name` may hold several steps.
Fingerprint step(Fingerprint path, std::string_view name) noexcept {
  while (true) {
    const std::size_t dot = name.find('.');
    path = features::combine(path, fingerprint(name.substr(0, dot)));
    if (dot == std::string_view::npos) return path;
    name.remove_prefix(dot + 1);
  }
}

// Sums the values below a place. REQUIRES: the document was checked, so it is at most 64 deep.
class ContentHash {
 public:
  ContentHash(JsonTokens& tokens, TextArena& arena) : arena_(arena) { cursor_.begin(tokens, 0); }

  Fingerprint of(std::uint32_t token) {
    cursor_.move_to(token);
    add(0, true);
    return sum_;
  }

 private:
  void add(Fingerprint path, bool on_top) {
    if (cursor_.kind() == '{') return add_object(path, on_top);
    if (cursor_.kind() == '[') return add_array(path);
    Value value;
    if (cursor_.read_scalar(value) == RejectReason::kNone && !is_empty(value)) {
      sum_ += value_hash(value, path, arena_);
    }
  }
  void add_object(Fingerprint path, bool on_top) {
    cursor_.advance();
    bool at_end = cursor_.kind() == '}';
    if (at_end) cursor_.advance();
    while (!at_end) {
      Value name;
      if (cursor_.read_name(name) != RejectReason::kNone) return;
      if (on_top && is_of_transport(name.text)) {
        Value ignored;
        if (cursor_.read_value(1, ignored) != RejectReason::kNone) return;
      } else {
        add(step(path, plain_text(name, arena_)), false);
      }
      if (cursor_.read_separator('}', at_end) != RejectReason::kNone) return;
    }
  }
  void add_array(Fingerprint path) {
    cursor_.advance();
    bool at_end = cursor_.kind() == ']';
    if (at_end) cursor_.advance();
    for (std::uint64_t index = 0; !at_end; ++index) {
      add(features::combine(path, index), false);
      if (cursor_.read_separator(']', at_end) != RejectReason::kNone) return;
    }
  }

  TextArena& arena_;
  JsonCursor cursor_;
  Fingerprint sum_ = 0;
};

std::string_view write_uid(std::string_view prefix, Fingerprint hash, TextArena& arena) {
  constexpr std::string_view kHex = "0123456789abcdef";
  char* at = arena.allocate(prefix.size() + 16);
  std::memcpy(at, prefix.data(), prefix.size());
  for (std::size_t i = 0; i < 16; ++i) at[prefix.size() + i] = kHex[(hash >> (60 - 4 * i)) & 15];
  return {at, prefix.size() + 16};
}

}  // namespace

std::string_view elf_row_uid(const Fields& fields, features::EventTime time, TextArena& arena) {
  const std::string_view type_name = fields.name(Column::kElfEventType);
  const bool lower_case_row = !type_name.empty() && type_name[0] >= 'a' && type_name[0] <= 'z';
  // A sum of hashes does not depend on the columns' order.
  Fingerprint sum = features::combine(static_cast<Fingerprint>(time.ms), 0);
  for (const Member& member : fields.members()) {
    // A row's own columns are all in one case; a transport's are not, or have no name of this kind.
    if (is_empty(member.value) || member.elf_hash == 0 || member.lower_case != lower_case_row) continue;
    if (member.column == Column::kElfTimestamp || member.column == Column::kElfTimestampDerived) continue;
    sum += value_hash(member.value, member.elf_hash, arena);
  }
  return write_uid("elf-", features::combine(sum, 1), arena);
}

std::string_view record_uid(const Fields& fields, std::string_view prefix, features::EventTime time, TextArena& arena) {
  Fingerprint sum = features::combine(static_cast<Fingerprint>(time.ms), 0);
  for (const Member& member : fields.members()) {
    const ColumnTrait trait = trait_of(member.column);
    if (is_empty(member.value) || trait == ColumnTrait::kDelivery || trait == ColumnTrait::kContents) continue;
    if (is_of_transport(member.name)) continue;
    // A known field has one name here, however its sender spells it.
    const Fingerprint name = fingerprint(member.column == Column::kOther ? member.name : name_of(member.column));
    sum += value_hash(member.value, name, arena);
  }
  return write_uid(prefix, features::combine(sum, 1), arena);
}

Fingerprint content_hash(JsonTokens& tokens, std::uint32_t token, TextArena& arena) {
  return ContentHash(tokens, arena).of(token);
}

Fingerprint content_hash(const Fields& row, TextArena& arena) {
  Fingerprint sum = 0;
  for (const Member& member : row.members()) {
    if (is_empty(member.value) || is_of_transport(member.name)) continue;
    sum += value_hash(member.value, step(0, member.name), arena);
  }
  return sum;
}

std::string_view content_uid(Fingerprint content, std::string_view name, features::EventTime time,
                             std::uint32_t element, TextArena& arena) {
  const Fingerprint hash = features::combine(features::combine(content, static_cast<Fingerprint>(time.ms)), element);
  char* prefix = arena.allocate(name.size() + 1);
  std::memcpy(prefix, name.data(), name.size());
  prefix[name.size()] = '-';
  return write_uid({prefix, name.size() + 1}, hash, arena);
}

}  // namespace outflow::connectors
