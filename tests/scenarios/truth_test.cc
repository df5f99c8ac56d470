// The generator's truth against Outflow's own count: each checks the other.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "connectors/decode/decoder.h"
#include "features/counter.h"
#include "tests/scenarios/generator.h"

namespace outflow::scenarios {
namespace truth_test {
namespace {

using Totals = std::map<std::string, std::int64_t>;  // by tenant/type/entity

struct Count final : RecordSink {
  void take(const Record& record) override {
    const connectors::Decoded& decoded = decoder.decode_json(record.text);
    ++records;
    if (!decoded.ok()) {
      ++rejects;
      first_reject = std::string(name_of(record.type)) + ": " + std::string(decoded.detail);
      return;
    }
    const std::string tenant(decoded.event.tenant_id);
    const features::CountedEvent& counted = counter.count(decoded.event, {record.arrival_ms});
    for (const features::Posting& posting : counted.postings) {
      const bool integration = posting.owner.type == features::EntityType::kIntegration;
      totals[tenant + (integration ? "/integration/" : "/user/") + std::string(posting.owner.id)] += posting.records;
    }
  }
  connectors::Decoder decoder;
  features::Counter counter;
  Totals totals;
  std::uint64_t records = 0, rejects = 0;
  std::string first_reject;
};

class CountedFleet : public testing::TestWithParam<std::tuple<Format, std::uint64_t>> {};

TEST_P(CountedFleet, EveryoneIsCountedForExactlyWhatTheyTook) {
  FleetOptions options;
  std::tie(options.format, options.seed) = GetParam();
  options.weeks = 2;
  options.users = 15;
  SCOPED_TRACE("seed " + std::to_string(options.seed));
  Count count;
  const Truth truth = generate(options, ElfShape::kJson, count);
  EXPECT_EQ(count.rejects, 0U) << count.first_reject;
  std::size_t right = 0;
  for (const EntityTruth& entity : truth.entities) {
    const std::string key = entity.tenant_id + (entity.integration ? "/integration/" : "/user/") + entity.entity;
    const std::int64_t counted = count.totals[key];
    right += counted == static_cast<std::int64_t>(entity.records) ? 1 : 0;
    EXPECT_EQ(counted, static_cast<std::int64_t>(entity.records)) << key << " " << entity.name;
    count.totals.erase(key);
  }
  for (const auto& [key, counted] : count.totals) EXPECT_EQ(counted, 0) << key << " took nothing";
  EXPECT_EQ(right, truth.entities.size());
}

INSTANTIATE_TEST_SUITE_P(Formats, CountedFleet,
                         testing::Combine(testing::Values(Format::kElfCsv, Format::kRtem, Format::kMixed),
                                          testing::Values(1, 2)));

}  // namespace
}  // namespace truth_test
}  // namespace outflow::scenarios
