#include "connectors/decode/decoder.h"

#include <array>
#include <utility>

#include "connectors/decode/count_text.h"
#include "connectors/decode/json_walker.h"
#include "connectors/decode/source_table.h"

namespace outflow::connectors {
namespace {

constexpr std::size_t kMaxWrappings = 3;  // JSON in a JSON string in a JSON string
constexpr std::size_t kMaxHeaderBytes = 64U << 10;

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

}  // namespace

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

class Decoder::Impl {
 public:
  explicit Impl(DecodeOptions options) : options_(std::move(options)) {
    default_tenant_ = canonical_id(options_.default_tenant);
  }

  void open(std::string_view bytes, std::string_view tenant) {
    arena_.reset();
    unread_ = true;
    const RejectReason reason = find_record(bytes);
    if (reason != RejectReason::kNone) {
      reject(reason);
    } else {
      finish(*walker_record_, tenant);
    }
  }
  const Decoded* next() { return std::exchange(unread_, false) ? &decoded_ : nullptr; }

  std::string_view tenant_of_json(std::string_view bytes) {
    // Most records that name no tenant are told so without being parsed.
    if (bytes.find("RGANIZATION") == std::string_view::npos && bytes.find("rganization") == std::string_view::npos) {
      return {};
    }
    arena_.reset();
    if (find_record(bytes) != RejectReason::kNone) return {};
    record_.begin(*walker_record_, channel_);
    const std::string_view tenant = record_.id(Column::kElfOrganizationId);
    if (!tenant.empty()) return tenant;
    const std::string_view other = record_.id(Column::kOrganizationId);
    return other.empty() ? envelope_tenant_ : other;
  }

  Result<> csv_header(std::span<const std::string_view> columns) {
    row_.clear();
    header_.clear();
    std::size_t bytes = 0;
    for (const std::string_view column : columns) bytes += column.size();
    if (columns.size() > Fields::kMaxMembers || bytes > kMaxHeaderBytes) {
      return Error{ErrorCode::kDeadLetter, "the CSV header has more columns than allowed"};
    }
    header_.reserve(bytes);
    row_width_ = 0;
    bool any_known = false;
    for (const std::string_view column : columns) {
      const std::size_t begin = header_.size();
      header_.append(column);
      const std::string_view name = std::string_view(header_).substr(begin);
      NameFacts facts = facts_of(name);
      if (facts.column != Column::kOther && row_.has(facts.column)) facts.column = Column::kOther;  // the first counts
      any_known = any_known || facts.column != Column::kOther;
      (void)row_.add(name, facts, {});
      ++row_width_;
    }
    if (!any_known) return Error{ErrorCode::kDeadLetter, "the CSV header names no column that is known"};
    return {};
  }

  const Decoded& decode_csv_row(std::span<const std::string_view> fields, std::string_view tenant) {
    arena_.reset();
    if (fields.empty()) return reject(RejectReason::kEmpty);
    if (row_width_ == 0) return reject(RejectReason::kUnknownShape);
    if (fields.size() != row_width_) return reject(RejectReason::kColumnCount);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      bytes += fields[i].size();
      row_.set_value(i, {fields[i], ValueKind::kString, false});
    }
    if (bytes > options_.max_record_bytes) return reject(RejectReason::kTooLarge);
    channel_ = {};
    envelope_tenant_ = {};
    return finish(row_, tenant);
  }

 private:
  // Walks the document, and the documents wrapped in it, to the record.
  RejectReason find_record(std::string_view bytes) {
    channel_ = {};
    envelope_tenant_ = {};
    for (std::size_t depth = 0;; ++depth) {
      if (bytes.size() > options_.max_record_bytes) return RejectReason::kTooLarge;
      if (tokens_[depth] == nullptr) tokens_[depth] = std::make_unique<JsonTokens>();
      JsonTokens& tokens = *tokens_[depth];
      RejectReason reason = tokens.load(bytes);
      if (reason == RejectReason::kNone) reason = walker_.walk(tokens);
      if (reason != RejectReason::kNone) return reason;
      if (!walker_.channel().text.empty()) channel_ = plain_text(walker_.channel(), arena_);
      if (!walker_.tenant().text.empty()) envelope_tenant_ = canonical_id(plain_text(walker_.tenant(), arena_));
      walker_record_ = &walker_.record();
      if (walker_.found_record() || walker_.wrapped().text.empty() || depth == kMaxWrappings) {
        return RejectReason::kNone;
      }
      bytes = plain_text(walker_.wrapped(), arena_);
    }
  }

  const Decoded& finish(const Fields& fields, std::string_view tenant) {
    record_.begin(fields, channel_);
    const SourceDecoder decode = recognise(fields, channel_);
    if (decode == nullptr) return reject(RejectReason::kUnknownShape);
    const RejectReason reason = decode(record_);
    if (reason != RejectReason::kNone) return reject(reason);
    features::AuditEvent& event = record_.event;
    if (event.tenant_id.empty()) event.tenant_id = envelope_tenant_;
    if (event.tenant_id.empty() && !tenant.empty()) event.tenant_id = arena_.keep(canonical_id(tenant));
    if (event.tenant_id.empty()) event.tenant_id = default_tenant_;
    decoded_.reject = RejectReason::kNone;
    decoded_.detail = {};
    return decoded_;
  }

  const Decoded& reject(RejectReason reason) {
    decoded_.reject = reason;
    decoded_.detail = explain(reason);
    decoded_.event = features::AuditEvent{};
    return decoded_;
  }

  DecodeOptions options_;
  std::string_view default_tenant_;
  TextArena arena_;
  SoqlCache queries_;
  std::array<std::unique_ptr<JsonTokens>, kMaxWrappings + 1> tokens_;
  JsonWalker walker_;
  Decoded decoded_;
  SourceRecord record_{arena_, queries_, decoded_.event};
  const Fields* walker_record_ = nullptr;
  std::string_view channel_;
  std::string_view envelope_tenant_;
  std::string header_;
  Fields row_;
  std::size_t row_width_ = 0;
  bool unread_ = false;
};

Decoder::Decoder(DecodeOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

void Decoder::open(std::string_view bytes, std::string_view tenant) {
  impl_->open(bytes, tenant);
}
const Decoded* Decoder::next() {
  return impl_->next();
}
std::string_view Decoder::tenant_of_json(std::string_view bytes) {
  return impl_->tenant_of_json(bytes);
}
Result<> Decoder::csv_header(std::span<const std::string_view> columns) {
  return impl_->csv_header(columns);
}
const Decoded& Decoder::decode_csv_row(std::span<const std::string_view> fields, std::string_view tenant) {
  return impl_->decode_csv_row(fields, tenant);
}

}  // namespace outflow::connectors
