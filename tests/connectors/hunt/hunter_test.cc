// What a hunt finds: per entity and indicator, counted honestly.
#include "connectors/hunt/hunter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "connectors/decode/soql.h"
#include "tests/support/owned_event.h"
#include "tests/support/volume_world.h"

namespace outflow::tests::hunter_test {
namespace {

using namespace features;
using connectors::Finding;
using connectors::Hunter;
using connectors::Indicators;

struct Hunt {
  Indicators indicators;
  explicit Hunt(std::string_view csv) { EXPECT_TRUE(connectors::read_indicators(csv, "f", indicators).ok()); }

  std::string over(const std::vector<OwnedEvent>& events, TimeWindow window = {}) {
    CountingOptions options;
    options.cut_late = false;
    Hunter hunter(indicators.list, options, window);
    for (const OwnedEvent& event : events) hunter.take(event.view());
    std::string out;
    for (const Finding& finding : hunter.findings()) {
      out += finding.taken.entity + " " + indicators.list[finding.indicator].id + " " +
             std::to_string(finding.taken.records) + " in " + std::to_string(finding.taken.events) + " of";
      for (const std::string& object : finding.taken.objects) out += " " + object;
      out += ":";
      for (const std::string& value : finding.matched) out += " " + value;
      out += "\n";
    }
    return out;
  }
};

OwnedEvent read_at(RecordMaker& maker, double minute, std::uint64_t rows, const char* address, const char* session) {
  OwnedEvent event = maker.report(minute, rows);
  event.client_ip = address;
  event.session = session;
  event.objects = {"Case"};
  return event;
}

TEST(Hunter, CountsWhatMatchedUnderTheOwnerThatJoinsFound) {
  RecordMaker maker;
  std::vector<OwnedEvent> events{read_at(maker, 1, 100, "203.0.113.9", "s1"),
                                 read_at(maker, 2, 1000, "198.51.100.1", "s1"),
                                 read_at(maker, 3, 20, "203.0.113.77", "s2")};
  events.push_back(events[0]);  // delivered twice
  OwnedEvent naming = maker.usage(9, "", "0H4drift");
  naming.session = "s1";
  events.push_back(naming);
  Hunt hunt("ip,203.0.113.9\nnetwork,203.0.113.0/24\nip,192.0.2.1\n");
  const std::string expected =
      "0H4drift f:1 100 in 1 of Case: 203.0.113.9\n"
      "0H4drift f:2 100 in 1 of Case: 203.0.113.9\n"
      "005A f:2 20 in 1 of Case: 203.0.113.77\n";
  EXPECT_EQ(hunt.over(events), expected);
  std::mt19937 random(7);  // any order
  for (int i = 0; i < 10; ++i) {
    std::shuffle(events.begin(), events.end(), random);
    EXPECT_EQ(hunt.over(events), expected);
  }
}

TEST(Hunter, PagesOfOneQueryCountOnceAndOnlyTheMatchedOnes) {
  RecordMaker maker;
  std::vector<OwnedEvent> events;
  for (int i = 0; i < 5; ++i) {
    OwnedEvent page = maker.page(i, 10'000, i == 0);
    page.client_ip = i < 3 ? "203.0.113.9" : "10.0.0.1";
    page.objects = {"Contact"};
    events.push_back(page);
  }
  EXPECT_EQ(Hunt("ip,203.0.113.9").over(events), "005A f:1 10000 in 3 of Contact: 203.0.113.9\n");
}

TEST(Hunter, AppsAreFoundAfterJoinsByIdAndByName) {
  RecordMaker maker;
  std::vector<OwnedEvent> events{read_at(maker, 1, 100, "10.0.0.1", "s1")};
  OwnedEvent naming = maker.usage(9, "", "0H4000000000001");
  naming.session = "s1";
  naming.app_name = "Drift";
  events.push_back(naming);
  EXPECT_EQ(Hunt("app,drift").over(events), "0H4000000000001 f:1 100 in 2 of Case: Drift\n");
  EXPECT_EQ(Hunt("app_id,0H4000000000001AAA").over(events), "0H4000000000001 f:1 100 in 2 of Case: Drift\n");
  EXPECT_EQ(Hunt("app,Dri*").over(events), "0H4000000000001 f:1 100 in 2 of Case: Drift\n");
  EXPECT_EQ(Hunt("app,Salesloft").over(events), "");
}

TEST(Hunter, QueryShapesAgentsSessionsActorsAndUnfilteredReads) {
  RecordMaker maker;
  std::string normal;
  OwnedEvent query = read_at(maker, 1, 100, "10.0.0.1", "s1");
  query.query = connectors::analyse_soql("select id, name from Case where Name = 'other'", normal).fingerprint;
  OwnedEvent full = read_at(maker, 2, 7, "10.0.0.1", "s2");
  full.query_class = QueryClass::kFull;
  OwnedEvent filtered = full;
  filtered.uid = "filtered";
  filtered.filtered = true;
  const std::vector<OwnedEvent> events{query, full, filtered};
  EXPECT_EQ(Hunt("soql,\"SELECT Id, Name FROM Case WHERE Name = 'x'\"").over(events),
            "005A f:1 100 in 1 of Case: Case\n");
  EXPECT_EQ(Hunt("object,case").over(events), "005A f:1 7 in 1 of Case: Case\n");
  EXPECT_EQ(Hunt("session,s2").over(events), "005A f:1 14 in 2 of Case: s2\n");
  EXPECT_EQ(Hunt("user,005*").over(events), "005A f:1 114 in 3 of Case: 005A\n");
}

TEST(Hunter, WhatMustHoldTogetherMustHoldInOneRecord) {
  RecordMaker maker;
  const std::vector<OwnedEvent> events{read_at(maker, 1, 100, "10.0.0.1", "s1"),
                                       read_at(maker, 2, 7, "10.0.0.2", "s2")};
  Hunt hunt(R"({"type":"bundle","objects":[
    {"type":"indicator","id":"both","pattern":"[ipv4-addr:value = '10.0.0.1' AND x-outflow:session = 's1']"},
    {"type":"indicator","id":"never","pattern":"[ipv4-addr:value = '10.0.0.1' AND x-outflow:session = 's2']"}]})");
  EXPECT_EQ(hunt.over(events), "005A both 100 in 1 of Case: 10.0.0.1 s1\n");
}

TEST(Hunter, TimesNarrowToTheEvent) {
  RecordMaker maker;
  const std::vector<OwnedEvent> events{read_at(maker, 10, 1, "10.0.0.1", ""), read_at(maker, 20, 10, "10.0.0.1", ""),
                                       read_at(maker, 30, 100, "10.0.0.1", "")};
  TimeWindow window;
  window.from = EventTime{maker.base_ms + 20 * 60'000};
  window.to = EventTime{maker.base_ms + 30 * 60'000};
  EXPECT_EQ(Hunt("ip,10.0.0.1").over(events, window), "005A f:1 10 in 1 of Case: 10.0.0.1\n");
}

}  // namespace
}  // namespace outflow::tests::hunter_test
