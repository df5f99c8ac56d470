// One pull that several records tell of without a common key: counted once, estimated until somebody knows, and then
// put right once, wherever and to whomever it belongs.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/counting_oracle.h"
#include "tests/support/volume_world.h"

namespace outflow::tests::counter_extraction_test {
namespace {

using namespace features;

constexpr double kHours = 60, kDays = 24 * 60;

// Records of bulk pulls and reports, all by one user of one object unless a test says otherwise.
struct PullMaker : RecordMaker {
  OwnedEvent count(double minute, std::uint64_t rows, const char* object = "Contact") {
    OwnedEvent e = make(Source::kSalesforceRtem, "ApiEvent", minute, Action::kQuery, CountSemantics::kNone);
    e.query_class = QueryClass::kCount;
    e.records = 0;
    e.object_total = rows;
    e.objects = {object};
    return e;
  }
  OwnedEvent full_query(double minute, std::uint64_t rows) {
    OwnedEvent e = page(minute, rows, true);
    e.query = 500 + static_cast<std::uint64_t>(made);
    e.query_class = QueryClass::kFull;
    e.objects = {"Contact"};
    return e;
  }
  OwnedEvent download(double minute, std::uint64_t shape = 9, QueryClass query_class = QueryClass::kFull) {
    OwnedEvent e =
        make(Source::kSalesforceRtem, "BulkApiResultEvent", minute, Action::kBulkResult, CountSemantics::kNone);
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
    e.action = Action::kBulkJob;
    e.records = rows;
    e.proves_extraction = !rows;
    e.query = shape;
    e.query_class = QueryClass::kFull;
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
    OwnedEvent e = make(Source::kSalesforceElf, "ReportExport", minute, Action::kReportExport, CountSemantics::kNone);
    e.proves_extraction = true;
    e.subject = subject;
    return e;
  }
};

OwnedEvent by(OwnedEvent e, const char* actor) {
  e.actor = actor;
  return e;
}
OwnedEvent in(OwnedEvent e, const char* session) {
  e.session = session;
  return e;
}
OwnedEvent of(OwnedEvent e, const char* object) {
  e.objects = {object};
  return e;
}

struct Sum {
  std::int64_t records = 0, estimated = 0, uncounted = 0;
  bool operator==(const Sum&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Sum& sum) {
  return out << sum.records << " records, " << sum.estimated << " estimated, " << sum.uncounted << " uncounted";
}

Sum sum_of(const TakenTable& table, const std::string& owner = "") {
  Sum sum;
  for (const auto& [key, taken] : table) {
    if (!owner.empty() && key.owner != owner) continue;
    sum.records += taken.records;
    sum.estimated += taken.estimated;
    sum.uncounted += taken.uncounted;
  }
  return sum;
}

TakenTable count(const std::vector<OwnedEvent>& events) {
  CountingOptions any_order;
  any_order.cut_late = false;
  Counter counter(any_order);
  TakenTable table;
  std::int64_t log_ms = 0;
  for (const OwnedEvent& event : events) log_ms = std::max(log_ms, event.time_ms);
  for (const OwnedEvent& event : events) {
    add_postings(table, event.tenant, counter.count(event.view(), LogTime{log_ms}));
  }
  return table;
}

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
      const TakenTable table = count(events);
      ASSERT_EQ(sum_of(table), scenario.expected) << "order " << orders;
      ASSERT_EQ(table, true_volumes(events)) << "order " << orders;
    } while (++orders < 150 && std::next_permutation(events.begin(), events.end(), by_uid));
  }
}

struct Told {
  std::int64_t records = 0, estimated = 0;
  bool moved = false, settles = false;
};
Told told(const CountedEvent& counted) {
  Told told;
  for (const Posting& posting : counted.postings) {
    told.records += posting.records;
    told.estimated += posting.estimated;
    told.moved = told.moved || posting.moved;
  }
  told.settles = counted.settles_estimate;
  return told;
}

