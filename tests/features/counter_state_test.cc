// The counter's state as bytes: fixed, hardened against damage, written only where it changed, and paged.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "features/counter.h"
#include "tests/support/counting_oracle.h"
#include "tests/support/volume_world.h"

namespace outflow::tests::counter_state_test {
namespace {

using namespace features;

// A little of everything that leaves state.
std::vector<OwnedEvent> varied_events() {
  RecordMaker records;
  std::vector<OwnedEvent> events;
  for (int i = 0; i < 3; ++i) {
    const std::string request = "R" + std::to_string(i);
    events.push_back(records.page(i, 5000, i == 0, request.c_str()));
    events.push_back(records.call("RestApi", i + 0.5, 1000, request.c_str()));
    events.back().bytes = 4000;
    events.back().objects = {"Account", "Contact"};
  }
  events.push_back(records.usage(5, "R1", "0H4app"));
  events.back().app_name = "Chat Connect";
  events.push_back(records.job(6, 900, "750J", "R9"));
  events.push_back(records.chunk(7, 51, "execution"));
  events.push_back(records.report(70, 12));
  events.back().session = "S1";
  events.back().actor_name = "Ann";
  events.push_back(records.page(80, 5000, true));
  return events;
}

// The same, and pulls that are estimated, settled and remembered.
std::vector<OwnedEvent> varied_events_and_pulls() {
  std::vector<OwnedEvent> events = varied_events();
  RecordMaker records;
  records.made = 1000;
  const auto add = [&](OwnedEvent event) { events.push_back(std::move(event)); };
  OwnedEvent count = records.make(Source::kSalesforceRtem, "ApiEvent", 10, Action::kQuery, CountSemantics::kNone);
  count.query_class = QueryClass::kCount;
  count.object_total = 700;
  count.objects = {"Lead"};
  add(count);
  for (int i = 0; i < 3; ++i) {
    OwnedEvent pull = records.make(Source::kSalesforceRtem, "BulkApiResultEvent", 20 + i * 100, Action::kBulkResult,
                                   CountSemantics::kNone);
    pull.proves_extraction = true;
    pull.objects = {"Lead"};
    pull.session = "S1";
    pull.query = 40;
    pull.classes = DataClass::kContact;
    add(pull);
  }
  OwnedEvent job = records.job(119, 650, "750K");
  job.objects = {"Lead"};
  add(job);
  OwnedEvent run = records.report(30, 55);
  run.subject = "00OR";
  add(run);
  return events;
}

MemoryState state_of(const std::vector<OwnedEvent>& events) {
  VolumeWorld world;
  world.take_all(events);
  MemoryState state;
  world.counter.encode_dirty(state);
  return state;
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string golden_path(int version) {
  return std::string(OUTFLOW_SOURCE_DIR) + "/tests/golden/counting_state_v" + std::to_string(version) + ".txt";
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

TEST(CounterState, VersionOneIsReadAndGoesOn) {
  MemoryState state;
  std::ifstream golden(golden_path(1));
  for (std::string key, value; golden >> key >> value;) state.put(from_hex(key), from_hex(value));
  ASSERT_GT(state.units().size(), 8U);
  Counter counter({}, &state);
  ASSERT_TRUE(counter.load().ok());
  for (const OwnedEvent& event : varied_events()) {
    EXPECT_EQ(counter.count(event.view(), LogTime{event.time_ms}).freshness, Freshness::kDuplicate);
  }
  RecordMaker records;
  records.made = 2000;
  const OwnedEvent job = records.job(7, 1000, "750J");
  std::int64_t more = 0;
  for (const Posting& posting : counter.count(job.view(), LogTime{job.time_ms}).postings) more += posting.records;
  EXPECT_EQ(more, 100) << "the job had reached 900";
}

TEST(CounterState, BytesOfVersionTwoStayAsTheyAre) {
  const std::string path = golden_path(2);
  std::string actual;
  const MemoryState state = state_of(varied_events_and_pulls());
  for (const auto& [key, value] : state.units()) actual += hex(key) + " " + hex(value) + "\n";
  if (std::getenv("OUTFLOW_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << actual;
  std::stringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(actual, golden.str()) << "a changed format needs a new version byte; see docs/state-format.md";
}

TEST(CounterState, OnlyWhatChangedIsWrittenAgain) {
  VolumeWorld world;
  RecordMaker records;
  for (int i = 0; i < 1000; ++i)
    (void)world.take(records.call("RestApi", i * 0.01, 1, ("R" + std::to_string(i)).c_str()));
  MemoryState all, more;
  world.counter.encode_dirty(all);
  (void)world.take(records.call("RestApi", 11, 1, "another"));
  world.counter.encode_dirty(more);
  EXPECT_GT(all.units().size(), 15U);
  EXPECT_LE(more.units().size(), 4U) << "its id, its group's slab, its attribution, the tenant's clock";
  MemoryState none;
  world.counter.encode_dirty(none);
  EXPECT_TRUE(none.units().empty());
}

TEST(CounterState, ExpiredUnitsAreErased) {
  VolumeWorld world;
  RecordMaker records;
  MemoryState state;
  (void)world.take(records.call("RestApi", 0, 1, "R1"));
  world.counter.encode_dirty(state);
  const std::size_t early = state.units().size();
  (void)world.take(records.call("RestApi", 60.0 * 400, 1, "R2"));
  world.counter.encode_dirty(state);
  EXPECT_EQ(state.units().size(), early) << "the second record's units took the place of the first's";
}

TEST(CounterState, ATruncatedUnitIsRefusedNotBelieved) {
  const MemoryState whole = state_of(varied_events_and_pulls());
  for (const auto& [key, value] : whole.units()) {
    for (std::size_t size = 0; size < value.size(); ++size) {
      MemoryState damaged = whole;
      damaged.put(key, std::string_view(value).substr(0, size));
      Counter counter({}, &damaged);
      const bool id_boundary = key.starts_with("ci") && size % 8 == 1;
      EXPECT_EQ(counter.load().ok(), id_boundary) << hex(key) << " cut to " << size;
    }
  }
}

TEST(CounterState, FlippedBitsNeverCrash) {
  const MemoryState whole = state_of(varied_events_and_pulls());
  const std::uint32_t seed = 20'260'817;
  std::mt19937 random(seed);
  for (int round = 0; round < 1500; ++round) {
    MemoryState damaged = whole;
    auto unit = whole.units().begin();
    std::advance(unit, random() % whole.units().size());
    std::string value = unit->second;
    for (int flips = 0; flips < 3; ++flips) value[random() % value.size()] ^= static_cast<char>(1U << (random() % 8));
    damaged.put(unit->first, value);
    Counter counter({}, &damaged);
    if (!counter.load()) continue;
    for (OwnedEvent event : varied_events_and_pulls()) {
      event.uid += "again";
      (void)counter.count(event.view(), LogTime{event.time_ms});
    }
    MemoryState again;
    counter.encode_dirty(again);
  }
}

TEST(CounterState, ColdHoursArePagedOutAndBackWithoutATrace) {
  CountingOptions options;
  options.max_resident_bytes = 64 << 10;
  MemoryState state;
  Counter counter(options, &state);
  RecordMaker records;
  std::vector<OwnedEvent> events;
  for (int i = 0; i < 3000; ++i) {
    events.push_back(records.call("RestApi", i, 1, ("R" + std::to_string(i)).c_str()));
    events.back().session = "S" + std::to_string(i / 100);
  }
  TakenTable table;
  const auto checkpoint = [&](std::size_t i) {
    if (i % 200 != 0) return;
    counter.encode_dirty(state);
    counter.checkpoint_durable();
  };
  for (std::size_t i = 0; i < events.size(); ++i) {
    add_postings(table, events[i].tenant, counter.count(events[i].view(), LogTime{events[i].time_ms}));
    checkpoint(i);
  }
  EXPECT_GT(counter.stats().units_paged_out, 10U);
  for (int i = 0; i < 30; ++i) {
    OwnedEvent name = records.usage(3000 + i, "", "0H4app");
    name.session = "S" + std::to_string(i);
    events.push_back(name);
    add_postings(table, name.tenant, counter.count(name.view(), LogTime{name.time_ms}));
    checkpoint(events.size());
  }
  EXPECT_GT(counter.stats().units_paged_in, 10U);
  EXPECT_EQ(counter.count(events[0].view(), LogTime{events.back().time_ms}).freshness, Freshness::kDuplicate);
  EXPECT_EQ(table, true_volumes(events));
}

}  // namespace
}  // namespace outflow::tests::counter_state_test
