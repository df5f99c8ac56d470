#include "tests/support/extraction_oracle.h"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace outflow::tests {
namespace {

using features::Action;
using features::CountSemantics;
using features::QueryClass;

constexpr std::int64_t kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string object_of(const OwnedEvent& e) {
  return e.objects.empty() ? "" : e.tenant + "\nobject " + lower(e.objects.front());
}

using Places = std::vector<std::size_t>;

// Partner of each of `ours` among `theirs`, if it has one.
std::map<std::size_t, std::size_t> partners(const std::vector<SeenGroup>& seen, const Places& ours,
                                            const Places& theirs, const std::vector<std::int64_t>& windows) {
  std::map<std::size_t, std::size_t> result;
  std::set<std::size_t> taken;
  for (const std::int64_t window : windows) {
    for (const std::size_t our : ours) {
      if (result.contains(our)) continue;
      for (const std::size_t their : theirs) {
        if (taken.contains(their) || std::abs(seen[our].time_ms - seen[their].time_ms) > window) continue;
        result[our] = their;
        taken.insert(their);
        break;
      }
    }
  }
  return result;
}

Places of_kind(const std::vector<SeenGroup>& seen, const std::string& kind) {
  Places places;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i].said.kind == kind) places.push_back(i);
  }
  return places;
}

// Queries and downloads that follow each other.
std::vector<Places> chains(const std::vector<SeenGroup>& seen) {
  std::vector<Places> result;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const Said& said = seen[i].said;
    if (said.kind != "query" && said.kind != "download") continue;
    Places* home = nullptr;
    for (Places& chain : result) {
      std::string shape;
      for (const std::size_t member : chain) {
        if (shape.empty()) shape = seen[member].said.shape;
      }
      const bool waits = chain.size() == 1 && seen[chain.front()].said.opens;
      const bool alike = shape.empty() || said.shape.empty() || shape == said.shape;
      if (alike && seen[i].time_ms - seen[chain.back()].time_ms <= (waits ? kDay : 45 * kMinute)) home = &chain;
    }
    if (home == nullptr || said.opens) {
      result.push_back({i});
    } else {
      home->push_back(i);
    }
  }
  return result;
}

std::vector<std::vector<SeenGroup>> paired_in_pool(std::vector<SeenGroup> seen) {
  std::sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
  std::vector<Places> extractions = chains(seen);
  Places firsts;
  for (const Places& chain : extractions) firsts.push_back(chain.front());
  const Places jobs = of_kind(seen, "job");
  const auto job_of = partners(seen, firsts, jobs, {10 * kMinute, kHour, 6 * kHour, kDay});
  std::set<std::size_t> used;
  for (Places& chain : extractions) {
    const auto job = job_of.find(chain.front());
    if (job == job_of.end()) continue;
    used.insert(job->second);
    chain.push_back(job->second);
  }
  const Places rows = of_kind(seen, "row"), views = of_kind(seen, "view"), exports = of_kind(seen, "export");
  std::vector<Places> runs;
  const auto view_of = partners(seen, rows, views, {kMinute, 10 * kMinute});
  for (const std::size_t row : rows) {
    runs.push_back({row});
    const auto view = view_of.find(row);
    if (view == view_of.end()) continue;
    used.insert(view->second);
    runs.back().push_back(view->second);
  }
  for (const std::size_t view : views) {
    if (!used.contains(view)) runs.push_back({view});
  }
  Places run_firsts;
  std::map<std::size_t, std::size_t> run_at;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t first = *std::min_element(runs[i].begin(), runs[i].end());
    run_firsts.push_back(first);
    run_at[first] = i;
  }
  std::sort(run_firsts.begin(), run_firsts.end());
  const auto run_of = partners(seen, exports, run_firsts, {kMinute, 10 * kMinute});
  for (const std::size_t one : exports) {
    const auto run = run_of.find(one);
    if (run == run_of.end()) {
      extractions.push_back({one});
    } else {
      runs[run_at[run->second]].push_back(one);
    }
  }
  for (const Places& run : runs) extractions.push_back(run);
  for (const std::size_t job : jobs) {
    if (!used.contains(job)) extractions.push_back({job});
  }
  std::vector<std::vector<SeenGroup>> result;
  for (Places& extraction : extractions) {
    std::sort(extraction.begin(), extraction.end());
    std::vector<SeenGroup>& groups = result.emplace_back();
    for (const std::size_t place : extraction) groups.push_back(seen[place]);
  }
  return result;
}

std::int64_t day_of(std::int64_t time_ms) {
  return time_ms / kDay;
}

}  // namespace

bool asks(const OwnedEvent& e) {
  return e.proves_extraction && !e.records && e.query_class != QueryClass::kCount;
}

