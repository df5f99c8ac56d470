#include "connectors/decode/decoder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "connectors/decode/count_text.h"
#include "connectors/decode/mapped_source.h"
#include "connectors/decode/message_records.h"
#include "connectors/decode/reject_reason.h"
#include "connectors/decode/row_identity.h"

namespace outflow::connectors {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64U << 10;
constexpr std::size_t kMaxIdentifierBytes = 1024;

// No honest id, name or agent is longer; what is kept of one has to have a bound.
void bound_texts(features::AuditEvent& event) noexcept {
  for (std::string_view* text :
       {&event.source_event_type, &event.tenant_id, &event.event_uid, &event.actor_id, &event.actor_name, &event.app_id,
        &event.app_name, &event.client_name, &event.user_agent, &event.request_id, &event.job_id, &event.session_key,
        &event.login_key, &event.execution_id, &event.subject}) {
    if (text->size() > kMaxIdentifierBytes) *text = cut_text(*text, kMaxIdentifierBytes);
  }
}

}  // namespace

class Decoder::Impl {
 public:
  explicit Impl(DecodeOptions options)
      : options_(std::move(options)),
        catalogue_(options_.sources == nullptr ? SourceCatalogue::built_in() : options_.sources),
        recogniser_(catalogue_->impl(), arena_, options_.pinned_source),
        records_(catalogue_->impl(), recogniser_, {options_.max_record_bytes, options_.max_unpacked_bytes},
                 options_.schemas),
        queries_(options_.exposure == nullptr ? ExposureCatalogue::built_in() : options_.exposure) {
    default_tenant_ = canonical_id(options_.default_tenant);
    row_.slots.resize(catalogue_->impl().trie.slots());
  }

  void open(std::string_view bytes, std::string_view tenant) {
    transport_tenant_ = canonical_id(tenant);
    records_.open(bytes);
    events_ = 0;
  }

  const Decoded* next() {
    if (events_ > options_.max_events) return nullptr;
    arena_.reset();
    FoundRecord found;
    if (!records_.next(found)) return nullptr;
    if (++events_ > options_.max_events) {
      (void)reject(RejectReason::kTooLarge);
      decoded_.detail = "the message holds more records than allowed";
      return &decoded_;
    }
    return &decode(found);
  }

  std::string_view tenant_of_json(std::string_view bytes) {
    records_.open(bytes);
    tenant_.clear();
    bool any = false;
    FoundRecord found;
    for (std::size_t i = 0; i < options_.max_events; ++i) {
      arena_.reset();
      if (!records_.next(found)) break;
      if (found.reject != RejectReason::kNone) continue;
      const std::string_view tenant = tenant_of(found);
      if (any && tenant != tenant_) return {};
      if (!any) tenant_ = cut_text(tenant, kMaxIdentifierBytes);
      any = true;
    }
    return tenant_;
  }

  Result<> csv_header(std::span<const std::string_view> columns) {
    row_.fields.clear();
    row_.slots.clear();
    columns_.clear();
    header_.clear();
    std::size_t bytes = 0;
    for (const std::string_view column : columns) bytes += column.size();
    if (columns.size() > Fields::kMaxMembers || bytes > kMaxHeaderBytes) {
      return Error{ErrorCode::kDeadLetter, "the CSV header has more columns than allowed"};
    }
    header_.reserve(bytes);
    bool any_known = false;
    const Value there{{}, ValueKind::kString, false, 0};
    for (const std::string_view column : columns) {
      const std::size_t begin = header_.size();
      header_.append(column);
      const std::string_view name = std::string_view(header_).substr(begin);
      NameFacts facts = facts_of(name, catalogue_->impl().trie);
      if (facts.column != Column::kOther && row_.fields.has(facts.column)) {
        facts.column = Column::kOther;  // the first counts
      }
      any_known = any_known || facts.column != Column::kOther;
      (void)row_.fields.add(name, facts, {});
      columns_.push_back(facts.slot);
      if (facts.slot != kNoSlot) row_.slots.set(facts.slot, there);
    }
    if (!any_known && !recogniser_.may_accept(row_.slots)) {
      columns_.clear();
      return Error{ErrorCode::kDeadLetter, "the CSV header names no column that is known"};
    }
    return {};
  }

