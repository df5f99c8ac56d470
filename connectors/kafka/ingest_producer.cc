#include "connectors/kafka/ingest_producer.h"

#include <array>
#include <chrono>

#include "connectors/log/log.h"

namespace outflow::connectors {
namespace {

constexpr int kPollMs = 100;
constexpr const char* kDeliveryTimeoutMs = "60000";

}  // namespace

Result<std::unique_ptr<IngestProducer>> IngestProducer::open(const KafkaSettings& settings, const std::string& topic) {
  auto producer = std::make_unique<IngestProducer>();
  const Properties fixed = {{"enable.idempotence", "true"},
                            {"partitioner", "murmur2_random"},
                            {"message.timeout.ms", kDeliveryTimeoutMs},
                            {"linger.ms", "20"}};
  Result<Client> client = make_producer(settings, fixed, producer.get());
  if (!client) return client.error();
  producer->client_ = std::move(client).value();
  producer->topic_.reset(rd_kafka_topic_new(producer->client_.get(), topic.c_str(), nullptr));
  producer->name_ = topic;
  return producer;
}

Result<> IngestProducer::send(std::string_view tenant, std::string_view value, std::int64_t timestamp_ms) {
  std::array<rd_kafka_vu_t, 6> fields{};
  fields[0].vtype = RD_KAFKA_VTYPE_RKT;
  fields[0].u.rkt = topic_.get();
  fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  fields[1].u.i32 = RD_KAFKA_PARTITION_UA;
  fields[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[2].u.i = RD_KAFKA_MSG_F_COPY;
  fields[3].vtype = RD_KAFKA_VTYPE_KEY;
  fields[3].u.mem.ptr = const_cast<char*>(tenant.empty() ? "" : tenant.data());
  fields[3].u.mem.size = tenant.size();
  fields[4].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[4].u.mem.ptr = const_cast<char*>(value.data());
  fields[4].u.mem.size = value.size();
  fields[5].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  fields[5].u.i64 = timestamp_ms;
  while (failure_.ok()) {
    const KafkaError refused(rd_kafka_produceva(client_.get(), fields.data(), fields.size()));
    if (!refused) break;
    const auto error = rd_kafka_error_code(refused.get());
    if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
      return Error{ErrorCode::kDeadLetter, "larger than topic " + name_ + " takes"};
    }
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return translate(error, "write to topic " + name_);
    (void)rd_kafka_poll(client_.get(), kPollMs);
  }
  (void)rd_kafka_poll(client_.get(), 0);
  return failure_;
}

Result<> IngestProducer::finish() {
  while (failure_.ok() && rd_kafka_outq_len(client_.get()) > 0) (void)rd_kafka_flush(client_.get(), kPollMs);
  return failure_;
}

void IngestProducer::abandon() {
  (void)rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void IngestProducer::on_error(const Error& error, bool /*all_brokers_down*/, bool fatal) {
  if (failure_.ok() && (fatal || error.code != ErrorCode::kRetry)) {
    failure_ = Error{error.code == ErrorCode::kRetry ? ErrorCode::kStop : error.code, error.message};
  }
  log_event(LogLevel::kDebug, "kafka_error", error.message);
}

void IngestProducer::on_delivery(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++acknowledged_;
  } else if (failure_.ok()) {
    Error error = translate(message.err, "write to topic " + name_);
    if (error.code == ErrorCode::kRetry) error.code = ErrorCode::kStop;
    failure_ = error;
  }
}

}  // namespace outflow::connectors
