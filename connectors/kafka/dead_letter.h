// Dead letters: what becomes of a record, or of one of its events, that cannot be decoded.
//
// A pointer says where it stands and what is wrong, and nothing of what is in it: not even its key.
#pragma once

#include <array>
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
  std::int32_t event_index = 0;  // of the event within the record
  bool with_bytes = false;       // the record's key and bytes too
};

// As it is written; views `letter`.
class DeadLetterMessage {
 public:
  explicit DeadLetterMessage(const DeadLetter& letter);
  DeadLetterMessage(const DeadLetterMessage&) = delete;
  DeadLetterMessage& operator=(const DeadLetterMessage&) = delete;

  [[nodiscard]] std::string_view key() const { return key_; }
  [[nodiscard]] std::string_view value() const { return value_; }
  [[nodiscard]] std::span<const detector::OutputHeader> headers() const { return headers_; }

 private:
  std::string pointer_;
  std::string index_;
  std::string_view key_;
  std::string_view value_;
  std::array<detector::OutputHeader, 5> headers_;
};

void send_dead_letter(detector::OutputSink& sink, std::int32_t input_partition, const DeadLetter& letter);

}  // namespace outflow::connectors
