// `outflow ingest`: files to a Kafka topic, keyed by tenant.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/command.h"
#include "app/config.h"
#include "app/decode_options.h"
#include "app/exit_code.h"
#include "app/input_arguments.h"
#include "app/kafka_properties.h"
#include "app/run_topics.h"
#include "app/stop_signals.h"
#include "connectors/files/input.h"
#include "connectors/kafka/ingest_producer.h"
#include "connectors/kafka/topic_admin.h"
#include "connectors/log/log.h"

namespace outflow::app {
namespace {

using connectors::IngestProducer;
using std::chrono::steady_clock;

constexpr std::uint64_t kShownRejects = 5;
constexpr auto kProgressEvery = std::chrono::milliseconds(200);

struct IngestArguments {
  InputArguments input;
  std::vector<std::string> properties;
  std::optional<std::string> brokers, topic;
  double rate = 0;  // records a second; 0 = as fast as it goes
  double broker_wait_s = 15;
  bool event_time_timestamps = false;
  bool no_progress = false;
  bool no_create_topics = false;
};

class Progress {
 public:
  explicit Progress(bool off) : shown_(!off && isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (shown_) std::fprintf(stderr, "\r\033[K");
  }
  void show(const connectors::InputProgress& progress, std::uint64_t acknowledged) {
    if (!shown_ || steady_clock::now() < next_) return;
    next_ = steady_clock::now() + kProgressEvery;
    if (progress.bytes_total > 0) {
      const double share = static_cast<double>(progress.bytes_read) / static_cast<double>(progress.bytes_total);
      std::fprintf(stderr, "\r\033[K%3.0f %%  ", 100 * std::min(1.0, share));
    } else {
      std::fprintf(stderr, "\r\033[K");
    }
    std::fprintf(stderr, "%llu records written", static_cast<unsigned long long>(acknowledged));
    std::fflush(stderr);
  }

 private:
  bool shown_;
  steady_clock::time_point next_{};
};

// Holds the rate by waiting until a record is due.
class Pace {
 public:
  explicit Pace(double per_second) : per_second_(per_second) {}
  void wait(std::uint64_t record) const {
    if (per_second_ <= 0) return;
    const std::chrono::duration<double> due(static_cast<double>(record) / per_second_);
    std::this_thread::sleep_until(begin_ + std::chrono::duration_cast<steady_clock::duration>(due));
  }

