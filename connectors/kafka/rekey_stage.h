// RekeyStage: forwards the records of all input topics to one topic keyed by tenant, exactly once.
//
// Stateless: one thread, a member of its own group (<group>-rekey), one transaction for what it forwards and the
// offsets it read. The original bytes, headers and timestamp go on unchanged, with a header "outflow-origin"
// ("topic/partition/offset"); a timestamp older than two days is raised to that, and kept in "outflow-origin-time". The
// tenant is the record's own, else the tenant header's, else the key, else the configured default; the key is empty
// where nobody names one. Partitions are chosen by murmur2, as Java's producers do. A record too large for the target
// topic becomes a dead letter.
//
// A record whose events are of several tenants goes to each of them once, whole, with the headers "outflow-shared" and,
// but for the first, "outflow-copy" (origin_header.h); one with events of more than kMostTenants becomes a dead letter.
// A topic's pin goes along as "outflow-source". A record whose schema is on its way waits, and its partition with it.
// run() belongs to one thread; stop(), ... to any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/pinned_decoders.h"
#include "connectors/kafka/schema_gate.h"
#include "features/result.h"

namespace outflow::connectors {

struct RekeySettings {
  KafkaSettings kafka;
  std::string group;     // of the stage itself
  std::string instance;  // group.instance.id, and part of the transactional id
  std::vector<std::string> topics;
  std::string target;
  std::string dead_letters;
  std::size_t target_max_bytes = 0;  // of a record; 0 = not known
  std::string tenant_header;
  std::string default_tenant;
  bool start_at_latest = false;
  std::int64_t commit_interval_ms = 100;
  DecodeOptions decode;
  std::map<std::string, std::string> sources;  // topic -> the source its records are pinned to
};

class RekeyStage {
 public:
  static constexpr std::size_t kMostTenants = 64;  // of one record

  explicit RekeyStage(RekeySettings settings);
  ~RekeyStage();

  // ok: stopped, with everything read so far committed. Otherwise kRefuse or kStop, and why.
  Result<> run();
  void stop();

  // After this, at_end() turns true once everything that was in the topics then is forwarded and committed.
  void look_for_end() { look_for_end_ = true; }
  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] std::uint64_t forwarded() const { return forwarded_; }

 private:
  class Session;
  friend class Session;

  RekeySettings settings_;
  PinnedDecoders decoders_;
  SchemaGate gate_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> look_for_end_{false};
  std::atomic<bool> at_end_{false};
  std::atomic<std::uint64_t> forwarded_{0};
  std::mutex mutex_;
  std::condition_variable stopped_;
};

}  // namespace outflow::connectors
