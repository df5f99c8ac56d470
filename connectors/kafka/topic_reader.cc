#include "connectors/kafka/topic_reader.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace outflow::connectors {
namespace {

using std::chrono::steady_clock;
constexpr int kRequestTimeoutMs = 15'000;
constexpr int kPollMs = 100;
constexpr auto kPatience = std::chrono::seconds(60);

struct MetadataDeleter {
  void operator()(const struct rd_kafka_metadata* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};

class Reading {
 public:
  Reading(Client client, const TopicSpan& span, const std::string& header)
      : client_(std::move(client)), span_(span), header_(header) {}

  Result<> find_bounds() {
    const Topic topic(rd_kafka_topic_new(client_.get(), span_.topic.c_str(), nullptr));
    const struct rd_kafka_metadata* found = nullptr;
    const auto asked = rd_kafka_metadata(client_.get(), 0, topic.get(), &found, kRequestTimeoutMs);
    if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) return translate(asked, "ask for topic " + span_.topic);
    const std::unique_ptr<const struct rd_kafka_metadata, MetadataDeleter> metadata(found);
    if (metadata->topic_cnt != 1 || metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR ||
        metadata->topics[0].partition_cnt == 0) {
      return Error{ErrorCode::kRefuse, "there is no topic " + span_.topic + " (or it may not be read)"};
    }
    partitions_ = metadata->topics[0].partition_cnt;
    Result<std::map<std::int32_t, std::int64_t>> first = offsets_at(span_.from);
    if (!first) return first.error();
    Result<std::map<std::int32_t, std::int64_t>> last = offsets_at(span_.to);
    if (!last) return last.error();
    for (std::int32_t i = 0; i < partitions_; ++i) {
      std::int64_t low = 0, high = 0;
      const auto bounds =
          rd_kafka_query_watermark_offsets(client_.get(), span_.topic.c_str(), i, &low, &high, kRequestTimeoutMs);
      if (bounds != RD_KAFKA_RESP_ERR_NO_ERROR) return translate(bounds, "ask for the end of topic " + span_.topic);
      const std::int64_t start = span_.from ? ((*first)[i] < 0 ? high : std::max(low, (*first)[i])) : low;
      const std::int64_t end = span_.to && (*last)[i] >= 0 ? std::min(high, (*last)[i]) : high;
      if (start < end) ends_[i] = {start, end};
    }
    return Ok{};
  }

  Result<TopicReadSummary> read(const std::function<bool(const TopicRecord&)>& visit) {
    TopicReadSummary summary;
    summary.partitions = partitions_;
    if (ends_.empty()) return summary;
    const PartitionList list(rd_kafka_topic_partition_list_new(partitions_));
    for (const auto& [partition, bounds] : ends_) {
      rd_kafka_topic_partition_list_add(list.get(), span_.topic.c_str(), partition)->offset = bounds.first;
    }
    // A manual assignment: the group named in the settings is never joined.
    if (const auto error = rd_kafka_assign(client_.get(), list.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return translate(error, "read topic " + span_.topic);
    }
    auto last_news = steady_clock::now();
    while (!ends_.empty()) {
      const std::unique_ptr<rd_kafka_message_t, MessageDeleter> message(rd_kafka_consumer_poll(client_.get(), kPollMs));
      if (message == nullptr) {
        if (steady_clock::now() - last_news > kPatience) {
          return Error{ErrorCode::kRetry, "cannot read topic " + span_.topic + ": no answer from the broker"};
        }
        continue;
      }
      last_news = steady_clock::now();
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        ends_.erase(message->partition);  // what stands between here and the end was aborted, or is not records
        continue;
      }
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const Error error =
            translate(message->err, "read topic " + span_.topic, rd_kafka_message_errstr(message.get()));
        if (error.code != ErrorCode::kRetry) return error;
        continue;
      }
      const auto bounds = ends_.find(message->partition);
      if (bounds == ends_.end()) continue;
      const std::int64_t end = bounds->second.second;
      if (message->offset >= end) {
        ends_.erase(bounds);
        continue;
      }
      ++summary.records;
      if (!visit(record_of(*message))) return summary;
      if (message->offset + 1 >= end) ends_.erase(bounds);
    }
    return summary;
  }

 private:
  // Offsets of the first records at or after a time; -1 where there is none yet.
  Result<std::map<std::int32_t, std::int64_t>> offsets_at(const std::optional<features::LogTime>& time) {
    std::map<std::int32_t, std::int64_t> offsets;
    if (!time) return offsets;
    const PartitionList list(rd_kafka_topic_partition_list_new(partitions_));
    for (std::int32_t i = 0; i < partitions_; ++i) {
      rd_kafka_topic_partition_list_add(list.get(), span_.topic.c_str(), i)->offset = time->ms;
    }
    const auto error = rd_kafka_offsets_for_times(client_.get(), list.get(), kRequestTimeoutMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return translate(error, "ask topic " + span_.topic + " for offsets by time");
    for (int i = 0; i < list->cnt; ++i) offsets[list->elems[i].partition] = list->elems[i].offset;
    return offsets;
  }

  TopicRecord record_of(const rd_kafka_message_t& message) const {
    TopicRecord record;
    record.partition = message.partition;
    record.offset = message.offset;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    record.time.ms = rd_kafka_message_timestamp(&message, &type);
    if (message.key != nullptr) record.key = {static_cast<const char*>(message.key), message.key_len};
    if (message.payload != nullptr) record.value = {static_cast<const char*>(message.payload), message.len};
    rd_kafka_headers_t* headers = nullptr;
    if (!header_.empty() && rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const void* value = nullptr;
      std::size_t size = 0;
      if (rd_kafka_header_get_last(headers, header_.c_str(), &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR &&
          value != nullptr) {
        record.tenant = {static_cast<const char*>(value), size};
      }
    }
    return record;
  }

  Client client_;
  const TopicSpan& span_;
  const std::string& header_;
  std::int32_t partitions_ = 0;
  std::map<std::int32_t, std::pair<std::int64_t, std::int64_t>> ends_;  // [start, end) of those not read to their end
};

}  // namespace

Result<TopicReadSummary> read_topic(const KafkaSettings& settings, const TopicSpan& span,
                                    const std::string& tenant_header,
                                    const std::function<bool(const TopicRecord&)>& visit) {
  // librdkafka wants a group for a consumer; without subscribing, storing or committing, none is made on the broker.
  Result<Client> client = make_consumer(settings,
                                        {{"group.id", "outflow-reader"},
                                         {"enable.auto.commit", "false"},
                                         {"enable.auto.offset.store", "false"},
                                         {"auto.offset.reset", "error"},
                                         {"isolation.level", "read_committed"},
                                         {"enable.partition.eof", "true"},
                                         {"queued.max.messages.kbytes", "65536"}},
                                        nullptr);
  if (!client) return client.error();
  (void)rd_kafka_poll_set_consumer(client->get());
  Reading reading(std::move(*client), span, tenant_header);
  if (Result<> found = reading.find_bounds(); !found) return found.error();
  return reading.read(visit);
}

}  // namespace outflow::connectors
