// The generator's theft through the whole of Outflow's core, in order of arrival: decoder, counter, detector. However
// it is named, it is one alert, told as an estimate within seconds of the job's results being fetched, hours before its
// rows are there; and its last word is the truth. Seeds are fixed: nothing here fails by chance.
#include <gtest/gtest.h>

#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "connectors/decode/decoder.h"
#include "detector/partition.h"
#include "tests/scenarios/generator.h"

namespace outflow::scenarios {
namespace theft_test {
namespace {

using detector::Alert;

struct Watch final : RecordSink {
  void take(const Record& record) override {
    const connectors::Decoded& decoded = decoder.decode_json(record.text);
    if (!decoded.ok()) return;
    if (record.type == RecordType::kBulkApiResultEvent) results.insert(offset);
    partition.apply(decoded.event, {"input", 0, offset++, "", 0}, {record.arrival_ms}, 0, out);
  }
  connectors::Decoder decoder;
  detector::Partition partition{{}, nullptr};
  detector::Outputs out;
  std::int64_t offset = 0;
  std::set<std::int64_t> results;  // offsets of the records that say that a job's results were fetched
};

struct Theft {
  const char* name;
  Naming naming;
  bool counts_first;
  std::uint64_t seed;
};

class Thefts : public testing::TestWithParam<Theft> {};

TEST_P(Thefts, AreOneAlertWhoseLastWordIsTheTruth) {
  FleetOptions options;
  options.seed = GetParam().seed;
  options.orgs = 1;
  options.users = 15;
  options.naming = GetParam().naming;
  options.counts_first = GetParam().counts_first;
  Watch watch;
  const Truth truth = generate(options, ElfShape::kJson, watch);
  ASSERT_TRUE(truth.attack.has_value());
  std::vector<const Alert*> of_theft;
  for (const Alert& alert : watch.out.alerts) {
    if (alert.raised.ms < truth.attack->start_ms) continue;
    std::cerr << alert.uid << "-" << alert.revision << " " << alert.sentence << "\n";
    of_theft.push_back(&alert);
  }
  ASSERT_FALSE(of_theft.empty());
  const Alert& first = *of_theft.front();
  EXPECT_TRUE(first.estimated);
  EXPECT_LE(first.raised.ms, truth.attack->end_ms + 30'000) << "on the live stream";
  EXPECT_TRUE(watch.results.contains(first.origin.offset)) << "by a record that says no count";
  const Alert& last = *of_theft.back();
  for (const Alert* alert : of_theft) EXPECT_EQ(alert->uid, last.uid);
  EXPECT_EQ(last.entity_id, truth.attack->entity);
  EXPECT_FALSE(last.estimated);
  // The reconnaissance of three days before is not part of it; what the integration itself read in that hour is.
  EXPECT_LE(last.records, truth.attack->records);
  EXPECT_GE(static_cast<double>(last.records), 0.99 * static_cast<double>(truth.attack->records));
}

std::vector<Theft> thefts() {
  std::vector<Theft> all;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    all.push_back({"NamedAtOnce", Naming::kAtOnce, true, seed});
    all.push_back({"NamedAtOnceWithoutACount", Naming::kAtOnce, false, seed});
    all.push_back({"NamedHoursLater", Naming::kLate, true, seed});
    all.push_back({"NamedNever", Naming::kNever, true, seed});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Namings, Thefts, testing::ValuesIn(thefts()),
                         [](const auto& theft) { return theft.param.name + std::to_string(theft.param.seed); });

}  // namespace
}  // namespace theft_test
}  // namespace outflow::scenarios
