#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "detector/decision.h"
#include "detector/entity_codec.h"
#include "detector/partition.h"
#include "features/state_io.h"
#include "tests/support/org_weeks.h"

namespace outflow::codec_test {
namespace {

using detector::Entity;
using detector::Tenant;

std::map<std::string, std::string> units_of_a_life() {
  features::MemoryState state;
  detector::Partition partition({}, nullptr);
  test::run_through(partition, test::merged(test::org_life({.seed = 3, .days = 30, .people = 6}),
                                            test::chat_theft(test::kOrgStartMs + 29 * features::kMsPerDay,
                                                             test::TheftShape::kPages)));
  partition.encode_dirty(state);
  std::map<std::string, std::string> units;
  for (const auto& [key, value] : state.units()) {
    if (key.front() == 'e' || key.front() == 't') units.emplace(key, value);
  }
  return units;
}

TEST(EntityCodec, WhatIsRestoredIsKeptAgainAsTheSameBytes) {
  for (const auto& [key, value] : units_of_a_life()) {
    std::string again;
    if (key.front() == 'e') {
      Entity entity;
      ASSERT_TRUE(detector::decode(value, entity).ok());
      detector::encode(entity, again);
    } else {
      Tenant tenant;
      ASSERT_TRUE(detector::decode(value, tenant).ok());
      detector::encode(tenant, again);
    }
    ASSERT_EQ(again, value);
  }
}

TEST(EntityCodec, AMedianEntityTakesAtMost600Bytes) {
  std::vector<std::size_t> sizes;
  for (const auto& [key, value] : units_of_a_life()) {
    if (key.front() == 'e') sizes.push_back(value.size());
  }
  ASSERT_FALSE(sizes.empty());
  std::sort(sizes.begin(), sizes.end());
  std::cerr << sizes.size() << " entities, median " << sizes[sizes.size() / 2] << " B, largest " << sizes.back()
            << " B\n";
  EXPECT_LE(sizes[sizes.size() / 2], 600U);
  EXPECT_LE(sizes.back(), 4096U);
}

// Any damage is an error or an entity that can be kept and read again; never a crash (run under sanitizers too).
RC_GTEST_PROP(EntityCodec, DamagedBytesNeverCrash, ()) {
  static const std::map<std::string, std::string> units = units_of_a_life();
  auto it = units.begin();
  std::advance(it, *rc::gen::inRange<std::size_t>(0, units.size()));
  std::string bytes = it->second;
  const int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i) {
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = static_cast<char>(*rc::gen::inRange(0, 256));
  }
  bytes.resize(*rc::gen::inRange<std::size_t>(bytes.size() / 2, bytes.size() + 1));
  Entity entity;
  Tenant tenant;
  std::string again;
  if (detector::decode(bytes, entity).ok()) {
    detector::encode(entity, again);
    Entity second;
    RC_ASSERT(detector::decode(again, second).ok());
  }
  if (detector::decode(bytes, tenant).ok()) detector::encode(tenant, again);
  (void)detector::decode_decision(bytes);
}

TEST(EntityCodec, StateOfAnUnknownVersionIsRefused) {
  Entity entity;
  std::string bytes;
  detector::encode(entity, bytes);
  bytes[0] = 99;
  EXPECT_EQ(detector::decode(bytes, entity).error().code, ErrorCode::kRefuse);
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    text += two;
  }
  return text;
}

