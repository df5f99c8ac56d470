// Records of pulls that several sources tell of, and what counting makes of them.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/counting_oracle.h"
#include "tests/support/volume_world.h"

namespace outflow::tests {

// Records of bulk pulls and reports, all by one user of one object unless a test says otherwise.
struct PullMaker : RecordMaker {
  OwnedEvent count(double minute, std::uint64_t rows, const char* object = "Contact") {
    OwnedEvent e = make(features::Source::kSalesforceRtem, "ApiEvent", minute, features::Action::kQuery,
                        features::CountSemantics::kNone);
    e.query_class = features::QueryClass::kCount;
    e.records = 0;
    e.object_total = rows;
    e.objects = {object};
    return e;
  }
  OwnedEvent full_query(double minute, std::uint64_t rows) {
    OwnedEvent e = page(minute, rows, true);
    e.query = 500 + static_cast<std::uint64_t>(made);
    e.query_class = features::QueryClass::kFull;
    e.objects = {"Contact"};
    return e;
  }
  OwnedEvent download(double minute, std::uint64_t shape = 9,
                      features::QueryClass query_class = features::QueryClass::kFull) {
    OwnedEvent e = make(features::Source::kSalesforceRtem, "BulkApiResultEvent", minute, features::Action::kBulkResult,
                        features::CountSemantics::kNone);
    e.proves_extraction = true;
    e.objects = {"Contact"};
    e.query_class = query_class;
    if (shape != 0) e.query = shape;
    return e;
  }
  OwnedEvent filtered(double minute, std::uint64_t shape = 9) {
    OwnedEvent e = download(minute, shape);
    e.filtered = true;
    return e;
  }
  OwnedEvent bulk_query(double minute, std::optional<std::uint64_t> rows = {}, std::uint64_t shape = 9) {
    OwnedEvent e = page(minute, 0, true);
    e.login.clear();
    e.action = features::Action::kBulkJob;
    e.records = rows;
    e.proves_extraction = !rows;
    e.query = shape;
    e.query_class = features::QueryClass::kFull;
    e.objects = {"Contact"};
    return e;
  }
  OwnedEvent job_row(double minute, std::optional<std::uint64_t> rows, const char* id = "750J",
                     const char* request = "") {
    OwnedEvent e = job(minute, rows.value_or(0), id, request);
    e.records = rows;
    e.proves_extraction = !rows;
    e.objects = {"Contact"};
    return e;
  }
  // What a job that still runs has read so far.
  OwnedEvent running(double minute, std::uint64_t so_far, const char* id = "750J") {
    OwnedEvent e = job_row(minute, so_far, id);
    e.proves_extraction = true;
    return e;
  }
  OwnedEvent report_row(double minute, std::uint64_t rows, const char* subject = "00OR") {
    OwnedEvent e = report(minute, rows);
    e.subject = subject;
    return e;
  }
  OwnedEvent report_view(double minute, std::uint64_t rows, const char* execution = "x", const char* subject = "00OR") {
    OwnedEvent e = chunk(minute, rows, execution);
    e.subject = subject;
    return e;
  }
  OwnedEvent report_export(double minute, const char* subject = "00OR") {
    OwnedEvent e = make(features::Source::kSalesforceElf, "ReportExport", minute, features::Action::kReportExport,
                        features::CountSemantics::kNone);
    e.proves_extraction = true;
    e.subject = subject;
    return e;
  }
};

inline OwnedEvent by(OwnedEvent e, const char* actor) {
  e.actor = actor;
  return e;
}
inline OwnedEvent in(OwnedEvent e, const char* session) {
  e.session = session;
  return e;
}
inline OwnedEvent of(OwnedEvent e, const char* object) {
  e.objects = {object};
  return e;
}

struct Sum {
  std::int64_t records = 0, estimated = 0, uncounted = 0;
  bool operator==(const Sum&) const = default;
};
inline std::ostream& operator<<(std::ostream& out, const Sum& sum) {
  return out << sum.records << " records, " << sum.estimated << " estimated, " << sum.uncounted << " uncounted";
}

inline Sum sum_of(const TakenTable& table, const std::string& owner = "") {
  Sum sum;
  for (const auto& [key, taken] : table) {
    if (!owner.empty() && key.owner != owner) continue;
    sum.records += taken.records;
    sum.estimated += taken.estimated;
    sum.uncounted += taken.uncounted;
  }
  return sum;
}

inline TakenTable count_in_order(const std::vector<OwnedEvent>& events) {
  features::CountingOptions any_order;
  any_order.cut_late = false;
  features::Counter counter(any_order);
  TakenTable table;
  std::int64_t log_ms = 0;
  for (const OwnedEvent& event : events) log_ms = std::max(log_ms, event.time_ms);
  for (const OwnedEvent& event : events) {
    add_postings(table, event.tenant, counter.count(event.view(), features::LogTime{log_ms}));
  }
  return table;
}

}  // namespace outflow::tests