  const Decoded& decode_csv_row(std::span<const std::string_view> fields, std::string_view tenant) {
    arena_.reset();
    if (fields.empty()) return reject(RejectReason::kEmpty);
    if (columns_.empty()) return reject(RejectReason::kUnknownShape);
    if (fields.size() != columns_.size()) return reject(RejectReason::kColumnCount);
    std::size_t bytes = 0;
    row_.slots.clear();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      bytes += fields[i].size();
      const Value value{fields[i], ValueKind::kString, false, 0};
      row_.fields.set_value(i, value);
      if (columns_[i] != kNoSlot) row_.slots.set(columns_[i], value);
    }
    if (bytes > options_.max_record_bytes) return reject(RejectReason::kTooLarge);
    transport_tenant_ = canonical_id(tenant);
    FoundRecord found;
    found.frame = &row_;
    found.source = recogniser_.find(row_, {});
    return decode(found);
  }

 private:
  Recognised source_of(const FoundRecord& found) {
    if (found.source) return found.source;
    // The channel may have come behind the record.
    const Recognised later = recogniser_.find(*found.frame, found.channel);
    return later ? later : recogniser_.pinned();
  }

  const Decoded& decode(const FoundRecord& found) {
    if (found.reject != RejectReason::kNone) return reject(found.reject);
    record_.begin(found.frame->fields, found.channel);
    const Recognised source = source_of(found);
    if (!source) return reject(RejectReason::kUnknownShape);
    const RejectReason reason =
        source.in_code != nullptr ? source.in_code(record_) : read_mapped(*source.mapping, found);
    if (reason != RejectReason::kNone) return reject(reason);
    features::AuditEvent& event = record_.event;
    if (event.tenant_id.empty()) event.tenant_id = found.tenant;
    if (event.tenant_id.empty()) event.tenant_id = transport_tenant_;
    if (event.tenant_id.empty()) event.tenant_id = default_tenant_;
    record_.classify();
    bound_texts(event);
    decoded_.reject = RejectReason::kNone;
    decoded_.detail = {};
    return decoded_;
  }

  RejectReason read_mapped(const MappingProgram& program, const FoundRecord& found) {
    mapped_.begin(program, found.frame->slots, found.tokens);
    const RejectReason reason = mapped_.read(record_);
    if (reason != RejectReason::kNone) return reason;
    features::AuditEvent& event = record_.event;
    if (event.event_uid.empty()) {
      const auto content = found.tokens != nullptr ? content_hash(*found.tokens, found.frame->token, arena_)
                                                   : content_hash(found.frame->fields, arena_);
      event.event_uid = content_uid(content, program.name, event.event_time, found.element, arena_);
    } else if (program.uid_is_the_records && found.element > 0) {
      event.event_uid = numbered(cut_text(event.event_uid, kMaxIdentifierBytes), found.element);
    }
    return RejectReason::kNone;
  }

  std::string_view numbered(std::string_view uid, std::uint32_t element) {
    const std::string number = "#" + std::to_string(element);
    char* text = arena_.allocate(uid.size() + number.size());
    std::copy(number.begin(), number.end(), std::copy(uid.begin(), uid.end(), text));
    return {text, uid.size() + number.size()};
  }

  std::string_view tenant_of(const FoundRecord& found) {
    const Recognised source = source_of(found);
    std::string_view tenant;
    if (source.mapping != nullptr) {
      mapped_.begin(*source.mapping, found.frame->slots, found.tokens);
      tenant = mapped_.tenant();
    } else if (source) {
      record_.begin(found.frame->fields, found.channel);
      tenant = record_.id(Column::kElfOrganizationId);
      if (tenant.empty()) tenant = record_.id(Column::kOrganizationId);
    }
    return tenant.empty() ? found.tenant : tenant;
  }

  const Decoded& reject(RejectReason reason) {
    decoded_.reject = reason;
    decoded_.detail = explain(reason);
    decoded_.event = features::AuditEvent{};
    return decoded_;
  }

  DecodeOptions options_;
  std::shared_ptr<const SourceCatalogue> catalogue_;
  std::string_view default_tenant_;
  TextArena arena_;
  RecordRecogniser recogniser_;
  MessageRecords records_;
  SoqlCache queries_;
  Decoded decoded_;
  SourceRecord record_{arena_, queries_, decoded_.event};
  MappedSource mapped_{arena_};
  std::string transport_tenant_;
  std::string tenant_;
  std::size_t events_ = 0;
  // CSV
  std::string header_;
  Frame row_;
  std::vector<SlotId> columns_;
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
