// Writing, reading and making topics in tests. A broken broker ends the test program.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace outflow::testing {

struct TopicRecord {
  std::int32_t partition = 0;
  std::int64_t offset = -1;
  std::string key = {};
  std::string value = {};
  std::map<std::string, std::string> headers = {};
};

void make_topic(const std::string& brokers, const std::string& topic, int partitions,
                const std::vector<std::pair<std::string, std::string>>& config = {});
[[nodiscard]] bool topic_exists(const std::string& brokers, const std::string& topic);

// Waits until every record is acknowledged; `partition` -1 = by key.
void write_topic(const std::string& brokers, const std::string& topic, const std::vector<TopicRecord>& records);

// All committed records that are there now, by partition and offset.
[[nodiscard]] std::vector<TopicRecord> read_topic(const std::string& brokers, const std::string& topic);

// Sets, or with -1 deletes, a group's committed offset. False while the group still has members.
[[nodiscard]] bool set_committed(const std::string& brokers, const std::string& group, const std::string& topic,
                                 std::int32_t partition, std::int64_t offset);

// A name no other test uses.
[[nodiscard]] std::string unique_name(const std::string& prefix);

}  // namespace outflow::testing
