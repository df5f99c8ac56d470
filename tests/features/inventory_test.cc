// The lifetime inventory: the same as a naive recomputation in any order and with moves; bounded; the same after a
// restart.
#include "features/inventory.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "features/counter.h"
#include "tests/support/owned_event.h"
#include "tests/support/volume_world.h"

namespace outflow::tests::inventory_test {
namespace {

using namespace features;

constexpr std::int32_t kBaseHour = 480'000;
constexpr Fingerprint kTenant = 7;

// Some rows that one owner took, and where they belong in the end.
struct Taken {
  int first_owner = 0, last_owner = 0, actor = 0, hour = 0, classes = 0;
  std::int64_t records = 0, estimated = 0;
  std::vector<std::string> objects;
};

Owner owner_of(int number) {
  static const std::string kNames[] = {"app0", "app1", "app2", "app3"};
  return {EntityType::kIntegration, static_cast<Fingerprint>(number) + 1, kNames[number], {}};
}
Owner actor_of(int number) {
  static const std::string kNames[] = {"u0", "u1", "u2", "u3"};
  return {EntityType::kUser, static_cast<Fingerprint>(number) + 100, kNames[number], {}};
}

struct Delivery {
  Inventory inventory;
  AuditEvent event;
  Delivery(InventoryOptions options = {}) : inventory(options) { event.tenant_id = "T"; }

  Posting posting(const Taken& taken, int owner, int sign, bool moved, const std::vector<std::string_view>& objects) {
    Posting posting;
    posting.hour.hour = kBaseHour + taken.hour;
    posting.owner = owner_of(owner);
    posting.actor = actor_of(taken.actor);
    posting.records = sign * taken.records;
    posting.estimated = sign * taken.estimated;
    posting.bytes = sign * taken.records * 10;
    posting.events = sign;
    posting.objects = objects;
    posting.classes = DataClasses(static_cast<std::uint32_t>(taken.classes));
    posting.moved = moved;
    return posting;
  }
  void give(const std::vector<Posting>& postings, std::optional<EventTime> now = {}) {
    CountedEvent counted;
    counted.tenant = kTenant;
    counted.owner = postings.front().owner;
    counted.postings = postings;
    inventory.apply(event, counted, now);
  }
  void take(const Taken& taken) {
    const std::vector<std::string_view> objects(taken.objects.begin(), taken.objects.end());
    give({posting(taken, taken.first_owner, 1, false, objects)});
  }
  void move(const Taken& taken) {
    const std::vector<std::string_view> objects(taken.objects.begin(), taken.objects.end());
    give({posting(taken, taken.last_owner, 1, true, objects), posting(taken, taken.first_owner, -1, true, objects)});
  }
};

std::string text_of(const Inventory& inventory) {
  std::ostringstream out;
  for (const InventoryRow& row : inventory.rows()) {
    const InventoryLine& line = *row.line;
    out << row.tenant_id << "/" << row.entity << "/" << row.object << " " << line.records << " ~" << line.estimated
        << " " << line.bytes << "B " << line.events << "e hour " << line.largest_hour().records << "@"
        << line.largest_hour().hour << " day " << line.largest_day().records << "@" << line.largest_day().hour << " "
        << line.first_hour() << ".." << line.last_hour() << " c" << line.classes().bits() << "\n";
  }
  return out.str();
}

// From the final owners alone, with maps.
std::string naive(const std::vector<Taken>& all) {
  struct Sums {
    std::int64_t records = 0, estimated = 0, events = 0;
    std::map<int, std::int64_t> hours, days;
    std::set<int> active;
    std::uint32_t classes = 0;
  };
  std::map<int, std::map<std::string, Sums>> owners;
  for (const Taken& taken : all) {
    std::set<std::string> keys(taken.objects.begin(), taken.objects.end());
    keys.insert("");
    for (const std::string& key : keys) {
      Sums& sums = owners[taken.last_owner][key];
      sums.records += taken.records;
      sums.estimated += taken.estimated;
      ++sums.events;
      const int hour = kBaseHour + taken.hour;
      sums.hours[hour] += taken.records;
      sums.days[hour - hour % 24] += taken.records;
      sums.active.insert(hour);
      sums.classes |= static_cast<std::uint32_t>(taken.classes);
    }
  }
  const auto largest = [](const std::map<int, std::int64_t>& by) {
    std::pair<std::int64_t, int> most{0, 0};
    for (const auto& [when, records] : by) {
      if (records > most.first) most = {records, when};
    }
    return most;
  };
  std::vector<std::pair<std::tuple<std::int64_t, std::int64_t, int>, int>> order;
  for (auto& [owner, lines] : owners) order.push_back({{-lines[""].records, -lines[""].events, owner}, owner});
  std::sort(order.begin(), order.end());
  std::ostringstream out;
  for (const auto& [rank, owner] : order) {
    std::vector<std::tuple<bool, std::int64_t, std::int64_t, std::string>> lines;
    for (const auto& [object, sums] : owners[owner])
      lines.emplace_back(!object.empty(), -sums.records, -sums.events, object);
    std::sort(lines.begin(), lines.end());
    for (const auto& [later, records, events, object] : lines) {
      const Sums& sums = owners[owner][object];
      const auto [hour_records, hour] = largest(sums.hours);
      const auto [day_records, day] = largest(sums.days);
      out << "T/app" << owner << "/" << object << " " << sums.records << " ~" << sums.estimated << " "
          << sums.records * 10 << "B " << sums.events << "e hour " << hour_records << "@" << hour << " day "
          << day_records << "@" << day << " " << *sums.active.begin() << ".." << *sums.active.rbegin() << " c"
          << sums.classes << "\n";
    }
  }
  return out.str();
}

rc::Gen<Taken> taken_gen() {
  return rc::gen::map(rc::gen::container<std::vector<int>>(10, rc::gen::inRange(0, 1000)),
                      [](const std::vector<int>& d) {
                        Taken taken;
                        taken.first_owner = d[0] % 4;
                        taken.last_owner = d[1] % 2 == 0 ? taken.first_owner : d[2] % 4;
                        taken.actor = d[3] % 4;
                        taken.hour = d[4] % 200;
                        taken.classes = d[5] % 8;
                        taken.records = d[6] % 5 == 0 ? 0 : d[6];
                        taken.estimated = d[7] % 3 == 0 ? taken.records : 0;
                        if (d[8] % 4 > 0) taken.objects.push_back("Object" + std::to_string(d[8] % 4));
                        if (d[9] % 5 == 1) taken.objects.push_back("Zzz");
                        return taken;
                      });
}

RC_GTEST_PROP(InventoryProperty, EqualsANaiveRecomputationInAnyOrderWithMoves, ()) {
  const auto all = *rc::gen::container<std::vector<Taken>>(taken_gen());
  // Each is taken, and later, after some others, moved; restarts fall where they may.
  std::vector<std::pair<std::uint64_t, std::pair<std::size_t, bool>>> steps;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto first = *rc::gen::inRange<std::uint64_t>(0, 1000);
    steps.push_back({first, {i, false}});
    if (all[i].last_owner != all[i].first_owner)
      steps.push_back({first + *rc::gen::inRange<std::uint64_t>(0, 1000) + 1, {i, true}});
  }
  std::sort(steps.begin(), steps.end());
  const auto restart = *rc::gen::inRange<std::size_t>(0, steps.size() + 1);
  Delivery delivery;
  MemoryState state;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i == restart) {
      delivery.inventory.encode_dirty(state);
      delivery.inventory = Inventory();
      RC_ASSERT(delivery.inventory.load(state).ok());
    }
    const auto [which, moved] = steps[i].second;
    moved ? delivery.move(all[which]) : delivery.take(all[which]);
  }
  RC_ASSERT(text_of(delivery.inventory) == naive(all));
  delivery.inventory.encode_dirty(state);
  Inventory again;
  RC_ASSERT(again.load(state).ok());
  RC_ASSERT(text_of(again) == naive(all));
}

