// Decoder: bytes of a log record in, canonical audit events out.
//
// One decoder a thread. It reuses its memory: no allocation per record once warm, and every view of an AuditEvent
// dies at the next call. It never throws and never keeps record contents or query literals.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "features/audit_event.h"
#include "features/result.h"

namespace outflow::connectors {

enum class RejectReason : std::uint8_t {
  kNone,
  kNotUtf8,
  kTooLarge,
  kTooDeep,
  kMalformedJson,
  kTruncated,
  kUnknownShape,
  kMissingTime,
  kBadTime,
  kMissingEventType,
  kBadNumber,
  kMalformedCsv,
  kColumnCount,
  kEmpty,
  kTooMuchUnpacked,
  kCorruptCompression,
  kUnknownSchema,      // the registry does not know the number, or did not answer in time
  kSchemaPending,      // asked for and not there yet: the same message may be read later
  kUnsupportedSchema,  // neither JSON nor Avro, or no Avro that can be read
  kCorruptAvro,
};
inline constexpr std::size_t kRejectReasons = static_cast<std::size_t>(RejectReason::kCorruptAvro) + 1;
[[nodiscard]] std::string_view name_of(RejectReason reason) noexcept;  // snake_case, a metric label

class SourceCatalogue;    // connectors/decode/source_catalogue.h: the built-in sources and the user's mappings
class ExposureCatalogue;  // connectors/decode/exposure_catalogue.h: which objects and fields hold what
class SchemaStore;        // connectors/decode/schema_store.h: schemas of a registry, by id

struct DecodeOptions {
  std::string default_tenant;                         // where a record names none
  std::size_t max_record_bytes = 4 << 20;             // larger messages are rejected, not parsed
  std::size_t max_unpacked_bytes = 64 << 20;          // of one message, over all that is wrapped or compressed in it
  std::size_t max_events = 50'000;                    // of one message; what stands behind is one reject
  std::string pinned_source;                          // every record is of this source; empty: told by content
  std::shared_ptr<const SourceCatalogue> sources;     // null: the built-in sources
  std::shared_ptr<const ExposureCatalogue> exposure;  // null: the built-in catalogue
  std::shared_ptr<SchemaStore> schemas;               // null: Avro is rejected
};

struct Decoded {
  RejectReason reject = RejectReason::kNone;
  std::string_view detail;  // for a person: which field, where; never record contents
  features::AuditEvent event;
  [[nodiscard]] bool ok() const { return reject == RejectReason::kNone; }
};

class Decoder {
 public:
  explicit Decoder(DecodeOptions options = {});
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Opens one message: JSON, bare or in envelopes, compressed or behind a registry's prefix. What it holds follows from
  // next(): one event or reject for each record in it, at least one in all, in the message's order.
  // `bytes` must stay valid until the next open(). `tenant` is what the transport says (Kafka key or header), used
  // where a record names none; may be empty.
  void open(std::string_view bytes, std::string_view tenant = {});
  // nullptr behind the last. The result lives until the next call of anything.
  const Decoded* next();

  // open() and its first next(): for messages that hold one record.
  const Decoded& decode_json(std::string_view bytes, std::string_view tenant = {}) {
    open(bytes, tenant);
    return *next();
  }

  // Only the tenant of a record (for keying), as cheaply as it can be had. Empty where the record names none.
  [[nodiscard]] std::string_view tenant_of_json(std::string_view bytes);

  // CSV: call csv_header() with a file's header row, then decode_csv_row() with its rows' fields, unescaped.
  // A row equal to the header again is skipped by the reader, not here.
  Result<> csv_header(std::span<const std::string_view> columns);
  const Decoded& decode_csv_row(std::span<const std::string_view> fields, std::string_view tenant = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
