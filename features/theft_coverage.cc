#include "features/theft_coverage.h"

#include <algorithm>
#include <array>

namespace outflow::features {
namespace {

using Actions = std::uint16_t;
constexpr Actions kNoAction = 0;
template <typename... Several>
constexpr Actions any_of(Several... actions) {
  return static_cast<Actions>((... | (1U << static_cast<unsigned>(actions))));
}

// What shows a theft: an event type of a source (`*` behind it is any ending), or any type of it whose records do one
// of `actions`: mappings say what a record does, whatever its type is called. `live`: in minutes, by documentation.
struct Shower {
  Source source = Source::kMapped;
  std::string_view type;  // empty: any
  bool live = false;
  Actions actions = kNoAction;  // none: any
};
struct Theft {
  std::string_view name;
  std::string_view platform;
  std::string_view advice;
  std::array<Shower, 8> showers;  // one of neither type nor actions ends them
};

constexpr auto kElf = Source::kSalesforceElf;
constexpr auto kRtem = Source::kSalesforceRtem;
constexpr auto kAudit = Source::kSalesforceSetupAudit;
constexpr Actions kQueries = any_of(Action::kQuery, Action::kBulkJob);
constexpr Actions kExports = any_of(Action::kReportExport, Action::kBulkResult);
constexpr Actions kDownloads = any_of(Action::kFileDownload);
constexpr Actions kSignIns = any_of(Action::kAuth);

constexpr std::array<Theft, 25> kThefts{{
    {"API query pull",
     "salesforce",
     "switch on Real-Time Event Monitoring: ApiEvent",
     {{{kRtem, "ApiEvent", true},
       {kElf, "RestApi", false},
       {kElf, "API", false},
       {kElf, "ApiTotalUsage", false},
       {kElf, "ApexRestApi", false}}}},
    {"Bulk API pull",
     "salesforce",
     "switch on Real-Time Event Monitoring: BulkApiResultEvent; its row counts need the ELF type BulkApi2",
     {{{kRtem, "BulkApiResultEvent*", true}, {kElf, "BulkApi2", false}, {kElf, "BulkApi", false}}}},
    {"Report export",
     "salesforce",
     "switch on Real-Time Event Monitoring: ReportEvent",
     {{{kRtem, "ReportEvent", true},
       {kElf, "ReportExport", false},
       {kElf, "Report", false},
       {kElf, "AsyncReportRun", false}}}},
    {"List-view scraping",
     "salesforce",
     "switch on Real-Time Event Monitoring: ListViewEvent (no log file shows list views)",
     {{{kRtem, "ListViewEvent", true}}}},
    {"Record views one by one",
     "salesforce",
     "switch on Real-Time Event Monitoring: UriEvent and LightningUriEvent",
     {{{kRtem, "UriEvent", true}, {kRtem, "LightningUriEvent", true}, {kElf, "URI", false}}}},
    {"File download",
     "salesforce",
     "switch on Real-Time Event Monitoring: FileEvent",
     {{{kRtem, "FileEvent*", true}, {kElf, "ContentTransfer", false}, {kElf, "DocumentAttachmentDownloads", false}}}},
    {"Login from a new address",
     "salesforce",
     "switch on Real-Time Event Monitoring: LoginEvent",
     {{{kRtem, "LoginEvent", true}, {kElf, "Login", false}}}},
    {"App installed or approved", "salesforce", "send the Setup Audit Trail", {{{kAudit, "*", true}}}},
    {"Mail access",
     "m365",
     "send the unified audit log with mailbox auditing (MailItemsAccessed)",
     {{{Source::kM365, "MailItemsAccessed"}, {Source::kM365, "MessageBind"}}}},
    {"SharePoint and OneDrive download",
     "m365",
     "send the unified audit log: FileDownloaded, FileSyncDownloadedFull",
     {{{Source::kM365, "FileDownloaded"},
       {Source::kM365, "FileSyncDownloadedFull"},
       {Source::kM365, "FileSyncDownloadedPartial"},
       {Source::kM365, "FileAccessed"}}}},
    {"eDiscovery and message export",
     "m365",
     "send the unified audit log: SearchExportDownloaded, MessagesExported",
     {{{Source::kM365, {}, false, kExports}}}},
    {"CRM rows read (Dataverse)",
     "dataverse",
     "switch on auditing of reads (RetrieveMultiple) in Dataverse",
     {{{Source::kDataverse, {}, false, any_of(Action::kQuery, Action::kRecordView)}}}},
    {"CRM rows exported (Dataverse)",
     "dataverse",
     "switch on auditing of reads (ExportToExcel) in Dataverse",
     {{{Source::kDataverse, {}, false, kExports}}}},
    {"Drive download",
     "google_workspace",
     "send the Drive audit log",
     {{{Source::kGoogleWorkspace, {}, false, kDownloads}}}},
    {"Takeout and other exports",
     "google_workspace",
     "send the audit logs of Takeout, Vault and the Admin console",
     {{{Source::kGoogleWorkspace, {}, false, kExports}}}},
    {"Warehouse query", "snowflake", "send QUERY_HISTORY", {{{Source::kSnowflake, {}, false, kQueries}}}},
    {"Warehouse unload",
     "snowflake",
     "send QUERY_HISTORY",
     {{{Source::kSnowflake, {}, false, any_of(Action::kBulkResult, Action::kFileDownload)}}}},
    {"App sign-in", "okta", "send the System Log", {{{Source::kOkta, {}, true, kSignIns}}}},
    {"CRM rows exported (HubSpot)", "hubspot", "send the audit logs", {{{Source::kHubspot, {}, false, kExports}}}},
    {"Tickets exported or read (Zendesk)",
     "zendesk",
     "send the audit logs and the access logs",
     {{{Source::kZendesk, {}, false, static_cast<Actions>(kExports | kQueries)}}}},
    {"Rows exported or read (ServiceNow)",
     "servicenow",
     "send export events and the transaction log",
     {{{Source::kServicenow, {}, false, static_cast<Actions>(kExports | kQueries)}}}},
    {"Message export (Slack)", "slack", "send the audit logs", {{{Source::kSlack, {}, false, kExports}}}},
    {"File download (Slack)", "slack", "send the audit logs", {{{Source::kSlack, {}, false, kDownloads}}}},
    {"File download (Box)", "box", "send the enterprise events", {{{Source::kBox, {}, false, kDownloads}}}},
    {"Employee data downloaded or read (Workday)",
     "workday",
     "send the user activity log",
     {{{Source::kWorkday, {}, false, any_of(Action::kFileDownload, Action::kRecordView)}}}},
}};

bool shows(const Shower& shower, const FeedType& type) {
  if (shower.actions != kNoAction && (shower.actions & type.actions) == 0) return false;
  const std::string_view wanted = shower.type;
  if (wanted.ends_with('*')) return std::string_view(type.name).starts_with(wanted.substr(0, wanted.size() - 1));
  return wanted.empty() || type.name == wanted;
}

bool sends(const TenantCoverage& tenant, std::string_view platform) {
  return std::any_of(tenant.feeds.begin(), tenant.feeds.begin() + static_cast<std::ptrdiff_t>(Source::kMapped),
                     [&](const auto& feed) { return feed && feed->name.starts_with(platform); });
}

// The best of what shows a theft: a live one before a late one, a speaking one before a silent one.
void look_at(const TenantCoverage& tenant, const Shower& shower, LogTime now, TheftSight& sight) {
  const auto slot = static_cast<std::size_t>(shower.source);
  const Feed* feed = tenant.feeds[slot].get();
  if (feed == nullptr) return;
  for (const FeedType& type : feed->types) {
    if (!shows(shower, type)) continue;
    if (feed->gap_open(now)) {
      sight.gap = true;
      continue;
    }
    if (now.ms - type.last_ms > kLatelyMs) continue;
    const std::int64_t delay = type.delays.quantile_ms(0.5);
    const bool live = delay > 0 ? delay <= kLiveDelayMs : shower.live;
    const Sight seen = live ? Sight::kLive : Sight::kLate;
    if (seen > sight.sight || (seen == sight.sight && !sight.shown_by.empty())) continue;
    sight.sight = seen;
    sight.typical_delay_ms = delay;
    sight.shown_by = feed->name + " " + type.name;
  }
}

}  // namespace

std::string_view name_of(Sight sight) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"live", "late", "unseen"};
  return kNames[static_cast<std::size_t>(sight)];
}

std::vector<TheftSight> theft_sights(const TenantCoverage& tenant, LogTime now) {
  std::vector<TheftSight> sights;
  for (const Theft& theft : kThefts) {
    if (!sends(tenant, theft.platform)) continue;
    TheftSight sight;
    sight.theft = theft.name;
    for (const Shower& shower : theft.showers) {
      if (!shower.type.empty() || shower.actions != kNoAction) look_at(tenant, shower, now, sight);
    }
    sight.gap = sight.gap && sight.sight != Sight::kLive;
    if (sight.sight != Sight::kLive) sight.advice = theft.advice;
    sights.push_back(sight);
  }
  return sights;
}

}  // namespace outflow::features
