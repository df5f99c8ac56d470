#include "connectors/kafka/state_log.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace outflow::connectors {
namespace {

using std::chrono::steady_clock;
constexpr int kRequestTimeoutMs = 15'000;
constexpr int kPollMs = 100;

Properties reader_properties(const char* isolation) {
  return {{"isolation.level", isolation},         {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},  {"auto.offset.reset", "error"},
          {"enable.partition.eof", "true"},       {"queued.min.messages", "10000"},
          {"queued.max.messages.kbytes", "16384"}};
}

}  // namespace

KafkaStateLog::KafkaStateLog(KafkaSettings settings, std::string topic)
    : settings_(std::move(settings)), topic_(std::move(topic)) {}

void KafkaStateLog::rest() {
  ends_.reset();
  reader_.reset();
}

Result<> KafkaStateLog::connect() {
  if (!ends_) {
    Result<Client> client = make_consumer(settings_, reader_properties("read_uncommitted"), nullptr);
    if (!client) return client.error();
    ends_ = std::move(client).value();
  }
  if (!reader_) {
    Result<Client> client = make_consumer(settings_, reader_properties("read_committed"), nullptr);
    if (!client) return client.error();
    reader_ = std::move(client).value();
  }
  return {};
}

Result<std::int64_t> KafkaStateLog::read(std::int32_t partition, std::int64_t from, const Visit& visit) {
  if (Result<> connected = connect(); !connected) return connected.error();
  std::int64_t low = 0;
  std::int64_t end = 0;
  const auto asked =
      rd_kafka_query_watermark_offsets(ends_.get(), topic_.c_str(), partition, &low, &end, kRequestTimeoutMs);
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) return translate(asked, "ask for the end of topic " + topic_);
  if (from > end) {
    return Error{ErrorCode::kRefuse, "partition " + std::to_string(partition) + " of " + topic_ + " ends at " +
                                         std::to_string(end) + ", before the checkpoint's position " +
                                         std::to_string(from) + "; the state topic was truncated or created again"};
  }
  // Compaction leaves offsets standing, and nothing deletes from this topic: what is below `low` was never needed.
  const std::int64_t start = std::max(from, low);
  if (start >= end) return end;
  const Topic topic(rd_kafka_topic_new(reader_.get(), topic_.c_str(), nullptr));
  if (rd_kafka_consume_start(topic.get(), partition, start) != 0) {
    return translate(rd_kafka_last_error(), "read topic " + topic_);
  }
  Result<std::int64_t> read = read_up_to(topic.get(), partition, end, visit);
  (void)rd_kafka_consume_stop(topic.get(), partition);
  return read;
}

Result<std::int64_t> KafkaStateLog::read_up_to(rd_kafka_topic_t* topic, std::int32_t partition, std::int64_t end,
                                               const Visit& visit) {
  // Silence of twice the transaction timeout: whatever was open is settled by then, so the broker must be gone.
  const auto patience = std::chrono::milliseconds(2 * settings_.session_timeout_ms() + kRequestTimeoutMs);
  auto last_news = steady_clock::now();
  while (true) {
    (void)rd_kafka_poll(reader_.get(), 0);
    rd_kafka_message_t* message = rd_kafka_consume(topic, partition, kPollMs);
    if (message == nullptr) {
      if (steady_clock::now() - last_news > patience) {
        return Error{ErrorCode::kRetry, "cannot read topic " + topic_ + ": no answer from the broker"};
      }
      continue;
    }
    const auto error = message->err;
    const std::int64_t offset = message->offset;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      last_news = steady_clock::now();
      visit({static_cast<const char*>(message->key), message->key_len},
            {static_cast<const char*>(message->payload), message->len});
    }
    rd_kafka_message_destroy(message);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && offset + 1 >= end) return end;
    if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF && offset >= end) return end;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      const Error translated = translate(error, "read topic " + topic_);
      if (error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || translated.code != ErrorCode::kRetry) return translated;
    }
  }
}

}  // namespace outflow::connectors
