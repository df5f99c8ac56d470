// Any bytes decode or are rejected; simdjson's own parser agrees on what is JSON; nothing of `Records` gets out.
#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "connectors/decode/decoder.h"

namespace {

using outflow::connectors::Decoded;
using outflow::connectors::Decoder;
using outflow::connectors::RejectReason;

// Corpus files hold it only inside `Records` and query literals.
constexpr std::string_view kCanary = "CANARY7c1";

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

bool says(std::string_view text) {
  return text.find(kCanary) != std::string_view::npos;
}

// A changed input may move the canary elsewhere: only where `Records` still holds it, nothing else may.
void check_canary(const Decoded& decoded) {
  const auto& event = decoded.event;
  for (const std::string_view text :
       {event.source_event_type, event.tenant_id, event.event_uid, event.actor_id, event.actor_name, event.app_id,
        event.app_name, event.client_name, event.client_ip, event.user_agent, event.request_id, event.job_id,
        event.session_key, event.login_key, event.execution_id, decoded.detail}) {
    require(!says(text), "no field holds text from Records or a query literal");
  }
  for (const std::string_view object : event.objects) require(!says(object), "no object does either");
}

// The canary stands once, in the value right behind "Records":".
bool canary_in_records_only(std::string_view bytes) {
  const std::size_t first = bytes.find(kCanary);
  if (first == std::string_view::npos || bytes.find(kCanary, first + 1) != std::string_view::npos) return false;
  constexpr std::string_view kBefore = "\"Records\":\"";
  return first >= kBefore.size() && bytes.substr(first - kBefore.size(), kBefore.size()) == kBefore;
}

void check_against_simdjson(std::string_view bytes, RejectReason reason) {
  // Lone surrogates are read here and refused there; both have limits of their own; BOMs are skipped here.
  if (bytes.find("\\u") != std::string_view::npos || bytes.starts_with("\xEF\xBB\xBF")) return;
  const bool bad = reason == RejectReason::kNotUtf8 || reason == RejectReason::kMalformedJson ||
                   reason == RejectReason::kTruncated || reason == RejectReason::kEmpty;
  if (reason == RejectReason::kTooDeep || reason == RejectReason::kTooLarge) return;
  // A record inside the record may be broken while the outer one is not.
  if (bad && bytes.find("\\\"") != std::string_view::npos) return;
  static simdjson::dom::parser parser;
  const auto result = parser.parse(simdjson::padded_string(bytes));
  if (result.error() == simdjson::NUMBER_ERROR) return;  // numbers beyond 64 bits are numbers all the same
  require(bad == (result.error() != simdjson::SUCCESS), "the same documents are JSON as for simdjson");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Decoder decoder([] {
    outflow::connectors::DecodeOptions options;
    options.default_tenant = "00D000000000001";
    options.max_record_bytes = 1 << 20;
    return options;
  }());
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Decoded& decoded = decoder.decode_json(bytes);
  require(!decoded.ok() || !decoded.event.event_uid.empty(), "an accepted record has an id");
  require(!decoded.ok() || !decoded.event.source_event_type.empty(), "an accepted record has a type");
  require(!decoded.event.records || *decoded.event.records <= (1ULL << 52), "no count is absurd");
  if (canary_in_records_only(bytes)) check_canary(decoded);
  check_against_simdjson(bytes, decoded.reject);
  (void)decoder.tenant_of_json(bytes);
  return 0;
}
