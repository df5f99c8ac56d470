#include "connectors/decode/source_table.h"

#include "features/audit_event.h"

namespace outflow::connectors {

SourceDecoder recognise_surely(const Fields& fields, std::string_view channel) noexcept {
  if (is_surely_salesforce_elf(fields)) return decode_salesforce_elf;
  if (is_salesforce_event_log_object(fields, channel)) return decode_salesforce_event_log_object;
  if (is_surely_salesforce_rtem(fields, channel)) return decode_salesforce_rtem;
  if (is_salesforce_setup_audit(fields)) return decode_salesforce_setup_audit;
  return nullptr;
}

SourceDecoder recognise_weakly(const Fields& fields) noexcept {
  if (is_salesforce_elf(fields)) return decode_salesforce_elf;
  if (is_salesforce_rtem(fields)) return decode_salesforce_rtem;
  return nullptr;
}

SourceDecoder source_in_code(std::string_view name) noexcept {
  using features::Source;
  if (name == features::name_of(Source::kSalesforceElf)) return decode_salesforce_elf;
  if (name == features::name_of(Source::kSalesforceRtem)) return decode_salesforce_rtem;
  if (name == features::name_of(Source::kSalesforceSetupAudit)) return decode_salesforce_setup_audit;
  return nullptr;
}

}  // namespace outflow::connectors
