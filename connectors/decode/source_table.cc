#include "connectors/decode/source_table.h"

#include <array>

namespace outflow::connectors {
namespace {

struct SourceEntry {
  bool (*recognises)(const Fields& fields, std::string_view channel) noexcept;
  SourceDecoder decode;
};

// The surest signs first.
constexpr std::array kSources = {
    SourceEntry{[](const Fields& fields, std::string_view) noexcept { return is_salesforce_elf(fields); },
                decode_salesforce_elf},
    SourceEntry{is_salesforce_event_log_object, decode_salesforce_event_log_object},
    SourceEntry{is_salesforce_rtem, decode_salesforce_rtem},
    SourceEntry{[](const Fields& fields, std::string_view) noexcept { return is_salesforce_setup_audit(fields); },
                decode_salesforce_setup_audit},
};

}  // namespace

SourceDecoder recognise(const Fields& fields, std::string_view channel) noexcept {
  for (const SourceEntry& source : kSources) {
    if (source.recognises(fields, channel)) return source.decode;
  }
  return nullptr;
}

}  // namespace outflow::connectors
