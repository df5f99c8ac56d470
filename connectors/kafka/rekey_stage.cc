#include "connectors/kafka/rekey_stage.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
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
    std::int64_t end = -1;         // to be reached; -1 = not asked for
    std::int64_t waiting_at = -1;  // the record whose schema is on its way
    std::string source;            // the topic's pin
  };
  Result<> open();
  Result<> start_pending();
  Result<> commit();
  void forward(const rd_kafka_message_t& message, const Progress& progress);
  void find_tenants(std::string_view value, std::string_view source, std::string_view transport);
  void send_copy(const rd_kafka_message_t& message, const Progress& progress, const std::string& origin,
                 std::size_t copy);
  void set_aside(const rd_kafka_message_t& message, const std::string& origin, std::string_view reason,
                 std::string_view detail);
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
  std::vector<std::string> tenants_;  // of the record at hand, each once; the memory of those behind is reused
  std::size_t tenant_count_ = 0;
  std::string transport_;  // tenant of its events that name none
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
    const auto pin = settings_.sources.find(partition.topic);
    if (pin != settings_.sources.end()) owned_[partition].source = pin->second;
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
  if (progress.waiting_at >= 0 && message.offset > progress.waiting_at) return false;
  const bool waits = stage_.gate_.look(text_of(message.payload, message.len)) == SchemaStore::State::kPending;
  progress.waiting_at = waits ? message.offset : -1;
  if (waits) {
    consumer_->come_again({rd_kafka_topic_name(message.rkt), message.partition}, message.offset);
    return false;
  }
  forward(message, progress);
  progress.position = message.offset + 1;
  moved_ = true;
  ++forwarded_;
  if (until_clock_-- > 0) return true;
  until_clock_ = kRecordsPerClockLook;
  return steady_clock::now() < next_commit_;
}

void RekeyStage::Session::on_end(const rd_kafka_message_t& message) {
  Progress& progress = progress_of(message);
  if (message.offset <= progress.position || progress.waiting_at >= 0) return;
  progress.position = message.offset;
  moved_ = true;
}

// The tenants of the record's events in their order; at least one, though it may be nobody.
void RekeyStage::Session::find_tenants(std::string_view value, std::string_view source, std::string_view transport) {
  tenant_count_ = 0;
  const auto add = [this](std::string_view tenant) {
    const auto end = tenants_.begin() + static_cast<std::ptrdiff_t>(tenant_count_);
    if (std::find(tenants_.begin(), end, tenant) != end) return;
    if (tenant_count_ == tenants_.size()) tenants_.emplace_back();
    tenants_[tenant_count_++].assign(tenant);
  };
  Decoder& decoder = stage_.decoders_.of(source);
  decoder.open(value, transport);
  for (const Decoded* decoded = decoder.next(); decoded != nullptr; decoded = decoder.next()) {
    if (decoded->ok() && tenant_count_ <= kMostTenants) add(decoded->event.tenant_id);
  }
  if (tenant_count_ > 0) return;
  const std::string_view named = decoder.tenant_of_json(value);
  add(named.empty() ? transport : named);
}

void RekeyStage::Session::forward(const rd_kafka_message_t& message, const Progress& progress) {
  const std::string origin = format_origin(rd_kafka_topic_name(message.rkt), message.partition, message.offset);
  if (settings_.target_max_bytes > 0 && message.len + kRecordOverheadBytes > settings_.target_max_bytes) {
    set_aside(message, origin, name_of(RejectReason::kTooLarge),
              "larger than the rekeyed topic takes (max.message.bytes)");
    return;
  }
  rd_kafka_headers_t* original = nullptr;
  (void)rd_kafka_message_headers(&message, &original);
  std::string_view transport = last_header(original, settings_.tenant_header).value_or(std::string_view());
  if (transport.empty()) transport = text_of(message.key, message.key_len);
  if (transport.empty()) transport = settings_.default_tenant;
  transport_.assign(transport);
  find_tenants(text_of(message.payload, message.len), progress.source, transport_);
  if (tenant_count_ > kMostTenants) {
    set_aside(message, origin, "too_many_tenants", "its events are of more than 64 tenants");
    return;
  }
  for (std::size_t copy = 0; copy < tenant_count_; ++copy) send_copy(message, progress, origin, copy);
}

void RekeyStage::Session::send_copy(const rd_kafka_message_t& message, const Progress& progress,
                                    const std::string& origin, std::size_t copy) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  OutgoingRecord record{
      .topic = settings_.target, .key = tenants_[copy], .value = text_of(message.payload, message.len)};
  const std::int64_t own_ms = std::max<std::int64_t>(0, rd_kafka_message_timestamp(&message, &type));
  record.timestamp_ms = std::max(own_ms, wall_ms() - kOldestForwardedMs);
  rd_kafka_headers_t* original = nullptr;
  (void)rd_kafka_message_headers(&message, &original);
  record.headers = original != nullptr ? rd_kafka_headers_copy(original) : rd_kafka_headers_new(2);
  const auto add = [&record](std::string_view name, std::string_view value) {
    (void)rd_kafka_header_add(record.headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                              static_cast<ssize_t>(value.size()));
  };
  // What says how a record counts is ours alone.
  for (const std::string_view name : {kSharedHeader, kCopyHeader, kSourceHeader}) {
    (void)rd_kafka_header_remove(record.headers, std::string(name).c_str());
  }
  if (record.timestamp_ms != own_ms) add(kOriginTimeHeader, std::to_string(own_ms));
  if (!progress.source.empty()) add(kSourceHeader, progress.source);
  if (tenant_count_ > 1) add(kSharedHeader, transport_);
  if (copy > 0) add(kCopyHeader, std::to_string(copy));
  add(kOriginHeader, origin);
  producer_->send(record);
}

void RekeyStage::Session::set_aside(const rd_kafka_message_t& message, const std::string& origin,
                                    std::string_view reason, std::string_view detail) {
  DeadLetter letter;
  letter.reason = reason;
  letter.detail = detail;
  letter.origin = origin;
  letter.value = text_of(message.payload, message.len);
  const DeadLetterMessage written(letter);
  OutgoingRecord record{.topic = settings_.dead_letters, .key = written.key(), .value = written.value()};
  record.headers = rd_kafka_headers_new(written.headers().size());
  for (const detector::OutputHeader& header : written.headers()) {
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

RekeyStage::RekeyStage(RekeySettings settings)
    : settings_(std::move(settings)), decoders_(settings_.decode), gate_(settings_.decode) {}
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
