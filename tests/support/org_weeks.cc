#include "tests/support/org_weeks.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <random>

namespace outflow::test {
namespace {

constexpr std::int64_t kHour = features::kMsPerHour;
constexpr std::int64_t kMinute = 60'000;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  double uniform() { return (static_cast<double>(engine_() >> 11) + 0.5) / 9007199254740992.0; }
  bool chance(double p) { return uniform() < p; }
  std::uint64_t lognormal(double median, double sigma) {
    const double normal = std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform());
    return static_cast<std::uint64_t>(std::max(median * std::exp(sigma * normal), 0.0));
  }
  std::uint64_t weibull(double scale, double shape) {
    return static_cast<std::uint64_t>(scale * std::pow(-std::log(uniform()), 1 / shape));
  }

 private:
  std::mt19937_64 engine_;
};

class OrgWriter {
 public:
  explicit OrgWriter(const OrgOptions& options) : options_(options), dice_(options.seed) {}

  std::vector<LoggedEvent> write() {
    for (int day = 0; day < options_.days; ++day) {
      const bool weekend = day % 7 >= 5;
      for (int person = 0; person < options_.people; ++person) person_day(person, day, weekend);
      chat_day(day, weekend);
      poller_day(day);
      nightly(day);
      if (day == 24) month_end(day);
      if (day >= 20) newcomer_day(day, weekend);
    }
    std::stable_sort(events_.begin(), events_.end(),
                     [](const LoggedEvent& a, const LoggedEvent& b) { return a.time_ms < b.time_ms; });
    return std::move(events_);
  }

 private:
  LoggedEvent& add(int day, double hour, std::string actor, std::uint64_t records) {
    LoggedEvent event;
    event.time_ms = kOrgStartMs + day * 24 * kHour + static_cast<std::int64_t>(hour * static_cast<double>(kHour));
    event.uid = "e" + std::to_string(events_.size());
    event.actor = std::move(actor);
    event.records = records;
    event.object = "Account";
    event.agent = "Mozilla/5.0";
    events_.push_back(std::move(event));
    return events_.back();
  }

  void person_day(int person, int day, bool weekend) {
    if (dice_.chance(weekend ? 0.95 : 0.1)) return;
    const int views = 3 + static_cast<int>(dice_.uniform() * 12);
    for (int i = 0; i < views; ++i) {
      LoggedEvent& event = add(day, 7.5 + dice_.uniform() * 10, "005U" + std::to_string(person), dice_.weibull(6, 0.6));
      event.ip = "198.51.100." + std::to_string(person % 3);
      event.action = features::Action::kListView;
      event.object = dice_.chance(0.5) ? "Account" : "Contact";
    }
    if (options_.report_share <= 0 || !dice_.chance(options_.report_share)) return;
    LoggedEvent& report = add(day, 9 + dice_.uniform() * 8, "005U" + std::to_string(person), dice_.lognormal(400, 1));
    report.ip = "198.51.100." + std::to_string(person % 3);
    report.action = features::Action::kReportExport;
  }

  void app(LoggedEvent& event, int number, std::string name, std::string ip) {
    event.app_id = "0H4A" + std::to_string(number);
    event.app_name = std::move(name);
    event.ip = std::move(ip);
    event.agent = event.app_name + "/2.1";
  }

  void chat_day(int day, bool weekend) {
    const int calls = weekend ? 3 : 18;
    for (int i = 0; i < calls; ++i) {
      LoggedEvent& event = add(day, 8 + dice_.uniform() * 10, "005CHAT", dice_.lognormal(15, 0.8));
      app(event, 1, "Chat Connect", "192.0.2.10");
      event.object = "Case";
    }
  }

  void poller_day(int day) {
    for (int hour = 0; hour < 24; ++hour) {
      const bool down = day == 15 && hour >= 2 && hour < 12;
      std::uint64_t rows = dice_.weibull(900, 1.5) + 50;
      if (down) {
        backlog_ += rows;
        continue;
      }
      rows += backlog_;
      backlog_ = 0;
      LoggedEvent& event = add(day, hour + 0.1, "005SYNC", rows);
      app(event, 2, "Ledger Sync", "192.0.2.77");
    }
  }

