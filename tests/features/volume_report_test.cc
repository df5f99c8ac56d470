// What the report says beyond the sums: its order, its names, its ends.
#include <gtest/gtest.h>

#include "tests/support/volume_world.h"

namespace outflow::tests::volume_report_test {
namespace {

using namespace features;

TEST(VolumeReport, RowsComeByTenantAndMostRecordsFirst) {
  VolumeWorld world;
  RecordMaker records;
  for (const auto& [actor, rows] : std::vector<std::pair<std::string, std::uint64_t>>{{"a", 5}, {"b", 50}, {"c", 7}}) {
    OwnedEvent event = records.report(0, rows);
    event.actor = actor;
    (void)world.take(event);
  }
  OwnedEvent other = records.report(1, 9);
  other.tenant = "00D000000000000";
  (void)world.take(other);
  std::string order;
  for (const VolumeRow& row : world.report.rows()) order += row.entity + " ";
  EXPECT_EQ(order, "005A b c a ");
}

TEST(VolumeReport, FirstAndLastAreEventTimesWhateverTheOrder) {
  VolumeWorld world;
  RecordMaker records;
  const OwnedEvent late = records.report(300, 1), early = records.report(10, 1), middle = records.report(100, 1);
  world.take_all({middle, late, early});
  EXPECT_EQ(world.of("005A").first.ms, early.time_ms);
  EXPECT_EQ(world.of("005A").last.ms, late.time_ms);
}

TEST(VolumeReport, AnAppIsNamedByItsNameElseByTheClientBesideItsId) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent client = records.usage(0, "", "0H4app"), app = records.usage(1, "", "0H4app");
  client.client = "drift-sync/2";
  app.app_name = "Drift";
  (void)world.take(client);
  EXPECT_EQ(world.of("0H4app").name, "drift-sync/2");
  (void)world.take(app);
  EXPECT_EQ(world.of("0H4app").name, "Drift");
}

}  // namespace
}  // namespace outflow::tests::volume_report_test
