// Records of every source, one a line, and anything made of them: what is accepted is whole and bounded, and no
// contents get into events or rejects.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "connectors/decode/decoder.h"

namespace {

using outflow::connectors::Decoded;
using outflow::connectors::Decoder;

// The corpus holds it only in a literal; a changed input may move it anywhere.
constexpr std::string_view kCanary = "CANARY7c1";
constexpr std::string_view kLiteral = R"("QUERY_TEXT":"SELECT a FROM b WHERE c = ')";
constexpr std::size_t kMostBytes = 1024;  // of any text that leaves the decoder

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

// It stands once, as a literal of the query.
bool canary_in_literal_only(std::string_view line) {
  const std::size_t first = line.find(kCanary);
  if (first == std::string_view::npos || line.find(kCanary, first + 1) != std::string_view::npos) return false;
  return line.substr(0, first).ends_with(kLiteral);
}

void check(const Decoded& decoded, bool no_canary) {
  const auto& event = decoded.event;
  for (const std::string_view text :
       {event.source_event_type, event.tenant_id, event.event_uid, event.actor_id, event.actor_name, event.app_id,
        event.app_name, event.client_name, event.client_ip, event.user_agent, event.request_id, event.job_id,
        event.session_key, event.login_key, event.execution_id, event.subject, decoded.detail}) {
    require(text.size() <= kMostBytes, "every text is bounded");
    require(!no_canary || text.find(kCanary) == std::string_view::npos, "no field holds a literal");
  }
  for (const std::string_view object : event.objects) {
    require(!no_canary || object.find(kCanary) == std::string_view::npos, "no object does either");
  }
  if (!decoded.ok()) return;
  require(!event.event_uid.empty(), "an accepted record has an id");
  require(!event.source_event_type.empty(), "an accepted record has a type");
  require(event.event_time.ms >= 0, "an accepted record has a time");
  require(!event.records || *event.records <= (1ULL << 53), "no count is absurd");
  require(event.objects.size() <= 64, "objects are bounded");
  require(event.count_semantics != outflow::features::CountSemantics::kExecutionTotalRepeated ||
              !event.execution_id.empty(),
          "an execution's total has its execution");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Decoder decoder([] {
    outflow::connectors::DecodeOptions options;
    options.max_record_bytes = 1U << 20;
    options.max_unpacked_bytes = 1U << 20;
    options.max_events = 1000;
    return options;
  }());
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
    const bool no_canary = canary_in_literal_only(line);
    decoder.open(line);
    std::size_t results = 0;
    while (const Decoded* decoded = decoder.next()) {
      ++results;
      check(*decoded, no_canary);
    }
    require(results > 0 && results <= 1001, "a message gives an event or a reject, and no more than allowed");
    (void)decoder.tenant_of_json(line);
  }
  return 0;
}
