// The commit protocol: what becomes durable when, so that alerts are neither lost nor doubled.
//
// One worker thread owns it. For each partition it holds
//
//   C <= K <= position      C: checkpoint in the store; K: offset committed in Kafka; position: next record to process
//
// - apply() happens at or above K only; below it records are replayed with the decisions read from the state topic.
// - One transaction commits outputs, decisions and all positions; then K = position.
// - A checkpoint is encoded only where position <= K (right after a commit, or during replay), so the store is never
//   ahead of Kafka. The first, empty one is written before the first commit: a crash at any time finds one.
// - After any error the owner calls drop(), makes new ports and recovers from the checkpoint: there is one recovery
//   path. The protocol itself never retries.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detector/ports.h"
#include "detector/start_point.h"

namespace outflow::detector {

struct ProtocolOptions {
  CheckpointMark identity;  // cluster, topic, group, partition count; offsets unused
  bool start_at_latest = false;
  std::int64_t commit_interval_ms = 100;
  std::int64_t checkpoint_interval_ms = 30'000;
  std::uint64_t checkpoint_dirty_bytes = 32ULL << 20;
};

struct ProtocolPorts {
  EventLog& log;
  OutputTransaction& transaction;
  StateLog& state_log;
  StateStore& store;
  CheckpointWriter& checkpoints;
  MachineFactory& machines;
  const Clock& clock;
};

struct PartitionProgress {
  std::int32_t partition = -1;
  std::int64_t position = -1;
  std::int64_t committed = -1;
  std::int64_t last_record_ms = 0;  // log time; 0 = none yet
  bool recovered = false;
  bool waiting = false;  // for what its next record needs
};

struct ProtocolCounts {
  std::uint64_t records = 0;   // applied
  std::uint64_t replayed = 0;  // below the committed offset
  std::uint64_t commits = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t checkpoint_bytes = 0;
};

class CommitProtocol final : public RecordSink {
 public:
  CommitProtocol(ProtocolOptions options, ProtocolPorts ports);
  ~CommitProtocol() override;

  // Takes partitions over; recover_next() then makes them work, one a call. kRetry leaves the partition pending.
  void assign(std::span<const std::int32_t> partitions);
  Result<> recover_next();
  [[nodiscard]] bool recovery_pending() const { return !pending_.empty(); }

  bool on_record(const LogRecord& record) override;
  void on_end(std::int32_t partition, std::int64_t offset) override;

  // Commits if the interval has passed and something moved, then starts the checkpoints that are due.
  Result<> tick();
  [[nodiscard]] std::int64_t next_tick_ms() const { return next_commit_ms_; }

  // Gives everything up in good order (revoked, or draining): commit, checkpoint, close. After an error: drop().
  Result<> release();
  // Forgets everything at once (lost, aborted). Running checkpoint writes are waited for: they are of committed state.
  void drop();

  // Calls `visit(progress, machine)` for each owned partition; the machine is null while recovery is pending.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const std::int32_t partition : pending_) visit(PartitionProgress{.partition = partition}, nullptr);
    for (const auto& [partition, owned] : owned_) visit(progress_of(*owned), owned->machine.get());
  }
  [[nodiscard]] const ProtocolCounts& counts() const { return counts_; }

 private:
  struct Owned {
    std::int32_t partition = -1;
    std::unique_ptr<PartitionStore> store;
    std::unique_ptr<RecordMachine> machine;  // destroyed before the store it reads
    CheckpointMark mark;                     // of the last checkpoint started
    std::int64_t position = 0;
    std::int64_t waiting_at = -1;  // the record that was not ready; nothing behind it is taken before it
    std::int64_t committed = 0;
    std::int64_t replay_until = 0;  // K at recovery
    std::int64_t state_end = 0;     // of the state topic's partition, after the last commit
    std::int64_t last_record_ms = 0;
    std::int64_t last_checkpoint_ms = 0;
    bool checkpoint_running = false;
    std::vector<Decision> decided;  // at or above position, below replay_until; by offset
    std::size_t next_decided = 0;
  };
  class Outputs;

  [[nodiscard]] static PartitionProgress progress_of(const Owned& owned);
  Result<std::unique_ptr<Owned>> recover(std::int32_t partition);
  Result<> read_decisions(Owned& owned, const StartPoint& start);
  bool make_ready(Owned& owned, const LogRecord& record);
  std::span<const Decision> decided_at(Owned& owned, std::int64_t offset);
  void replay(Owned& owned, const LogRecord& record);
  Result<> commit();
  Result<> checkpoint_where_due();
  void start_checkpoint(Owned& owned);
  Result<> settle(Owned& owned, bool block);
  Result<> checkpoint_now(Owned& owned);

  const ProtocolOptions options_;
  ProtocolPorts ports_;
  std::vector<std::int32_t> pending_;
  std::map<std::int32_t, std::unique_ptr<Owned>> owned_;
  Owned* latest_ = nullptr;  // of the last record: records come in runs of one partition
  std::unique_ptr<Outputs> outputs_;
  ProtocolCounts counts_;
  std::vector<PartitionOffset> offsets_;
  std::int64_t next_commit_ms_ = 0;
  std::uint32_t until_clock_ = 0;  // records until the clock is looked at again
  bool moved_ = false;             // since the last commit
};

}  // namespace outflow::detector
