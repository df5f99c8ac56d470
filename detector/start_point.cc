#include "detector/start_point.h"

#include <string>

namespace outflow::detector {
namespace {

Error refuse(const StartFacts& facts, const CheckpointMark& now, const std::string& why) {
  return {ErrorCode::kRefuse, "partition " + std::to_string(facts.partition) + " of " + now.topic + ": " + why};
}

std::string differs(const char* what, const std::string& then, const std::string& current) {
  return std::string("the state directory was written for ") + what + " " + then + ", this is " + current +
         "; use the state directory that belongs here, or an empty one with a new group";
}

// Empty: the checkpoint is of what this process works on.
std::string mismatch(const CheckpointMark& mark, const CheckpointMark& now) {
  if (mark.cluster_id != now.cluster_id) return differs("Kafka cluster", mark.cluster_id, now.cluster_id);
  if (mark.topic != now.topic) return differs("topic", mark.topic, now.topic);
  if (!mark.topic_id.empty() && !now.topic_id.empty() && mark.topic_id != now.topic_id) {
    return differs("topic id", mark.topic_id, now.topic_id) + " (was the topic deleted and created again?)";
  }
  if (mark.group != now.group) return differs("group", mark.group, now.group);
  if (mark.partition_count != now.partition_count) {
    return differs("a topic of this many partitions:", std::to_string(mark.partition_count),
                   std::to_string(now.partition_count)) +
           " (the partitions' tenants have moved, so the state no longer fits)";
  }
  return {};
}

std::string out_of_bounds(const StartFacts& facts, std::int64_t checkpoint, std::int64_t committed) {
  if (checkpoint < facts.bounds.low) {
    return "the checkpoint needs records from offset " + std::to_string(checkpoint) + " on, but the topic keeps only " +
           std::to_string(facts.bounds.low) + " and later; its retention is shorter than the time since the checkpoint";
  }
  if (committed > facts.bounds.high) {
    return "the committed offset " + std::to_string(committed) + " lies beyond the topic's end " +
           std::to_string(facts.bounds.high) + "; the topic was truncated or created again";
  }
  return {};
}

}  // namespace

Result<StartPoint> find_start_point(const StartFacts& facts, const CheckpointMark& now) {
  StartPoint start;
  if (!facts.mark) {
    if (facts.committed) {
      return refuse(facts, now,
                    "group " + now.group + " has committed offset " + std::to_string(*facts.committed) +
                        ", but the state directory holds no checkpoint of it; start where the checkpoint is, or use a "
                        "new group with an empty state directory");
    }
    start.checkpoint = start.committed = facts.start_at_latest ? facts.bounds.high : facts.bounds.low;
    start.fresh = true;
    return start;
  }
  if (std::string why = mismatch(*facts.mark, now); !why.empty()) return refuse(facts, now, why);
  start.checkpoint = facts.mark->offset;
  start.state_position = facts.mark->state_position;
  if (!facts.committed && !facts.mark->initial) {
    return refuse(facts, now,
                  "the state directory holds a checkpoint at offset " + std::to_string(start.checkpoint) +
                      ", but group " + now.group +
                      " has no committed offset; it was deleted or has expired (offsets.retention.minutes). Use a new "
                      "group with an empty state directory, or set the group's offset to the checkpoint's");
  }
  start.committed = facts.committed.value_or(start.checkpoint);
  if (start.checkpoint > start.committed) {
    return refuse(facts, now,
                  "the checkpoint (offset " + std::to_string(start.checkpoint) + ") is ahead of group " + now.group +
                      "'s committed offset " + std::to_string(start.committed) +
                      "; the offset was set back, or the state directory belongs to another group");
  }
  if (std::string why = out_of_bounds(facts, start.checkpoint, start.committed); !why.empty()) {
    return refuse(facts, now, why);
  }
  return start;
}

}  // namespace outflow::detector
