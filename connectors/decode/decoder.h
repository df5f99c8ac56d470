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
};
[[nodiscard]] std::string_view name_of(RejectReason reason) noexcept;  // snake_case, a metric label

struct DecodeOptions {
  std::string default_tenant;              // where a record names none
  std::size_t max_record_bytes = 4 << 20;  // larger records are rejected, not parsed
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

  // One JSON record: flat RTEM, CometD envelope, Confluent Connect flat, or an ELF row under its CSV column names.
  // `tenant` is what the transport says (Kafka key or header), used where the record names none; may be empty.
  const Decoded& decode_json(std::string_view bytes, std::string_view tenant = {});

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
