#include "features/theft_coverage.h"

#include <algorithm>
#include <array>

namespace outflow::features {
namespace {

// An event type of a source that shows a theft; `*` behind a type is any ending. `live`: in minutes, by documentation.
struct Shower {
  Source source;
  std::string_view type;
  bool live;
};
struct Theft {
  std::string_view name;
  std::string_view platform;
  std::string_view advice;
  std::array<Shower, 8> showers;  // an empty type ends them
};

constexpr auto kElf = Source::kSalesforceElf;
constexpr auto kRtem = Source::kSalesforceRtem;
constexpr auto kAudit = Source::kSalesforceSetupAudit;

constexpr std::array<Theft, 14> kThefts{{
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
     {{{Source::kM365, "MailItemsAccessed", false}}}},
    {"SharePoint and OneDrive download",
     "m365",
     "send the unified audit log: FileDownloaded, FileSyncDownloadedFull",
     {{{Source::kM365, "FileDownloaded", false},
       {Source::kM365, "FileSyncDownloadedFull", false},
       {Source::kM365, "FileAccessed", false}}}},
    {"CRM rows read (Dataverse)",
     "dataverse",
     "switch on auditing of reads (RetrieveMultiple) in Dataverse",
     {{{Source::kDataverse, "Retrieve*", false}, {Source::kDataverse, "ExportToExcel", false}}}},
    {"Drive download",
     "google_workspace",
     "send the Drive audit log",
     {{{Source::kGoogleWorkspace, "download", false}, {Source::kGoogleWorkspace, "drive*", false}}}},
    {"Warehouse query", "snowflake", "send QUERY_HISTORY", {{{Source::kSnowflake, "*", false}}}},
    {"App sign-in",
     "okta",
     "send the System Log",
     {{{Source::kOkta, "user.authentication.sso", true}, {Source::kOkta, "*", true}}}},
}};

bool matches(std::string_view type, std::string_view pattern) {
  if (pattern.ends_with('*')) return type.starts_with(pattern.substr(0, pattern.size() - 1));
  return type == pattern;
}

bool sends(const TenantCoverage& tenant, std::string_view platform) {
  return std::any_of(tenant.feeds.begin(), tenant.feeds.end(),
                     [&](const auto& feed) { return feed && feed->name.starts_with(platform); });
}

// The best of what shows a theft: a live one before a late one, a speaking one before a silent one.
void look_at(const TenantCoverage& tenant, const Shower& shower, LogTime now, TheftSight& sight) {
  const auto slot = static_cast<std::size_t>(shower.source);
  const Feed* feed = tenant.feeds[slot].get();
  if (feed == nullptr) return;
  for (const FeedType& type : feed->types) {
    if (!matches(type.name, shower.type)) continue;
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
      if (!shower.type.empty()) look_at(tenant, shower, now, sight);
    }
    sight.gap = sight.gap && sight.sight != Sight::kLive;
    if (sight.sight != Sight::kLive) sight.advice = theft.advice;
    sights.push_back(sight);
  }
  return sights;
}

}  // namespace outflow::features