TEST(Extraction, AnEstimateIsPostedAtOnceAndTakenBackOnce) {
  VolumeWorld world;
  PullMaker m;
  (void)world.take(m.count(0, 1000));
  const Told first = told(world.take(m.download(5)));
  EXPECT_EQ(first.records, 1000);
  EXPECT_EQ(first.estimated, 1000);
  EXPECT_FALSE(first.moved) << "the first sight of rows is no correction";
  const Told second = told(world.take(m.download(6)));
  EXPECT_EQ(second.records, 0);
  EXPECT_FALSE(second.moved);
  const Told truth = told(world.take(m.job_row(4, 980)));
  EXPECT_EQ(truth.records, -20);
  EXPECT_EQ(truth.estimated, -1000);
  EXPECT_TRUE(truth.moved);
  EXPECT_TRUE(truth.settles);
  const Told again = told(world.take(m.job_row(4.5, 980)));
  EXPECT_EQ(again.records, 0);
  EXPECT_EQ(again.estimated, 0);
  EXPECT_FALSE(again.settles);
  EXPECT_EQ(world.counter.stats().estimates, 1U);
  EXPECT_EQ(world.counter.stats().estimates_settled, 1U);
  EXPECT_EQ(world.counter.stats().sizes_learnt, 1U);
}

TEST(Extraction, ASizeLearntLateMakesTheEstimateAndTakesTheUncountedBack) {
  VolumeWorld world;
  PullMaker m;
  EXPECT_EQ(world.take(m.download(0)).postings[0].uncounted, 1);
  const CountedEvent& counted = world.take(m.count(60, 1000));
  std::int64_t uncounted = 0;
  for (const Posting& posting : counted.postings) uncounted += posting.uncounted;
  EXPECT_EQ(uncounted, -1);
  EXPECT_EQ(world.of("005A").records, 1000);
  EXPECT_EQ(world.of("005A").uncounted_events, 0);
  EXPECT_EQ(world.of("005A").events, 2);
}

