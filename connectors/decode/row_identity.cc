#include "connectors/decode/row_identity.h"

#include <array>
#include <cstring>

#include "connectors/decode/count_text.h"
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
    if (member.name.empty() || member.name[0] == '@' || member.name[0] == '_' || member.name.starts_with("p_"))
      continue;
    // A known field has one name here, however its sender spells it.
    const Fingerprint name = fingerprint(member.column == Column::kOther ? member.name : name_of(member.column));
    sum += value_hash(member.value, name, arena);
  }
  return write_uid(prefix, features::combine(sum, 1), arena);
}

}  // namespace outflow::connectors