Entity golden_entity() {
  Entity entity;
  entity.key = 0x0123456789abcdef;
  entity.tenant = 0x1111222233334444;
  entity.type = features::EntityType::kIntegration;
  entity.first_hour = 486'000;
  entity.last_hour = entity.last_volume_hour = 486'030;
  entity.learnt_until = 486'006;
  entity.label = "Chat Connect";
  for (int hour = 0; hour < 30; ++hour) (void)entity.cells.add(486'000 + hour, 10 * hour);
  for (int hour = 0; hour < 5; ++hour) entity.baseline.learn(detector::Window::k1h, 486'001 + hour, 100);
  entity.baseline.learn_day(20'250);
  entity.baseline.learn_peak(detector::Window::k24h, 20'250, 1'000);
  (void)entity.novelty.see(detector::NoveltyKind::kAddress, 7, 486'000, 486'000);
  (void)entity.objects.add(9, 500, 20'250);
  entity.episode.uid = 77;
  entity.episode.revision = 2;
  entity.episode.first_hour = entity.episode.last_hour = entity.episode.last_fired_hour = 486'010;
  entity.episode.open = true;
  return entity;
}

std::string golden_path(const std::string& name) {
  return std::string(OUTFLOW_SOURCE_DIR) + "/tests/golden/alerts/" + name;
}

std::string unhex(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

TEST(EntityCodec, StateOfOldVersionsIsReadAndKeptAsTheVersionOfToday) {
  for (const char* name : {"entity_v1.hex", "entity_v2.hex"}) {
    std::ifstream file(golden_path(name));
    std::string text;
    ASSERT_TRUE(std::getline(file, text)) << name;
    Entity old;
    ASSERT_TRUE(detector::decode(unhex(text), old).ok()) << name;
    std::string bytes;
    std::string expected;
    detector::encode(old, bytes);
    detector::encode(golden_entity(), expected);
    EXPECT_EQ(hex(bytes), hex(expected)) << name;
  }
}

// What version 3 added: notes, classes of data, and the episode's.
Entity golden_entity_v3() {
  Entity entity = golden_entity();
  entity.notes.put({486'010, 1'200'000, 0, 1'199'580});
  entity.notes.put({486'020, 5'000, 5'000, 0});
  entity.classes.touch(features::DataClasses(features::DataClass::kCaseText) | features::DataClass::kContact, 486'020);
  entity.episode.classes = features::DataClass::kCaseText;
  entity.episode.estimated = true;
  entity.episode.passed_on = true;
  return entity;
}

TEST(EntityCodec, WhatVersion3AddedIsKept) {
  std::string bytes;
  std::string again;
  detector::encode(golden_entity_v3(), bytes);
  Entity entity;
  ASSERT_TRUE(detector::decode(bytes, entity).ok());
  detector::encode(entity, again);
  EXPECT_EQ(hex(again), hex(bytes));
  EXPECT_EQ(entity.notes.at(486'010), golden_entity_v3().notes.at(486'010));
  EXPECT_EQ(entity.classes.since(486'020).size(), 2);
  EXPECT_EQ(entity.classes.since(486'021).size(), 0);
  EXPECT_EQ(entity.episode, golden_entity_v3().episode);
}

// A decision of version 1, as it stands in state topics of earlier builds.
TEST(DecisionCodec, ADecisionOfVersion1IsStillRead) {
  detector::DecisionRecord record;
  record.kind = detector::DecisionKind::kUpdate;
  record.tenant = 1;
  record.entity = 2;
  record.explained = {3, 0, 5};
  record.episode = golden_entity().episode;
  std::string bytes = detector::encode(record);
  ASSERT_EQ(bytes[0], 2);
  bytes[0] = 1;
  bytes.pop_back();  // the classes, none, were one byte
  const auto old = detector::decode_decision(bytes);
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(old.value().episode, record.episode);
  EXPECT_EQ(detector::encode(old.value()), detector::encode(record));
}

// OUTFLOW_UPDATE_GOLDENS=1 rewrites it; review what changed: old state must stay readable.
TEST(EntityCodec, BytesOfVersion3AreWhatTheyWere) {
  const std::string path = golden_path("entity_v3.hex");
  std::string bytes;
  detector::encode(golden_entity_v3(), bytes);
  if (std::getenv("OUTFLOW_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << hex(bytes) << "\n";
  std::ifstream file(path);
  std::string expected;
  ASSERT_TRUE(std::getline(file, expected)) << path;
  EXPECT_EQ(hex(bytes), expected);
}

}  // namespace
}  // namespace outflow::codec_test
