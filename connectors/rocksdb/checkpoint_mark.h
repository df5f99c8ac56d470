// The bytes of a CheckpointMark: one JSON object with a "format" number, so that a person can read it with ldb.
#pragma once

#include <string>
#include <string_view>

#include "detector/ports.h"
#include "features/result.h"

namespace outflow::connectors {

[[nodiscard]] std::string encode_mark(const detector::CheckpointMark& mark);
// Refuses what a newer version wrote, and what is no mark at all.
[[nodiscard]] Result<detector::CheckpointMark> decode_mark(std::string_view bytes);

}  // namespace outflow::connectors
