#include "connectors/kafka/worker.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <utility>

#include "connectors/kafka/group_consumer.h"
#include "connectors/kafka/state_log.h"
#include "connectors/log/log.h"
#include "connectors/rocksdb/checkpoint_thread.h"

namespace outflow::connectors {
namespace {

constexpr int kIdlePollMs = 50;
constexpr std::int64_t kPublishEveryMs = 1'000;
constexpr std::int64_t kLagEveryMs = 5'000;
constexpr int kMaxBackoffMs = 10'000;

class SteadyClock final : public detector::Clock {
 public:
  [[nodiscard]] std::int64_t now_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

// The headers of the message at hand.
class MessageHeaders final : public detector::RecordHeaders {
 public:
  void of(const rd_kafka_message_t& message) { message_ = &message; }
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(message_, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
    const void* value = nullptr;
    std::size_t size = 0;
    const std::string terminated(name);
    if (rd_kafka_header_get_last(headers, terminated.c_str(), &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return std::nullopt;
    }
    if (value == nullptr) return std::string_view();
    return std::string_view(static_cast<const char*>(value), size);
  }

 private:
  const rd_kafka_message_t* message_ = nullptr;
};

}  // namespace

// From joining the group to the first error, or to the drain.
class Worker::Session final : public RebalanceListener, public MessageSink {
 public:
  explicit Session(Worker& worker)
      : worker_(worker), settings_(worker.settings_), state_log_(settings_.kafka, settings_.topics.state) {}
  ~Session() override {
    // Before the consumer goes: a closing consumer must not call back into what is half gone.
    checkpoints_.stop();
    protocol_.reset();
    log_.reset();
    outputs_.reset();
    if (consumer_) worker_.rebalances_ += consumer_->rebalances();
  }

  Result<> run();
  [[nodiscard]] bool made_progress() const { return made_progress_; }

  void on_assigned(std::span<const TopicPartition> partitions) override;
  void on_revoked() override;
  void on_lost() override;
  bool on_message(const rd_kafka_message_t& message) override;
  void on_end(const rd_kafka_message_t& message) override;

 private:
  // The consumer as the protocol's log: one topic, so a partition is its number.
  class Log final : public detector::EventLog {
   public:
    Log(GroupConsumer& consumer, std::string topic) : consumer_(consumer), topic_(std::move(topic)) {}
    Result<std::optional<std::int64_t>> committed(std::int32_t partition) override {
      return consumer_.committed({topic_, partition});
    }
    Result<detector::LogBounds> bounds(std::int32_t partition) override {
      return consumer_.bounds({topic_, partition});
    }
    Result<> start(std::int32_t partition, std::int64_t offset) override {
      return consumer_.start({topic_, partition}, offset);
    }
    void come_again(std::int32_t partition, std::int64_t offset) override {
      consumer_.come_again({topic_, partition}, offset);
    }

   private:
    GroupConsumer& consumer_;
    std::string topic_;
  };

  Result<> open();
  Result<> recover_pending();
  Result<> tick();
  Result<> drain();
  void find_end();
  void publish(std::int64_t now);
  void keep_counts();

