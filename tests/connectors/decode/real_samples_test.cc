// Real, sanitised records that lie beside the project, not in it: skipped, visibly, where they are not.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "connectors/decode/count_text.h"
#include "connectors/decode/decoder.h"

namespace outflow::connectors::real_samples_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kFolder = fs::path(OUTFLOW_SOURCE_DIR) / ".." / "shared" / "data" / "real";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// "access.report_run" there is "report_run" here; what changes no app is `other`.
std::string action_of(const std::string& theirs) {
  if (theirs.starts_with("access.")) return theirs.substr(7);
  if (theirs.starts_with("auth.")) return "auth";
  return theirs == "admin.app_change" ? "admin_app" : "other";
}

void expect_text(std::string_view ours, const json& theirs, const char* what) {
  EXPECT_EQ(ours, theirs.is_null() ? std::string() : theirs.get<std::string>()) << what;
}

void expect_count(const std::optional<std::uint64_t>& ours, const json& theirs, const char* what) {
  EXPECT_EQ(ours.has_value(), !theirs.is_null()) << what;
  if (ours.has_value() && !theirs.is_null()) {
    EXPECT_EQ(*ours, theirs.get<std::uint64_t>()) << what;
  }
}

TEST(RealSamples, AreReadAsExpected) {
  if (!fs::exists(kFolder / "expected.jsonl")) GTEST_SKIP() << "no real samples in " << kFolder;
  Decoder decoder;
  std::ifstream expectations(kFolder / "expected.jsonl");
  int checked = 0;
  for (std::string line; std::getline(expectations, line);) {
    const json expected = json::parse(line);
    SCOPED_TRACE(expected["file"].get<std::string>());
    const Decoded& decoded = decoder.decode_json(read(kFolder / expected["file"].get<std::string>()));
    ASSERT_EQ(name_of(decoded.reject), "none");
    const auto& event = decoded.event;
    EXPECT_EQ(features::name_of(event.source), expected["source"].get<std::string>());
    EXPECT_EQ(event.source_event_type, expected["event_type"].get<std::string>());
    EXPECT_EQ(event.event_time.ms, expected["event_time_ms"].get<std::int64_t>());
    EXPECT_EQ(features::name_of(event.action), action_of(expected["action"].get<std::string>()));
    EXPECT_EQ(features::name_of(event.count_semantics), expected["count_semantics"].get<std::string>());
    const std::string actor = expected["actor_id"];
    EXPECT_EQ(event.actor_id, canonical_id(actor));
    expect_text(event.tenant_id, expected["tenant_id"], "tenant");
    expect_text(event.client_ip, expected["client_ip"], "address");
    expect_text(event.user_agent, expected["user_agent"], "user agent");
    expect_text(!event.app_id.empty() ? event.app_id : event.client_name, expected["integration_hint"], "integration");
    expect_count(event.records, expected["records"], "records");
    expect_count(event.bytes, expected["bytes"], "bytes");
    ++checked;
  }
  EXPECT_GE(checked, 10);
}

}  // namespace
}  // namespace outflow::connectors::real_samples_test
