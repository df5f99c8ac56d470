#include "features/audit_event.h"

#include <array>
#include <cstdio>

namespace outflow::features {
namespace {

template <typename Enum, std::size_t N>
constexpr std::string_view look_up(const std::array<std::string_view, N>& names, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view("unknown");
}

constexpr std::array<std::string_view, kSources> kSourceNames = {"salesforce_elf",
                                                                 "salesforce_rtem",
                                                                 "salesforce_setup_audit",
                                                                 "dataverse",
                                                                 "m365",
                                                                 "hubspot",
                                                                 "zendesk",
                                                                 "servicenow",
                                                                 "google_workspace",
                                                                 "okta",
                                                                 "slack",
                                                                 "snowflake",
                                                                 "box",
                                                                 "workday",
                                                                 "ocsf",
                                                                 "mapped"};
constexpr std::array<std::string_view, 13> kActions = {
    "query",         "bulk_job", "bulk_result", "report_run", "report_export", "list_view", "record_view",
    "file_download", "search",   "auth",        "admin_app",  "write",         "other"};
constexpr std::array<std::string_view, 5> kSemantics = {"none", "per_event", "query_total_repeated",
                                                        "execution_total_repeated", "job_progress"};
constexpr std::array<std::string_view, 4> kQueryClasses = {"unknown", "count", "limited", "full"};
constexpr std::array<std::string_view, 4> kOutcomes = {"unknown", "success", "failure", "blocked"};

}  // namespace

std::string_view name_of(Source source) noexcept {
  return look_up(kSourceNames, source);
}
std::string_view source_name(const AuditEvent& event) noexcept {
  return event.source == Source::kMapped ? event.source_name : name_of(event.source);
}
Fingerprint source_key(const AuditEvent& event) noexcept {
  return event.source == Source::kMapped ? fingerprint(event.source_name) : static_cast<Fingerprint>(event.source);
}
std::size_t source_slot(const AuditEvent& event) noexcept {
  constexpr auto kMapped = static_cast<std::size_t>(Source::kMapped);
  if (event.source != Source::kMapped) return static_cast<std::size_t>(event.source);
  return kMapped + static_cast<std::size_t>(fingerprint(event.source_name) % (kSourceSlots - kMapped));
}
std::string_view name_of(Action action) noexcept {
  return look_up(kActions, action);
}
std::string_view name_of(CountSemantics semantics) noexcept {
  return look_up(kSemantics, semantics);
}
std::string_view name_of(QueryClass query_class) noexcept {
  return look_up(kQueryClasses, query_class);
}
std::string_view name_of(Outcome outcome) noexcept {
  return look_up(kOutcomes, outcome);
}

std::string volume_key_text(const AuditEvent& event) {
  switch (event.count_semantics) {
    case CountSemantics::kExecutionTotalRepeated:
      return std::string(event.execution_id);
    case CountSemantics::kJobProgress:
      return std::string(event.job_id);
    case CountSemantics::kQueryTotalRepeated: {
      if (!event.query_fingerprint) return std::string(event.request_id);
      std::array<char, 20> hex{};
      std::snprintf(hex.data(), hex.size(), ":%016llx", static_cast<unsigned long long>(*event.query_fingerprint));
      return std::string(event.login_key) + hex.data();
    }
    case CountSemantics::kNone:
    case CountSemantics::kPerEvent:
      return {};
  }
  return {};
}

bool is_access(Action action) noexcept {
  switch (action) {
    case Action::kQuery:
    case Action::kBulkJob:
    case Action::kBulkResult:
    case Action::kReportRun:
    case Action::kReportExport:
    case Action::kListView:
    case Action::kRecordView:
    case Action::kFileDownload:
    case Action::kSearch:
      return true;
    case Action::kAuth:
    case Action::kAdminApp:
    case Action::kWrite:
    case Action::kOther:
      return false;
  }
  return false;
}

}  // namespace outflow::features
