// Any text is a time between 1970 and 2200 or none.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connectors/decode/count_text.h"
#include "connectors/decode/event_clock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto time = outflow::connectors::parse_event_time(text);
  constexpr std::int64_t kEnd = 7'289'654'400'000;
  if (time && (time->ms < 0 || time->ms >= kEnd)) std::abort();
  const auto count = outflow::connectors::parse_count(text);
  if (count && *count > outflow::connectors::kLargestCount) std::abort();
  (void)outflow::connectors::valid_ip(text);
  (void)outflow::connectors::canonical_id(text);
  return 0;
}
