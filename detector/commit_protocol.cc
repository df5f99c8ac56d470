#include "detector/commit_protocol.h"

#include <algorithm>
#include <utility>

#include "detector/decision_record.h"

namespace outflow::detector {
namespace {

constexpr std::uint32_t kRecordsPerClockLook = 64;

}  // namespace

// What a machine puts out, on its way into the open transaction.
class CommitProtocol::Outputs final : public RecordOutputs {
 public:
  Outputs(OutputTransaction& transaction, const CheckpointMark& identity)
      : transaction_(transaction), identity_(identity) {}

  void of_partition(std::int32_t partition) { partition_ = partition; }

  void send(Stream stream, std::int32_t input_partition, std::string_view key, std::string_view value,
            std::span<const OutputHeader> headers) override {
    transaction_.send(stream, input_partition, key, value, headers);
  }

  void decide(const Decision& decision) override {
    ordinal_ = decision.offset == last_offset_ && decision.event_index == last_index_ ? ordinal_ + 1 : 0;
    last_offset_ = decision.offset;
    last_index_ = decision.event_index;
    transaction_.send(Stream::kState, partition_,
                      decision_record_key(identity_.group, identity_.topic, decision, ordinal_),
                      encode_decision_record(decision), {});
  }

 private:
  OutputTransaction& transaction_;
  const CheckpointMark& identity_;
  std::int32_t partition_ = -1;
  std::int64_t last_offset_ = -1;
  std::int32_t last_index_ = -1;
  std::uint32_t ordinal_ = 0;
};

CommitProtocol::CommitProtocol(ProtocolOptions options, ProtocolPorts ports)
    : options_(std::move(options)),
      ports_(ports),
      outputs_(std::make_unique<Outputs>(ports_.transaction, options_.identity)),
      next_commit_ms_(ports_.clock.now_ms() + options_.commit_interval_ms) {}

CommitProtocol::~CommitProtocol() {
  drop();
}

PartitionProgress CommitProtocol::progress_of(const Owned& owned) {
  return {.partition = owned.partition,
          .position = owned.position,
          .committed = owned.committed,
          .last_record_ms = owned.last_record_ms,
          .recovered = owned.position >= owned.replay_until,
          .waiting = owned.waiting_at >= 0};
}

void CommitProtocol::assign(std::span<const std::int32_t> partitions) {
  pending_.insert(pending_.end(), partitions.begin(), partitions.end());
}

Result<> CommitProtocol::recover_next() {
  if (pending_.empty()) return {};
  const std::int32_t partition = pending_.back();
  Result<std::unique_ptr<Owned>> owned = recover(partition);
  if (!owned) {
    // Let the others go first: a partition may have to wait for another worker to let go of it.
    std::rotate(pending_.rbegin(), pending_.rbegin() + 1, pending_.rend());
    return owned.error();
  }
  const std::int64_t position = (*owned)->position;
  pending_.pop_back();
  owned_[partition] = std::move(owned).value();
  return ports_.log.start(partition, position);
}

Result<std::unique_ptr<CommitProtocol::Owned>> CommitProtocol::recover(std::int32_t partition) {
  auto owned = std::make_unique<Owned>();
  owned->partition = partition;
  Result<std::unique_ptr<PartitionStore>> store = ports_.store.open(partition);
  if (!store) return store.error();
  owned->store = std::move(store).value();

  StartFacts facts{.partition = partition, .start_at_latest = options_.start_at_latest};
  Result<std::optional<std::int64_t>> committed = ports_.log.committed(partition);
  if (!committed) return committed.error();
  facts.committed = committed.value();
  Result<std::optional<CheckpointMark>> mark = owned->store->mark();
  if (!mark) return mark.error();
  facts.mark = *mark;
  Result<LogBounds> bounds = ports_.log.bounds(partition);
  if (!bounds) return bounds.error();
  facts.bounds = *bounds;
  const Result<StartPoint> start = find_start_point(facts, options_.identity);
  if (!start) return start.error();

  owned->mark = facts.mark.value_or(options_.identity);
  if (start->fresh) {
    owned->mark.offset = start->checkpoint;
    owned->mark.state_position = 0;
    owned->mark.initial = true;
    if (Result<> written = owned->store->write(*owned->store->new_batch(), owned->mark); !written) {
      return written.error();
    }
  }
  owned->machine = ports_.machines.create(partition, *owned->store);
  if (Result<> loaded = owned->machine->load(); !loaded) return loaded.error();
  owned->position = start->checkpoint;
  owned->committed = owned->replay_until = start->committed;
  owned->last_checkpoint_ms = ports_.clock.now_ms();
  if (Result<> read = read_decisions(*owned, *start); !read) return read.error();
  if (Result<> readable = owned->store->health(); !readable) return readable.error();
  return owned;
}

Result<> CommitProtocol::read_decisions(Owned& owned, const StartPoint& start) {
  std::string trouble;
  const auto visit = [&](std::string_view key, std::string_view value) {
    if (!is_decision_record_of(key, options_.identity.group, options_.identity.topic) || value.empty()) return;
    std::optional<Decision> decision = decode_decision_record(value);
    if (!decision) {
      trouble = "holds a decision of an unknown version; this Outflow is older than the one that wrote it";
    } else if (decision->offset >= start.committed) {
      trouble = "holds a decision at input offset " + std::to_string(decision->offset) +
                ", at or above the committed offset " + std::to_string(start.committed) +
                "; the group's offset was set back, and going on would raise the same alerts again";
    } else if (decision->offset >= start.checkpoint) {
      owned.decided.push_back(std::move(*decision));
    }
  };
  const Result<std::int64_t> end = ports_.state_log.read(owned.partition, start.state_position, visit);
  if (!end) return end.error();
  if (!trouble.empty()) {
    return Error{ErrorCode::kRefuse, "partition " + std::to_string(owned.partition) + " of the state topic " + trouble};
  }
  owned.state_end = *end;
  // The log has them in this order already, unless an operator copied the topic.
  std::stable_sort(owned.decided.begin(), owned.decided.end(),
                   [](const Decision& a, const Decision& b) { return a.offset < b.offset; });
  return {};
}

bool CommitProtocol::on_record(const LogRecord& record) {
  if (latest_ == nullptr || latest_->partition != record.partition) {
    const auto found = owned_.find(record.partition);
    if (found == owned_.end()) return true;  // of a partition just given up
    latest_ = found->second.get();
    outputs_->of_partition(record.partition);
  }
  Owned& owned = *latest_;
  if (record.offset < owned.position) return true;  // handed over already
  if (!make_ready(owned, record)) return false;
  if (record.offset < owned.replay_until) {
    replay(owned, record);
  } else {
    owned.machine->apply(record, *outputs_);
    ++counts_.records;
    moved_ = true;
  }
  owned.position = record.offset + 1;
  owned.last_record_ms = record.time.ms;
  if (until_clock_-- > 0) return true;
  until_clock_ = kRecordsPerClockLook;
  return ports_.clock.now_ms() < next_commit_ms_;
}

// False where the record, or one before it, has to wait.
bool CommitProtocol::make_ready(Owned& owned, const LogRecord& record) {
  if (owned.waiting_at >= 0 && record.offset > owned.waiting_at) return false;
  const bool ready = record.offset < owned.replay_until
                         ? owned.machine->ready_to_replay(record, decided_at(owned, record.offset))
                         : owned.machine->ready(record);
  owned.waiting_at = ready ? -1 : record.offset;
  if (!ready) ports_.log.come_again(record.partition, record.offset);
  return ready;
}

std::span<const Decision> CommitProtocol::decided_at(Owned& owned, std::int64_t offset) {
  std::size_t& first = owned.next_decided;
  while (first < owned.decided.size() && owned.decided[first].offset < offset) ++first;
  std::size_t end = first;
  while (end < owned.decided.size() && owned.decided[end].offset == offset) ++end;
  return std::span(owned.decided).subspan(first, end - first);
}

void CommitProtocol::replay(Owned& owned, const LogRecord& record) {
  owned.machine->replay(record, decided_at(owned, record.offset));
  ++counts_.replayed;
  if (record.offset + 1 >= owned.replay_until) std::vector<Decision>().swap(owned.decided);
}

void CommitProtocol::on_end(std::int32_t partition, std::int64_t offset) {
  const auto found = owned_.find(partition);
  if (found == owned_.end() || offset <= found->second->position || found->second->waiting_at >= 0) return;
  // Transaction markers and aborted records hold offsets too; stepping over them lets the lag come to zero.
  found->second->position = offset;
  if (offset > found->second->replay_until) moved_ = true;
}

Result<> CommitProtocol::tick() {
  const std::int64_t now = ports_.clock.now_ms();
  if (now < next_commit_ms_) return {};
  if (moved_) {
    if (Result<> committed = commit(); !committed) return committed;
  }
  next_commit_ms_ = ports_.clock.now_ms() + options_.commit_interval_ms;
  return checkpoint_where_due();
}

Result<> CommitProtocol::commit() {
  offsets_.clear();
  for (const auto& [partition, owned] : owned_) {
    if (Result<> readable = owned->store->health(); !readable) return readable;
    offsets_.push_back({partition, std::max(owned->position, owned->replay_until)});
  }
  if (Result<> committed = ports_.transaction.commit(offsets_); !committed) return committed;
  for (const auto& [partition, owned] : owned_) {
    owned->committed = std::max(owned->position, owned->replay_until);
    owned->state_end = ports_.transaction.state_end(partition).value_or(owned->state_end);
    owned->machine->outputs_committed();
  }
  moved_ = false;
  ++counts_.commits;
  return {};
}

Result<> CommitProtocol::checkpoint_where_due() {
  const std::int64_t now = ports_.clock.now_ms();
  for (const auto& [partition, owned] : owned_) {
    if (Result<> settled = settle(*owned, /*block=*/false); !settled) return settled;
    const std::uint64_t dirty = owned->machine->dirty_bytes();
    if (owned->checkpoint_running && dirty >= 2 * options_.checkpoint_dirty_bytes) {
      // The disk cannot keep up: input waits rather than memory growing.
      if (Result<> settled = settle(*owned, /*block=*/true); !settled) return settled;
    }
    const bool due =
        now - owned->last_checkpoint_ms >= options_.checkpoint_interval_ms || dirty >= options_.checkpoint_dirty_bytes;
    if (due && !owned->checkpoint_running && owned->position > owned->mark.offset) start_checkpoint(*owned);
  }
  return {};
}

// REQUIRES: position <= committed, and no checkpoint running.
void CommitProtocol::start_checkpoint(Owned& owned) {
  std::unique_ptr<CheckpointBatch> batch = owned.store->new_batch();
  owned.machine->encode_dirty(*batch);
  CheckpointMark mark = options_.identity;
  mark.offset = owned.position;
  // During replay some decisions at or above C stand before the end that recovery found.
  mark.state_position = owned.position >= owned.replay_until ? owned.state_end : owned.mark.state_position;
  owned.mark = mark;
  owned.last_checkpoint_ms = ports_.clock.now_ms();
  owned.checkpoint_running = true;
  counts_.checkpoint_bytes += batch->bytes();
  ports_.checkpoints.start(owned.partition, *owned.store, std::move(batch), std::move(mark));
}

Result<> CommitProtocol::settle(Owned& owned, bool block) {
  if (!owned.checkpoint_running) return {};
  const std::optional<Result<>> outcome =
      block ? ports_.checkpoints.wait(owned.partition) : ports_.checkpoints.finished(owned.partition);
  if (!outcome) return {};
  owned.checkpoint_running = false;
  if (!outcome->ok()) return outcome->error();
  owned.machine->checkpoint_durable();
  ++counts_.checkpoints;
  return {};
}

Result<> CommitProtocol::checkpoint_now(Owned& owned) {
  if (Result<> settled = settle(owned, /*block=*/true); !settled) return settled;
  if (owned.position <= owned.mark.offset) return {};
  start_checkpoint(owned);
  return settle(owned, /*block=*/true);
}

Result<> CommitProtocol::release() {
  if (moved_) {
    if (Result<> committed = commit(); !committed) return committed;
  }
  Result<> outcome;
  for (const auto& [partition, owned] : owned_) {
    // A checkpoint that fails here costs a longer replay, nothing else.
    if (Result<> written = checkpoint_now(*owned); !written && outcome.ok()) outcome = written;
  }
  drop();
  return outcome;
}

void CommitProtocol::drop() {
  for (const auto& [partition, owned] : owned_) {
    if (owned->checkpoint_running) (void)ports_.checkpoints.wait(partition);
  }
  latest_ = nullptr;
  pending_.clear();
  owned_.clear();
  moved_ = false;
}

}  // namespace outflow::detector
