// SourceRecord: what a source's decoder is given, and where it writes: one flat record and the event to fill.
//
// A source is one file beside this one and one line in the table of source_table.cc. One thread. Views handed out
// stay valid until the decoder's next record.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/decode/exposure_catalogue.h"
#include "connectors/decode/fields.h"
#include "connectors/decode/soql.h"
#include "connectors/decode/text_arena.h"
#include "features/audit_event.h"

namespace outflow::connectors {

// Results of reading queries, by a fingerprint of their text: the pages of a query repeat it over and over. And which
// classes of data queries and objects hold, as the exposure catalogue says; null says nothing.
class SoqlCache {
 public:
  explicit SoqlCache(std::shared_ptr<const ExposureCatalogue> exposure = nullptr) : exposure_(std::move(exposure)) {}

  struct Read {
    features::Fingerprint text = 0;
    SoqlSummary summary;
    features::DataClasses classes;
  };
  const Read& read(std::string_view text);
  [[nodiscard]] features::DataClasses classes_of(std::string_view object);

 private:
  static constexpr std::size_t kSlots = 1024;
  struct Object {
    features::Fingerprint name = 0;
    features::DataClasses classes;
  };
  std::shared_ptr<const ExposureCatalogue> exposure_;
  std::vector<Read> slots_ = std::vector<Read>(kSlots);
  std::vector<Object> objects_ = std::vector<Object>(kSlots);
  std::string scratch_;
};

class SourceRecord {
 public:
  // Writes into `result`, which must outlive it.
  SourceRecord(TextArena& arena, SoqlCache& queries, features::AuditEvent& result)
      : event(result), arena_(arena), queries_(queries) {}

  void begin(const Fields& fields, std::string_view channel) {
    fields_ = &fields;
    channel_ = channel;
    objects_.clear();
    counts_rows_ = false;
    query_classes_.reset();
    // In place: a copy of an empty one would be waited for.
    static_assert(std::is_trivially_destructible_v<features::AuditEvent>);
    std::construct_at(&event);
  }

  features::AuditEvent& event;

  [[nodiscard]] const Fields& fields() const noexcept { return *fields_; }
  [[nodiscard]] std::string_view channel() const noexcept { return channel_; }
  [[nodiscard]] TextArena& arena() noexcept { return arena_; }

  // A field's plain text; empty where it is absent, null, "" or nested.
  [[nodiscard]] std::string_view text(Column column) {
    const Value* value = fields_->find(column);
    if (value == nullptr) return {};
    return value->kind == ValueKind::kString && !value->escaped ? value->text : written_otherwise(*value);
  }
  // The same, where "N/A" and its like say nothing either.
  [[nodiscard]] std::string_view known(Column column) {
    const std::string_view found = text(column);
    return says_nothing(found) ? std::string_view() : found;
  }
  // The first of the two that is known.
  [[nodiscard]] std::string_view known(Column first, Column second);
  [[nodiscard]] std::string_view id(Column column);  // canonical
  [[nodiscard]] std::optional<std::uint64_t> count(Column column);

  // Splits names at commas, semicolons, bars and spaces; keeps the first kMaxObjects distinct ones.
  void add_objects(std::string_view names);
  // One name, as it is; the first kMaxObjects distinct ones are kept.
  void add_object(std::string_view name);
  // Class, fingerprint and (if no other is known) object of a query.
  void read_query(std::string_view soql);
  void finish_objects() { event.objects = objects_; }
  // The classes of data touched: of the query's fields, else of all that its objects hold.
  void classify();

  // Moves nothing, whatever the record's numbers say: COUNT() queries, writes. What an unfiltered COUNT() answered is
  // how many rows its object holds.
  void moves_nothing() {
    if (counts_rows_ && event.records.value_or(0) > 1) event.object_total = event.records;
    event.records = 0;
    event.bytes.reset();
    event.count_semantics = features::CountSemantics::kNone;
  }

 private:
  static constexpr std::size_t kMaxObjects = 64;

  [[nodiscard]] std::string_view written_otherwise(const Value& value);
  [[nodiscard]] static bool says_nothing(std::string_view text) noexcept {
    if (text.size() > 4) return false;
    return text.empty() || ((text[0] == '-' || (text[0] | 0x20) == 'n') && is_a_word_for_nothing(text));
  }
  [[nodiscard]] static bool is_a_word_for_nothing(std::string_view text) noexcept;

  TextArena& arena_;
  SoqlCache& queries_;
  const Fields* fields_ = nullptr;
  std::string_view channel_;
  std::vector<std::string_view> objects_;
  std::optional<features::DataClasses> query_classes_;
  bool counts_rows_ = false;  // the query is an unfiltered COUNT()
};

// The plain text of a value (unescaped into the arena where it must be).
[[nodiscard]] std::string_view unescaped_text(const Value& value, TextArena& arena);
[[nodiscard]] inline std::string_view plain_text(const Value& value, TextArena& arena) {
  return value.escaped ? unescaped_text(value, arena) : value.text;
}

// The last part of a URI's path, job and object names in it; empty where it has none.
[[nodiscard]] std::string_view path_segment_after(std::string_view uri, std::string_view marker) noexcept;

// Case-insensitive (ASCII).
[[nodiscard]] bool equals_folded(std::string_view text, std::string_view lower) noexcept;
[[nodiscard]] bool starts_folded(std::string_view text, std::string_view lower) noexcept;
[[nodiscard]] bool contains_folded(std::string_view text, std::string_view lower) noexcept;

}  // namespace outflow::connectors
