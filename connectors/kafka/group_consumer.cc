#include "connectors/kafka/group_consumer.h"

#include <algorithm>
#include <utility>

#include "connectors/log/log.h"

namespace outflow::connectors {
namespace {

constexpr int kRequestTimeoutMs = 15'000;
constexpr std::int64_t kShortestPauseMs = 20;
constexpr std::int64_t kLongestPauseMs = 1'000;

std::string describe(const TopicPartition& partition) {
  return partition.topic + "/" + std::to_string(partition.partition);
}

}  // namespace

GroupConsumer::GroupConsumer(GroupMembership membership, RebalanceListener& listener)
    : membership_(std::move(membership)), listener_(&listener) {}

Result<std::unique_ptr<GroupConsumer>> GroupConsumer::open(const KafkaSettings& settings, GroupMembership membership,
                                                           RebalanceListener& listener) {
  std::unique_ptr<GroupConsumer> consumer(new GroupConsumer(std::move(membership), listener));
  const GroupMembership& member = consumer->membership_;
  const Properties fixed = {{"group.id", member.group},
                            {"group.instance.id", member.instance},
                            {"enable.auto.commit", "false"},
                            {"enable.auto.offset.store", "false"},
                            {"auto.offset.reset", "error"},
                            {"isolation.level", "read_committed"},
                            {"partition.assignment.strategy", "roundrobin"},
                            {"enable.partition.eof", "true"}};
  Result<Client> client = make_consumer(settings, fixed, consumer.get());
  if (!client) return client.error();
  consumer->client_ = std::move(client).value();
  rd_kafka_t* handle = consumer->client_.get();
  consumer->records_.reset(rd_kafka_queue_new(handle));
  (void)rd_kafka_poll_set_consumer(handle);
  const PartitionList topics(rd_kafka_topic_partition_list_new(static_cast<int>(member.topics.size())));
  for (const std::string& topic : member.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  if (const auto error = rd_kafka_subscribe(handle, topics.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return translate(error, "subscribe as a member of group " + member.group);
  }
  return consumer;
}

GroupConsumer::~GroupConsumer() {
  listener_ = nullptr;
  close();
}

void GroupConsumer::close() {
  if (closed_ || !client_) return;
  closed_ = true;
  if (assign_due_) {
    (void)rd_kafka_assign(client_.get(), nullptr);
    assign_due_ = false;
  }
  (void)rd_kafka_consumer_close(client_.get());
  forwarded_.clear();
  records_.reset();
}

Result<> GroupConsumer::poll(MessageSink& sink, int timeout_ms) {
  sink_ = &sink;
  if (rd_kafka_message_t* message = rd_kafka_consumer_poll(client_.get(), 0)) {
    take(*message);
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consume_callback_queue(records_.get(), timeout_ms, deliver, this);
  sink_ = nullptr;
  if (!failure_.ok()) return failure_;
  return keep_pauses();
}

void GroupConsumer::come_again(const TopicPartition& from, std::int64_t offset) {
  Pause& pause = pauses_[from];
  const bool again = pause.offset == offset;
  if (again && !pause.over) return;
  pause.delay_ms = again ? std::min(2 * pause.delay_ms, kLongestPauseMs) : kShortestPauseMs;
  pause.offset = offset;
  pause.until = std::chrono::steady_clock::now() + std::chrono::milliseconds(pause.delay_ms);
  pause.over = false;
}

// Outside the delivery of records: what follows waits for librdkafka's own thread.
Result<> GroupConsumer::keep_pauses() {
  for (auto& [partition, pause] : pauses_) {
    if (pause.over || !assigned_.contains(partition)) continue;
    if (!pause.paused) {
      const PartitionList list(rd_kafka_topic_partition_list_new(1));
      rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
      (void)rd_kafka_pause_partitions(client_.get(), list.get());
      pause.paused = true;
    }
    if (std::chrono::steady_clock::now() < pause.until) continue;
    pause.over = true;
    pause.paused = false;
    if (Result<> resumed = resume(partition, pause); !resumed) return resumed;
  }
  return {};
}

Result<> GroupConsumer::resume(const TopicPartition& partition, const Pause& pause) {
  const PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)->offset = pause.offset;
  // Throws away what was fetched before.
  if (rd_kafka_error_t* error = rd_kafka_seek_partitions(client_.get(), list.get(), kRequestTimeoutMs)) {
    Result<> failed = translate(rd_kafka_error_code(error), "go back in " + describe(partition));
    rd_kafka_error_destroy(error);
    return failed;
  }
  if (const auto error = list->elems[0].err; error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return translate(error, "go back in " + describe(partition));
  }
  const auto error = rd_kafka_resume_partitions(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return translate(error, "go on reading " + describe(partition));
  return {};
}

void GroupConsumer::deliver(rd_kafka_message_t* message, void* opaque) {
  static_cast<GroupConsumer*>(opaque)->take(*message);
}

void GroupConsumer::take(const rd_kafka_message_t& message) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      all_brokers_down_ = false;
      if (!sink_->on_message(message)) rd_kafka_yield(client_.get());
      return;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      all_brokers_down_ = false;
      sink_->on_end(message);
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: {
      const std::string topic = message.rkt != nullptr ? rd_kafka_topic_name(message.rkt) : "the input";
      failure_ = Error{ErrorCode::kRefuse,
                       "partition " + std::to_string(message.partition) + " of " + topic +
                           " no longer holds the records that are due next; its retention is shorter than the time "
                           "Outflow was away, or the topic was created again"};
      return;
    }
    default:
      on_error(translate(message.err, "read the input", rd_kafka_message_errstr(&message)), false, false);
  }
}

void GroupConsumer::on_error(const Error& error, bool all_brokers_down, bool fatal) {
  if (all_brokers_down) all_brokers_down_ = true;
  if (fatal || error.code != ErrorCode::kRetry) {
    failure_ = error;
    return;
  }
  log_event(LogLevel::kWarn, "kafka_error", error.message, {{"group", membership_.group}});
}

void GroupConsumer::on_rebalance(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t& partitions) {
  ++rebalances_;
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    std::vector<TopicPartition> list;
    for (int i = 0; i < partitions.cnt; ++i) {
      list.push_back({partitions.elems[i].topic, partitions.elems[i].partition});
      assigned_[list.back()] = std::nullopt;
    }
    if (listener_ == nullptr || list.empty()) {
      (void)rd_kafka_assign(client_.get(), listener_ == nullptr ? nullptr : &partitions);
    } else {
      assign_due_ = true;
    }
    if (listener_ != nullptr) listener_->on_assigned(list);
    return;
  }
  if (listener_ != nullptr) {
    if (rd_kafka_assignment_lost(client_.get()) != 0) {
      listener_->on_lost();
    } else {
      listener_->on_revoked();
    }
  }
  unassign();
}

void GroupConsumer::unassign() {
  (void)rd_kafka_assign(client_.get(), nullptr);
  assign_due_ = false;
  assigned_.clear();
  pauses_.clear();
  forwarded_.clear();
}

Result<std::optional<std::int64_t>> GroupConsumer::committed(const TopicPartition& from) {
  const PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), from.topic.c_str(), from.partition);
  // With isolation.level=read_committed the request asks for stable offsets, and waits for pending transactions.
  auto error = rd_kafka_committed(client_.get(), list.get(), kRequestTimeoutMs);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = list->elems[0].err;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return translate(error, "fetch the committed offset of " + describe(from) + " for group " + membership_.group);
  }
  const std::int64_t offset = list->elems[0].offset;
  if (offset < 0) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(offset);
}

Result<detector::LogBounds> GroupConsumer::bounds(const TopicPartition& of) {
  detector::LogBounds bounds;
  const auto error = rd_kafka_query_watermark_offsets(client_.get(), of.topic.c_str(), of.partition, &bounds.low,
                                                      &bounds.high, kRequestTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return translate(error, "ask for the offsets of " + describe(of));
  return bounds;
}

Result<> GroupConsumer::start(const TopicPartition& from, std::int64_t offset) {
  const auto found = assigned_.find(from);
  if (found == assigned_.end()) return {};  // taken away meanwhile
  found->second = offset;
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(assigned_.size())));
  for (const auto& [partition, start] : assigned_) {
    if (!start) return {};
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)->offset = *start;
  }
  forwarded_.clear();
  for (const auto& [partition, start] : assigned_) {
    Queue queue(rd_kafka_queue_get_partition(client_.get(), partition.topic.c_str(), partition.partition));
    if (!queue) continue;  // its records then come through the group's own queue
    rd_kafka_queue_forward(queue.get(), records_.get());
    forwarded_.push_back(std::move(queue));
  }
  assign_due_ = false;
  const auto error = rd_kafka_assign(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return translate(error, "start reading " + describe(from));
  return {};
}

}  // namespace outflow::connectors
