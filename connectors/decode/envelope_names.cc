#include "connectors/decode/envelope_names.h"

#include <algorithm>
#include <array>

namespace outflow::connectors {
namespace {

struct Envelope {
  std::string_view name;
  EnvelopeRole role;
};

// CometD, Kafka Connect, CloudEvents, EventBridge, Pub/Sub, Elastic, Logstash, Vector, Fluent Bit, Splunk, Azure
// Monitor, Google Cloud Logging, Debezium, and the lists in which the sources' own interfaces return records.
constexpr std::array kEnvelopes = {
    Envelope{"data", {true, true, 2}},
    Envelope{"payload", {true, true, 2}},
    Envelope{"detail", {true, false, 1}},
    Envelope{"event", {true, false, 1}},
    Envelope{"event.original", {false, false, kOriginalRank}},
    Envelope{"original", {false, false, kOriginalRank}},
    Envelope{"data_base64", {false, false, 2}},
    Envelope{"AuditData", {true, false, 2}},
    Envelope{"auditData", {true, false, 2}},
    Envelope{"_raw", {false, false, 2}},
    Envelope{"raw", {true, false, 2}},
    Envelope{"_source", {true, false, 1}},
    Envelope{"message", {true, false, 1}},
    Envelope{"Message", {true, false, 1}},
    Envelope{"log", {true, false, 1}},
    Envelope{"msg", {true, false, 1}},
    Envelope{"body", {true, true, 1}},
    Envelope{"record", {true, false, 1}},
    Envelope{"value", {true, true, 1}},
    Envelope{"content", {true, false, 1}},
    Envelope{"jsonPayload", {true, false, 1}},
    Envelope{"properties", {true, false, 1}},
    Envelope{"after", {true, false, 1}},
    Envelope{"fullDocument", {true, false, 0}},
    Envelope{"hits", {true, true, 0}},
    Envelope{"records", {false, true, 1}},
    Envelope{"Records", {false, true, 0}},
    Envelope{"items", {false, true, 0}},
    Envelope{"Items", {false, true, 0}},
    Envelope{"events", {false, true, 0}},
    Envelope{"logEvents", {false, true, 0}},
    Envelope{"entries", {false, true, 0}},
    Envelope{"Entries", {false, true, 0}},
    Envelope{"results", {false, true, 0}},
    Envelope{"result", {true, true, 0}},
    Envelope{"audit_logs", {false, true, 0}},
    Envelope{"audit_events", {false, true, 0}},
    Envelope{"logs", {false, true, 0}},
    Envelope{"messages", {false, true, 0}},
    Envelope{"activities", {false, true, 0}},
    Envelope{"rows", {false, true, 0}},
};

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

EnvelopeRole envelope_role(std::string_view name) noexcept {
  const auto found =
      std::find_if(kEnvelopes.begin(), kEnvelopes.end(), [&](const Envelope& known) { return known.name == name; });
  return found == kEnvelopes.end() ? EnvelopeRole{} : found->role;
}

bool may_be_wrapped(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  text.remove_prefix(at);
  if (text.empty()) return false;
  if (text[0] == '{') return true;
  if (text[0] == '\\' || text[0] == '"') {  // quoted once more, or more often
    const std::size_t inside = text.substr(0, 1024).find_first_not_of("\\\" ");
    return inside != std::string_view::npos && (text[inside] == '{' || text[inside] == '[');
  }
  if (text[0] == '[') {
    const std::size_t first = text.find_first_not_of("\\nrt \n\r\t", 1);
    return first != std::string_view::npos && (text[first] == '{' || text[first] == '"');
  }
  // Base64 of `{`, of `[{` and of what gzip and Zstandard begin with.
  for (const std::string_view begin : {"ey", "ew", "W3", "Ww", "H4sI", "KLUv"}) {
    if (text.size() >= 16 && text.starts_with(begin)) return text.find_first_of(" {\"") == std::string_view::npos;
  }
  return false;
}

}  // namespace outflow::connectors
