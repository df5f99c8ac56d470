// `outflow run` with a counting machine in place of the detector, for the tests of the commit protocol.
//
// The machine sums the numbers it reads (a record's value is a number). Every tenth record raises an "alert" with the
// offset and the sum so far: a record lost, doubled or decided twice shows in every alert after it. Its decision
// carries the sum, which replay checks. Records that are no number become dead letters.
//
//   counting_run BROKERS TOPIC GROUP STATE_DIR WORKERS [--rekey SECOND_TOPIC] [--exit-at-end] [--checkpoint-ms N] [-X
//   name=value]...
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "app/kafka_properties.h"
#include "app/run_service.h"
#include "connectors/kafka/dead_letter.h"
#include "connectors/kafka/origin_header.h"

namespace {

using namespace outflow;

constexpr std::uint64_t kAlertEvery = 10;

class CountingMachine final : public detector::RecordMachine {
 public:
  explicit CountingMachine(const features::StateReader& cold) : cold_(cold) {}

  Result<> load() override {
    std::string value;
    if (cold_.get("s", value)) std::sscanf(value.c_str(), "%llu %llu", &records_, &sum_);
    return {};
  }

  void apply(const detector::LogRecord& record, detector::RecordOutputs& outputs) override {
    if (!count(record)) {
      const std::string origin = connectors::format_origin("in", record.partition, record.offset);
      connectors::DeadLetter letter;
      letter.reason = "malformed_json";
      letter.detail = "no number";
      letter.origin = origin;
      letter.key = record.key;
      letter.value = record.value;
      letter.with_bytes = true;
      connectors::send_dead_letter(outputs, record.partition, letter);
      return;
    }
    if (records_ % kAlertEvery != 0) return;
    const std::string text = std::to_string(record.offset) + ":" + std::to_string(sum_);
    outputs.send(detector::Stream::kAlerts, record.partition, record.key, text, {});
    outputs.decide({record.offset, 0, std::to_string(sum_)});
  }

  void replay(const detector::LogRecord& record, std::span<const detector::Decision> decided) override {
    const bool alerts = count(record) && records_ % kAlertEvery == 0;
    const bool right = alerts ? decided.size() == 1 && decided[0].bytes == std::to_string(sum_) : decided.empty();
    if (right) return;
    std::fprintf(stderr, "REPLAY DIVERGED at %d/%lld\n", record.partition, static_cast<long long>(record.offset));
    std::abort();
  }

  void encode_dirty(features::StateWriter& out) override {
    out.put("s", std::to_string(records_) + " " + std::to_string(sum_));
  }
  void checkpoint_durable() override {}
  [[nodiscard]] std::size_t dirty_bytes() const override { return 0; }
  void outputs_committed() override {}

 private:
  bool count(const detector::LogRecord& record) {
    unsigned long long number = 0;
    const auto [end, error] = std::from_chars(record.value.data(), record.value.data() + record.value.size(), number);
    if (error != std::errc() || end != record.value.data() + record.value.size()) return false;
    ++records_;
    sum_ += number;
    return true;
  }

  const features::StateReader& cold_;
  unsigned long long records_ = 0;
  unsigned long long sum_ = 0;
};

class CountingMachines final : public connectors::WorkerMachines {
 public:
  std::unique_ptr<detector::RecordMachine> create(std::int32_t, const features::StateReader& cold) override {
    return std::make_unique<CountingMachine>(cold);
  }
  [[nodiscard]] std::uint32_t decoder_version() const override { return 1; }
  void describe(const detector::RecordMachine&, connectors::PartitionSnapshot&) const override {}
  void describe(connectors::WorkerSnapshot&) const override {}
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 5) return 2;
  app::Config config;
  config.kafka.brokers = arguments[0];
  config.input.topics = {arguments[1]};
  config.kafka.group = arguments[2];
  config.state.directory = arguments[3];
  config.workers = std::atoi(arguments[4].c_str());
  config.input.keyed_by_tenant = true;
  config.http.enabled = false;
  config.state.checkpoint_interval_ms = 300;
  config.commit_interval_ms = 50;
  config.topics.alerts = arguments[1] + ".alerts";
  config.topics.state = arguments[1] + ".state";
  config.topics.dead_letters = arguments[1] + ".dead";
  config.topics.control = arguments[1] + ".control";
  config.topics.anomalies = arguments[1] + ".anomalies";
  config.input.rekeyed_topic = arguments[1] + ".rekeyed";
  app::RunOptions options;
  options.machines = [](const app::Config&, const app::TopicLimits&) { return std::make_unique<CountingMachines>(); };
  for (std::size_t i = 5; i < arguments.size(); ++i) {
    if (arguments[i] == "--rekey") {
      config.input.keyed_by_tenant = false;
      config.input.topics.push_back(arguments[++i]);
    }
    if (arguments[i] == "--exit-at-end") options.exit_at_end = true;
    if (arguments[i] == "--checkpoint-ms") config.state.checkpoint_interval_ms = std::atoi(arguments[++i].c_str());
    if (arguments[i] == "-X" && !app::add_properties({arguments[++i]}, config.kafka.properties)) return 2;
  }
  return app::run_service(config, options);
}
