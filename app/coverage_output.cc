#include "app/coverage_output.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/config_tree.h"
#include "app/volumes_output.h"

namespace outflow::app {
namespace {

using features::Feed;
using features::kMsPerHour;
using features::LogTime;

constexpr std::size_t kLeastActiveHours = 24;  // before an integration has a rhythm
constexpr std::int64_t kLeastSilenceMs = 24 * kMsPerHour;
constexpr std::int64_t kBeyondRhythm = 3;

std::string duration(std::int64_t ms) {
  if (ms <= 0) return "-";
  const std::int64_t seconds = ms / 1000;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 2 * 3600) return fmt::format("{} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} d", seconds / 86400);
}

ConfigTree number(std::int64_t value) {
  return ConfigTree::literal(std::to_string(value));
}
ConfigTree seconds_or_null(std::int64_t ms) {
  return ms > 0 ? ConfigTree::literal(std::to_string(ms / 1000)) : ConfigTree::literal("null");
}

ConfigTree feed_tree(const Feed& feed, LogTime now) {
  ConfigTree tree = ConfigTree::map();
  tree.set("source", ConfigTree::text(feed.name));
  tree.set("silent_s", number(feed.silence_ms(now) / 1000));
  tree.set("usual_silence_s", seconds_or_null(feed.usual_silence_ms()));
  tree.set("gap_open", ConfigTree::boolean(feed.gap_open(now)));
  tree.set("longest_gap_s", number(feed.longest_gap_ms / 1000));
  tree.set("longest_gap_end", feed.longest_gap_ms > 0 ? ConfigTree::text(iso_time({feed.longest_gap_end_ms}))
                                                      : ConfigTree::literal("null"));
  ConfigTree types = ConfigTree::list();
  for (const features::FeedType& type : feed.types) {
    ConfigTree one = ConfigTree::map();
    one.set("event_type", ConfigTree::text(type.name));
    one.set("events", number(static_cast<std::int64_t>(type.events)));
    one.set("first", ConfigTree::text(iso_time({type.first_ms})));
    one.set("last", ConfigTree::text(iso_time({type.last_ms})));
    one.set("delay_p50_s", seconds_or_null(type.delays.quantile_ms(0.5)));
    one.set("delay_p99_s", seconds_or_null(type.delays.quantile_ms(0.99)));
    types.append(std::move(one));
  }
  tree.set("event_types", std::move(types));
  return tree;
}

std::string json_of(const std::vector<CoverageReport>& reports, LogTime now) {
  ConfigTree document = ConfigTree::list();
  for (const CoverageReport& report : reports) {
    ConfigTree tenant = ConfigTree::map();
    tenant.set("tenant_id", ConfigTree::text(report.tenant->id));
    ConfigTree feeds = ConfigTree::list(), thefts = ConfigTree::list(), silent = ConfigTree::list();
    for (const auto& feed : report.tenant->feeds) {
      if (feed) feeds.append(feed_tree(*feed, now));
    }
    for (const features::TheftSight& sight : report.thefts) {
      ConfigTree one = ConfigTree::map();
      one.set("theft", ConfigTree::text(sight.theft));
      one.set("seen", ConfigTree::text(features::name_of(sight.sight)));
      one.set("typical_delay_s", seconds_or_null(sight.typical_delay_ms));
      one.set("shown_by", sight.shown_by.empty() ? ConfigTree::literal("null") : ConfigTree::text(sight.shown_by));
      one.set("gap_open", ConfigTree::boolean(sight.gap));
      one.set("advice", sight.advice.empty() ? ConfigTree::literal("null") : ConfigTree::text(sight.advice));
      thefts.append(std::move(one));
    }
    for (const SilentIntegration& one : report.silent) {
      ConfigTree item = ConfigTree::map();
      item.set("entity", ConfigTree::text(one.entity));
      item.set("name", ConfigTree::text(one.name));
      item.set("silent_s", number(one.silent_ms / 1000));
      item.set("usual_silence_s", number(one.usual_ms / 1000));
      item.set("because", ConfigTree::text(one.feed_gap ? "feed_gap" : "integration"));
      silent.append(std::move(item));
    }
    tenant.set("feeds", std::move(feeds))
        .set("thefts", std::move(thefts))
        .set("silent_integrations", std::move(silent));
    document.append(std::move(tenant));
  }
  return document.json(2) + "\n";
}

std::string tables_of(const CoverageReport& report, LogTime now) {
  std::string out = "TENANT " + terminal_safe(report.tenant->id, 64) + "\n\n";
  std::vector<std::vector<std::string>> feeds{{"FEED", "EVENT TYPE", "EVENTS", "FIRST", "LAST", "DELAY P50",
                                               "DELAY P99", "SILENT", "USUALLY", "LONGEST GAP", ""}};
  for (const auto& feed : report.tenant->feeds) {
    if (!feed) continue;
    for (const features::FeedType& type : feed->types) {
      const bool first = &type == feed->types.data();
      feeds.push_back({first ? feed->name : "", terminal_safe(type.name, 40),
                       with_separators(static_cast<std::int64_t>(type.events)), iso_time({type.first_ms}),
                       iso_time({type.last_ms}), duration(type.delays.quantile_ms(0.5)),
                       duration(type.delays.quantile_ms(0.99)), first ? duration(feed->silence_ms(now)) : "",
                       first ? duration(feed->usual_silence_ms()) : "", first ? duration(feed->longest_gap_ms) : "",
                       first && feed->gap_open(now) ? "GAP" : ""});
    }
  }
  out += print_table(feeds, {false, false, true, false, false, true, true, true, true, true, false}) + "\n";
  std::vector<std::vector<std::string>> thefts{{"THEFT", "SEEN", "TYPICALLY AFTER", "BY", "WHAT TO DO"}};
  for (const features::TheftSight& sight : report.thefts) {
    thefts.push_back({std::string(sight.theft), std::string(features::name_of(sight.sight)),
                      duration(sight.typical_delay_ms), sight.shown_by,
                      (sight.gap ? "a gap is open; " : "") + std::string(sight.advice)});
  }
  out += print_table(thefts, {false, false, true, false, false});
  for (const SilentIntegration& one : report.silent) {
    out += fmt::format("\n{} {} is silent for {} (it never paused longer than {}): {}", terminal_safe(one.entity, 40),
                       terminal_safe(one.name, 40), duration(one.silent_ms), duration(one.usual_ms),
                       one.feed_gap ? "its feed has a gap" : "its feed goes on, the integration does not");
  }
  return out + (report.silent.empty() ? "" : "\n");
}

bool all_feeds_gapped(const features::TenantCoverage& tenant, std::uint32_t sources, LogTime now) {
  bool any = false;
  for (std::size_t i = 0; i < tenant.feeds.size(); ++i) {
    if ((sources >> i & 1U) == 0 || !tenant.feeds[i]) continue;
    any = true;
    if (!tenant.feeds[i]->gap_open(now)) return false;
  }
  return any;
}

}  // namespace

