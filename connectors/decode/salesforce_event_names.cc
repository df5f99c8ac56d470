#include "connectors/decode/salesforce_event_names.h"

namespace outflow::connectors {

std::string_view canonical_event_name(std::string_view name) noexcept {
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  for (const std::string_view suffix : {std::string_view("Stream"), std::string_view("Store")}) {
    if (name.ends_with(suffix) && name.substr(0, name.size() - suffix.size()).ends_with("Event")) {
      name.remove_suffix(suffix.size());
      break;
    }
  }
  return name;
}

bool is_event_name(std::string_view canonical) noexcept {
  return canonical.size() > 5 && (canonical.ends_with("Event") || canonical.ends_with("__e"));
}

std::string_view event_name_by_fields(const Fields& fields) noexcept {
  const auto has = [&fields](Column column) { return fields.has(column); };
  if (has(Column::kScore) || has(Column::kSecurityEventData)) {
    if (has(Column::kReport)) return "ReportAnomalyEvent";
    if (has(Column::kCurrentIp)) return "SessionHijackingEvent";
    if (has(Column::kSoqlCommands)) return "GuestUserAnomalyEvent";
    if (has(Column::kAcceptLanguage) || has(Column::kLoginUrl)) return "CredentialStuffingEvent";
    return "ApiAnomalyEvent";
  }
  if (has(Column::kDelegatedUsername)) return "LoginAsEvent";
  if (has(Column::kExecutionIdentifier)) {
    if (has(Column::kListViewId)) return "ListViewEvent";
    if (has(Column::kReportId) || has(Column::kColumnHeaders) || has(Column::kExportFileFormat)) return "ReportEvent";
    if (has(Column::kNumberOfColumns)) return "ListViewEvent";
  }
  if (has(Column::kReportId) && has(Column::kRowsProcessed)) return "ReportEvent";
  if (has(Column::kFileAction)) return "FileEvent";
  if (has(Column::kPermissionType)) return "PermissionSetEvent";
  if (has(Column::kPageUrl)) return "LightningUriEvent";
  if (has(Column::kApiType) && (has(Column::kRowsProcessed) || has(Column::kRowsReturned) || has(Column::kOperation))) {
    return "ApiEvent";
  }
  if (has(Column::kLoginType) || has(Column::kLoginUrl)) return "LoginEvent";
  if (has(Column::kQuery) && (has(Column::kRowsProcessed) || has(Column::kRowsReturned))) return "ApiEvent";
  if (has(Column::kQuery)) return "BulkApiResultEvent";
  if (has(Column::kRecordId) || has(Column::kOperationStatus)) return "UriEvent";
  return {};
}

}  // namespace outflow::connectors
