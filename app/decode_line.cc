#include "app/decode_line.h"

#include <vector>

#include "connectors/files/json_writer.h"

namespace outflow::app {

namespace {

void append_place(const connectors::InputRecord& record, connectors::JsonWriter& line) {
  line.text("file", record.file);
  line.number("line", static_cast<std::int64_t>(record.line));
  line.number("event_index", record.event_index);
}

}  // namespace

void append_event_line(const connectors::InputRecord& record, const connectors::ExposureCatalogue& exposure,
                       std::string& out) {
  const features::AuditEvent& event = record.decoded->event;
  connectors::JsonWriter line(out);
  line.begin();
  line.number("event_time_ms", event.event_time.ms);
  line.text_or_null("tenant_id", event.tenant_id);
  line.text_or_null("actor_id", event.actor_id);
  line.text_or_null("integration_id", event.app_id);
  line.text_or_null("integration_name", event.app_name.empty() ? event.client_name : event.app_name);
  line.text("action", features::name_of(event.action));
  line.texts("objects", event.objects);
  line.number_or_null("records", event.records);
  line.number_or_null("bytes", event.bytes);
  line.text("count_semantics", features::name_of(event.count_semantics));
  line.text_or_null("volume_key", features::volume_key_text(event));
  line.text_or_null("event_uid", event.event_uid);
  line.text_or_null("client_ip", event.client_ip);
  line.text_or_null("user_agent", event.user_agent);
  line.text("source", features::source_name(event));
  line.text_or_null("source_event_type", event.source_event_type);
  const bool classified = event.query_class != features::QueryClass::kUnknown;
  line.text_or_null("query_class", classified ? features::name_of(event.query_class) : std::string_view());
  const std::vector<std::string> classes = exposure.names_of(event.classes);
  line.texts("classes", std::vector<std::string_view>(classes.begin(), classes.end()));
  append_place(record, line);
  line.end();
  out.push_back('\n');
}

void append_reject_line(const connectors::InputRecord& record, std::string& out) {
  connectors::JsonWriter line(out);
  line.begin();
  append_place(record, line);
  line.text("reason", connectors::name_of(record.decoded->reject));
  line.text("detail", record.decoded->detail);
  line.end();
  out.push_back('\n');
}

}  // namespace outflow::app