Said said_by(const OwnedEvent& e) {
  Said said;
  if (e.action == Action::kWrite || e.query_class == QueryClass::kCount) return said;
  const bool report = (e.action == Action::kReportRun || e.action == Action::kReportExport) && !e.subject.empty();
  const bool chunk = e.semantics == CountSemantics::kExecutionTotalRepeated && !e.execution.empty();
  if (!e.job.empty() && (asks(e) || e.semantics == CountSemantics::kJobProgress)) {
    said.kind = "job";
  } else if (chunk) {
    if (report) said.kind = "view";
  } else if (e.action == Action::kBulkJob && e.semantics == CountSemantics::kQueryTotalRepeated) {
    said.kind = "query";
  } else if (report && asks(e)) {
    said.kind = "export";
  } else if (report && e.semantics == CountSemantics::kPerEvent) {
    said.kind = e.source == features::Source::kSalesforceElf ? "row" : "view";
  } else if (!report && asks(e)) {
    said.kind = "download";
  }
  if (said.kind.empty()) return said;
  const std::string actor = e.tenant + "\n" +
                            (!e.actor.empty()   ? "a" + e.actor
                             : !e.login.empty() ? "l" + e.login
                                                : "s" + e.session);
  const bool of_report = said.kind == "row" || said.kind == "view" || said.kind == "export";
  if (of_report) {
    said.subject = e.tenant + "\nreport " + e.subject;
  } else {
    said.subject = object_of(e);
    if (e.query && said.kind != "job") said.shape = actor + "\nshape " + std::to_string(*e.query);
    said.opens = said.kind == "query" && e.opens_query;
    said.reach = e.query_class == QueryClass::kLimited ? "limited"
                 : e.filtered                          ? "filtered"
                 : e.query_class == QueryClass::kFull  ? "whole"
                                                       : "unknown";
  }
  const std::string& meets = !said.subject.empty() ? said.subject : said.shape;
  if (!meets.empty()) said.pool = actor + "\n" + meets;
  if (said.pool.empty() && said.kind != "job") return {};
  return said;
}

std::vector<std::vector<SeenGroup>> paired(std::vector<SeenGroup> seen) {
  std::map<std::string, std::vector<SeenGroup>> pools;
  std::vector<std::vector<SeenGroup>> result;
  for (const SeenGroup& one : seen) {
    if (one.said.pool.empty()) {
      result.push_back({one});
    } else {
      pools[one.said.pool].push_back(one);
    }
  }
  for (const auto& [pool, members] : pools) {
    for (auto& extraction : paired_in_pool(members)) result.push_back(std::move(extraction));
  }
  return result;
}

std::optional<std::pair<std::string, KnownSize>> size_shown(const OwnedEvent& e) {
  if (e.objects.size() != 1) return std::nullopt;
  std::uint64_t rows = e.object_total.value_or(0);
  const bool whole = e.query_class == QueryClass::kFull && !e.filtered && e.action != Action::kWrite &&
                     e.semantics != CountSemantics::kNone;
  if (rows == 0 && whole) rows = e.records.value_or(0);
  if (rows == 0) return std::nullopt;
  return std::pair(object_of(e), KnownSize{e.time_ms, rows});
}

std::uint64_t estimate_of(const std::vector<SeenGroup>& extraction, const Known& known) {
  const std::int64_t time = extraction.front().time_ms;
  const auto list = [](const auto& map, const std::string& key) {
    const auto found = map.find(key);
    auto values = found == map.end() ? std::vector<KnownSize>{} : found->second;
    std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
    return values;
  };
  std::string subject, shape, reach = "unknown";
  bool report = false;
  for (const SeenGroup& group : extraction) {
    if (subject.empty()) subject = group.said.subject;
    if (shape.empty() && !group.said.shape.empty())
      std::tie(shape, reach) = std::tie(group.said.shape, group.said.reach);
    report = report || group.said.kind == "export";
  }
  if (report) {
    std::uint64_t before = 0, after = 0;
    bool any_before = false, any_after = false;
    for (const KnownSize& truth : list(known.truths, subject)) {
      if (truth.time_ms < time) std::tie(any_before, before) = std::pair(true, truth.rows);
      if (truth.time_ms < time || truth.time_ms > time + kDay || any_after) continue;
      std::tie(any_after, after) = std::pair(true, truth.rows);
    }
    return any_before ? before : after;
  }
  if (reach == "filtered" || reach == "limited") {
    std::vector<std::uint64_t> brought;
    for (const KnownSize& truth : list(known.truths, shape)) {
      if (truth.time_ms < time && truth.time_ms >= time - 30 * kDay) brought.push_back(truth.rows);
    }
    if (brought.size() > 3) brought.erase(brought.begin(), brought.end() - 3);
    if (!brought.empty()) return *std::max_element(brought.begin(), brought.end());
    if (reach == "limited") return 0;
  }
  if (subject.empty()) return 0;
  auto seen = list(known.sizes, subject);
  for (const KnownSize& truth : list(known.truths, subject)) seen.push_back(truth);
  std::map<std::int64_t, std::uint64_t> by_day;
  for (const KnownSize& size : seen) {
    std::uint64_t& rows = by_day[day_of(size.time_ms)];
    rows = std::max(rows, size.rows);
  }
  std::uint64_t holds = 0, older = 0;
  for (const auto& [day, rows] : by_day) {
    if (day > day_of(time) + 1) continue;
    if (day >= day_of(time) - 30) {
      holds = std::max(holds, rows);
    } else {
      older = rows;
    }
  }
  return holds != 0 ? holds : older;
}

}  // namespace outflow::tests
