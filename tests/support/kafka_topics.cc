#include "tests/support/kafka_topics.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "connectors/kafka/client.h"
#include "connectors/kafka/topic_admin.h"

namespace outflow::testing {
namespace {

using connectors::Client;
using connectors::PartitionList;
using connectors::Topic;

constexpr int kTimeoutMs = 30'000;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "test support: %s\n", why.c_str());
  std::exit(1);
}

void require(rd_kafka_resp_err_t error, const char* what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(std::string(what) + ": " + rd_kafka_err2str(error));
}

connectors::KafkaSettings settings_of(const std::string& brokers) {
  connectors::KafkaSettings settings;
  settings.brokers = brokers;
  return settings;
}

Client client_of(const std::string& brokers, bool consumer, const connectors::Properties& properties) {
  auto client = consumer ? connectors::make_consumer(settings_of(brokers), properties, nullptr)
                         : connectors::make_producer(settings_of(brokers), properties, nullptr);
  if (!client) give_up(client.error().message);
  return std::move(client).value();
}

std::unique_ptr<connectors::TopicAdmin> admin_of(const std::string& brokers) {
  static const std::atomic<bool> never{false};
  auto admin = connectors::TopicAdmin::connect(settings_of(brokers), kTimeoutMs, never);
  if (!admin) give_up(admin.error().message);
  return std::move(admin).value();
}

rd_kafka_resp_err_t produce(rd_kafka_t* client, rd_kafka_topic_t* topic, const TopicRecord& record,
                            rd_kafka_headers_t* headers) {
  std::array<rd_kafka_vu_t, 6> fields{};
  fields[0].vtype = RD_KAFKA_VTYPE_RKT;
  fields[0].u.rkt = topic;
  fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  fields[1].u.i32 = record.partition;
  fields[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[2].u.i = RD_KAFKA_MSG_F_COPY;
  fields[3].vtype = RD_KAFKA_VTYPE_KEY;
  fields[3].u.mem.ptr = const_cast<char*>(record.key.c_str());
  fields[3].u.mem.size = record.key.size();
  fields[4].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[4].u.mem.ptr = const_cast<char*>(record.value.c_str());
  fields[4].u.mem.size = record.value.size();
  fields[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  fields[5].u.headers = headers;
  rd_kafka_error_t* refused = rd_kafka_produceva(client, fields.data(), headers != nullptr ? 6 : 5);
  if (refused == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const auto error = rd_kafka_error_code(refused);
  rd_kafka_error_destroy(refused);
  return error;
}

TopicRecord record_of(const rd_kafka_message_t& message) {
  TopicRecord record;
  record.partition = message.partition;
  record.offset = message.offset;
  record.key.assign(static_cast<const char*>(message.key), message.key_len);
  record.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers[name] = std::string(static_cast<const char*>(value), size);
  }
  return record;
}

void read_partition(rd_kafka_t* client, const std::string& topic, std::int32_t partition,
                    std::vector<TopicRecord>& records) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  require(rd_kafka_query_watermark_offsets(client, topic.c_str(), partition, &low, &high, kTimeoutMs), "offsets");
  if (low >= high) return;
  const Topic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (rd_kafka_consume_start(handle.get(), partition, low) != 0) give_up("cannot read " + topic);
  while (true) {
    rd_kafka_message_t* message = rd_kafka_consume(handle.get(), partition, kTimeoutMs);
    if (message == nullptr) give_up("no answer while reading " + topic);
    const auto error = message->err;
    const std::int64_t offset = message->offset;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) records.push_back(record_of(*message));
    rd_kafka_message_destroy(message);
    if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF && offset >= high) break;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__PARTITION_EOF) require(error, "read");
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && offset + 1 >= high) break;
  }
  (void)rd_kafka_consume_stop(handle.get(), partition);
}

}  // namespace

void make_topic(const std::string& brokers, const std::string& topic, int partitions,
                const std::vector<std::pair<std::string, std::string>>& config) {
  connectors::TopicSpec spec;
  spec.name = topic;
  spec.purpose = "a test";
  spec.partitions = partitions;
  spec.config = config;
  const auto facts = admin_of(brokers)->ensure(spec);
  if (!facts) give_up(facts.error().message);
}

bool topic_exists(const std::string& brokers, const std::string& topic) {
  connectors::TopicSpec spec;
  spec.name = topic;
  spec.purpose = "a test";
  spec.create = false;
  return admin_of(brokers)->ensure(spec).ok();
}

void write_topic(const std::string& brokers, const std::string& topic, const std::vector<TopicRecord>& records) {
  const Client client = client_of(
      brokers, false, {{"enable.idempotence", "true"}, {"partitioner", "murmur2_random"}, {"linger.ms", "1"}});
  const Topic handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  for (const TopicRecord& record : records) {
    rd_kafka_headers_t* headers = nullptr;
    if (!record.headers.empty()) headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      (void)rd_kafka_header_add(headers, name.c_str(), -1, value.data(), static_cast<ssize_t>(value.size()));
    }
    while (true) {
      const auto error = produce(client.get(), handle.get(), record, headers);
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        require(error, "produce");
        break;
      }
      (void)rd_kafka_poll(client.get(), 10);
    }
  }
  require(rd_kafka_flush(client.get(), kTimeoutMs), "flush");
}

std::vector<TopicRecord> read_topic(const std::string& brokers, const std::string& topic) {
  const Client client = client_of(brokers, true,
                                  {{"isolation.level", "read_committed"},
                                   {"enable.partition.eof", "true"},
                                   {"auto.offset.reset", "error"},
                                   {"enable.auto.commit", "false"}});
  const Topic handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  require(rd_kafka_metadata(client.get(), 0, handle.get(), &metadata, kTimeoutMs), "metadata");
  const int partitions = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  std::vector<TopicRecord> records;
  for (int partition = 0; partition < partitions; ++partition) {
    read_partition(client.get(), topic, partition, records);
  }
  return records;
}

bool set_committed(const std::string& brokers, const std::string& group, const std::string& topic,
                   std::int32_t partition, std::int64_t offset) {
  const Client client = client_of(brokers, true, {{"group.id", group}, {"enable.auto.commit", "false"}});
  const PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  if (offset >= 0) return rd_kafka_commit(client.get(), list.get(), 0) == RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_DeleteConsumerGroupOffsets_t* request = rd_kafka_DeleteConsumerGroupOffsets_new(group.c_str(), list.get());
  const connectors::Queue queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DeleteConsumerGroupOffsets(client.get(), &request, 1, nullptr, queue.get());
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue.get(), kTimeoutMs);
  if (event == nullptr) give_up("no answer while deleting offsets");
  bool done = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (done) {
    std::size_t count = 0;
    const rd_kafka_group_result_t** groups = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
        rd_kafka_event_DeleteConsumerGroupOffsets_result(event), &count);
    done = count == 1 && rd_kafka_group_result_error(groups[0]) == nullptr &&
           rd_kafka_group_result_partitions(groups[0])->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  rd_kafka_event_destroy(event);
  rd_kafka_DeleteConsumerGroupOffsets_destroy(request);
  return done;
}

std::string unique_name(const std::string& prefix) {
  static std::atomic<int> next{0};
  return prefix + "-" + std::to_string(::getpid()) + "-" + std::to_string(next++);
}

}  // namespace outflow::testing
