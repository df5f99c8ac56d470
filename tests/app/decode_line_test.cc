// `outflow decode` on files kept here: line for line as recorded, and nothing in it that a customer wrote.
// OUTFLOW_UPDATE_GOLDEN=1 records anew; look at the difference before it is kept.
#include "app/decode_line.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace outflow::app::decode_line_test {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(OUTFLOW_SOURCE_DIR) / "tests" / "golden" / "decode";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Events first, then rejects, with the file's name alone.
std::string decode(const fs::path& path) {
  connectors::InputOptions options;
  options.decode.default_tenant = "00D00000000000T";
  auto input = connectors::Input::open({path.string()}, options);
  if (!input) return input.error().message;
  std::string events;
  std::string rejects;
  connectors::InputRecord record;
  const std::string name = path.filename().string();
  while (true) {
    const auto found = input->next(record);
    if (!found) return found.error().message;
    if (!*found) return events + rejects;
    record.file = name;
    if (record.decoded->ok()) {
      append_event_line(record, *connectors::ExposureCatalogue::built_in(), events);
    } else {
      append_reject_line(record, rejects);
    }
  }
}

class GoldenDecode : public testing::TestWithParam<const char*> {};

TEST_P(GoldenDecode, ReadsAsRecorded) {
  const fs::path golden = kFolder / (std::string(GetParam()) + ".expected");
  const std::string decoded = decode(kFolder / GetParam());
  if (std::getenv("OUTFLOW_UPDATE_GOLDEN") != nullptr) std::ofstream(golden, std::ios::binary) << decoded;
  EXPECT_EQ(decoded, read(golden));
}

TEST_P(GoldenDecode, ShowsNoRecordContentsAndNoQueryLiterals) {
  const std::string decoded = decode(kFolder / GetParam());
  EXPECT_FALSE(decoded.empty());
  EXPECT_EQ(decoded.find("CANARY7c1"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenDecode, testing::Values("rtem_and_elf.jsonl", "elf.csv"));

}  // namespace
}  // namespace outflow::app::decode_line_test