 private:
  double per_second_;
  steady_clock::time_point begin_ = steady_clock::now();
};

int report(const Error& error) {
  std::fprintf(stderr, "outflow: %s\n", error.message.c_str());
  return error.code == ErrorCode::kRefuse ? kExitConfiguration : kExitFailure;
}

void show_reject(const connectors::InputRecord& record, std::string_view why, std::uint64_t rejects) {
  if (rejects > kShownRejects) return;
  std::fprintf(stderr, "%.*s:%llu: %.*s\n", static_cast<int>(record.file.size()), record.file.data(),
               static_cast<unsigned long long>(record.line), static_cast<int>(why.size()), why.data());
  if (rejects == kShownRejects) std::fprintf(stderr, "(further rejects are counted, not shown)\n");
}

struct Tally {
  std::uint64_t written = 0;
  std::uint64_t rejected = 0;
};

// Records of which nothing can be decoded stay behind, counted and shown. One of several events is written once, whole,
// under the tenant of the first that can be read; where they are of several tenants, the rekey stage sorts that out.
Result<> copy(connectors::Input& input, IngestProducer& producer, const IngestArguments& arguments,
              const Config& config, const std::atomic<bool>& stop, Tally& tally) {
  Progress progress(arguments.no_progress);
  const Pace pace(arguments.rate);
  connectors::InputRecord record;
  bool sent_already = false;  // with an earlier event of the same record
  while (!stop) {
    const Result<bool> more = input.next(record);
    if (!more) return more.error();
    if (!*more) break;
    const connectors::Decoded& decoded = *record.decoded;
    if (record.event_index == 0) sent_already = false;
    if (!decoded.ok()) {
      const std::string why = std::string(name_of(decoded.reject)) + ": " + std::string(decoded.detail);
      show_reject(record, why, ++tally.rejected);
      continue;
    }
    if (std::exchange(sent_already, true)) continue;
    pace.wait(tally.written);
    const std::string_view tenant =
        decoded.event.tenant_id.empty() ? std::string_view(config.input.tenant) : decoded.event.tenant_id;
    const std::int64_t timestamp =
        arguments.event_time_timestamps ? std::max<std::int64_t>(1, decoded.event.event_time.ms) : 0;
    Result<> sent = producer.send(tenant, record.json, timestamp);
    if (!sent && sent.error().code != ErrorCode::kDeadLetter) return sent;
    if (!sent) {
      show_reject(record, sent.error().message, ++tally.rejected);
      continue;
    }
    ++tally.written;
    progress.show(input.progress(), producer.acknowledged());
  }
  return producer.finish();
}

Result<> ensure_topic(const std::string& topic, const Config& config, const connectors::KafkaSettings& kafka,
                      const IngestArguments& arguments, const std::atomic<bool>& stop) {
  if (Result<> checked = connectors::check_properties(kafka); !checked) return checked;
  auto admin = connectors::TopicAdmin::connect(kafka, static_cast<std::int64_t>(arguments.broker_wait_s * 1000), stop);
  if (!admin) return admin.error();
  connectors::TopicSpec spec;
  spec.name = topic;
  spec.purpose = "input";
  spec.partitions = config.topics.partitions;
  spec.replication_factor = config.topics.replication_factor;
  spec.config = {{"max.message.bytes", std::to_string(config.max_record_bytes + 65'536)}};
  // Retention goes by the records' timestamps: old events would be deleted within minutes.
  if (arguments.event_time_timestamps) spec.config.emplace_back("retention.ms", "-1");
  spec.create = config.topics.create && !arguments.no_create_topics;
  const auto facts = (*admin)->ensure(spec);
  if (!facts) return facts.error();
  return {};
}

int ingest(const IngestArguments& arguments) {
  Result<Config> loaded = load_config(arguments.input.config);
  if (!loaded) return report(loaded.error());
  Config& config = *loaded;
  if (!arguments.input.tenant.empty()) config.input.tenant = arguments.input.tenant;
  if (arguments.brokers) config.kafka.brokers = *arguments.brokers;
  if (Result<> added = add_properties(arguments.properties, config.kafka.properties); !added) {
    return report(added.error());
  }
  if (!arguments.topic && config.input.topics.size() > 1) {
    return report({ErrorCode::kRefuse, "the configuration names several input topics; say which with --topic"});
  }
  const std::string topic = arguments.topic               ? *arguments.topic
                            : config.input.topics.empty() ? config.input.rekeyed_topic
                                                          : config.input.topics.front();
  (void)connectors::configure_log("warn", "auto");
  const StopSignals signals;
  connectors::InputOptions options;
  Result<connectors::DecodeOptions> decode = decode_options(config, arguments.input.extras());
  if (!decode) return report(decode.error());
  options.decode = std::move(*decode);
  options.want_json = true;
  Result<connectors::Input> input = connectors::Input::open(arguments.input.inputs, options);
  if (!input) {
    (void)report(input.error());
    return kExitFailure;
  }
  const connectors::KafkaSettings kafka = kafka_settings(config);
  if (Result<> ready = ensure_topic(topic, config, kafka, arguments, signals.requested()); !ready) {
    return report(ready.error());
  }
  auto producer = IngestProducer::open(kafka, topic);
  if (!producer) return report(producer.error());
  Tally tally;
  const auto begin = steady_clock::now();
  const Result<> copied = copy(*input, **producer, arguments, config, signals.requested(), tally);
  const std::chrono::duration<double> took = steady_clock::now() - begin;
  if (!copied) (*producer)->abandon();
  std::fprintf(stderr, "%llu records written to %s in %.1f s, %llu rejected\n",
               static_cast<unsigned long long>((*producer)->acknowledged()), topic.c_str(), took.count(),
               static_cast<unsigned long long>(tally.rejected));
  if (!copied) return report(copied.error());
  return signals.requested() ? kExitInterrupted : kExitOk;
}

}  // namespace

void add_ingest_command(CLI::App& root, int& exit_code) {
  CLI::App* command = root.add_subcommand("ingest", "Write files of audit records to a Kafka topic, keyed by tenant");
  const auto arguments = std::make_shared<IngestArguments>();
  arguments->input.add_to(*command);
  command->add_option("--brokers", arguments->brokers, "Kafka brokers, host:port, comma separated");
  command->add_option("--topic", arguments->topic, "Topic; else the configured input, else outflow.input");
  command->add_option("-X", arguments->properties, "librdkafka property, name=value; may be given more than once");
  command->add_option("--rate", arguments->rate, "Records a second; 0 = as fast as it goes")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--broker-wait", arguments->broker_wait_s, "Seconds to wait for a broker's first answer")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--event-time-timestamps", arguments->event_time_timestamps,
                    "Give records the time of their event as Kafka timestamp, not now");
  command->add_flag("--no-create-topics", arguments->no_create_topics, "Refuse where the topic is missing");
  command->add_flag("--no-progress", arguments->no_progress, "No progress on a terminal");
  command->callback([arguments, &exit_code] { exit_code = ingest(*arguments); });
}

}  // namespace outflow::app
