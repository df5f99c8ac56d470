#include "connectors/decode/row_identity.h"

#include <array>
#include <bit>
#include <cstring>

#include "connectors/decode/count_text.h"
#include "connectors/decode/json_cursor.h"
#include "connectors/decode/source_record.h"
#include "connectors/decode/value_hash.h"
#include "features/fingerprint.h"

namespace outflow::connectors {
namespace {

using features::Fingerprint;
using features::fingerprint;

constexpr std::uint64_t kOnes = 0x0101010101010101ULL;

// Not 0 where a byte is no digit. `unused` bytes count as digits.
constexpr std::uint64_t no_digits(std::uint64_t word, std::uint64_t used) noexcept {
  const std::uint64_t digits = word ^ (kOnes * '0');
  return (digits | ((digits & (kOnes * 0x7F)) + kOnes * 6)) & (kOnes * 0xF0) & used;
}

// Not 0 where a byte is a letter that stands in no number: any but `e` and `E`.
constexpr std::uint64_t no_numbers(std::uint64_t word) noexcept {
  const std::uint64_t exponents = (word | (kOnes * 0x20)) ^ (kOnes * 'e');
  const std::uint64_t others = (exponents & (kOnes * 0x7F)) + kOnes * 0x7F;
  return (word << 1) & others & (kOnes * 0x80);
}

[[gnu::noinline]] Fingerprint respelled_hash(std::string_view text, Fingerprint name) noexcept {
  std::array<char, 32> buffer;
  return hash_of(canonical_number(text, buffer), name);
}

// One spelling for one value: numbers as in count_text.h, booleans as 1 and 0. REQUIRES: text is not empty.
[[gnu::always_inline]] inline Fingerprint text_hash(std::string_view text, Fingerprint name) noexcept {
  const std::size_t size = text.size();
  const bool like_a_number = (text[0] >= '0' && text[0] <= '9') || text[0] == '-';
  if (size > 16) {
    // Most are ids, which have letters.
    if (!like_a_number || size > 30) return hash_of(text, name);
    const ShortText begin = short_text(text.substr(0, 16));
    const ShortText end = short_text(text.substr(size - 16));
    const bool no_number = (no_numbers(begin.first) | no_numbers(begin.last) | no_numbers(end.last)) != 0;
    return no_number ? hash_of(text, name) : respelled_hash(text, name);
  }
  const ShortText read = short_text(text);
  if (like_a_number) {
    // Digits alone are spelled as they should be.
    const std::uint64_t first = size >= 8 ? ~std::uint64_t{0} : size >= 4 ? 0xFFFFFFFF : 0xFFFFFF;
    const std::uint64_t last = size >= 4 ? first : 0;
    const bool digits = (no_digits(read.first, first) | no_digits(read.last, last)) == 0;
    if (!digits && (no_numbers(read.first) | no_numbers(read.last)) == 0) return respelled_hash(text, name);
  } else if (size == 4 && equals_folded(text, "true")) {
    return hash_of("1", name);
  } else if (size == 5 && equals_folded(text, "false")) {
    return hash_of("0", name);
  }
  return hash_of(read, size, name);
}

// REQUIRES: not is_empty(value).
[[gnu::always_inline]] inline Fingerprint value_hash(const Value& value, Fingerprint name, TextArena& arena) {
  return text_hash(plain_text(value, arena), name);
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
    path = features::combine(path, hash_of(name.substr(0, dot), 0));
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

// The eight hexadecimal digits of 32 bits, the highest first in memory.
void write_hex(std::uint32_t bits, char* at) noexcept {
  std::uint64_t nibbles = bits;
  nibbles = (nibbles | nibbles << 16) & 0x0000FFFF0000FFFFULL;
  nibbles = (nibbles | nibbles << 8) & 0x00FF00FF00FF00FFULL;
  nibbles = (nibbles | nibbles << 4) & 0x0F0F0F0F0F0F0F0FULL;
  const std::uint64_t letters = ((nibbles + kOnes * 6) >> 4) & kOnes;
  std::uint64_t text = nibbles + kOnes * '0' + letters * ('a' - '0' - 10);
  if constexpr (std::endian::native == std::endian::little) text = __builtin_bswap64(text);
  std::memcpy(at, &text, 8);
}

std::string_view write_uid(std::string_view prefix, Fingerprint hash, TextArena& arena) {
  char* const at = arena.allocate(prefix.size() + 16);
  std::memcpy(at, prefix.data(), prefix.size());
  write_hex(static_cast<std::uint32_t>(hash >> 32), at + prefix.size());
  write_hex(static_cast<std::uint32_t>(hash), at + prefix.size() + 8);
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
