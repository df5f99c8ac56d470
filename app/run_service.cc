#include "app/run_service.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/exit_code.h"
#include "app/run_topics.h"
#include "app/stop_signals.h"
#include "app/version.h"
#include "connectors/http/server.h"
#include "connectors/kafka/rekey_stage.h"
#include "connectors/log/log.h"
#include "connectors/metrics/endpoints.h"
#include "connectors/metrics/exporter.h"
#include "connectors/rocksdb/state_store.h"

namespace outflow::app {
namespace {

using connectors::LogLevel;
using connectors::RekeyStage;
using connectors::RocksStateStore;
using connectors::Worker;

constexpr auto kLookEvery = std::chrono::milliseconds(50);
constexpr std::int64_t kDeadLetterOverheadBytes = 4'096;  // of headers, keys and framing

int exit_code_of(const Error& error) {
  return error.code == ErrorCode::kRefuse ? kExitConfiguration : kExitFailure;
}

int report(const Error& error) {
  connectors::log_event(LogLevel::kError, error.code == ErrorCode::kRefuse ? "refused" : "failed", error.message);
  return exit_code_of(error);
}

// The threads of one run and the first error among them.
class Service {
 public:
  Service(const Config& config, const RunOptions& options, const std::atomic<bool>& stop)
      : config_(config), options_(options), stop_(stop), kafka_(kafka_settings(config)) {}

  int run();

 private:
  Result<> prepare();
  void make_workers();
  void make_rekey_stage();
  Result<> serve_http();
  void start_threads();
  void wait();
  [[nodiscard]] bool everything_done();
  void note(const Error& error);

