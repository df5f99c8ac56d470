// Narrowing and splitting: whatever is asked for, the parts add up to the whole, and joins come first.
#include "app/volumes_query.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

#include "app/volumes_output.h"
#include "features/counter.h"
#include "features/record_tag.h"
#include "tests/support/owned_event.h"
#include "tests/support/volume_world.h"

namespace outflow::tests::volumes_query_test {
namespace {

using namespace features;
using app::VolumesQuery;
using app::VolumesQueryArguments;

std::vector<VolumeRow> ask(const std::vector<OwnedEvent>& events, const VolumesQueryArguments& arguments) {
  const Result<VolumesQuery> query = VolumesQuery::make(arguments);
  EXPECT_TRUE(query.ok()) << (query.ok() ? "" : query.error().message);
  CountingOptions options;
  options.cut_late = false;
  Counter counter(options);
  VolumeReport report(query->window());
  RecordTagger tagger;
  std::string tag;
  for (const OwnedEvent& owned : events) {
    query->tag_of(owned.view(), tag);
    AuditEvent event = tagger.tagged(owned.view(), tag);
    event.event_time = query->window().stretched(event.event_time);
    report.apply(owned.tenant, counter.count(event, LogTime{event.event_time.ms}), &event);
  }
  return report.rows([&](const VolumePart& part) { return query->row_of(part); });
}

using Sums = std::array<std::int64_t, 5>;
Sums total_of(const std::vector<VolumeRow>& rows) {
  Sums sums{};
  for (const VolumeRow& row : rows) {
    const Sums one{row.records, row.bytes, row.events, row.uncounted_events, row.duplicates};
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += one[i];
  }
  return sums;
}
std::map<std::string, Sums> by_entity(const std::vector<VolumeRow>& rows) {
  std::map<std::string, std::vector<VolumeRow>> sorted;
  for (const VolumeRow& row : rows) sorted[row.tenant_id + "/" + row.entity].push_back(row);
  std::map<std::string, Sums> sums;
  for (const auto& [entity, of_entity] : sorted) sums[entity] = total_of(of_entity);
  return sums;
}

// Calls, pages, jobs and reports of a few sessions, some of which are named by an app sooner or later.
std::vector<OwnedEvent> some_records() {
  const auto draws = *rc::gen::container<std::vector<std::vector<int>>>(
      rc::gen::container<std::vector<int>>(10, rc::gen::inRange(0, 240)));
  RecordMaker maker;
  std::vector<OwnedEvent> events;
  for (const std::vector<int>& d : draws) {
    OwnedEvent event;
    const double minute = d[0] + d[1] / 240.0;
    const std::string key = std::to_string(d[2] % 4);
    const auto rows = static_cast<std::uint64_t>(d[3]);
    switch (d[4] % 6) {
      case 0:
        event = maker.call("RestApi", minute, rows, ("r" + key).c_str());
        break;
      case 1:
        event = maker.page(minute, rows * 10, d[5] % 3 == 0);
        break;
      case 2:
        event = maker.job(minute, rows * 5, ("j" + key).c_str());
        break;
      case 3:
        event = maker.report(minute, rows);
        break;
      case 4:
        event = maker.usage(minute, ("r" + key).c_str(), ("0H4app" + std::to_string(d[5] % 2)).c_str());
        break;
      default:
        event = maker.chunk(minute, rows, ("x" + key).c_str());
    }
    event.session = d[6] % 3 == 0 ? "" : "s" + std::to_string(d[6] % 3);
    event.actor = "005" + std::to_string(d[7] % 2);
    event.client_ip = "10.0." + std::to_string(d[8] % 3) + ".1";
    event.bytes = rows * 100;
    if (d[9] % 3 > 0) event.objects = {d[9] % 3 == 1 ? "Case" : "Contact"};
    event.classes = DataClasses(static_cast<std::uint32_t>(d[9] % 4));
    events.push_back(event);
    if (d[5] % 7 == 0) events.push_back(event);  // a repeat
  }
  return events;
}

RC_GTEST_PROP(VolumesQueryProperty, AnySplitAddsUpToTheUnsplitTotal, ()) {
  const std::vector<OwnedEvent> events = some_records();
  const auto whole = by_entity(ask(events, {}));
  for (const char* by : {"day", "hour", "object", "address", "agent", "session", "class"}) {
    VolumesQueryArguments split;
    split.by = {by};
    RC_ASSERT(by_entity(ask(events, split)) == whole);
  }
  VolumesQueryArguments all;
  all.by = {"day", "hour", "object", "address", "agent", "session", "class"};
  RC_ASSERT(by_entity(ask(events, all)) == whole);
}

// Each part, too, is a function of the set of records: what is taken back is taken back where it was counted.
RC_GTEST_PROP(VolumesQueryProperty, EveryPartIsTheSameInAnyOrder, ()) {
  const std::vector<OwnedEvent> events = some_records();
  std::vector<OwnedEvent> shuffled = events;
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  for (const char* by : {"day", "object", "class", "address", "session"}) {
    VolumesQueryArguments split;
    split.by = {by};
    const auto parts_of = [&](const std::vector<OwnedEvent>& records) {
      std::map<std::string, std::array<std::int64_t, 4>> parts;
      for (const VolumeRow& row : ask(records, split)) {
        // Repeats are ascribed as they come.
        const std::array<std::int64_t, 4> sums{row.records, row.bytes, row.events, row.uncounted_events};
        if (sums != std::array<std::int64_t, 4>{}) parts[row.entity + "/" + row.split[0]] = sums;
      }
      return parts;
    };
    RC_ASSERT(parts_of(shuffled) == parts_of(events));
  }
}

RC_GTEST_PROP(VolumesQueryProperty, TimesCutAnywhereLeaveNothingOutAndCountNothingTwice, ()) {
  const std::vector<OwnedEvent> events = some_records();
  const std::int64_t base = RecordMaker().base_ms;
  const auto first = *rc::gen::inRange<std::int64_t>(0, 240 * 60'000);
  const auto second = *rc::gen::inRange<std::int64_t>(first + 1, 240 * 60'000 + 2);
  const std::string a = app::iso_time(EventTime{base + first}), b = app::iso_time(EventTime{base + second});
  VolumesQueryArguments before, inside, after;
  before.to = inside.from = a;
  inside.to = after.from = b;
  Sums sum{};
  for (const auto& part : {before, inside, after}) {
    const Sums one = total_of(ask(events, part));
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
  }
  const Sums whole = total_of(ask(events, {}));
  for (std::size_t i = 0; i < 4; ++i) RC_ASSERT(sum[i] == whole[i]);  // repeats alone may make no row
}

TEST(VolumesQuery, TimesAreExactToTheEventAndToWhatAJobHadReached) {
  RecordMaker maker;
  std::vector<OwnedEvent> events{maker.call("RestApi", 10, 1, "a"), maker.call("RestApi", 20, 10, "b"),
                                 maker.call("RestApi", 40, 100, "c"), maker.job(15, 1000, "j"),
                                 maker.job(25, 5000, "j")};
  VolumesQueryArguments query;
  query.from = app::iso_time(EventTime{maker.base_ms + 20 * 60'000});
  query.to = app::iso_time(EventTime{maker.base_ms + 40 * 60'000});
  const auto rows = ask(events, query);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].records, 10 + 4000);
  EXPECT_EQ(rows[0].events, 2);
  EXPECT_EQ(rows[0].first.ms, maker.base_ms + 20 * 60'000) << "times are the true ones";
  EXPECT_EQ(rows[0].last.ms, maker.base_ms + 25 * 60'000);
}

TEST(VolumesQuery, NarrowsByWhatJoinsFoundAndByWhatTheRecordSays) {
  RecordMaker maker;
  std::vector<OwnedEvent> events;
  for (int i = 0; i < 4; ++i) {
    OwnedEvent call = maker.report(i, 100 + static_cast<std::uint64_t>(i));
    call.client_ip = i < 2 ? "203.0.113.7" : "198.51.100.9";
    call.session = i % 2 == 0 ? "s0" : "s1";
    call.objects = {i == 3 ? "Contact" : "Case"};
    events.push_back(call);
  }
  OwnedEvent naming = maker.usage(9, "", "0H4drift");
  naming.app_name = "Drift";
  naming.session = "s0";
  naming.client_ip = "192.0.2.1";
  events.push_back(naming);
  const auto records = [&](auto set) {
    VolumesQueryArguments query;
    set(query);
    return total_of(ask(events, query))[0];
  };
  EXPECT_EQ(records([](auto& q) { q.integrations = {"drift"}; }), 100 + 102) << "learnt after the rows";
  EXPECT_EQ(records([](auto& q) {
              q.integrations = {"0H4drift"};
              q.addresses = {"203.0.113.0/24"};
            }),
            100)
      << "the address is the rows' own, not that of the record that named the app";
  EXPECT_EQ(records([](auto& q) { q.addresses = {"198.51.100[.]9"}; }), 102 + 103);
  EXPECT_EQ(records([](auto& q) { q.sessions = {"s1"}; }), 101 + 103);
  EXPECT_EQ(records([](auto& q) { q.objects = {"contact"}; }), 103);
  EXPECT_EQ(records([](auto& q) {
              q.objects = {"C*"};
              q.users = {"005A"};
            }),
            100 + 101 + 102 + 103);
  EXPECT_EQ(records([](auto& q) { q.users = {"nobody"}; }), 0);
  EXPECT_EQ(records([](auto& q) { q.tenants = {"00D000000000001AAA"}; }), 100 + 101 + 102 + 103) << "18 characters";
  VolumesQueryArguments split;
  split.by = {"address"};
  split.integrations = {"Drift"};
  const auto rows = ask(events, split);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].split, std::vector<std::string>{"192.0.2.1"}) << "the record that named the app";
  EXPECT_EQ(rows[0].records, 0);
  EXPECT_EQ(rows[1].split, std::vector<std::string>{"198.51.100.9"});
  EXPECT_EQ(rows[1].records, 102);
}

TEST(VolumesQuery, ATagIsNoObject) {
  RecordMaker maker;
  OwnedEvent count = maker.page(0, 9000, true);
  count.query_class = QueryClass::kCount;
  count.object_total = 9000;
  count.objects = {"Case"};
  OwnedEvent pull =
      maker.make(Source::kSalesforceRtem, "BulkApiResultEvent", 60, Action::kBulkResult, CountSemantics::kNone);
  pull.objects = {"Case"};
  pull.query_class = QueryClass::kFull;
  pull.query = 5;
  pull.proves_extraction = true;
  pull.client_ip = "203.0.113.7";
  OwnedEvent nameless = pull;  // of an object nobody knows: nothing is known of its size
  nameless.uid = "nameless";
  nameless.time_ms += 5 * kMsPerHour;
  nameless.objects.clear();
  OwnedEvent other_text = nameless;  // another pull, since its text is another
  other_text.uid = "other";
  other_text.query = 6;
  for (const char* by : {"day", "address", "agent", "session"}) {
    VolumesQueryArguments split;
    split.by = {by};
    const Sums sums = total_of(ask({count, pull, nameless, other_text}, split));
    EXPECT_EQ(sums[0], 9000) << by;
    EXPECT_EQ(sums[3], 2) << by;
  }
}

TEST(VolumesQuery, WhatCannotBeReadIsRefusedWithAReason) {
  const auto refused = [](auto set) {
    VolumesQueryArguments query;
    set(query);
    const auto made = VolumesQuery::make(query);
    return made.ok() ? std::string() : made.error().message;
  };
  EXPECT_EQ(refused([](auto& q) { q.from = "yesterday"; }),
            "'yesterday' is no time; write 2026-08-17 or 2026-08-17T11:15:00Z");
  EXPECT_EQ(refused([](auto& q) {
              q.from = "2026-08-18";
              q.to = "2026-08-17";
            }),
            "--to must be later than --from");
  EXPECT_EQ(refused([](auto& q) { q.addresses = {"10.0.0.0/33"}; }),
            "'10.0.0.0/33' is neither an address nor a network such as 10.0.0.0/8");
  EXPECT_EQ(refused([](auto& q) { q.by = {"weekday"}; }),
            "cannot split by 'weekday'; there are day, hour, object, address, agent, session and class");
  EXPECT_EQ(refused([](auto& q) {
              q.from = "2026-08-17T11:15";
              q.to = "2026-08-17T13:15:00+02:00";
            }),
            "--to must be later than --from");
}

}  // namespace
}  // namespace outflow::tests::volumes_query_test
