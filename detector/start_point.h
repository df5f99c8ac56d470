// Where a partition starts: the committed offset and the checkpoint, held against each other.
//
// Pure, so that every refusal can be tested. K is the committed offset, C the checkpoint's; C <= K always holds for
// state this program wrote, and whatever contradicts that is refused with an explanation, never repaired by a guess:
// a guess would lose or double alerts without a word.
#pragma once

#include <cstdint>
#include <optional>

#include "detector/ports.h"
#include "features/result.h"

namespace outflow::detector {

struct StartPoint {
  std::int64_t checkpoint = 0;  // C: where reading begins
  std::int64_t committed = 0;   // K: records below it were decided already
  std::int64_t state_position = 0;
  bool fresh = false;  // nothing was ever done here: an empty checkpoint is due before the first commit
};

struct StartFacts {
  std::int32_t partition = -1;
  std::optional<std::int64_t> committed = {};
  std::optional<CheckpointMark> mark = {};
  LogBounds bounds = {};
  bool start_at_latest = false;  // of a partition where nothing was ever done
};

// `now` is what this process works on: the fields of CheckpointMark that say what a checkpoint is of.
[[nodiscard]] Result<StartPoint> find_start_point(const StartFacts& facts, const CheckpointMark& now);

}  // namespace outflow::detector
