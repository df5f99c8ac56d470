#include "connectors/siem/ocsf.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

namespace outflow::ocsf_test {
namespace {

using detector::Alert;
using Json = nlohmann::json;

Alert sample() {
  Alert alert;
  alert.uid = "adcaf1910df5d48e";
  alert.revision = 2;
  alert.severity = detector::Severity::kCritical;
  alert.risk_score = 96;
  alert.title = "Unusual volume: Chat Connect";
  alert.sentence =
      "Chat Connect read 1,200,000 records within the hour ending 11:15 UTC on 17 Aug from 203.0.113.7, an address it "
      "never used before; it usually reads at most 420 an hour.";
  alert.tenant_id = "00D000000000001";
  alert.entity_id = "0H4A1";
  alert.entity_name = "Chat Connect";
  alert.actor_id = "005CHAT";
  alert.actor_name = "chat@example.com";
  alert.app_id = "0H4A1";
  alert.app_name = "Chat Connect";
  alert.client_ip = "203.0.113.7";
  alert.user_agent = "python-requests/2.32.4";
  alert.objects = {"Case"};
  alert.attack_techniques = {"T1213.004", "T1567", "T1550.001"};
  alert.raised = {1'755'429'318'000};
  alert.window_start = {1'755'428'400'000};
  alert.window_end = {1'755'429'318'000};
  alert.first_seen = {1'755'429'116'000};
  alert.window = "1h";
  alert.records = 1'200'000;
  alert.expected = 35.5;
  alert.upper = 420.25;
  alert.p_value = 1e-9;
  alert.baseline_maturity = "mature";
  alert.incident = "00000000000000aa";
  detector::Evidence volume;
  volume.kind = "volume.integration";
  volume.window = "1h";
  volume.sentence = "1,200,000 records within the hour; usual are 36, and hardly ever more than 420.";
  volume.p_value = 3e-6;
  volume.share = 0.75;
  volume.observed = 1'200'000;
  volume.expected = 35.5;
  volume.upper = 420.25;
  detector::Evidence address;
  address.kind = "novelty.address";
  address.sentence = "Within a day it showed an address network it never used before (now: 203.0.113.7).";
  address.p_value = 0.03;
  address.share = 0.25;
  alert.evidence = {volume, address};
  alert.classes = features::DataClasses(features::DataClass::kContact) | features::DataClass::kCaseText;
  alert.record_uid = "theft0";
  alert.origin = {"salesforce.audit", 3, 4242, "", 0};
  return alert;
}

std::string golden_path() {
  return std::string(OUTFLOW_SOURCE_DIR) + "/tests/golden/alerts/detection_finding.json";
}

// OUTFLOW_UPDATE_GOLDENS=1 rewrites it; review what changed.
TEST(Ocsf, TheSampleAlertIsTheGoldenFinding) {
  const std::string line = connectors::to_ocsf(sample(), "0.1.0");
  if (std::getenv("OUTFLOW_UPDATE_GOLDENS") != nullptr) std::ofstream(golden_path()) << line << "\n";
  std::ifstream file(golden_path());
  std::string expected;
  ASSERT_TRUE(std::getline(file, expected)) << golden_path();
  EXPECT_EQ(line, expected);
}

TEST(Ocsf, TheFieldsOthersBuildOnStandWhereTheyAreExpected) {
  const Json event = Json::parse(connectors::to_ocsf(sample(), "0.1.0"));
  EXPECT_EQ(event["class_uid"], 2004);
  EXPECT_EQ(event["type_uid"], 200402);
  EXPECT_EQ(event["metadata"]["uid"], "adcaf1910df5d48e-2");
  EXPECT_EQ(event["metadata"]["tenant_uid"], "00D000000000001");
  EXPECT_EQ(event["anomaly_analyses"][0]["analysis_targets"][0], (Json{{"type", "integration"}, {"name", "0H4A1"}}));
  EXPECT_EQ(event["evidences"][0]["uid"], "theft0");
  EXPECT_EQ(event["evidences"][0]["data"], (Json{{"topic", "salesforce.audit"}, {"partition", 3}, {"offset", 4242}}));
  EXPECT_EQ(event["unmapped"]["outflow"]["records"], 1'200'000);
  EXPECT_FALSE(event["observables"][0].contains("type"));
}

Alert estimated_sample() {
  Alert alert = sample();
  alert.estimated = true;
  alert.records_estimated = 1'199'990;
  alert.classes |= features::DataClasses(1U << 17);
  return alert;
}

Alert corrected_sample() {
  Alert alert = sample();
  alert.revision = 3;
  alert.correction = {1'300'000, true, "chat@example.com"};
  return alert;
}

TEST(Ocsf, AnEstimateIsMarkedAndItsCorrectionSaysWhatWasSaidBefore) {
  const Json estimate = Json::parse(connectors::to_ocsf(estimated_sample(), "0.1.0"))["unmapped"]["outflow"];
  EXPECT_EQ(estimate["estimated"], true);
  EXPECT_EQ(estimate["records_estimated"], 1'199'990);
  EXPECT_FALSE(estimate.contains("correction"));
  const Json corrected = Json::parse(connectors::to_ocsf(corrected_sample(), "0.1.0"))["unmapped"]["outflow"];
  EXPECT_EQ(corrected["estimated"], false);
  EXPECT_EQ(corrected["records_estimated"], 0);
  EXPECT_EQ(corrected["correction"],
            (Json{{"records_before", 1'300'000}, {"estimated_before", true}, {"entity", "chat@example.com"}}));
}

TEST(Ocsf, ClassesOfDataStandInTheSentenceAndAsAListOwnOnesByTheirName) {
  const Json event = Json::parse(connectors::to_ocsf(estimated_sample(), "0.1.0", {{17, "loyalty"}}));
  EXPECT_EQ(event["unmapped"]["outflow"]["data_classes"], (Json{"contact", "case_text", "loyalty"}));
  const std::string message = event["message"];
  EXPECT_TRUE(message.ends_with(" Data touched: contact details, case text, loyalty.")) << message;
  EXPECT_EQ(event["finding_info"]["desc"], message);
  const Json unnamed = Json::parse(connectors::to_ocsf(estimated_sample(), "0.1.0"));
  EXPECT_EQ(unnamed["unmapped"]["outflow"]["data_classes"][2], "class_17");
}

TEST(Ocsf, ARecordOfAFileIsNamedByFileAndLine) {
  Alert alert = sample();
  alert.origin = {"", -1, -1, "day/2025-08-17.csv", 17};
  const Json event = Json::parse(connectors::to_ocsf(alert, "0.1.0"));
  EXPECT_EQ(event["evidences"][0]["data"], (Json{{"file", "day/2025-08-17.csv"}, {"line", 17}}));
}

TEST(Ocsf, HostileTextStaysOneLineOfValidUtf8) {
  Alert alert = sample();
  alert.entity_name = "a\n\"b\\\x01\xff\xc3(";
  alert.user_agent = "\xe2\x82";
  alert.client_ip = "Salesforce.com IP";
  const std::string line = connectors::to_ocsf(alert, "0.1.0");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Json event = Json::parse(line);  // the parser refuses invalid UTF-8
  EXPECT_FALSE(event["evidences"][0].contains("src_endpoint"));
}

TEST(Ocsf, NumbersThatAreNoneStayJson) {
  Alert alert = sample();
  alert.upper = std::numeric_limits<double>::infinity();
  alert.expected = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(Json::accept(connectors::to_ocsf(alert, "0.1.0")));
}

// A sparse alert (no actor, no address, no objects) as well as the full one.
TEST(Ocsf, BothPublicValidatorsAcceptEveryFinding) {
  const char* deps = std::getenv("OUTFLOW_DEPS");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::string base = deps != nullptr    ? std::string(deps)
                           : cache != nullptr ? std::string(cache) + "/outflow/deps"
                                              : std::string(home != nullptr ? home : "/root") + "/.cache/outflow/deps";
  const std::string python = base + "/ocsf-venv/bin/python";
  if (!std::filesystem::exists(python)) {
    if (std::getenv("CI") != nullptr) FAIL() << python << " is missing: scripts/setup creates it";
    GTEST_SKIP() << python << " is missing: scripts/setup creates it";
  }
  const std::string path = ::testing::TempDir() + "/ocsf_findings.jsonl";
  std::ofstream file(path);
  file << connectors::to_ocsf(sample(), "0.1.0") << "\n";
  file << connectors::to_ocsf(estimated_sample(), "0.1.0") << "\n";
  file << connectors::to_ocsf(corrected_sample(), "0.1.0") << "\n";
  Alert sparse;
  sparse.uid = "00";
  sparse.tenant_id = "00D000000000001";
  sparse.entity_type = features::EntityType::kTenant;
  sparse.entity_id = "00D000000000001";
  sparse.record_uid = "r";
  sparse.origin.file = "-";
  sparse.origin.line = 1;
  file << connectors::to_ocsf(sparse, "0.1.0") << "\n";
  file.close();
  const std::string script = std::string(OUTFLOW_SOURCE_DIR) + "/tests/connectors/siem/validate_ocsf.py";
  EXPECT_EQ(std::system((python + " " + script + " " + path).c_str()), 0);
}

}  // namespace
}  // namespace outflow::ocsf_test