TEST(Inventory, ClosedDaysKeepTheirLargestPulls) {
  InventoryOptions options;
  options.recent_hours = 48;
  Delivery delivery(options);
  Taken taken;
  taken.objects = {"Contact"};
  taken.classes = 1;
  for (const auto& [hour, records] : std::vector<std::pair<int, int>>{{1, 50}, {2, 60}, {30, 100}, {700, 7}}) {
    taken.hour = hour;
    taken.records = records;
    const std::vector<std::string_view> objects{"Contact"};
    delivery.give({delivery.posting(taken, 0, 1, false, objects)}, start_of(EventHour{kBaseHour + hour}));
  }
  const InventoryRow row = delivery.inventory.rows()[1];
  EXPECT_EQ(row.object, "Contact");
  EXPECT_EQ(row.line->records, 217);
  EXPECT_EQ(row.line->largest_hour().records, 100);
  EXPECT_EQ(row.line->largest_hour().hour, kBaseHour + 30);
  EXPECT_EQ(row.line->largest_day().records, 110) << "of the first day, in two hours";
  EXPECT_EQ(row.line->largest_day().hour, kBaseHour);
  EXPECT_EQ(row.line->first_hour(), kBaseHour + 1);
  EXPECT_EQ(row.line->last_hour(), kBaseHour + 700);
  EXPECT_EQ(row.line->recent_hours(), 1U);
  // A correction of a closed hour stays in the sums.
  taken.hour = 1;
  taken.records = 50;
  delivery.give({delivery.posting(taken, 0, -1, true, {})}, start_of(EventHour{kBaseHour + 700}));
  EXPECT_EQ(delivery.inventory.rows()[0].line->records, 167);
  EXPECT_EQ(delivery.inventory.rows()[0].line->late_changes, 1);
}

