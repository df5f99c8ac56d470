#include "connectors/kafka/dead_letter.h"

#include <array>
#include <nlohmann/json.hpp>

#include "connectors/kafka/origin_header.h"

namespace outflow::connectors {

std::string pointer_value(const DeadLetter& letter) {
  const nlohmann::ordered_json json = {
      {"origin", letter.origin}, {"reason", letter.reason}, {"detail", letter.detail}, {"bytes", letter.value.size()}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void send_dead_letter(detector::OutputSink& sink, std::int32_t input_partition, const DeadLetter& letter) {
  const std::array<detector::OutputHeader, 4> headers = {
      {{"outflow-reason", letter.reason},
       {"outflow-detail", letter.detail},
       {kOriginHeader, letter.origin},
       {"outflow-content", letter.with_bytes ? "original" : "pointer"}}};
  if (letter.with_bytes) {
    sink.send(detector::Stream::kDeadLetters, input_partition, letter.key, letter.value, headers);
  } else {
    sink.send(detector::Stream::kDeadLetters, input_partition, letter.key, pointer_value(letter), headers);
  }
}

}  // namespace outflow::connectors