std::vector<CoverageReport> coverage_reports(const features::Coverage& coverage, const features::Inventory& inventory) {
  const std::vector<features::InventoryRow> rows = inventory.rows();
  std::vector<CoverageReport> reports;
  for (const features::TenantCoverage* tenant : coverage.tenants()) {
    CoverageReport report;
    report.tenant = tenant;
    report.thefts = features::theft_sights(*tenant, coverage.now());
    for (const features::InventoryRow& row : rows) {
      if (row.tenant_id != tenant->id || !row.object.empty() || row.type != features::EntityType::kIntegration)
        continue;
      const std::int64_t usual = std::int64_t{row.line->longest_pause()} * kMsPerHour;
      const std::int32_t last = row.line->last_hour();
      if (row.line->recent_hours() < kLeastActiveHours || usual == 0) continue;
      const std::int64_t silent = coverage.now().ms - features::start_of(features::EventHour{last + 1}).ms;
      if (silent < kLeastSilenceMs || silent < kBeyondRhythm * usual) continue;
      report.silent.push_back(
          {tenant->id, row.entity, row.name, silent, usual, all_feeds_gapped(*tenant, row.sources, coverage.now())});
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

bool has_findings(const std::vector<CoverageReport>& reports, LogTime now) {
  return std::any_of(reports.begin(), reports.end(), [&](const CoverageReport& report) {
    return std::any_of(report.thefts.begin(), report.thefts.end(),
                       [](const auto& sight) { return sight.sight == features::Sight::kUnseen || sight.gap; }) ||
           std::any_of(report.tenant->feeds.begin(), report.tenant->feeds.end(),
                       [&](const auto& feed) { return feed && feed->gap_open(now); });
  });
}

std::string print_coverage(const std::vector<CoverageReport>& reports, LogTime now, bool json) {
  if (json) return json_of(reports, now);
  std::string out;
  for (const CoverageReport& report : reports) out += (out.empty() ? "" : "\n") + tables_of(report, now);
  return out;
}

}  // namespace outflow::app
