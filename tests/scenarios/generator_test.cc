#include "tests/scenarios/generator.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/scenarios/calendar.h"

namespace outflow::scenarios {
namespace generator_test {
namespace {

struct Kept : RecordSink {
  void take(const Record& record) override {
    bytes += record.text;
    bytes += '\n';
    if (record.arrival_ms < last_arrival_ms) ++out_of_order;
    last_arrival_ms = record.arrival_ms;
    if (record.arrival_ms < record.event_ms) ++before_they_happened;
    ++count;
  }
  std::string bytes;
  std::int64_t last_arrival_ms = 0;
  std::size_t count = 0, out_of_order = 0, before_they_happened = 0;
};

FleetOptions small(std::uint64_t seed) {
  FleetOptions options;
  options.seed = seed;
  options.weeks = 1;
  options.users = 5;
  return options;
}

TEST(Generator, SameSeedSameBytes) {
  Kept first, second;
  const Truth truth = generate(small(42), ElfShape::kJson, first);
  generate(small(42), ElfShape::kJson, second);
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_EQ(truth.records_written, first.count);
  EXPECT_GT(first.count, 5'000U);
}

TEST(Generator, AnotherSeedAnotherFleet) {
  Kept first, second;
  generate(small(42), ElfShape::kJson, first);
  generate(small(43), ElfShape::kJson, second);
  EXPECT_NE(first.bytes, second.bytes);
}

TEST(Generator, RecordsComeInOrderOfArrivalAndNeverBeforeTheyHappened) {
  for (const Format format : {Format::kElfCsv, Format::kRtem, Format::kMixed}) {
    FleetOptions options = small(7);
    options.format = format;
    Kept kept;
    generate(options, ElfShape::kJson, kept);
    EXPECT_EQ(kept.out_of_order, 0U);
    EXPECT_EQ(kept.before_they_happened, 0U);
  }
}

// What an integration does must not depend on who else is there: else no two scenarios can be compared.
TEST(Generator, AnAddedPersonChangesNobodyElse) {
  FleetOptions more = small(9);
  more.users = 6;
  Kept ignored;
  const Truth before = generate(small(9), ElfShape::kJson, ignored);
  const Truth after = generate(more, ElfShape::kJson, ignored);
  std::map<std::string, std::uint64_t> counts;
  for (const EntityTruth& entity : after.entities) counts[entity.tenant_id + entity.entity] = entity.records;
  for (const EntityTruth& entity : before.entities) EXPECT_EQ(counts[entity.tenant_id + entity.entity], entity.records);
}

TEST(Generator, TheTheftIsTheOnlyDifferenceAnAttackMakes) {
  FleetOptions peaceful = small(3);
  peaceful.attack = Attack::kNone;
  Kept ignored;
  const Truth with = generate(small(3), ElfShape::kJson, ignored);
  const Truth without = generate(peaceful, ElfShape::kJson, ignored);
  ASSERT_TRUE(with.attack.has_value());
  EXPECT_FALSE(without.attack.has_value());
  EXPECT_GT(with.attack->records, 1'200'000U);
  EXPECT_EQ(with.attack->end_ms - with.attack->start_ms, 3 * kMinute + 22 * kSecond);
  ASSERT_EQ(with.entities.size(), without.entities.size());
  for (std::size_t i = 0; i < with.entities.size(); ++i) {
    const bool victim = with.entities[i].entity == with.attack->entity;
    EXPECT_EQ(with.entities[i].records - without.entities[i].records, victim ? with.attack->records : 0U);
  }
}

// The thief's live records name no app, or nothing does: what was taken is the same, and whose it is follows.
TEST(Generator, HowTheTheftIsNamedChangesWhoseItIsNotHowMuchItWas) {
  const auto attack_of = [](Naming naming, bool counts_first) {
    FleetOptions options = small(3);
    options.naming = naming;
    options.counts_first = counts_first;
    Kept kept;
    return std::pair(generate(options, ElfShape::kJson, kept), kept.bytes);
  };
  const auto [at_once, named] = attack_of(Naming::kAtOnce, true);
  const auto [late, later_named] = attack_of(Naming::kLate, true);
  const auto [never, unnamed] = attack_of(Naming::kNever, true);
  const auto [uncounted, without_count] = attack_of(Naming::kAtOnce, false);
  EXPECT_NE(named, later_named);
  EXPECT_NE(later_named, unnamed);
  EXPECT_LT(without_count.size(), named.size());
  for (const Truth* truth : {&late, &never, &uncounted}) EXPECT_EQ(truth->attack->records, at_once.attack->records);
  EXPECT_EQ(late.attack->entity, at_once.attack->entity);
  EXPECT_TRUE(never.attack->entity.starts_with("005")) << "its user";
  ASSERT_EQ(never.entities.size(), at_once.entities.size() + 1);
  EXPECT_EQ(never.entities.back().records, never.attack->records);
}

TEST(Generator, EveryBulkJobIsSeenLiveWhereThatIsAskedFor) {
  FleetOptions options = small(4);
  Kept ignored;
  const auto seen = [](const Truth& truth) {
    return truth.written_by_type[static_cast<std::size_t>(RecordType::kBulkApiResultEvent)];
  };
  const std::uint64_t thief_only = seen(generate(options, ElfShape::kJson, ignored));
  options.bulk_results = true;
  EXPECT_GE(seen(generate(options, ElfShape::kJson, ignored)), thief_only + 2 * 7 * 5);  // orgs, nights, tables
}

TEST(Generator, EachFormatSpeaksItsOwnRecordTypes) {
  FleetOptions options = small(5);
  Kept ignored;
  options.format = Format::kRtem;
  const Truth rtem = generate(options, ElfShape::kJson, ignored);
  options.format = Format::kElfCsv;
  const Truth elf = generate(options, ElfShape::kCsv, ignored);
  for (int type = 0; type < kRecordTypes; ++type) {
    const auto at = static_cast<std::size_t>(type);
    if (is_elf(static_cast<RecordType>(type))) {
      EXPECT_EQ(rtem.written_by_type[at], 0U) << name_of(static_cast<RecordType>(type));
    } else {
      EXPECT_EQ(elf.written_by_type[at], 0U) << name_of(static_cast<RecordType>(type));
    }
  }
}

TEST(Generator, CsvRowsHaveAsManyFieldsAsTheirHeader) {
  struct Check : RecordSink {
    void take(const Record& record) override {
      const auto quotes = [](std::string_view text) { return std::count(text.begin(), text.end(), '"'); };
      EXPECT_EQ(quotes(record.text), quotes(elf_header(record.type))) << name_of(record.type);
    }
  } check;
  FleetOptions options = small(6);
  options.format = Format::kElfCsv;
  generate(options, ElfShape::kCsv, check);
}

TEST(Ids, TheLongFormSaysWhichLettersAreCapitals) {
  EXPECT_EQ(id18_of("00D000000000062"), "00D000000000062EAA");  // D is the third of its five: 2^2, the letter E
  EXPECT_EQ(id18_of("000000000000123"), "000000000000123AAA");
}

TEST(Calendar, WritesBothTimestampForms) {
  std::string text;
  append_iso(text, 1755429116123, "Z");
  EXPECT_EQ(text, "2025-08-17T11:11:56.123Z");
  text.clear();
  append_compact(text, 1755429116123);
  EXPECT_EQ(text, "20250817111156.123");
  EXPECT_EQ(weekday_of(1755429116123), 6);  // a Sunday
}

}  // namespace
}  // namespace generator_test
}  // namespace outflow::scenarios
