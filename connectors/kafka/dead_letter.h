// Dead letters: what becomes of a record that cannot be decoded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "detector/ports.h"

namespace outflow::connectors {

struct DeadLetter {
  std::string_view reason;  // snake_case
  std::string_view detail;  // for a person; never contents
  std::string_view origin;  // "topic/partition/offset"
  std::string_view key;
  std::string_view value;
  bool with_bytes = true;  // false: a pointer to the record instead of its bytes
};

void send_dead_letter(detector::OutputSink& sink, std::int32_t input_partition, const DeadLetter& letter);

// The value of a dead letter without bytes.
[[nodiscard]] std::string pointer_value(const DeadLetter& letter);

}  // namespace outflow::connectors
