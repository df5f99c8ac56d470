// Made-up records of each source that is written as a mapping, and what must be read from them.
//
// A folder of tests/connectors/decode/sources is a source: input.jsonl holds one message a line, expected.jsonl one
// line for each event or reject of them, in order. An expected line names what must be read, under the names of
// `outflow decode` and some more (json_of()); null is unknown; what it does not name may be anything. Special are:
//   rest       "unknown": what the line does not name must be unknown
//   event_uid  "*" is any id: one by hash
//   same_as    the number (from 1) of an earlier expected line whose event_uid this one must have; all others differ
//   reject     the reason; nothing else stands in the line
//   classes    data classes that must be among those of the event
//   why        for the reader
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "connectors/decode/decoder.h"

namespace outflow::connectors::source_samples_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kFolder = fs::path(OUTFLOW_SOURCE_DIR) / "tests" / "connectors" / "decode" / "sources";

std::vector<std::string> sources() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

json text(std::string_view value) {
  return value.empty() ? json() : json(value);
}

template <typename Number>
json number(const std::optional<Number>& value) {
  return value ? json(*value) : json();
}

std::vector<std::string> classes_of(const features::AuditEvent& event) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < features::DataClasses::kMost; ++i) {
    const auto one = static_cast<features::DataClass>(i);
    if (event.classes.has(one)) names.emplace_back(features::name_of(one));
  }
  return names;
}

json json_of(const features::AuditEvent& event) {
  json out;
  out["event_time_ms"] = event.event_time.ms;
  out["ingest_time_ms"] = event.ingest_time ? json(event.ingest_time->ms) : json();
  out["tenant_id"] = text(event.tenant_id);
  out["actor_id"] = text(event.actor_id);
  out["actor_name"] = text(event.actor_name);
  out["integration_id"] = text(event.app_id);
  out["integration_name"] = text(event.app_name.empty() ? event.client_name : event.app_name);
  out["action"] = text(features::name_of(event.action));
  out["outcome"] = text(event.outcome == features::Outcome::kUnknown ? "" : features::name_of(event.outcome));
  out["objects"] = std::vector<std::string>(event.objects.begin(), event.objects.end());
  out["records"] = number(event.records);
  out["bytes"] = number(event.bytes);
  out["count_semantics"] = text(features::name_of(event.count_semantics));
  out["proves_extraction"] = event.proves_extraction;
  out["event_uid"] = text(event.event_uid);
  out["client_ip"] = text(event.client_ip);
  out["user_agent"] = text(event.user_agent);
  out["session_key"] = text(event.session_key);
  out["login_key"] = text(event.login_key);
  out["request_id"] = text(event.request_id);
  out["job_id"] = text(event.job_id);
  out["execution_id"] = text(event.execution_id);
  out["source"] = text(features::source_name(event));
  out["source_event_type"] = text(event.source_event_type);
  const bool classified = event.query_class != features::QueryClass::kUnknown;
  out["query_class"] = text(classified ? features::name_of(event.query_class) : "");
  out["classes"] = classes_of(event);
  return out;
}

json json_of(const Decoded& decoded) {
  if (!decoded.ok()) return {{"reject", name_of(decoded.reject)}};
  return json_of(decoded.event);
}

bool is_unknown(const json& value) {
  return value.is_null() || value == json::array() || value == json("none") || value == json(false);
}

std::vector<json> decode_all(const std::vector<std::string>& messages) {
  DecodeOptions options;
  options.default_tenant = "t-default";
  Decoder decoder(std::move(options));
  std::vector<json> out;
  for (const std::string& message : messages) {
    decoder.open(message);
    while (const Decoded* decoded = decoder.next()) out.push_back(json_of(*decoded));
  }
  return out;
}

void expect_read(const json& event, const json& expected) {
  static const std::set<std::string> kNotOfTheEvent = {"rest", "same_as", "why"};
  if (event.contains("reject") && !expected.contains("reject")) {
    ADD_FAILURE() << "rejected: " << event["reject"];
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    if (kNotOfTheEvent.contains(key)) continue;
    if (!event.contains(key)) {
      ADD_FAILURE() << key << " is not there: " << event.dump();
    } else if (key == "event_uid" && value == "*") {
      EXPECT_FALSE(event[key].is_null()) << key;
    } else if (key == "classes") {
      for (const json& one : value) EXPECT_TRUE(std::ranges::count(event[key], one) == 1) << one << event[key];
    } else {
      EXPECT_EQ(event[key], value) << key;
    }
  }
  if (expected.value("rest", "") != "unknown") return;
  for (const auto& [key, value] : event.items()) {
    if (key == "classes" || expected.contains(key)) continue;
    EXPECT_TRUE(is_unknown(value)) << key << " is " << value.dump();
  }
}

class SourceSamples : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] fs::path file(const char* name) const { return kFolder / GetParam() / name; }
};

TEST_P(SourceSamples, AreReadAsExpected) {
  const std::vector<json> events = decode_all(lines_of(file("input.jsonl")));
  const std::vector<std::string> expectations = lines_of(file("expected.jsonl"));
  std::map<json, std::size_t> line_of_uid;
  for (std::size_t i = 0; i < std::min(events.size(), expectations.size()); ++i) {
    SCOPED_TRACE(file("expected.jsonl").string() + ":" + std::to_string(i + 1));
    json expected = json::parse(expectations[i]);
    if (!expected.contains("reject")) {
      if (!expected.contains("source")) expected["source"] = GetParam();
      const std::size_t first = line_of_uid.emplace(events[i].value("event_uid", json()), i + 1).first->second;
      EXPECT_EQ(first, expected.value("same_as", i + 1)) << "the line that has this event_uid first";
    }
    expect_read(events[i], expected);
  }
  EXPECT_EQ(events.size(), expectations.size());
  EXPECT_GE(expectations.size(), 10U);
}

// What a record is read as depends on nothing that came before it.
TEST_P(SourceSamples, AreReadAlikeInAnyOrder) {
  std::vector<std::string> messages = lines_of(file("input.jsonl"));
  std::vector<json> forward = decode_all(messages);
  std::reverse(messages.begin(), messages.end());
  std::vector<json> backward = decode_all(messages);
  std::sort(forward.begin(), forward.end());
  std::sort(backward.begin(), backward.end());
  EXPECT_EQ(forward, backward);
}

std::string name_of_case(const testing::TestParamInfo<std::string>& info) {
  return info.param;
}
INSTANTIATE_TEST_SUITE_P(Each, SourceSamples, testing::ValuesIn(sources()), name_of_case);

}  // namespace
}  // namespace outflow::connectors::source_samples_test
