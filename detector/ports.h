// Ports: what the commit protocol needs of the outside world, and no more.
//
// connectors/ implements them over librdkafka and RocksDB; the simulation tests implement them over memory, so that
// they run the production protocol. Unless said otherwise a port is called on its worker's own thread only, and its
// views are valid during the call. Offsets are Kafka's: the *next* record to process, where they mark a position.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detector/partition.h"
#include "features/event_time.h"
#include "features/result.h"
#include "features/state_io.h"

namespace outflow::detector {

// ---- the input log ----

// Headers of the record at hand, looked up only when asked for.
class RecordHeaders {
 public:
  virtual ~RecordHeaders() = default;
  [[nodiscard]] virtual std::optional<std::string_view> find(std::string_view name) const = 0;
};

struct LogRecord {
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  features::LogTime time;
  std::string_view key;
  std::string_view value;
  const RecordHeaders* headers = nullptr;  // never null in on_record()
};

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // False asks the log to stop handing over records for now (a commit is due); the record itself is taken.
  virtual bool on_record(const LogRecord& record) = 0;
  // Everything below `offset` has been handed over; the log has no more at the moment.
  virtual void on_end(std::int32_t partition, std::int64_t offset) = 0;
};

struct LogBounds {
  std::int64_t low = 0;   // the oldest record kept
  std::int64_t high = 0;  // the end, as a committed reader sees it
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  // The group's committed offset, stable (no transaction still decides over it); nullopt where there is none.
  virtual Result<std::optional<std::int64_t>> committed(std::int32_t partition) = 0;
  virtual Result<LogBounds> bounds(std::int32_t partition) = 0;
  // From now on, records of this partition come to poll(), beginning at `offset`.
  virtual Result<> start(std::int32_t partition, std::int64_t offset) = 0;
  // The record at `offset` cannot be taken yet. After a little while the partition comes again from there on; records
  // behind it that are handed over until then are ignored. Others than the partition at hand go on.
  virtual void come_again(std::int32_t partition, std::int64_t offset) = 0;
};

// ---- the outputs ----

enum class Stream : std::uint8_t { kAlerts, kAnomalies, kDeadLetters, kState };

struct OutputHeader {
  std::string_view name;
  std::string_view value;
};

class OutputSink {
 public:
  virtual ~OutputSink() = default;
  // Joins the open transaction. An error is kept, and returned by the commit.
  virtual void send(Stream stream, std::int32_t input_partition, std::string_view key, std::string_view value,
                    std::span<const OutputHeader> headers) = 0;
};

struct PartitionOffset {
  std::int32_t partition = -1;
  std::int64_t offset = -1;
};

class OutputTransaction : public OutputSink {
 public:
  // Sends the offsets with the group's metadata (that fences a zombie, even where nothing moved) and commits.
  // kRetry: the transaction was aborted, or its fate is unknown: recover from the checkpoint. kStop: fenced for good.
  virtual Result<> commit(std::span<const PartitionOffset> offsets) = 0;
  // Where the state topic's partition ends after the last commit; nullopt where this producer has not written to it.
  [[nodiscard]] virtual std::optional<std::int64_t> state_end(std::int32_t partition) const = 0;
};

// Reads back what was written to the state topic.
class StateLog {
 public:
  virtual ~StateLog() = default;
  // Visits every committed record of the partition from `from` to the end, the end being what any producer has
  // written, so that it waits for transactions whose outcome is on its way. Returns the end.
  using Visit = std::function<void(std::string_view key, std::string_view value)>;
  virtual Result<std::int64_t> read(std::int32_t partition, std::int64_t from, const Visit& visit) = 0;
};

// ---- the state store ----

// What a checkpoint is a checkpoint of. Written with the state, in one batch.
struct CheckpointMark {
  std::int64_t offset = -1;         // C: the state holds every record below it
  std::int64_t state_position = 0;  // decisions at or above C stand at or above this position of the state topic
  bool initial = false;             // the empty checkpoint from before the first commit
  std::string cluster_id;
  std::string topic;
  std::string topic_id;  // empty where the client library cannot tell
  std::string group;
  std::int32_t partition_count = 0;
  std::uint32_t decoder_version = 0;
};

class CheckpointBatch : public features::StateWriter {
 public:
  [[nodiscard]] virtual std::size_t bytes() const = 0;
};

// The state of one partition. One holder at a time.
class PartitionStore : public features::StateReader {
 public:
  virtual Result<std::optional<CheckpointMark>> mark() const = 0;
  [[nodiscard]] virtual std::unique_ptr<CheckpointBatch> new_batch() const = 0;
  // The first error that get() or scan() met: what they said since cannot be trusted.
  [[nodiscard]] virtual Result<> health() const = 0;
  // Both or neither, and durable on return. Any thread.
  virtual Result<> write(const CheckpointBatch& batch, const CheckpointMark& mark) = 0;
};

class StateStore {
 public:
  virtual ~StateStore() = default;
  // kRetry while another worker of this process still holds the partition.
  virtual Result<std::unique_ptr<PartitionStore>> open(std::int32_t partition) = 0;
};

// Writes checkpoints beside the worker: at most one at a time a partition.
class CheckpointWriter {
 public:
  virtual ~CheckpointWriter() = default;
  virtual void start(std::int32_t partition, PartitionStore& store, std::unique_ptr<CheckpointBatch> batch,
                     CheckpointMark mark) = 0;
  // The outcome of the write that was started, once; nullopt while it runs or where none was started.
  virtual std::optional<Result<>> finished(std::int32_t partition) = 0;
  // Blocks until no write of this partition runs; the outcome as in finished().
  virtual std::optional<Result<>> wait(std::int32_t partition) = 0;
};

// ---- time, for intervals only ----

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;  // monotone
};

// ---- what is done with a record ----

class RecordOutputs : public OutputSink {
 public:
  // Writes a decision to the state topic in the same transaction.
  virtual void decide(const Decision& decision) = 0;
};

// The state machine of one partition, from bytes to outputs.
class RecordMachine {
 public:
  virtual ~RecordMachine() = default;
  virtual Result<> load() = 0;
  // Whether the record can be dealt with now. False where something outside that it needs is on its way (a schema): it
  // is then asked again later, and nothing behind it comes before. Never false for ever in front of apply().
  virtual bool ready(const LogRecord& /*record*/) { return true; }
  virtual bool ready_to_replay(const LogRecord& /*record*/, std::span<const Decision> /*decided*/) { return true; }
  virtual void apply(const LogRecord& record, RecordOutputs& outputs) = 0;
  // Below the committed offset: takes the decisions of this record (often none), puts nothing out.
  virtual void replay(const LogRecord& record, std::span<const Decision> decided) = 0;
  virtual void encode_dirty(features::StateWriter& out) = 0;
  virtual void checkpoint_durable() = 0;
  [[nodiscard]] virtual std::size_t dirty_bytes() const = 0;
  // What apply() put out since the last call is committed now.
  virtual void outputs_committed() = 0;
};

class MachineFactory {
 public:
  virtual ~MachineFactory() = default;
  // `cold` outlives the machine.
  virtual std::unique_ptr<RecordMachine> create(std::int32_t partition, const features::StateReader& cold) = 0;
  [[nodiscard]] virtual std::uint32_t decoder_version() const = 0;
};

}  // namespace outflow::detector
