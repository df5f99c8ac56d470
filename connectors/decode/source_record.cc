#include "connectors/decode/source_record.h"

#include <algorithm>
#include <cmath>

#include "connectors/decode/count_text.h"
#include "connectors/decode/json_scalar.h"

namespace outflow::connectors {
namespace {

constexpr char folded(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool separates_names(char c) noexcept {
  return c == ',' || c == ';' || c == '|' || c == ' ' || c == '\t' || c == '\n';
}

}  // namespace

bool starts_folded(std::string_view text, std::string_view lower) noexcept {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (folded(text[i]) != lower[i]) return false;
  }
  return true;
}

bool equals_folded(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() && starts_folded(text, lower);
}

bool contains_folded(std::string_view text, std::string_view lower) noexcept {
  for (std::size_t at = 0; at + lower.size() <= text.size(); ++at) {
    if (starts_folded(text.substr(at), lower)) return true;
  }
  return false;
}

std::string_view unescaped_text(const Value& value, TextArena& arena) {
  char* begin = arena.allocate(value.text.size());
  const char* end = unescape(value.text, begin);
  const auto size = static_cast<std::size_t>(end - begin);
  arena.give_back(value.text.size() - size);
  return {begin, size};
}

std::string_view path_segment_after(std::string_view uri, std::string_view marker) noexcept {
  const std::size_t at = uri.find(marker);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = uri.substr(at + marker.size());
  return rest.substr(0, rest.find_first_of("/?&# "));
}

const SoqlCache::Read& SoqlCache::read(std::string_view text) {
  const features::Fingerprint key = features::fingerprint(text);
  Read& slot = slots_[key % kSlots];
  if (slot.text != key) {
    slot.summary = analyse_soql(text, scratch_);
    if (exposure_ != nullptr) slot.classes = exposure_->of_query(text);
    slot.text = key;
  }
  return slot;
}

features::DataClasses SoqlCache::classes_of(std::string_view object) {
  if (exposure_ == nullptr) return {};
  const features::Fingerprint key = features::fingerprint(object);
  Object& slot = objects_[key % kSlots];
  if (slot.name != key) slot = {key, exposure_->of_object(object)};
  return slot.classes;
}

void SourceRecord::classify() {
  // A text that could not be read as a query says nothing of what it asked for: then all that its objects hold counts.
  const bool query_read = event.query_class != features::QueryClass::kUnknown;
  if (query_classes_ && (query_read || !query_classes_->empty())) {
    event.classes |= *query_classes_;
    return;
  }
  for (const std::string_view object : event.objects) event.classes |= queries_.classes_of(object);
}

bool SourceRecord::is_a_word_for_nothing(std::string_view text) noexcept {
  switch (text.size()) {
    case 1:
      return text == "-";
    case 2:
      return text == "-1";
    case 3:
      return equals_folded(text, "n/a");
    case 4:
      return text == "null" || text == "None";
    default:
      return false;
  }
}

std::string_view SourceRecord::written_otherwise(const Value& value) {
  if (value.kind == ValueKind::kNull || value.kind == ValueKind::kNested) return {};
  if (value.kind != ValueKind::kNumber) return plain_text(value, arena_);
  std::array<char, 32> buffer{};
  const std::string_view canonical = canonical_number(value.text, buffer);
  return canonical.data() == value.text.data() ? canonical : arena_.keep(canonical);
}

std::string_view SourceRecord::known(Column first, Column second) {
  const std::string_view found = known(first);
  return found.empty() ? known(second) : found;
}

std::string_view SourceRecord::id(Column column) {
  return canonical_id(known(column));
}

std::optional<std::uint64_t> SourceRecord::count(Column column) {
  const Value* value = fields_->find(column);
  if (value == nullptr || (value->kind != ValueKind::kNumber && value->kind != ValueKind::kString)) return std::nullopt;
  return parse_count(value->text);
}

void SourceRecord::add_object(std::string_view name) {
  if (name.empty() || objects_.size() >= kMaxObjects) return;
  if (std::find(objects_.begin(), objects_.end(), name) == objects_.end()) objects_.push_back(name);
}

void SourceRecord::add_objects(std::string_view names) {
  std::size_t at = 0;
  while (at < names.size() && objects_.size() < kMaxObjects) {
    while (at < names.size() && separates_names(names[at])) ++at;
    const std::size_t begin = at;
    while (at < names.size() && !separates_names(names[at])) ++at;
    const std::string_view name = names.substr(begin, at - begin);
    if (!says_nothing(name)) add_object(name);
  }
}

void SourceRecord::read_query(std::string_view soql) {
  const SoqlCache::Read& read = queries_.read(soql);
  const SoqlSummary& summary = read.summary;
  query_classes_ = read.classes;
  event.query_fingerprint = summary.fingerprint;
  event.query_class = summary.query_class;
  event.filtered = summary.filtered;
  counts_rows_ = summary.count_star && !summary.filtered;
  if (summary.from_size == 0) return;
  const std::string_view from = soql.substr(summary.from_offset, summary.from_size);
  if (objects_.empty()) return add_objects(from);
  // What is read comes before what is only reached from it.
  const auto same = [&](std::string_view name) {
    return std::equal(name.begin(), name.end(), from.begin(), from.end(),
                      [](char a, char b) { return folded(a) == folded(b); });
  };
  const auto found = std::find_if(objects_.begin(), objects_.end(), same);
  if (found != objects_.end()) std::rotate(objects_.begin(), found, std::next(found));
}

}  // namespace outflow::connectors