TEST(Inventory, WhatIsBeyondTheLimitsFoldsIntoOneLineAndTheSumStays) {
  InventoryOptions options;
  options.max_integrations_per_tenant = 2;
  options.max_objects = 2;
  Delivery delivery(options);
  for (int i = 0; i < 4; ++i) {
    Taken taken;
    taken.first_owner = taken.last_owner = i;
    taken.records = 10 * (i + 1);
    taken.objects = {"A", "B", "C", "D"};
    for (int k = 0; k < 4; ++k) {
      Taken one = taken;
      one.objects = {taken.objects[static_cast<std::size_t>(k)]};
      one.records += k;
      delivery.take(one);
    }
  }
  std::int64_t sum = 0;
  std::string names;
  for (const InventoryRow& row : delivery.inventory.rows()) {
    if (row.object.empty()) {
      sum += row.line->records;
      names += row.entity + " ";
    }
  }
  EXPECT_EQ(sum, 4 * (10 + 20 + 30 + 40) + 4 * 6);
  EXPECT_NE(names.find("(other)"), std::string::npos) << names;
  EXPECT_GT(delivery.inventory.stats().folded_integrations, 0U);
  EXPECT_GT(delivery.inventory.stats().folded_objects, 0U);
  EXPECT_LE(delivery.inventory.stats().integrations, 3U);
  // What is taken away from a folded one is taken from the rest.
  Taken gone;
  gone.records = 10;
  gone.objects = {"A"};
  delivery.give({delivery.posting(gone, 0, -1, true, {"A"})});
  std::int64_t after = 0;
  for (const InventoryRow& row : delivery.inventory.rows()) after += row.object.empty() ? row.line->records : 0;
  EXPECT_EQ(after, sum - 10);
}

TEST(Inventory, CountsUsersAndAddressesAndHandsThemOnWhenAllMoves) {
  CountingOptions counting;
  counting.cut_late = false;
  Counter counter(counting);
  Inventory inventory;
  RecordMaker records;
  const auto take = [&](const OwnedEvent& event) {
    inventory.apply(event.view(), counter.count(event.view(), LogTime{event.time_ms}), std::nullopt);
  };
  for (int i = 0; i < 3; ++i) {
    OwnedEvent call = records.call("RestApi", i, 100, ("r" + std::to_string(i)).c_str());
    call.client_ip = "10.0.0." + std::to_string(i % 2);
    call.session = "s";
    call.objects = {"Case"};
    take(call);
  }
  ASSERT_EQ(inventory.rows().size(), 2U);
  EXPECT_EQ(inventory.rows()[0].type, EntityType::kUser);
  OwnedEvent naming = records.usage(9, "", "0H4app");
  naming.session = "s";
  naming.client_ip = "10.0.0.9";
  take(naming);
  const std::vector<InventoryRow> rows = inventory.rows();
  ASSERT_EQ(rows.size(), 2U) << "the user's lines moved altogether";
  EXPECT_EQ(rows[0].entity, "0H4app");
  EXPECT_EQ(rows[0].line->records, 300);
  EXPECT_EQ(rows[0].users, 1U);
  EXPECT_EQ(rows[0].addresses, 3U);
  EXPECT_EQ(rows[0].sources, 1U);
}

TEST(Inventory, DistinctCountsAreExactWhenFewAndAboutRightWhenMany) {
  DistinctSample few, many;
  for (int i = 0; i < 200; ++i) (void)few.add(fingerprint(std::to_string(i % 50)));
  EXPECT_EQ(few.count(), 50U);
  EXPECT_TRUE(few.exact());
  for (int i = 0; i < 10'000; ++i) (void)many.add(fingerprint(std::to_string(i)));
  EXPECT_FALSE(many.exact());
  EXPECT_NEAR(static_cast<double>(many.count()), 10'000, 4'000) << "three standard errors; the input is fixed";
}

TEST(Inventory, DamagedUnitsAreRefused) {
  Delivery delivery;
  Taken taken;
  taken.records = 5;
  taken.objects = {"Contact"};
  delivery.take(taken);
  MemoryState state;
  delivery.inventory.encode_dirty(state);
  const auto& [key, value] = *state.units().begin();
  for (std::size_t size = 0; size < value.size(); ++size) {
    MemoryState cut;
    cut.put(key, std::string_view(value).substr(0, size));
    EXPECT_FALSE(Inventory().load(cut).ok()) << size;
  }
}

}  // namespace
}  // namespace outflow::tests::inventory_test
