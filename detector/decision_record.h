// Decision records: how a decision stands in the state topic.
//
// Key: "decision/<group>/<input topic>/<offset>/<event index>/<ordinal>", unique, so that compaction keeps each.
// Value: version byte 1, offset (8 bytes), event index (4 bytes), both little-endian, then the decision's own bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "detector/partition.h"

namespace outflow::detector {

// `ordinal` tells apart decisions of one event.
[[nodiscard]] std::string decision_record_key(std::string_view group, std::string_view topic, const Decision& decision,
                                              std::uint32_t ordinal);
// True if the key is that of a decision of this group over this topic.
[[nodiscard]] bool is_decision_record_of(std::string_view key, std::string_view group, std::string_view topic);

[[nodiscard]] std::string encode_decision_record(const Decision& decision);
// nullopt: not a decision record, or of a version this build does not know.
[[nodiscard]] std::optional<Decision> decode_decision_record(std::string_view value);

}  // namespace outflow::detector
