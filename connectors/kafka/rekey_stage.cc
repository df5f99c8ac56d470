#include "connectors/kafka/rekey_stage.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "connectors/kafka/dead_letter.h"
#include "connectors/kafka/group_consumer.h"
#include "connectors/kafka/origin_header.h"
#include "connectors/kafka/transactional_producer.h"
#include "connectors/log/log.h"

namespace outflow::connectors {
namespace {

using std::chrono::steady_clock;
constexpr int kIdlePollMs = 50;
constexpr int kMaxBackoffMs = 10'000;
constexpr std::uint32_t kRecordsPerClockLook = 64;
// Retention goes by a record's timestamp: one forwarded with a timestamp older than the target's 3 days could be
// deleted before a worker reads it. Its own time then travels in a header.
constexpr std::int64_t kOldestForwardedMs = 2LL * 24 * 3'600'000;
constexpr std::size_t kRecordOverheadBytes = 1'024;  // of headers and framing, against the topic's limit

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string_view text_of(const void* bytes, std::size_t size) {
  return {static_cast<const char*>(bytes), size};
}

std::optional<std::string_view> last_header(const rd_kafka_headers_t* headers, const std::string& name) {
  const void* value = nullptr;
  std::size_t size = 0;
  if (headers == nullptr ||
      rd_kafka_header_get_last(headers, name.c_str(), &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  return text_of(value, value != nullptr ? size : 0);
}

}  // namespace

// From joining the group to the first error, or to the stop.
class RekeyStage::Session final : public RebalanceListener, public MessageSink {
 public:
  explicit Session(RekeyStage& stage) : stage_(stage), settings_(stage.settings_) {}

  Result<> run();
  [[nodiscard]] bool made_progress() const { return made_progress_; }

  void on_assigned(std::span<const TopicPartition> partitions) override;
  void on_revoked() override;
  void on_lost() override;
  bool on_message(const rd_kafka_message_t& message) override;
  void on_end(const rd_kafka_message_t& message) override;

 private:
  struct Progress {
    std::int64_t position = 0;
    std::int64_t end = -1;  // to be reached; -1 = not asked for
  };
  Result<> open();
  Result<> start_pending();
  Result<> commit();
  void forward(const rd_kafka_message_t& message);
  void set_aside(const rd_kafka_message_t& message, const std::string& origin);
  void find_end();
  Progress& progress_of(const rd_kafka_message_t& message);

  RekeyStage& stage_;
  const RekeySettings& settings_;
  std::unique_ptr<TransactionalProducer> producer_;
  std::unique_ptr<GroupConsumer> consumer_;  // destroyed first
  std::map<TopicPartition, Progress> owned_;
  std::vector<TopicPartition> pending_;
  std::map<std::pair<const rd_kafka_topic_t*, std::int32_t>, Progress*> by_handle_;  // no string per record
  steady_clock::time_point next_commit_;
  std::uint32_t until_clock_ = 0;
  std::uint64_t forwarded_ = 0;
  Result<> failure_;
  bool moved_ = false;
  bool made_progress_ = false;
};

Result<> RekeyStage::Session::open() {
  Result<std::unique_ptr<TransactionalProducer>> producer =
      TransactionalProducer::open(settings_.kafka, "outflow-" + settings_.group + "-" + settings_.instance);
  if (!producer) return producer.error();
  producer_ = std::move(producer).value();
  Result<std::unique_ptr<GroupConsumer>> consumer =
      GroupConsumer::open(settings_.kafka, {settings_.group, settings_.instance, settings_.topics}, *this);
  if (!consumer) return consumer.error();
  consumer_ = std::move(consumer).value();
  next_commit_ = steady_clock::now();
  return {};
}

Result<> RekeyStage::Session::run() {
  if (Result<> opened = open(); !opened) return opened;
  while (!stage_.stopping_) {
    if (Result<> polled = consumer_->poll(*this, pending_.empty() ? kIdlePollMs : 0); !polled) return polled;
    if (!failure_.ok()) return failure_;
    if (Result<> started = start_pending(); !started) return started;
    if (steady_clock::now() >= next_commit_) {
      if (Result<> committed = commit(); !committed) return committed;
    }
    find_end();
  }
  Result<> committed = commit();
  owned_.clear();
  consumer_->close();
  return committed;
}

void RekeyStage::Session::on_assigned(std::span<const TopicPartition> partitions) {
  pending_.assign(partitions.begin(), partitions.end());
  stage_.at_end_ = false;
}

void RekeyStage::Session::on_revoked() {
  if (Result<> committed = commit(); !committed && failure_.ok()) failure_ = committed;
  owned_.clear();
  by_handle_.clear();
  pending_.clear();
}

void RekeyStage::Session::on_lost() {
  failure_ = Error{ErrorCode::kRetry, "the group took the partitions away before they were let go"};
}

Result<> RekeyStage::Session::start_pending() {
  while (!pending_.empty()) {
    const TopicPartition partition = pending_.back();
    const Result<std::optional<std::int64_t>> committed = consumer_->committed(partition);
    if (!committed) return committed.error();
    std::int64_t position = committed->value_or(-1);
    if (position < 0) {
      const Result<detector::LogBounds> bounds = consumer_->bounds(partition);
      if (!bounds) return bounds.error();
      position = settings_.start_at_latest ? bounds->high : bounds->low;
    }
    owned_[partition].position = position;
    pending_.pop_back();
    if (Result<> started = consumer_->start(partition, position); !started) return started;
  }
  return {};
}

RekeyStage::Session::Progress& RekeyStage::Session::progress_of(const rd_kafka_message_t& message) {
  Progress*& progress = by_handle_[{message.rkt, message.partition}];
  if (progress == nullptr) progress = &owned_[{rd_kafka_topic_name(message.rkt), message.partition}];
  return *progress;
}

bool RekeyStage::Session::on_message(const rd_kafka_message_t& message) {
  Progress& progress = progress_of(message);
  if (message.offset < progress.position) return true;
  forward(message);
  progress.position = message.offset + 1;
  moved_ = true;
  ++forwarded_;
  if (until_clock_-- > 0) return true;
  until_clock_ = kRecordsPerClockLook;
  return steady_clock::now() < next_commit_;
}

void RekeyStage::Session::on_end(const rd_kafka_message_t& message) {
  Progress& progress = progress_of(message);
  if (message.offset <= progress.position) return;
  progress.position = message.offset;
  moved_ = true;
}

void RekeyStage::Session::forward(const rd_kafka_message_t& message) {
  const std::string origin = format_origin(rd_kafka_topic_name(message.rkt), message.partition, message.offset);
  if (settings_.target_max_bytes > 0 && message.len + kRecordOverheadBytes > settings_.target_max_bytes) {
    set_aside(message, origin);
    return;
  }
  rd_kafka_headers_t* original = nullptr;
  (void)rd_kafka_message_headers(&message, &original);
  const std::string_view value = text_of(message.payload, message.len);
  std::string_view tenant = stage_.decoder_.tenant_of_json(value);
  if (tenant.empty()) tenant = last_header(original, settings_.tenant_header).value_or(std::string_view());
  if (tenant.empty()) tenant = text_of(message.key, message.key_len);
  if (tenant.empty()) tenant = settings_.default_tenant;

  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  OutgoingRecord record{.topic = settings_.target, .key = tenant, .value = value};
  const std::int64_t own_ms = std::max<std::int64_t>(0, rd_kafka_message_timestamp(&message, &type));
  record.timestamp_ms = std::max(own_ms, wall_ms() - kOldestForwardedMs);
  record.headers = original != nullptr ? rd_kafka_headers_copy(original) : rd_kafka_headers_new(2);
  if (record.timestamp_ms != own_ms) {
    const std::string time = std::to_string(own_ms);
    (void)rd_kafka_header_add(record.headers, kOriginTimeHeader.data(), static_cast<ssize_t>(kOriginTimeHeader.size()),
                              time.data(), static_cast<ssize_t>(time.size()));
  }
  (void)rd_kafka_header_add(record.headers, kOriginHeader.data(), static_cast<ssize_t>(kOriginHeader.size()),
                            origin.data(), static_cast<ssize_t>(origin.size()));
  producer_->send(record);
}

void RekeyStage::Session::set_aside(const rd_kafka_message_t& message, const std::string& origin) {
  DeadLetter letter;
  letter.reason = name_of(RejectReason::kTooLarge);
  letter.detail = "larger than the rekeyed topic takes (max.message.bytes)";
  letter.origin = origin;
  letter.key = text_of(message.key, message.key_len);
  letter.value = text_of(message.payload, message.len);
  letter.with_bytes = false;
  const std::string value = pointer_value(letter);
  OutgoingRecord record{.topic = settings_.dead_letters, .key = letter.key, .value = value};
  record.headers = rd_kafka_headers_new(4);
  const std::array<detector::OutputHeader, 4> headers = {{{"outflow-reason", letter.reason},
                                                          {"outflow-detail", letter.detail},
                                                          {kOriginHeader, letter.origin},
                                                          {"outflow-content", "pointer"}}};
  for (const detector::OutputHeader& header : headers) {
    (void)rd_kafka_header_add(record.headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                              header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  producer_->send(record);
}

Result<> RekeyStage::Session::commit() {
  next_commit_ = steady_clock::now() + std::chrono::milliseconds(settings_.commit_interval_ms);
  if (!moved_) return {};
  const PartitionList offsets(rd_kafka_topic_partition_list_new(static_cast<int>(owned_.size())));
  for (const auto& [partition, progress] : owned_) {
    rd_kafka_topic_partition_list_add(offsets.get(), partition.topic.c_str(), partition.partition)->offset =
        progress.position;
  }
  if (Result<> committed = producer_->commit(consumer_->client(), *offsets); !committed) return committed;
  next_commit_ = steady_clock::now() + std::chrono::milliseconds(settings_.commit_interval_ms);
  moved_ = false;
  made_progress_ = true;
  stage_.forwarded_ += std::exchange(forwarded_, 0);
  return {};
}

void RekeyStage::Session::find_end() {
  if (!stage_.look_for_end_ || stage_.at_end_ || !pending_.empty() || moved_ || consumer_->rebalances() == 0) return;
  for (auto& [partition, progress] : owned_) {
    if (progress.end < 0) {
      const Result<detector::LogBounds> bounds = consumer_->bounds(partition);
      if (!bounds) return;
      progress.end = bounds->high;
    }
    if (progress.position < progress.end) return;
  }
  stage_.at_end_ = true;
}

RekeyStage::RekeyStage(RekeySettings settings) : settings_(std::move(settings)), decoder_(settings_.decode) {}
RekeyStage::~RekeyStage() = default;

void RekeyStage::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
}

Result<> RekeyStage::run() {
  int failures = 0;
  while (true) {
    Result<> outcome;
    {
      Session session(*this);
      outcome = session.run();
      if (session.made_progress()) failures = 0;
    }
    if (outcome.ok() || stopping_) return {};
    if (outcome.error().code != ErrorCode::kRetry) return outcome;
    log_event(LogLevel::kWarn, "rekey_recovers", outcome.error().message, {{"in_a_row", failures + 1}});
    const int wait_ms = std::min(kMaxBackoffMs, 100 << std::min(failures++, 7));
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return stopping_.load(); });
  }
}

}  // namespace outflow::connectors