  void nightly(int day) {
    LoggedEvent& event = add(day, 2.2, "005ETL", dice_.lognormal(40'000, 0.35));
    app(event, 3, "Warehouse ETL", "203.0.113.200");
    event.action = features::Action::kBulkJob;
    if (day % 7 != 6) return;
    LoggedEvent& full = add(day, 3.4, "005ETL", 900'000 + static_cast<std::uint64_t>(day) * 500);
    app(full, 3, "Warehouse ETL", "203.0.113.200");
    full.action = features::Action::kBulkJob;
  }

  void month_end(int day) {
    for (int person = 0; person < 3; ++person) {
      LoggedEvent& event = add(day, 16 + person, "005U" + std::to_string(person), 1'500);
      event.ip = "198.51.100." + std::to_string(person % 3);
      event.action = features::Action::kReportRun;
    }
  }

  void newcomer_day(int day, bool weekend) {
    if (weekend) return;
    LoggedEvent& event = add(day, 11 + dice_.uniform() * 3, "005NEW", dice_.lognormal(250, 0.5));
    app(event, 4, "Survey Tool", "192.0.2.140");
    event.object = "Contact";
  }

  OrgOptions options_;
  Dice dice_;
  std::vector<LoggedEvent> events_;
  std::uint64_t backlog_ = 0;
};

}  // namespace

const features::AuditEvent& EventView::of(const LoggedEvent& logged) {
  event_ = {};
  event_.source = features::Source::kSalesforceRtem;
  event_.source_event_type = "ApiEvent";
  event_.tenant_id = logged.tenant;
  event_.event_uid = logged.uid;
  event_.event_time = {logged.time_ms};
  event_.actor_id = logged.actor;
  event_.app_id = logged.app_id;
  event_.app_name = logged.app_name;
  event_.client_ip = logged.ip;
  event_.user_agent = logged.agent;
  event_.job_id = logged.job;
  event_.action = logged.action;
  object_ = logged.object;
  if (!object_.empty()) event_.objects = {&object_, 1};
  event_.records = logged.records;
  event_.count_semantics = logged.semantics;
  return event_;
}

std::vector<LoggedEvent> org_life(const OrgOptions& options) {
  return OrgWriter(options).write();
}

std::vector<LoggedEvent> chat_theft(std::int64_t start_ms, TheftShape shape) {
  std::vector<LoggedEvent> events;
  const std::uint64_t pages = shape == TheftShape::kPages ? 600 : 1;
  for (std::uint64_t page = 0; page < pages; ++page) {
    LoggedEvent event;
    event.time_ms = start_ms + static_cast<std::int64_t>(page) * 3 * kMinute / 600;
    event.uid = "theft" + std::to_string(page);
    event.actor = "005CHAT";
    event.app_id = "0H4A1";
    event.app_name = "Chat Connect";
    event.ip = "203.0.113.7";
    event.agent = "python-requests/2.32.4";
    event.object = "Case";
    event.records = 1'200'000 / pages;
    event.action = features::Action::kBulkJob;
    if (shape == TheftShape::kJob) {
      event.job = "750THEFT";
      event.semantics = features::CountSemantics::kJobProgress;
    }
    events.push_back(std::move(event));
  }
  return events;
}

std::vector<LoggedEvent> merged(std::vector<LoggedEvent> a, std::vector<LoggedEvent> b) {
  std::vector<LoggedEvent> all;
  all.reserve(a.size() + b.size());
  std::merge(std::make_move_iterator(a.begin()), std::make_move_iterator(a.end()), std::make_move_iterator(b.begin()),
             std::make_move_iterator(b.end()), std::back_inserter(all),
             [](const LoggedEvent& x, const LoggedEvent& y) { return x.time_ms < y.time_ms; });
  return all;
}

detector::Outputs run_through(detector::Partition& partition, const std::vector<LoggedEvent>& events) {
  detector::Outputs out;
  EventView view;
  std::int64_t log_ms = INT64_MIN;
  std::int64_t offset = 0;
  for (const LoggedEvent& logged : events) {
    log_ms = std::max(log_ms, logged.time_ms);
    partition.apply(view.of(logged), {"input", 0, offset++, "", 0}, {log_ms}, 0, out);
  }
  return out;
}

}  // namespace outflow::test
