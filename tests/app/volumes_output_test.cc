// How `outflow volumes` prints: safe for a terminal, valid JSON, the fixed field names.
#include "app/volumes_output.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace outflow::tests::volumes_output_test {
namespace {

using namespace app;

features::VolumeRow sample() {
  features::VolumeRow row;
  row.tenant_id = "00D000000000001";
  row.type = features::EntityType::kIntegration;
  row.entity = "0H4000000000001";
  row.name = "Chat \x1b[31mConnect\xff";
  row.records = 1'200'000;
  row.events = 3;
  row.uncounted_events = 1;
  row.objects = {"Account", "Contact"};
  row.first.ms = 1'786'965'300'000;
  row.last.ms = 1'786'965'300'123;
  return row;
}

TEST(VolumesOutput, JsonHasTheFixedFieldsAndIsValidWhateverTheNames) {
  const std::vector<features::VolumeRow> rows{sample(), sample()};
  const auto document = nlohmann::ordered_json::parse(print_volumes(rows, {VolumesFormat::kJson, {}, {}}));
  ASSERT_EQ(document.size(), 2U);
  std::string fields;
  for (const auto& [field, value] : document[0].items()) fields += field + " ";
  EXPECT_EQ(fields,
            "tenant_id entity_type entity name records records_estimated bytes events duplicates uncounted_events "
            "objects first last classes ");
  EXPECT_EQ(document[0]["entity_type"], "integration");
  EXPECT_EQ(document[0]["records"], 1'200'000);
  EXPECT_EQ(document[0]["last"], "2026-08-17T11:15:00.123Z");
  EXPECT_EQ(print_volumes({}, {VolumesFormat::kJson, {}, {}}), "[]\n");
}

TEST(VolumesOutput, JsonLinesAreOneObjectALine) {
  const std::vector<features::VolumeRow> rows{sample(), sample()};
  const std::string text = print_volumes(rows, {VolumesFormat::kJsonLines, {}, {}});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_TRUE(nlohmann::json::accept(text.substr(0, text.find('\n'))));
}

TEST(VolumesOutput, TheTableAddsUpAndKeepsControlCharactersOut) {
  const std::vector<features::VolumeRow> rows{sample(), sample()};
  const std::string text = print_volumes(rows, {VolumesFormat::kTable, {}, {}});
  EXPECT_NE(text.find("TOTAL"), std::string::npos);
  EXPECT_NE(text.find("2,400,000"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
}

TEST(VolumesOutput, EstimatesAndSplitsShow) {
  std::vector<features::VolumeRow> rows{sample(), sample()};
  rows[0].records_estimated = 200'000;
  rows[0].split = {"2026-08-17", "Account"};
  rows[0].classes = features::DataClass::kContact;
  rows[1].split = {"2026-08-18", ""};
  const std::string text = print_volumes(rows, {VolumesFormat::kTable, {"day", "object"}, {}});
  EXPECT_EQ(
      text,
      "TENANT           TYPE         ENTITY           NAME                DAY         OBJECT      RECORDS  ESTIMATED  "
      "BYTES  EVENTS  DUPLICATES  UNCOUNTED  FIRST                     LAST                      OBJECTS           "
      "CLASSES\n"
      "00D000000000001  integration  0H4000000000001  Chat ?[31mConnect?  2026-08-17  Account  ~1,200,000   ~200,000  "
      "    0       3           0          1  2026-08-17T11:15:00.000Z  2026-08-17T11:15:00.123Z  Account, Contact  "
      "contact\n"
      "00D000000000001  integration  0H4000000000001  Chat ?[31mConnect?  2026-08-18  -         1,200,000             "
      "    0       3           0          1  2026-08-17T11:15:00.000Z  2026-08-17T11:15:00.123Z  Account, Contact\n"
      "TOTAL                                                                                   ~2,400,000   ~200,000  "
      "    0       6           0          2\n");
  const auto line = nlohmann::json::parse(
      print_volumes(std::span(rows).first(1), {VolumesFormat::kJsonLines, {"day", "object"}, {}}));
  EXPECT_EQ(line["day"], "2026-08-17");
  EXPECT_EQ(line["object"], "Account");
  EXPECT_EQ(line["records_estimated"], 200'000);
  EXPECT_EQ(line["classes"], nlohmann::json::array({"contact"}));
}

TEST(VolumesOutput, NumbersAreSeparatedByThousands) {
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(1000), "1,000");
  EXPECT_EQ(with_separators(-1'234'567), "-1,234,567");
}

}  // namespace
}  // namespace outflow::tests::volumes_output_test
