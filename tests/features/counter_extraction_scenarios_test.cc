// One pull that several records tell of without a common key, as a table: what it adds up to, whatever comes first.
#include <gtest/gtest.h>

#include <algorithm>

#include "features/record_tag.h"
#include "tests/support/pull_maker.h"

namespace outflow::tests::counter_extraction_scenarios_test {
namespace {

using namespace features;

constexpr double kHours = 60, kDays = 24 * 60;

struct Scenario {
  std::string name;
  std::vector<OwnedEvent> events;
  Sum expected;
};

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  PullMaker m;
  const auto add = [&](std::string name, std::vector<OwnedEvent> events, Sum expected) {
    all.push_back({std::move(name), std::move(events), expected});
  };
  // Nobody knows how much.
  add("an object of unknown size stays uncounted", {m.download(0)}, {0, 0, 1});
  add("three downloads of unknown size are three uncounted records", {m.download(0), m.download(2), m.download(4)},
      {0, 0, 3});
  add("a job without a count and of unknown size", {m.job_row(0, {}), m.job_row(1, {})}, {0, 0, 2});
  // Estimates.
  add("three downloads of one query are one estimate", {m.count(0, 1000), m.download(5), m.download(7), m.download(9)},
      {1000, 1000, 0});
  add("a COUNT() twenty hours after the pull helps", {m.download(0), m.count(20 * kHours, 1000)}, {1000, 1000, 0});
  add("a COUNT() three days after the pull does not", {m.download(0), m.count(3 * kDays, 1000)}, {0, 0, 1});
  add("a COUNT() of another object does not", {m.count(0, 1000, "Account"), m.download(5)}, {0, 0, 1});
  add("objects meet whatever their case", {m.count(0, 1000, "CONTACT"), m.download(5)}, {1000, 1000, 0});
  add("an unfiltered query's rows are a size, too", {m.full_query(0, 700), m.download(60)}, {1400, 700, 0});
  add("the largest size counts, not the latest", {m.count(0, 1000), m.count(kDays, 400), m.download(2 * kDays)},
      {1000, 1000, 0});
  add("a size of 40 days ago gives way to a newer, smaller one",
      {m.count(0, 1000), m.count(39 * kDays, 400), m.download(40 * kDays)}, {400, 400, 0});
  add("a pause of an hour makes two pulls", {m.count(0, 1000), m.download(5), m.download(70)}, {2000, 2000, 0});
  add("two query texts make two pulls", {m.count(0, 1000), m.download(5, 9), m.download(6, 8)}, {2000, 2000, 0});
  add("two users make two pulls", {m.count(0, 1000), m.download(5), by(m.download(6), "005B")}, {2000, 2000, 0});
  add("a LIMIT of unknown size stays uncounted", {m.count(0, 1000), m.download(5, 9, QueryClass::kLimited)}, {0, 0, 1});
  add("a filtered query that nobody knows is bounded by its object", {m.count(0, 1000), m.filtered(5)},
      {1000, 1000, 0});
  add("a job's rows without a count are one estimate", {m.count(0, 1000), m.job_row(5, {}), m.job_row(6, {})},
      {1000, 1000, 0});
  add("an issued query is estimated before anybody downloads", {m.count(0, 1000), m.bulk_query(5)}, {1000, 1000, 0});
  add("an issued query and its downloads are one estimate",
      {m.count(0, 1000), m.bulk_query(5), m.download(90), m.download(95)}, {1000, 1000, 0});
  // Truths.
  add("like Drift: COUNT, three pages, the log file four hours later",
      {m.count(0, 1000), m.download(5), m.download(7), m.download(9), m.job_row(6, 980)}, {980, 0, 0});
  add("a job of nought rows takes the estimate back", {m.count(0, 1000), m.download(5), m.job_row(6, 0)}, {0, 0, 0});
  add("a truth for what nobody could estimate", {m.download(5), m.job_row(6, 980)}, {980, 0, 0});
  add("a job that grows is worth its largest", {m.count(0, 1000), m.download(5), m.job_row(4, 100), m.job_row(6, 980)},
      {980, 0, 0});
  // A job that still runs.
  add("a running job's nought is no truth", {m.count(0, 1000), m.download(5), m.running(4, 0)}, {1000, 1000, 0});
  add("a running job's rows are a part of the estimate", {m.count(0, 1000), m.download(5), m.running(6, 400)},
      {1000, 600, 0});
  add("a running job that has read more than the estimate settles it",
      {m.count(0, 1000), m.download(5), m.running(6, 400), m.running(7, 1200)}, {1200, 0, 0});
  add("a job's end settles it, whatever its states said",
      {m.count(0, 1000), m.download(5), m.running(4, 0), m.running(6, 400), m.job_row(70, 980)}, {980, 0, 0});
  add("a job that ended with nought took nothing", {m.count(0, 1000), m.download(5), m.running(4, 0), m.job_row(6, 0)},
      {0, 0, 0});
  add("a running job's nought leaves uncounted what nobody can estimate", {m.download(5), m.running(4, 0)}, {0, 0, 1});
  add("a running job's rows count where nobody can estimate", {m.download(5), m.running(4, 300)}, {300, 0, 0});
  add("a running job's rows alone count as they are", {m.running(4, 0), m.running(6, 300)}, {300, 0, 0});
  add("a running job's rows teach nothing about its object",
      {m.download(0), m.running(1, 50), m.download(2 * kDays, 8)}, {50, 0, 1});
  add("a later state of the job without a count changes nothing", {m.download(5), m.job_row(6, 980), m.job_row(7, {})},
      {980, 0, 0});
  add("a query and its job compete", {m.bulk_query(0, 1000), m.job_row(3, 980)}, {1000, 0, 0});
  add("a query and its job compete with a download between", {m.bulk_query(0, 970), m.download(4), m.job_row(3, 980)},
      {980, 0, 0});
  add("two jobs and two pulls of a day pair",
      {m.count(0, 1000), m.download(5), m.download(180), m.job_row(4, 900, "750A"), m.job_row(179, 300, "750B")},
      {1200, 0, 0});
  add("two pulls and one job: one is still an estimate",
      {m.count(0, 1000), m.download(5), m.download(180), m.job_row(179, 300, "750B")}, {1300, 1000, 0});
  add("two jobs and one pull are two pulls",
      {m.count(0, 1000), m.download(5), m.job_row(4, 900, "750A"), m.job_row(300, 300, "750B")}, {1200, 0, 0});
  add("a job of two days later is another pull", {m.count(0, 1000), m.download(5), m.job_row(2 * kDays, 900)},
      {1900, 1000, 0});
  add("a job of another object is another pull", {m.count(0, 1000), m.download(5), of(m.job_row(6, 900), "Account")},
      {1900, 1000, 0});
  add("a nightly filtered pull is estimated at what it brought before",
      {m.count(0, 100'000), m.filtered(kDays), m.job_row(kDays + 1, 120, "750A"), m.filtered(2 * kDays),
       m.job_row(2 * kDays + 1, 80, "750B"), m.filtered(3 * kDays)},
      {320, 120, 0});
  add("a LIMIT is estimated at what it brought before",
      {m.download(kDays, 9, QueryClass::kLimited), m.job_row(kDays + 1, 120, "750A"),
       m.download(3 * kDays, 9, QueryClass::kLimited)},
      {240, 120, 0});
  add("what a whole pull brought is the object's size", {m.download(0), m.job_row(1, 5000), m.download(2 * kDays, 8)},
      {10'000, 5000, 0});
  // Reports.
  add("a report's row and its live event are one run", {m.report_row(0, 500), m.report_view(0.5, 500)}, {500, 0, 0});
  add("a report run twice counts twice",
      {m.report_row(0, 500), m.report_view(0.5, 500, "x"), m.report_row(30, 500), m.report_view(30.5, 500, "y")},
      {1000, 0, 0});
  add("two reports are two runs", {m.report_row(0, 500), m.report_view(0.5, 400, "x", "00OS")}, {900, 0, 0});
  add("an export beside its report's row is that run", {m.report_row(0, 500), m.report_export(1)}, {500, 0, 0});
  add("an export without one is estimated at what the report returned last",
      {m.report_row(0, 900), m.report_row(kDays, 500), m.report_export(2 * kDays)}, {1900, 500, 0});
  add("an export of an unknown report stays uncounted", {m.report_row(0, 500), m.report_export(300, "00OS")},
      {500, 0, 1});
  add("row, live event and export of one run", {m.report_row(0, 500), m.report_view(0.5, 520), m.report_export(1)},
      {520, 0, 0});
  return all;
}

TEST(Extraction, EachScenarioAddsUpInEveryOrder) {
  for (const Scenario& scenario : scenarios()) {
    SCOPED_TRACE(scenario.name);
    std::vector<OwnedEvent> events = scenario.events;
    EXPECT_EQ(sum_of(true_volumes(events)), scenario.expected) << "the oracle's word";
    const auto by_uid = [](const OwnedEvent& a, const OwnedEvent& b) { return a.uid < b.uid; };
    std::sort(events.begin(), events.end(), by_uid);
    int orders = 0;
    do {
      const TakenTable table = count_in_order(events);
      ASSERT_EQ(sum_of(table), scenario.expected) << "order " << orders;
      ASSERT_EQ(table, true_volumes(events)) << "order " << orders;
    } while (++orders < 150 && std::next_permutation(events.begin(), events.end(), by_uid));
  }
}

// However finely a count is split, the parts add up to the whole: also what is estimated, and what nobody counted.
TEST(Extraction, EachScenarioAddsUpToTheSameUnderTags) {
  for (const Scenario& scenario : scenarios()) {
    SCOPED_TRACE(scenario.name);
    CountingOptions any_order;
    any_order.cut_late = false;
    Counter counter(any_order);
    RecordTagger tagger;
    TakenTable table;
    for (const OwnedEvent& event : scenario.events) {
      add_postings(table, event.tenant, counter.count(tagger.tagged(event.view(), event.uid), LogTime{event.time_ms}));
    }
    EXPECT_EQ(table, true_volumes(scenario.events));
  }
}

}  // namespace
}  // namespace outflow::tests::counter_extraction_scenarios_test
