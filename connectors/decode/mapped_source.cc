#include "connectors/decode/mapped_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "connectors/decode/count_text.h"
#include "connectors/decode/mapping_words.h"

namespace outflow::connectors {
namespace {

using features::AuditEvent;
using features::CountSemantics;

bool says_nothing(std::string_view text) noexcept {
  return text.empty() || text == "-" || (text.size() == 3 && equals_folded(text, "n/a"));
}

std::string_view cut(std::string_view text, const TextCut& how) noexcept {
  const std::string_view mark = how.text;
  const bool last = how.kind == TextCut::Kind::kBeforeLast || how.kind == TextCut::Kind::kAfterLast;
  if (how.kind == TextCut::Kind::kStripPrefix) return text.starts_with(mark) ? text.substr(mark.size()) : text;
  const std::size_t at = last ? text.rfind(mark) : text.find(mark);
  if (at == std::string_view::npos) return text;
  const bool before = how.kind == TextCut::Kind::kBefore || how.kind == TextCut::Kind::kBeforeLast;
  return before ? text.substr(0, at) : text.substr(at + mark.size());
}

// `[2001:db8::1]:443` and `203.0.113.7:443`, without what is around the address.
std::string_view bare_address(std::string_view text) noexcept {
  if (text.starts_with('[')) return text.substr(1, std::max<std::size_t>(text.find(']'), 1) - 1);
  const std::size_t colon = text.find(':');
  const bool port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  return port ? text.substr(0, colon) : text;
}

// The elements of a list that came as text: JSON again, or separated by commas.
std::uint64_t elements_in(std::string_view text) noexcept {
  const bool json = text.starts_with('[');
  std::uint64_t separators = 0;
  bool any = false;
  bool quoted = false;
  int depth = 0;
  for (std::size_t i = json ? 1 : 0; i < text.size(); ++i) {
    const char c = text[i];
    if (json && quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
      continue;
    }
    if (json && c == ']' && depth == 0) break;
    any = any || (c != ' ' && c != '\n' && c != '\t' && c != '\r');
    if (json && c == '"') quoted = true;
    if (json && (c == '[' || c == '{')) ++depth;
    if (json && (c == ']' || c == '}')) --depth;
    if (c == ',' && depth == 0) ++separators;
  }
  return any ? separators + 1 : 0;
}

}  // namespace

std::string_view cut_text(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string_view MappedSource::value_text(Value& value) {
  switch (value.kind) {
    case ValueKind::kString:
      if (value.escaped) value = {unescaped_text(value, arena_), ValueKind::kString, false, value.place};
      return value.text;
    case ValueKind::kNumber: {
      std::array<char, 32> buffer{};
      const std::string_view canonical = canonical_number(value.text, buffer);
      if (canonical.data() != value.text.data()) value.text = arena_.keep(canonical);
      return value.text;
    }
    case ValueKind::kBool:
      return value.text;
    case ValueKind::kNull:
    case ValueKind::kNested:
    case ValueKind::kList:
      return {};
  }
  return {};
}

std::string_view MappedSource::text(ExpressionId id) {
  if (id == kNoExpression) return {};
  const Expression& expression = program_->expressions[id];
  const std::string_view found = plain(expression);
  return expression.transformed ? transformed(expression.transforms, found) : found;
}

std::string_view MappedSource::plain(const Expression& expression) {
  switch (expression.kind) {
    case Expression::Kind::kPath: {
      Value* value = slots_->first(expression.slot);
      if (value == nullptr) return {};
      const std::string_view found = value_text(*value);
      return found.size() <= 3 && says_nothing(found) ? std::string_view() : found;
    }
    case Expression::Kind::kConst:
      return expression.text;
    case Expression::Kind::kFirst:
      for (const ExpressionId part : expression.parts) {
        if (const std::string_view found = text(part); !found.empty()) return found;
      }
      return {};
    case Expression::Kind::kConcat:
      return concatenated(expression);
  }
  return {};
}

std::string_view MappedSource::concatenated(const Expression& expression) {
  std::array<std::string_view, 32> parts;  // as many as the compiler accepts
  std::size_t size = expression.text.size() * expression.parts.size();
  for (std::size_t i = 0; i < expression.parts.size(); ++i) {
    parts[i] = cut_text(text(expression.parts[i]), kMaxTransformedBytes);
    if (parts[i].empty()) return {};
    size += parts[i].size();
  }
  char* const begin = arena_.allocate(size);
  char* at = begin;
  for (std::size_t i = 0; i < expression.parts.size(); ++i) {
    if (i > 0) at = std::copy(expression.text.begin(), expression.text.end(), at);
    at = std::copy(parts[i].begin(), parts[i].end(), at);
  }
  arena_.give_back(size - static_cast<std::size_t>(at - begin));
  return {begin, static_cast<std::size_t>(at - begin)};
}

std::string_view MappedSource::transformed(const Transforms& transforms, std::string_view text) {
  if (!text.empty()) {
    text = cut_text(text, kMaxTransformedBytes);
    for (const TextCut& how : transforms.cuts) text = cut(text, how);
    if (transforms.lower) {
      char* begin = arena_.allocate(text.size());
      std::transform(text.begin(), text.end(), begin,
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
      text = {begin, text.size()};
    }
    if (transforms.salesforce_id) text = canonical_id(text);
    const auto found = std::lower_bound(transforms.map.begin(), transforms.map.end(), text,
                                        [](const auto& entry, std::string_view key) { return entry.first < key; });
    if (found != transforms.map.end() && found->first == text) text = found->second;
  }
  return text.empty() ? std::string_view(transforms.fallback) : text;
}

bool MappedSource::holds(const Condition& condition) {
  if (!slots_->has(condition.slot)) return condition.absent;
  if (condition.present) return true;
  bool found = false;
  slots_->for_each(condition.slot, [&](Value& value) {
    const std::string_view text = value_text(value);
    found = found || std::find(condition.values.begin(), condition.values.end(), text) != condition.values.end();
  });
  return found;
}

const EventProgram& MappedSource::program_of(std::string_view event_type) {
  const EventRules* rules = program_->rules_of(event_type);
  if (rules == nullptr) return program_->otherwise;
  for (const EventRule& rule : *rules) {
    if (std::all_of(rule.when.begin(), rule.when.end(), [this](const Condition& when) { return holds(when); })) {
      return rule.program;
    }
  }
  return program_->otherwise;
}

std::optional<std::uint64_t> MappedSource::elements(SlotId slot) {
  if (!slots_->has(slot)) return std::nullopt;
  Value& value = slots_->value(slot);
  if (value.kind == ValueKind::kList) {
    std::uint64_t found = 0;
    slots_->for_each(slot, [&found](Value&) { ++found; });
    return found;
  }
  if (value.kind == ValueKind::kString) {
    const std::string_view list = value_text(value);
    return says_nothing(list) ? std::nullopt : std::optional(elements_in(list));
  }
  if (value.kind != ValueKind::kNested || tokens_ == nullptr || tokens_->kind(value.place) != '[') return std::nullopt;
  if (tokens_->kind(value.place + 1) == ']') return 0;
  std::uint64_t found = 1;
  int depth = 0;
  for (std::uint32_t token = value.place;; ++token) {
    const char kind = tokens_->kind(token);
    if (kind == '[' || kind == '{') ++depth;
    if ((kind == ']' || kind == '}') && --depth == 0) return found;
    if (kind == ',' && depth == 1) ++found;
  }
}

std::optional<std::uint64_t> MappedSource::count(const CountSource& source) {
  switch (source.kind) {
    case CountSource::Kind::kUnknown:
      return std::nullopt;
    case CountSource::Kind::kConst:
      return source.constant;
    case CountSource::Kind::kElements:
      return elements(source.slot);
    case CountSource::Kind::kText:
      break;
  }
  const std::string_view found = text(source.text);
  if (found.empty()) return std::nullopt;
  if (source.scale == 1) return parse_count(found);
  const std::optional<double> value = parse_decimal(found);
  if (!value || !(*value >= 0) || *value * source.scale > static_cast<double>(kLargestCount)) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*value * source.scale));
}

RejectReason MappedSource::read_time(AuditEvent& event) {
  bool known = false;
  for (const TimeSource& source : program_->time) {
    const std::string_view found = text(source.text);
    if (found.empty()) continue;
    known = true;
    if (const auto time = connectors::read_time(found, source.format, source.zone_minutes)) {
      event.event_time = *time;
      return RejectReason::kNone;
    }
  }
  return known ? RejectReason::kBadTime : RejectReason::kMissingTime;
}

void MappedSource::read_texts(const EventProgram& program, SourceRecord& record) {
  AuditEvent& event = record.event;
  for (const auto& [field, id] : program.texts) {
    const std::string_view found = text(id);
    if (found.empty()) continue;
    switch (field) {
      case TextField::kActorId:
        event.actor_id = found;
        break;
      case TextField::kActorName:
        event.actor_name = found;
        break;
      case TextField::kAppId:
        event.app_id = found;
        break;
      case TextField::kAppName:
        event.app_name = found;
        break;
      case TextField::kClientName:
        event.client_name = found;
        break;
      case TextField::kClientIp:
        event.client_ip = valid_ip(bare_address(found));
        break;
      case TextField::kUserAgent:
        event.user_agent = found;
        break;
      case TextField::kRequestId:
        event.request_id = found;
        break;
      case TextField::kJobId:
        event.job_id = found;
        break;
      case TextField::kSessionKey:
        event.session_key = found;
        break;
      case TextField::kLoginKey:
        event.login_key = found;
        break;
      case TextField::kExecutionId:
        event.execution_id = found;
        break;
      case TextField::kQuery:
        record.read_query(found);
        break;
    }
  }
}

void MappedSource::read_volume(const EventProgram& program, SourceRecord& record) {
  AuditEvent& event = record.event;
  event.records = count(program.records);
  event.bytes = count(program.bytes);
  event.count_semantics = program.semantics;
  // A key that is not there cannot hold counts together: then each counts for itself.
  const bool no_execution = program.semantics == CountSemantics::kExecutionTotalRepeated && event.execution_id.empty();
  const bool no_job = program.semantics == CountSemantics::kJobProgress && event.job_id.empty();
  if (no_execution || no_job) event.count_semantics = CountSemantics::kPerEvent;
  // Nothing is there that could add up.
  const bool per_event = event.count_semantics == CountSemantics::kPerEvent;
  if (per_event && !event.records && !event.bytes) event.count_semantics = CountSemantics::kNone;
  event.proves_extraction = program.proves_extraction && !event.records;
  const bool counts = event.query_class == features::QueryClass::kCount;
  if ((counts || event.action == features::Action::kWrite) && (event.records || event.bytes)) record.moves_nothing();
}

RejectReason MappedSource::read(SourceRecord& record) {
  AuditEvent& event = record.event;
  event.source = program_->source;
  if (event.source == features::Source::kMapped) event.source_name = program_->name;
  event.source_event_type = text(program_->event_type);
  if (event.source_event_type.empty()) return RejectReason::kMissingEventType;
  if (const RejectReason reason = read_time(event); reason != RejectReason::kNone) return reason;
  for (const TimeSource& source : program_->ingest_time) {
    event.ingest_time = connectors::read_time(text(source.text), source.format, source.zone_minutes);
    if (event.ingest_time) break;
  }
  event.tenant_id = tenant();

  const EventProgram& program = program_of(event.source_event_type);
  for (const ExpressionId id : program.objects) {
    const Expression& expression = program_->expressions[id];
    if (expression.kind != Expression::Kind::kPath || expression.transformed) {
      record.add_object(text(id));
      continue;
    }
    slots_->for_each(expression.slot, [&](Value& value) {
      const std::string_view found = value_text(value);
      if (!says_nothing(found)) record.add_object(found);
    });
  }
  read_texts(program, record);
  event.session_names_app = program.session_names_app;
  record.finish_objects();
  event.action = program.action;
  if (program.action_text != kNoExpression) {
    event.action = action_of(text(program.action_text)).value_or(features::Action::kOther);
  }
  event.outcome = program.outcome;
  if (program.outcome_text != kNoExpression) {
    event.outcome = outcome_of(text(program.outcome_text)).value_or(features::Outcome::kUnknown);
  }
  read_volume(program, record);
  event.classes |= program.classes;
  event.event_uid = text(program_->uid);
  return RejectReason::kNone;
}

}  // namespace outflow::connectors