  const Config& config_;
  const RunOptions& options_;
  const std::atomic<bool>& stop_;
  connectors::KafkaSettings kafka_;
  PreparedTopics topics_;
  std::string instance_;
  std::unique_ptr<RocksStateStore> store_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<RekeyStage> rekey_;
  std::unique_ptr<connectors::Exporter> exporter_;
  std::unique_ptr<connectors::HttpServer> http_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::unique_ptr<Error> failure_;  // the first
  std::atomic<bool> failed_{false};
};

void Service::note(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (!failure_) failure_ = std::make_unique<Error>(error);
  failed_ = true;
}

Result<> Service::prepare() {
  if (Result<> checked = check_topics(config_); !checked) return checked;
  if (Result<> checked = connectors::check_properties(kafka_); !checked) return checked;
  // The directory first: it is ours alone before anything is asked of the brokers.
  Result<std::unique_ptr<RocksStateStore>> store =
      RocksStateStore::open(config_.state.directory, worked_topic(config_));
  if (!store) return store.error();
  store_ = std::move(store).value();
  instance_ = config_.kafka.instance_id.empty() ? store_->instance() : config_.kafka.instance_id;
  Result<PreparedTopics> topics = prepare_topics(config_, kafka_, options_.broker_wait_ms, stop_);
  if (!topics) return topics.error();
  topics_ = std::move(topics).value();
  return {};
}

void Service::make_workers() {
  TopicLimits limits;
  if (topics_.dead_letters_max_bytes > kDeadLetterOverheadBytes) {
    limits.dead_letter_max_bytes = static_cast<std::size_t>(topics_.dead_letters_max_bytes - kDeadLetterOverheadBytes);
  }
  for (int i = 0; i < config_.workers; ++i) {
    connectors::WorkerSettings settings;
    settings.kafka = kafka_;
    settings.instance = instance_ + "-" + std::to_string(i);
    settings.topics = {worked_topic(config_),          config_.topics.alerts, config_.topics.anomalies,
                       config_.topics.dead_letters,    config_.topics.state,  topics_.anomalies_partitions,
                       topics_.dead_letters_partitions};
    std::unique_ptr<connectors::WorkerMachines> machines = options_.machines(config_, limits);
    detector::ProtocolOptions& protocol = settings.protocol;
    protocol.identity.cluster_id = topics_.cluster_id;
    protocol.identity.topic = worked_topic(config_);
    protocol.identity.topic_id = topics_.input_id;
    protocol.identity.group = config_.kafka.group;
    protocol.identity.partition_count = topics_.input_partitions;
    protocol.identity.decoder_version = machines->decoder_version();
    // What the rekey stage writes is read from its beginning; where to begin is decided before it.
    protocol.start_at_latest = config_.input.keyed_by_tenant && config_.input.start == "latest";
    protocol.commit_interval_ms = config_.commit_interval_ms;
    protocol.checkpoint_interval_ms = config_.state.checkpoint_interval_ms;
    protocol.checkpoint_dirty_bytes = config_.state.checkpoint_dirty_bytes;
    workers_.push_back(std::make_unique<Worker>(std::move(settings), *store_, std::move(machines)));
  }
}

void Service::make_rekey_stage() {
  if (config_.input.keyed_by_tenant) return;
  connectors::RekeySettings settings;
  settings.kafka = kafka_;
  settings.group = config_.kafka.group + "-rekey";
  settings.instance = instance_;
  settings.topics = config_.input.topics;
  settings.target = config_.input.rekeyed_topic;
  settings.dead_letters = config_.topics.dead_letters;
  settings.target_max_bytes = static_cast<std::size_t>(std::max<std::int64_t>(0, topics_.input_max_bytes));
  settings.tenant_header = config_.input.tenant_header;
  settings.default_tenant = config_.input.tenant;
  settings.start_at_latest = config_.input.start == "latest";
  settings.commit_interval_ms = config_.commit_interval_ms;
  settings.decode = options_.decode;
  settings.sources = config_.input.sources;
  rekey_ = std::make_unique<RekeyStage>(std::move(settings));
}

Result<> Service::serve_http() {
  if (!config_.http.enabled) return {};
  const connectors::SnapshotSource snapshots = [this] {
    std::vector<connectors::WorkerSnapshot> all;
    all.reserve(workers_.size());
    for (const auto& worker : workers_) all.push_back(worker->snapshot().read());
    return all;
  };
  connectors::ExporterOptions exporter;
  exporter.version = version();
  exporter.workers = snapshots;
  exporter.store = [this] { return store_->metrics(); };
  if (options_.schemas) exporter.schemas = [this] { return options_.schemas->counts(); };
  exporter_ = std::make_unique<connectors::Exporter>(std::move(exporter));
  connectors::HttpServerOptions options;
  options.address = config_.http.address;
  options.port = config_.http.port;
  options.certificate_file = config_.http.tls.certificate_file;
  options.key_file = config_.http.tls.key_file;
  options.bearer_token = config_.http.bearer_token;
  Result<std::unique_ptr<connectors::HttpServer>> server =
      connectors::HttpServer::start(std::move(options), connectors::metric_routes(*exporter_, snapshots));
  if (!server) return server.error();
  http_ = std::move(server).value();
  connectors::log_event(LogLevel::kInfo, "http_listening", "metrics and health are served",
                        {{"url", http_->url() + "/metrics"}});
  return {};
}

void Service::start_threads() {
  for (const auto& worker : workers_) {
    threads_.emplace_back([this, &worker] {
      if (Result<> done = worker->run(); !done) note(done.error());
    });
  }
  if (!rekey_) return;
  threads_.emplace_back([this] {
    if (Result<> done = rekey_->run(); !done) note(done.error());
  });
}

bool Service::everything_done() {
  if (!options_.exit_at_end) return false;
  if (rekey_ && !rekey_->at_end()) {
    rekey_->look_for_end();
    return false;
  }
  int at_end = 0;
  for (const auto& worker : workers_) {
    worker->look_for_end();
    at_end += worker->partitions_at_end();
  }
  return at_end >= topics_.input_partitions;
}

void Service::wait() {
  while (!stop_ && !failed_ && !everything_done()) std::this_thread::sleep_for(kLookEvery);
  // The stage first: what it still commits the workers may still take, and if not, the next start does.
  if (rekey_) rekey_->stop();
  for (const auto& worker : workers_) worker->stop();
  for (std::thread& thread : threads_) thread.join();
}

int Service::run() {
  if (Result<> prepared = prepare(); !prepared) {
    return stop_ && prepared.error().code == ErrorCode::kRetry ? kExitOk : report(prepared.error());
  }
  make_workers();
  make_rekey_stage();
  if (Result<> served = serve_http(); !served) return report(served.error());
  connectors::log_event(LogLevel::kInfo, "started", "reading",
                        {{"topic", worked_topic(config_)},
                         {"partitions", topics_.input_partitions},
                         {"workers", config_.workers},
                         {"group", config_.kafka.group},
                         {"instance", instance_},
                         {"cluster", topics_.cluster_id}});
  start_threads();
  wait();
  std::uint64_t consumed = 0;
  for (const auto& worker : workers_) {
    for (const auto& [topic, records] : worker->snapshot().read().consumed_by_topic) consumed += records;
  }
  if (failure_) return report(*failure_);
  connectors::log_event(LogLevel::kInfo, "stopped", "drained: everything read is committed", {{"records", consumed}});
  return kExitOk;
}

}  // namespace

const std::string& worked_topic(const Config& config) {
  return config.input.keyed_by_tenant ? config.input.topics.front() : config.input.rekeyed_topic;
}

int run_service(const Config& config, const RunOptions& options) {
  if (Result<> configured = connectors::configure_log(config.log.level, config.log.format); !configured) {
    return report(configured.error());
  }
  const StopSignals signals;
  for (const auto& [name, value] : config.kafka.properties) {
    connectors::log_event(LogLevel::kDebug, "kafka_property", "passed to librdkafka",
                          {{"name", name}, {"value", connectors::redacted(name, value)}});
  }
  return Service(config, options, signals.requested()).run();
}

}  // namespace outflow::app
