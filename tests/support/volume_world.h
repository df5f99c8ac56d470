// A counter and a report on one hand: tests say which records arrive, and ask what an entity took.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "features/counter.h"
#include "features/volume_report.h"
#include "tests/support/owned_event.h"

namespace outflow::tests {

struct VolumeWorld {
  explicit VolumeWorld(features::CountingOptions options = {}) : counter(options) {}

  // Counts at a log time that is the highest event time so far.
  const features::CountedEvent& take(const OwnedEvent& event) {
    log_ms = std::max(log_ms, event.time_ms);
    const features::CountedEvent& counted = counter.count(event.view(), features::LogTime{log_ms});
    report.apply(event.tenant, counted);
    return counted;
  }
  void take_all(const std::vector<OwnedEvent>& events) {
    for (const OwnedEvent& event : events) (void)take(event);
  }
  // The row of an entity; one of zeros where it has none.
  [[nodiscard]] features::VolumeRow of(const std::string& entity) const {
    for (features::VolumeRow& row : report.rows()) {
      if (row.entity == entity) return row;
    }
    return {};
  }

  features::Counter counter;
  features::VolumeReport report;
  std::int64_t log_ms = 0;
};

// Records of the kinds that matter, `minute` minutes into a fixed day, with an id of their own.
struct RecordMaker {
  std::int64_t base_ms = 480'000 * features::kMsPerHour;
  int made = 0;

  OwnedEvent make(features::Source source, const char* type, double minute, features::Action action,
                  features::CountSemantics semantics) {
    OwnedEvent event;
    event.source = source;
    event.type = type;
    event.uid = "id" + std::to_string(++made);
    event.time_ms = base_ms + static_cast<std::int64_t>(minute * 60'000);
    event.actor = "005A";
    event.action = action;
    event.semantics = semantics;
    return event;
  }
  OwnedEvent page(double minute, std::uint64_t total, bool opens, const char* request = "") {
    using namespace features;
    OwnedEvent e =
        make(Source::kSalesforceRtem, "ApiEvent", minute, Action::kQuery, CountSemantics::kQueryTotalRepeated);
    e.records = total;
    e.query = 77;
    e.login = "login1";
    e.opens_query = opens;
    e.request = request;
    return e;
  }
  OwnedEvent call(const char* type, double minute, std::uint64_t rows, const char* request) {
    using namespace features;
    OwnedEvent e = make(Source::kSalesforceElf, type, minute, Action::kQuery, CountSemantics::kPerEvent);
    e.records = rows;
    e.request = request;
    return e;
  }
  OwnedEvent usage(double minute, const char* request, const char* app) {
    using namespace features;
    OwnedEvent e = make(Source::kSalesforceElf, "ApiTotalUsage", minute, Action::kOther, CountSemantics::kNone);
    e.request = request;
    e.app = app;
    return e;
  }
  OwnedEvent report(double minute, std::uint64_t rows, const char* request = "") {
    using namespace features;
    OwnedEvent e = make(Source::kSalesforceElf, "Report", minute, Action::kReportRun, CountSemantics::kPerEvent);
    e.records = rows;
    e.request = request;
    return e;
  }
  OwnedEvent chunk(double minute, std::uint64_t total, const char* execution) {
    using namespace features;
    OwnedEvent e = make(Source::kSalesforceRtem, "ReportEvent", minute, Action::kReportRun,
                        CountSemantics::kExecutionTotalRepeated);
    e.records = total;
    e.execution = execution;
    return e;
  }
  OwnedEvent job(double minute, std::uint64_t so_far, const char* id, const char* request = "") {
    using namespace features;
    OwnedEvent e = make(Source::kSalesforceElf, "BulkApi2", minute, Action::kBulkJob, CountSemantics::kJobProgress);
    e.records = so_far;
    e.job = id;
    e.request = request;
    return e;
  }
};

}  // namespace outflow::tests
