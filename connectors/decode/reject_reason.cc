#include "connectors/decode/reject_reason.h"

namespace outflow::connectors {

std::string_view explain(RejectReason reason) noexcept {
  switch (reason) {
    case RejectReason::kNone:
      return {};
    case RejectReason::kNotUtf8:
      return "the record is not UTF-8";
    case RejectReason::kTooLarge:
      return "the record is larger than allowed";
    case RejectReason::kTooDeep:
      return "the record is nested more than 64 levels deep";
    case RejectReason::kMalformedJson:
      return "the record is not JSON";
    case RejectReason::kTruncated:
      return "the JSON ends too early";
    case RejectReason::kUnknownShape:
      return "no known source writes records of this shape";
    case RejectReason::kMissingTime:
      return "the record does not say when it happened";
    case RejectReason::kBadTime:
      return "the record's time cannot be read or lies outside 1970 to 2200";
    case RejectReason::kMissingEventType:
      return "the record does not say what kind of event it is";
    case RejectReason::kBadNumber:
      return "a number cannot be read";
    case RejectReason::kMalformedCsv:
      return "the row is not CSV";
    case RejectReason::kColumnCount:
      return "the row has another number of columns than the header";
    case RejectReason::kEmpty:
      return "the record is empty";
    case RejectReason::kTooMuchUnpacked:
      return "the record unpacks to more than allowed";
    case RejectReason::kCorruptCompression:
      return "the record's compression is damaged";
    case RejectReason::kUnknownSchema:
      return "the schema registry does not say how to read the record";
    case RejectReason::kSchemaPending:
      return "the schema registry has not said yet how to read the record";
    case RejectReason::kUnsupportedSchema:
      return "the record's schema is neither JSON nor Avro that can be read";
    case RejectReason::kCorruptAvro:
      return "the record does not follow its Avro schema";
  }
  return {};
}

std::string_view name_of(RejectReason reason) noexcept {
  switch (reason) {
    case RejectReason::kNone:
      return "none";
    case RejectReason::kNotUtf8:
      return "not_utf8";
    case RejectReason::kTooLarge:
      return "too_large";
    case RejectReason::kTooDeep:
      return "too_deep";
    case RejectReason::kMalformedJson:
      return "malformed_json";
    case RejectReason::kTruncated:
      return "truncated";
    case RejectReason::kUnknownShape:
      return "unknown_shape";
    case RejectReason::kMissingTime:
      return "missing_time";
    case RejectReason::kBadTime:
      return "bad_time";
    case RejectReason::kMissingEventType:
      return "missing_event_type";
    case RejectReason::kBadNumber:
      return "bad_number";
    case RejectReason::kMalformedCsv:
      return "malformed_csv";
    case RejectReason::kColumnCount:
      return "column_count";
    case RejectReason::kEmpty:
      return "empty";
    case RejectReason::kTooMuchUnpacked:
      return "too_much_unpacked";
    case RejectReason::kCorruptCompression:
      return "corrupt_compression";
    case RejectReason::kUnknownSchema:
      return "unknown_schema";
    case RejectReason::kSchemaPending:
      return "schema_pending";
    case RejectReason::kUnsupportedSchema:
      return "unsupported_schema";
    case RejectReason::kCorruptAvro:
      return "corrupt_avro";
  }
  return "unknown";
}

}  // namespace outflow::connectors
