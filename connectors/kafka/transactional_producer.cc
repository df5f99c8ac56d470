#include "connectors/kafka/transactional_producer.h"

#include <array>
#include <chrono>
#include <utility>

#include "connectors/log/log.h"

namespace outflow::connectors {
namespace {

using std::chrono::steady_clock;
constexpr int kQueueFullPollMs = 10;
constexpr int kAbortOnCloseMs = 2'000;

// Copies everything but the headers, which are the client's on success.
rd_kafka_error_t* produce(rd_kafka_t* client, rd_kafka_topic_t* topic, const OutgoingRecord& record) {
  std::array<rd_kafka_vu_t, 7> fields{};
  fields[0].vtype = RD_KAFKA_VTYPE_RKT;
  fields[0].u.rkt = topic;
  fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  fields[1].u.i32 = record.partition;
  fields[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[2].u.i = RD_KAFKA_MSG_F_COPY;
  fields[3].vtype = RD_KAFKA_VTYPE_KEY;
  // A null pointer of any length is "no key"; an empty key needs a pointer to something.
  fields[3].u.mem.ptr = record.null_key ? nullptr : const_cast<char*>(record.key.empty() ? "" : record.key.data());
  fields[3].u.mem.size = record.key.size();
  fields[4].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[4].u.mem.ptr = const_cast<char*>(record.value.data());
  fields[4].u.mem.size = record.value.size();
  fields[5].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  fields[5].u.i64 = record.timestamp_ms;
  fields[6].vtype = RD_KAFKA_VTYPE_HEADERS;
  fields[6].u.headers = record.headers;
  return rd_kafka_produceva(client, fields.data(), record.headers != nullptr ? 7 : 6);
}

}  // namespace

Result<std::unique_ptr<TransactionalProducer>> TransactionalProducer::open(const KafkaSettings& settings,
                                                                           const std::string& transactional_id) {
  const auto timeout_ms = static_cast<int>(settings.session_timeout_ms());
  std::unique_ptr<TransactionalProducer> producer(new TransactionalProducer(transactional_id, timeout_ms));
  const Properties fixed = {{"transactional.id", transactional_id},
                            {"transaction.timeout.ms", std::to_string(timeout_ms)},
                            {"message.timeout.ms", std::to_string(timeout_ms)},
                            {"partitioner", "murmur2_random"}};
  Result<Client> client = make_producer(settings, fixed, producer.get());
  if (!client) return client.error();
  producer->client_ = std::move(client).value();
  // The wait covers a predecessor's transaction that the broker must settle first.
  KafkaError error(rd_kafka_init_transactions(producer->client_.get(), 3 * timeout_ms));
  if (error) {
    const Result<> failed = producer->fail(std::move(error), "begin transactions as " + transactional_id);
    return failed.error();
  }
  if (Result<> begun = producer->begin(); !begun) return begun.error();
  return producer;
}

TransactionalProducer::~TransactionalProducer() {
  if (client_ && open_) {
    const KafkaError error(rd_kafka_abort_transaction(client_.get(), kAbortOnCloseMs));
    (void)rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
  topics_.clear();  // before their client
}

Result<> TransactionalProducer::begin() {
  KafkaError error(rd_kafka_begin_transaction(client_.get()));
  if (error) return fail(std::move(error), "begin a transaction as " + id_);
  open_ = true;
  return {};
}

Result<> TransactionalProducer::fail(KafkaError error, const std::string& doing) {
  const Error translated = translate(rd_kafka_error_code(error.get()), doing, rd_kafka_error_string(error.get()));
  // An abort here frees readers of the outputs at once; where it fails, the next producer's start does it.
  if (open_ && rd_kafka_error_txn_requires_abort(error.get()) != 0) {
    const KafkaError ignored(rd_kafka_abort_transaction(client_.get(), kAbortOnCloseMs));
    open_ = false;
  }
  failure_ = translated;
  return translated;
}

rd_kafka_topic_t* TransactionalProducer::topic_of(std::string_view name) {
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second.get();
  const std::string text(name);
  return topics_.emplace(text, Topic(rd_kafka_topic_new(client_.get(), text.c_str(), nullptr))).first->second.get();
}

void TransactionalProducer::send(const OutgoingRecord& record) {
  rd_kafka_topic_t* topic = topic_of(record.topic);
  const auto give_up_at = steady_clock::now() + std::chrono::milliseconds(timeout_ms_);
  auto error = RD_KAFKA_RESP_ERR_NO_ERROR;
  while (failure_.ok()) {
    const KafkaError refused(produce(client_.get(), topic, record));
    error = refused ? rd_kafka_error_code(refused.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL || steady_clock::now() > give_up_at) break;
    (void)rd_kafka_poll(client_.get(), kQueueFullPollMs);
  }
  if (record.headers != nullptr) rd_kafka_headers_destroy(record.headers);
  if (failure_.ok()) failure_ = translate(error, "write to topic " + std::string(record.topic));
}

Result<> TransactionalProducer::commit(rd_kafka_t* consumer, const rd_kafka_topic_partition_list_t& offsets) {
  (void)rd_kafka_poll(client_.get(), 0);
  if (!failure_.ok()) return failure_;
  rd_kafka_consumer_group_metadata_t* metadata = rd_kafka_consumer_group_metadata(consumer);
  KafkaError error(rd_kafka_send_offsets_to_transaction(client_.get(), &offsets, metadata, timeout_ms_));
  rd_kafka_consumer_group_metadata_destroy(metadata);
  if (error) return fail(std::move(error), "commit offsets in the transaction of " + id_);

  const auto give_up_at = steady_clock::now() + std::chrono::milliseconds(2 * timeout_ms_);
  while (true) {
    error.reset(rd_kafka_commit_transaction(client_.get(), timeout_ms_));
    if (!error) break;
    // "Retriable" covers a timeout: the same call then asks for the same commit again.
    if (rd_kafka_error_is_retriable(error.get()) == 0 || steady_clock::now() > give_up_at) {
      return fail(std::move(error), "commit the transaction of " + id_);
    }
  }
  open_ = false;
  if (!failure_.ok()) return failure_;
  for (const auto& [partition, end] : watched_sent_) watched_ends_[partition] = end;
  watched_sent_.clear();
  return begin();
}

std::optional<std::int64_t> TransactionalProducer::watched_end(std::int32_t partition) const {
  const auto found = watched_ends_.find(partition);
  if (found == watched_ends_.end()) return std::nullopt;
  return found->second;
}

void TransactionalProducer::on_error(const Error& error, bool /*all_brokers_down*/, bool fatal) {
  if (failure_.ok() && (fatal || error.code != ErrorCode::kRetry)) failure_ = error;
  log_event(LogLevel::kWarn, "kafka_error", error.message, {{"transactional_id", id_}, {"fatal", fatal}});
}

void TransactionalProducer::on_delivery(const rd_kafka_message_t& message) {
  const char* topic = message.rkt != nullptr ? rd_kafka_topic_name(message.rkt) : "";
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (failure_.ok()) failure_ = translate(message.err, std::string("write to topic ") + topic);
    return;
  }
  if (!watched_.empty() && watched_ == topic) watched_sent_[message.partition] = message.offset + 1;
}

KafkaOutputs::KafkaOutputs(TransactionalProducer& producer, GroupConsumer& consumer, Topics topics)
    : producer_(producer), consumer_(consumer), topics_(std::move(topics)) {
  producer_.watch(topics_.state);
}

void KafkaOutputs::send(detector::Stream stream, std::int32_t input_partition, std::string_view key,
                        std::string_view value, std::span<const detector::OutputHeader> headers) {
  OutgoingRecord record{.partition = input_partition, .key = key, .value = value};
  switch (stream) {
    case detector::Stream::kAlerts:
      record.topic = topics_.alerts;
      break;
    case detector::Stream::kState:
      record.topic = topics_.state;
      break;
    case detector::Stream::kAnomalies:
      record.topic = topics_.anomalies;
      record.partition = input_partition % topics_.anomalies_partitions;
      break;
    case detector::Stream::kDeadLetters:
      record.topic = topics_.dead_letters;
      record.partition = input_partition % topics_.dead_letters_partitions;
      break;
  }
  if (!headers.empty()) {
    record.headers = rd_kafka_headers_new(headers.size());
    for (const detector::OutputHeader& header : headers) {
      (void)rd_kafka_header_add(record.headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                                header.value.data(), static_cast<ssize_t>(header.value.size()));
    }
  }
  producer_.send(record);
}

Result<> KafkaOutputs::commit(std::span<const detector::PartitionOffset> offsets) {
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const detector::PartitionOffset& offset : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), topics_.input.c_str(), offset.partition)->offset = offset.offset;
  }
  return producer_.commit(consumer_.client(), *list);
}

std::optional<std::int64_t> KafkaOutputs::state_end(std::int32_t partition) const {
  return producer_.watched_end(partition);
}

}  // namespace outflow::connectors
