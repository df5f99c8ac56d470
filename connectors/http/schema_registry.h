// SchemaRegistry: a SchemaStore over a registry with Confluent's interface (Confluent's own, Karapace, Apicurio's
// ccompat), asked on a thread of its own.
//
// find() never waits: an unknown number is put into a queue, and is pending until the registry has answered. One that
// the registry does not know is missing, and asked for again after `missing_ms`. While the registry fails, what is
// asked for stays pending for `wait_ms`, counted from when it began to fail or from when it was asked, whichever was
// first: so an outage costs that time once, not once a number. Asking goes on in the background all the same.
// What was fetched is never asked for again: numbers are immutable in a registry.
// Limits: kMostSchemas numbers and kMostBytes of text; what does not fit is missing. Any thread may call anything.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "connectors/decode/schema_store.h"
#include "features/result.h"

namespace outflow::connectors {

struct SchemaRegistrySettings {
  std::string url;       // https://host[:port][/path]; http only to this machine
  std::string username;  // empty: `password` is a bearer token
  std::string password;  // empty: none is sent
  std::string ca_file;   // PEM; empty: the system's authorities
  std::int64_t wait_ms = 60'000;
  std::int64_t request_timeout_ms = 5'000;
  std::int64_t first_retry_ms = 250;  // doubled up to kLongestRetryMs
  std::int64_t missing_ms = 60'000;
};

class SchemaRegistry final : public SchemaStore {
 public:
  static constexpr std::size_t kMostSchemas = 10'000;
  static constexpr std::size_t kMostBytes = 64U << 20;
  static constexpr std::size_t kMostAnswerBytes = 4U << 20;
  static constexpr std::size_t kMostReferences = 64;
  static constexpr std::int64_t kLongestRetryMs = 10'000;

  // kRefuse: the address is none. Nothing is asked yet.
  static Result<std::shared_ptr<SchemaRegistry>> open(SchemaRegistrySettings settings);
  ~SchemaRegistry() override;

  [[nodiscard]] Answer find(std::uint32_t id) override;

  struct Counts {
    std::uint64_t fetched = 0;
    std::uint64_t missing = 0;   // answers that there is no such schema
    std::uint64_t failures = 0;  // requests without a usable answer
    std::size_t schemas = 0;     // held now
    std::size_t bytes = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    State state = State::kPending;
    SchemaFormat format = SchemaFormat::kOther;
    Time since;  // asked, or found missing
    std::string schema;
    std::vector<std::string> references;
  };
  struct Fetched;  // what the registry said
  class Client;

  explicit SchemaRegistry(SchemaRegistrySettings settings);
  void run();
  void settle(std::uint32_t id, Fetched fetched);
  [[nodiscard]] Answer answer_of(std::uint32_t id, Entry& entry, Time now);
  void forget_missing(Time now);

  SchemaRegistrySettings settings_;
  std::unique_ptr<Client> client_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  absl::flat_hash_map<std::uint32_t, std::unique_ptr<Entry>> entries_;
  std::deque<std::uint32_t> queue_;
  std::optional<Time> failing_since_;
  Counts counts_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace outflow::connectors
