// outflow-bare-consumer: the ceiling. Reads a topic to its end with librdkafka and adds up bytes; nothing else.
//
// As many threads as asked for, each with a consumer of its own over whole partitions, reading batches. Prints one JSON
// line: records, bytes, seconds from the first record to the last, CPU seconds (user and system) of the process.
// Also serves to read a topic once before a timing, since the page cache of a small machine forgets quickly.
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <CLI/CLI.hpp>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTimeoutMs = 10'000;

struct ClientDeleter {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, ClientDeleter>;

struct Arguments {
  std::string brokers = "127.0.0.1:9092";
  std::string topic;
  int threads = 2;
};

struct Part {  // what one thread read
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  Clock::time_point first{}, last{};
  std::string error;
};

struct Range {
  std::int32_t partition;
  std::int64_t begin, end;
};

Client make_client(const Arguments& arguments, std::string& error) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> message{};
  // As Outflow sets them. fetch.queue.backoff.ms came with 2.2; older libraries do without.
  const std::pair<const char*, const char*> settings[] = {{"bootstrap.servers", arguments.brokers.c_str()},
                                                          {"group.id", "outflow-bare-consumer"},
                                                          {"enable.auto.commit", "false"},
                                                          {"enable.partition.eof", "false"},
                                                          {"queued.max.messages.kbytes", "65536"},
                                                          {"queued.min.messages", "1000000"},
                                                          {"fetch.queue.backoff.ms", "1"}};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value, message.data(), message.size()) == RD_KAFKA_CONF_INVALID) {
      error = message.data();
    }
  }
  Client client(rd_kafka_new(RD_KAFKA_CONSUMER, conf, message.data(), message.size()));
  if (client == nullptr) error = message.data();
  return client;
}

std::vector<Range> ranges_of(const Arguments& arguments, std::string& error) {
  std::vector<Range> ranges;
  const Client client = make_client(arguments, error);
  if (client == nullptr) return ranges;
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client.get(), arguments.topic.c_str(), nullptr);
  const auto status = rd_kafka_metadata(client.get(), 0, topic, &metadata, kTimeoutMs);
  if (status != RD_KAFKA_RESP_ERR_NO_ERROR) {
    error = rd_kafka_err2str(status);
  } else {
    for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
      Range range{metadata->topics[0].partitions[i].id, 0, 0};
      const auto known = rd_kafka_query_watermark_offsets(client.get(), arguments.topic.c_str(), range.partition,
                                                          &range.begin, &range.end, kTimeoutMs);
      if (known != RD_KAFKA_RESP_ERR_NO_ERROR) error = rd_kafka_err2str(known);
      ranges.push_back(range);
    }
    rd_kafka_metadata_destroy(metadata);
    if (ranges.empty()) error = "no such topic";
  }
  rd_kafka_topic_destroy(topic);
  return ranges;
}

// A transaction's markers take offsets but are no records: the end is reached when nothing more comes for a while.
void consume(const Arguments& arguments, const std::vector<Range>& ranges, Part& part) {
  const Client client = make_client(arguments, part.error);
  if (client == nullptr) return;
  rd_kafka_topic_partition_list_t* assignment = rd_kafka_topic_partition_list_new(static_cast<int>(ranges.size()));
  std::int64_t left = 0;
  for (const Range& range : ranges) {
    rd_kafka_topic_partition_list_add(assignment, arguments.topic.c_str(), range.partition)->offset = range.begin;
    left += range.end - range.begin;
  }
  rd_kafka_assign(client.get(), assignment);
  rd_kafka_topic_partition_list_destroy(assignment);
  std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(rd_kafka_queue_get_consumer(client.get()),
                                                                             &rd_kafka_queue_destroy);
  std::vector<rd_kafka_message_t*> batch(10'000);
  int patience = 10;
  while (left > 0 && patience > 0) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue.get(), 1000, batch.data(), batch.size());
    if (count <= 0) {
      --patience;
      continue;
    }
    const auto now = Clock::now();
    if (part.records == 0) part.first = now;
    part.last = now;
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* message = batch[static_cast<std::size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++part.records;
        part.bytes += message->len;
        --left;
      }
      rd_kafka_message_destroy(message);
    }
  }
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

int run(const Arguments& arguments) {
  std::string error;
  const std::vector<Range> ranges = ranges_of(arguments, error);
  std::vector<std::vector<Range>> shares(static_cast<std::size_t>(arguments.threads));
  for (std::size_t i = 0; i < ranges.size(); ++i) shares[i % shares.size()].push_back(ranges[i]);
  std::vector<Part> parts(shares.size());
  const double cpu_before = cpu_seconds();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      threads.emplace_back([&, i] { consume(arguments, shares[i], parts[i]); });
    }
  }
  Part all;
  for (const Part& part : parts) {
    if (part.records > 0) {
      if (all.records == 0 || part.first < all.first) all.first = part.first;
      if (all.records == 0 || part.last > all.last) all.last = part.last;
    }
    all.records += part.records;
    all.bytes += part.bytes;
    if (!part.error.empty()) error = part.error;
  }
  if (!error.empty()) {
    std::fprintf(stderr, "outflow-bare-consumer: %s\n", error.c_str());
    return 1;
  }
  const double seconds = std::chrono::duration<double>(all.last - all.first).count();
  std::printf("{\"records\": %llu, \"bytes\": %llu, \"seconds\": %.3f, \"cpu_seconds\": %.3f}\n",
              static_cast<unsigned long long>(all.records), static_cast<unsigned long long>(all.bytes), seconds,
              cpu_seconds() - cpu_before);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"Reads a topic to its end and adds up bytes: the ceiling for every consumer.", "outflow-bare-consumer"};
  try {
    app.add_option("--brokers", arguments.brokers, "Bootstrap servers")->capture_default_str();
    app.add_option("--topic", arguments.topic, "Topic to read")->required();
    app.add_option("--threads", arguments.threads, "Consumers")->check(CLI::Range(1, 64))->capture_default_str();
    app.parse(argc, argv);
    return run(arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outflow-bare-consumer: %s\n", error.what());
    return 1;
  }
}