TEST(Extraction, TheTruthCountsInTheHoursOfTheJob) {
  PullMaker m;
  const TakenTable table = count({m.count(0, 1000), m.download(5), m.job_row(50, 400), m.job_row(70, 980)});
  std::map<std::int64_t, std::int64_t> by_hour;
  for (const auto& [key, taken] : table) by_hour[key.hour] += taken.records;
  EXPECT_EQ(by_hour[480'000], 400);
  EXPECT_EQ(by_hour[480'001], 580);
}

TEST(Extraction, TheAppNamedByAnyOfItsRecordsTakesItAll) {
  PullMaker m;
  const OwnedEvent size = by(m.count(0, 1000), "005other");
  OwnedEvent named = m.download(5);
  named.app = "0H4app";
  const std::vector<std::vector<OwnedEvent>> ways = {
      {size, named, m.job_row(4, 980)},                                                      // its download
      {size, m.download(5), m.job_row(4, 980, "750J", "R1"), m.usage(300, "R1", "0H4app")},  // its job's request
      {size, in(m.download(5), "S1"), m.job_row(4, 980), in(m.usage(20 * kHours, "", "0H4app"), "S1")},  // its session
      {size, in(m.download(5), "S1"), in(m.usage(20 * kHours, "", "0H4app"), "S1"), m.job_row(4, 980)},
  };
  for (const auto& events : ways) {
    const TakenTable table = count(events);
    EXPECT_EQ(sum_of(table, "integration:0H4app"), (Sum{980, 0, 0}));
    EXPECT_EQ(sum_of(table), (Sum{980, 0, 0}));
    EXPECT_EQ(table, true_volumes(events));
  }
}

TEST(Extraction, AnEstimateMovesWithItsSessionAsAnEstimate) {
  VolumeWorld world;
  PullMaker m;
  (void)world.take(by(m.count(0, 1000), "005other"));
  (void)world.take(in(m.download(5), "S1"));
  const CountedEvent& counted = world.take(in(m.usage(600, "", "0H4app"), "S1"));
  std::map<std::string, Told> by_owner;
  for (const Posting& posting : counted.postings) {
    Told& owner = by_owner[std::string(posting.owner.id)];
    owner.records += posting.records;
    owner.estimated += posting.estimated;
    owner.moved = owner.moved || posting.moved;
  }
  EXPECT_EQ(by_owner["0H4app"].estimated, 1000);
  EXPECT_EQ(by_owner["0H4app"].records, 1000);
  EXPECT_EQ(by_owner["005A"].estimated, -1000);
  EXPECT_TRUE(by_owner["005A"].moved);
  EXPECT_EQ(told(world.take(m.job_row(6, 980))).estimated, -1000);
  EXPECT_EQ(world.of("0H4app").records, 980);
}

TEST(Extraction, ClassesAndObjectsGoWithTheRowsWhenTheyMove) {
  VolumeWorld world;
  PullMaker m;
  (void)world.take(by(m.count(0, 1000), "005other"));
  OwnedEvent pull = in(m.download(5), "S1");
  pull.classes = DataClasses(DataClass::kContact) | DataClass::kFinancial;
  const auto all_have = [&](const CountedEvent& counted, int least) {
    int rows = 0;
    for (const Posting& posting : counted.postings) {
      if (posting.records == 0) continue;
      ++rows;
      EXPECT_EQ(posting.classes, pull.classes);
      ASSERT_EQ(posting.objects.size(), 1U);
      EXPECT_EQ(posting.objects[0], "Contact");
    }
    EXPECT_GE(rows, least);
  };
  all_have(world.take(pull), 1);
  all_have(world.take(in(m.usage(600, "", "0H4app"), "S1")), 2);
}

TEST(Extraction, ARepeatedDownloadIsADuplicateOfWhoeverOwnsIt) {
  VolumeWorld world;
  PullMaker m;
  OwnedEvent pull = m.download(5);
  world.take_all({m.count(0, 1000), pull, m.job_row(4, 980, "750J", "R1"), m.usage(300, "R1", "0H4app")});
  const CountedEvent& again = world.take(pull);
  EXPECT_EQ(again.freshness, Freshness::kDuplicate);
  EXPECT_TRUE(again.postings.empty());
  EXPECT_EQ(again.owner.id, "0H4app");
}

TEST(Extraction, MoreThanAPoolHoldsCountByThemselvesAndAreCounted) {
  Counter counter;
  PullMaker m;
  TakenTable table;
  for (int i = 0; i < 1100; ++i) {
    const std::string id = "750J" + std::to_string(i);
    const OwnedEvent row = m.job_row(i * 0.1, 10, id.c_str());
    add_postings(table, row.tenant, counter.count(row.view(), LogTime{row.time_ms}));
  }
  EXPECT_EQ(sum_of(table).records, 11'000);
  EXPECT_EQ(counter.stats().forgotten_entries, 1100U - 1024U);
}

TEST(Extraction, ALongJobWithoutCountsIsOneEstimateHoweverManyItsBatches) {
  Counter counter;
  PullMaker m;
  TakenTable table;
  const auto take = [&](const OwnedEvent& event) {
    add_postings(table, event.tenant, counter.count(event.view(), LogTime{event.time_ms}));
  };
  take(m.count(0, 1000));
  for (int i = 0; i < 5000; ++i) take(m.job_row(1 + i * 0.01, {}));
  EXPECT_EQ(sum_of(table), (Sum{1000, 1000, 0}));
  take(m.job_row(60, 990));
  EXPECT_EQ(sum_of(table), (Sum{990, 0, 0}));
}

TEST(Extraction, PairsMemoriesAndEstimatesSurviveARestart) {
  PullMaker m;
  const std::vector<OwnedEvent> before = {m.count(0, 1000), m.download(5), m.bulk_query(200), m.filtered(700, 4),
                                          m.report_row(0, 70)};
  const std::vector<OwnedEvent> after = {m.job_row(4, 980, "750A"), m.job_row(201, 950, "750B"), m.download(900, 3),
                                         m.report_export(400)};
  MemoryState state;
  TakenTable table;
  std::vector<OwnedEvent> all = before;
  all.insert(all.end(), after.begin(), after.end());
  {
    Counter counter({}, &state);
    for (const OwnedEvent& e : before)
      add_postings(table, e.tenant, counter.count(e.view(), LogTime{after[2].time_ms}));
    counter.encode_dirty(state);
  }
  Counter counter({}, &state);
  ASSERT_TRUE(counter.load().ok());
  for (const OwnedEvent& e : after) add_postings(table, e.tenant, counter.count(e.view(), LogTime{after[2].time_ms}));
  EXPECT_EQ(table, true_volumes(all));
  EXPECT_EQ(sum_of(table).estimated, 1000 + 1000 + 70);
}

TEST(Extraction, SizesOutliveTheHorizonForAMonth) {
  VolumeWorld world;
  PullMaker m;
  (void)world.take(m.count(0, 1000));
  for (int day = 1; day <= 25; ++day)
    (void)world.take(by(of(m.job_row(day * kDays, 1, ("750" + std::to_string(day)).c_str()), "Case"), "005B"));
  (void)world.take(m.download(25 * kDays));
  EXPECT_EQ(world.of("005A").records, 1000);
}

}  // namespace
}  // namespace outflow::tests::counter_extraction_test