  Worker& worker_;
  const WorkerSettings& settings_;
  SteadyClock clock_;
  KafkaStateLog state_log_;
  CheckpointThread checkpoints_;
  std::unique_ptr<TransactionalProducer> producer_;
  std::unique_ptr<GroupConsumer> consumer_;
  std::unique_ptr<KafkaOutputs> outputs_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<detector::CommitProtocol> protocol_;
  MessageHeaders headers_;
  Result<> failure_;  // from within a rebalance
  detector::ProtocolCounts kept_;
  std::map<std::int32_t, std::int64_t> ends_;  // to be reached, once asked for
  std::map<std::int32_t, std::int64_t> high_;  // for the lag
  std::int64_t next_publish_ms_ = 0;
  std::int64_t next_lag_ms_ = 0;
  std::int64_t waiting_since_ms_ = 0;  // for a partition another worker holds
  bool made_progress_ = false;
};

Result<> Worker::Session::open() {
  const std::string& group = settings_.protocol.identity.group;
  // The producer first: it settles what its predecessor left open, so that the offsets read next are final.
  Result<std::unique_ptr<TransactionalProducer>> producer =
      TransactionalProducer::open(settings_.kafka, "outflow-" + group + "-" + settings_.instance);
  if (!producer) return producer.error();
  producer_ = std::move(producer).value();
  Result<std::unique_ptr<GroupConsumer>> consumer =
      GroupConsumer::open(settings_.kafka, {group, settings_.instance, {settings_.topics.input}}, *this);
  if (!consumer) return consumer.error();
  consumer_ = std::move(consumer).value();
  outputs_ = std::make_unique<KafkaOutputs>(*producer_, *consumer_, settings_.topics);
  log_ = std::make_unique<Log>(*consumer_, settings_.topics.input);
  protocol_ = std::make_unique<detector::CommitProtocol>(
      settings_.protocol,
      detector::ProtocolPorts{*log_, *outputs_, state_log_, worker_.store_, checkpoints_, *worker_.machines_, clock_});
  return {};
}

Result<> Worker::Session::run() {
  if (Result<> opened = open(); !opened) return opened;
  while (!worker_.stopping_) {
    const std::int64_t until_tick = protocol_->next_tick_ms() - clock_.now_ms();
    const bool hurry = protocol_->recovery_pending();
    const int timeout = hurry ? 0 : static_cast<int>(std::clamp<std::int64_t>(until_tick, 0, kIdlePollMs));
    if (Result<> polled = consumer_->poll(*this, timeout); !polled) return polled;
    if (!failure_.ok()) return failure_;
    if (Result<> recovered = recover_pending(); !recovered) return recovered;
    if (Result<> ticked = tick(); !ticked) return ticked;
  }
  return drain();
}

Result<> Worker::Session::recover_pending() {
  if (!protocol_->recovery_pending()) return {};
  Result<> recovered = protocol_->recover_next();
  if (!recovered) {
    if (recovered.error().code != ErrorCode::kRetry) return recovered;
    // Often another worker of this process has not let go yet; polling goes on, so the group does not wait.
    const std::int64_t now = clock_.now_ms();
    if (waiting_since_ms_ == 0) waiting_since_ms_ = now;
    if (now - waiting_since_ms_ > 3 * settings_.kafka.session_timeout_ms()) return recovered;
    (void)consumer_->poll(*this, kIdlePollMs);
    return {};
  }
  waiting_since_ms_ = 0;
  if (!protocol_->recovery_pending()) {
    state_log_.rest();
    log_event(LogLevel::kInfo, "partitions_recovered", "checkpoints are loaded; reading on from them",
              {{"instance", settings_.instance}, {"partitions", consumer_->assigned()}});
  }
  return {};
}

Result<> Worker::Session::tick() {
  const auto begin = std::chrono::steady_clock::now();
  const std::uint64_t commits = protocol_->counts().commits;
  Result<> ticked = protocol_->tick();
  if (!ticked) {
    ++worker_.commit_failures_;
    return ticked;
  }
  if (protocol_->counts().commits != commits) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    worker_.commit_duration_.observe(took.count());
    made_progress_ = true;
  }
  find_end();
  const std::int64_t now = clock_.now_ms();
  if (protocol_->counts().commits != commits || now >= next_publish_ms_) publish(now);
  return {};
}

Result<> Worker::Session::drain() {
  checkpoints_.stop();
  Result<> released = protocol_->release();
  publish(clock_.now_ms());
  if (!released) {
    log_event(LogLevel::kWarn, "drain_incomplete", "the next start replays more: " + released.error().message,
              {{"instance", settings_.instance}});
  }
  consumer_->close();
  return {};
}

void Worker::Session::on_assigned(std::span<const TopicPartition> partitions) {
  std::vector<std::int32_t> numbers;
  for (const TopicPartition& partition : partitions) numbers.push_back(partition.partition);
  log_event(LogLevel::kInfo, "partitions_assigned", "the group gave this worker its partitions",
            {{"instance", settings_.instance}, {"partitions", numbers.size()}});
  worker_.at_end_ = 0;
  ends_.clear();
  high_.clear();
  protocol_->assign(numbers);
}

void Worker::Session::on_revoked() {
  worker_.at_end_ = 0;
  if (!protocol_) return;
  if (Result<> released = protocol_->release(); !released) {
    if (failure_.ok()) failure_ = released;
    protocol_->drop();
  }
  log_event(LogLevel::kInfo, "partitions_revoked", "committed, checkpointed and let go",
            {{"instance", settings_.instance}});
}

void Worker::Session::on_lost() {
  worker_.at_end_ = 0;
  if (!protocol_) return;
  protocol_->drop();
  if (failure_.ok()) failure_ = Error{ErrorCode::kRetry, "the group took the partitions away before they were let go"};
}

bool Worker::Session::on_message(const rd_kafka_message_t& message) {
  headers_.of(message);
  detector::LogRecord record;
  record.partition = message.partition;
  record.offset = message.offset;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.time.ms = rd_kafka_message_timestamp(&message, &type);
  record.key = {static_cast<const char*>(message.key), message.key_len};
  record.value = {static_cast<const char*>(message.payload), message.len};
  record.headers = &headers_;
  return protocol_->on_record(record);
}

void Worker::Session::on_end(const rd_kafka_message_t& message) {
  protocol_->on_end(message.partition, message.offset);
  high_[message.partition] = message.offset;
}

// For a run that ends at the end of its input.
void Worker::Session::find_end() {
  if (!worker_.look_for_end_ || protocol_->recovery_pending()) return;
  int reached = 0;
  protocol_->for_each([&](const detector::PartitionProgress& progress, const detector::RecordMachine* /*machine*/) {
    auto end = ends_.find(progress.partition);
    if (end == ends_.end()) {
      const Result<detector::LogBounds> bounds = log_->bounds(progress.partition);
      if (!bounds) return;
      end = ends_.emplace(progress.partition, bounds->high).first;
    }
    if (progress.position >= end->second && progress.committed >= progress.position) ++reached;
  });
  worker_.at_end_ = reached;
}

void Worker::Session::keep_counts() {
  const detector::ProtocolCounts& counts = protocol_->counts();
  worker_.commits_ += counts.commits - kept_.commits;
  worker_.checkpoints_ += counts.checkpoints - kept_.checkpoints;
  worker_.checkpoint_bytes_ += counts.checkpoint_bytes - kept_.checkpoint_bytes;
  kept_ = counts;
}

void Worker::Session::publish(std::int64_t now) {
  keep_counts();
  if (now >= next_lag_ms_) {
    next_lag_ms_ = now + kLagEveryMs;
    protocol_->for_each([&](const detector::PartitionProgress& progress, const detector::RecordMachine*) {
      std::int64_t low = 0;
      std::int64_t high = -1;
      // What the last fetch said; no request.
      if (rd_kafka_get_watermark_offsets(consumer_->client(), settings_.topics.input.c_str(), progress.partition, &low,
                                         &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
          high >= 0) {
        high_[progress.partition] = std::max(high_[progress.partition], high);
      }
    });
  }
  next_publish_ms_ = now + kPublishEveryMs;
  WorkerSnapshot snapshot;
  worker_.machines_->describe(snapshot);
  snapshot.rebalances = worker_.rebalances_ + consumer_->rebalances();
  snapshot.commits = worker_.commits_;
  snapshot.commit_failures = worker_.commit_failures_;
  snapshot.recoveries = worker_.recoveries_;
  snapshot.checkpoints = worker_.checkpoints_;
  snapshot.checkpoint_bytes = worker_.checkpoint_bytes_;
  snapshot.commit_duration = worker_.commit_duration_;
  snapshot.broker_up = !consumer_->all_brokers_down();
  // A worker that was given nothing is as ready as it can be.
  snapshot.assigned = consumer_->rebalances() > 0 && checkpoints_.stalled().empty();
  protocol_->for_each([&](const detector::PartitionProgress& progress, const detector::RecordMachine* machine) {
    if (machine == nullptr || !progress.recovered) snapshot.assigned = false;
    PartitionSnapshot partition;
    partition.topic = settings_.topics.input;
    partition.partition = progress.partition;
    const auto high = high_.find(progress.partition);
    if (high != high_.end() && progress.position >= 0) {
      partition.lag_records = std::max<std::int64_t>(0, high->second - progress.position);
    }
    partition.last_record_ms = progress.last_record_ms;
    if (machine != nullptr) worker_.machines_->describe(*machine, partition);
    snapshot.partitions.push_back(std::move(partition));
  });
  worker_.slot_.publish(std::move(snapshot));
}

Worker::Worker(WorkerSettings settings, detector::StateStore& store, std::unique_ptr<WorkerMachines> machines)
    : settings_(std::move(settings)), store_(store), machines_(std::move(machines)) {}
Worker::~Worker() = default;

void Worker::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
}

void Worker::back_off(int failures) {
  const int wait_ms = std::min(kMaxBackoffMs, 100 << std::min(failures, 7));
  std::unique_lock lock(mutex_);
  stopped_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return stopping_.load(); });
}

Result<> Worker::run() {
  int failures = 0;
  while (true) {
    Result<> outcome;
    {
      Session session(*this);
      outcome = session.run();
      if (session.made_progress()) failures = 0;
    }
    at_end_ = 0;
    if (outcome.ok() || stopping_) return {};
    if (outcome.error().code != ErrorCode::kRetry) {
      WorkerSnapshot snapshot = slot_.read();
      snapshot.assigned = false;
      snapshot.failure = outcome.error().message;
      slot_.publish(std::move(snapshot));
      return outcome;
    }
    ++recoveries_;
    log_event(LogLevel::kWarn, "worker_recovers", outcome.error().message,
              {{"instance", settings_.instance}, {"in_a_row", failures + 1}});
    WorkerSnapshot snapshot = slot_.read();
    snapshot.assigned = false;
    snapshot.recoveries = recoveries_;
    slot_.publish(std::move(snapshot));
    back_off(failures++);
  }
}

}  // namespace outflow::connectors
