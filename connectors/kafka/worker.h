// Worker: one thread, one member of the group, one transactional producer; owner of whole partitions.
//
// run() blocks until stop() is called (it then drains: commit, checkpoint, close) or something stops it for good.
// In between, every failure that may pass takes the one recovery path: everything in memory is thrown away, a new
// consumer and a new producer are made, and the partitions recover from their checkpoints.
// run() belongs to one thread; stop(), snapshot() and the other const calls to any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "connectors/kafka/client.h"
#include "connectors/kafka/transactional_producer.h"
#include "connectors/metrics/run_snapshot.h"
#include "detector/commit_protocol.h"
#include "detector/ports.h"

namespace outflow::connectors {

struct WorkerSettings {
  KafkaSettings kafka;
  std::string instance;  // group.instance.id, and part of the transactional id
  KafkaOutputs::Topics topics;
  detector::ProtocolOptions protocol;
};

// Makes the machines of one worker, and fills what only it knows into the worker's snapshot.
class WorkerMachines : public detector::MachineFactory {
 public:
  // On the worker's thread. `machine` was made by create() of this factory.
  virtual void describe(const detector::RecordMachine& machine, PartitionSnapshot& partition) const = 0;
  virtual void describe(WorkerSnapshot& snapshot) const = 0;
};

class Worker {
 public:
  Worker(WorkerSettings settings, detector::StateStore& store, std::unique_ptr<WorkerMachines> machines);
  ~Worker();

  // ok: drained. Otherwise kRefuse or kStop, and why.
  Result<> run();
  void stop();

  [[nodiscard]] const SnapshotSlot& snapshot() const { return slot_; }
  // How many partitions it owns that are recovered and read up to their end as of the last look.
  [[nodiscard]] int partitions_at_end() const { return at_end_; }
  // Every record below a partition's end at the time of the call counts for partitions_at_end().
  void look_for_end() { look_for_end_ = true; }

 private:
  class Session;
  friend class Session;
  void back_off(int failures);

  WorkerSettings settings_;
  detector::StateStore& store_;
  std::unique_ptr<WorkerMachines> machines_;
  SnapshotSlot slot_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> look_for_end_{false};
  std::atomic<int> at_end_{0};
  std::mutex mutex_;
  std::condition_variable stopped_;
  // Monotone over sessions.
  std::uint64_t rebalances_ = 0, commits_ = 0, commit_failures_ = 0, recoveries_ = 0, checkpoints_ = 0,
                checkpoint_bytes_ = 0;
  LatencyHistogram commit_duration_;
};

}  // namespace outflow::connectors
