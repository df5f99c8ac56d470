#include "connectors/kafka/dead_letter.h"

#include <nlohmann/json.hpp>

#include "connectors/kafka/origin_header.h"

namespace outflow::connectors {
namespace {

std::string pointer_value(const DeadLetter& letter) {
  const nlohmann::ordered_json json = {{"origin", letter.origin},
                                       {"event_index", letter.event_index},
                                       {"reason", letter.reason},
                                       {"detail", letter.detail},
                                       {"bytes", letter.value.size()}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

DeadLetterMessage::DeadLetterMessage(const DeadLetter& letter)
    : pointer_(letter.with_bytes ? std::string() : pointer_value(letter)),
      index_(std::to_string(letter.event_index)),
      key_(letter.with_bytes ? letter.key : std::string_view()),
      value_(letter.with_bytes ? letter.value : pointer_),
      headers_{{{"outflow-reason", letter.reason},
                {"outflow-detail", letter.detail},
                {kOriginHeader, letter.origin},
                {"outflow-event-index", index_},
                {"outflow-content", letter.with_bytes ? "original" : "pointer"}}} {}

void send_dead_letter(detector::OutputSink& sink, std::int32_t input_partition, const DeadLetter& letter) {
  const DeadLetterMessage message(letter);
  sink.send(detector::Stream::kDeadLetters, input_partition, message.key(), message.value(), message.headers());
}

}  // namespace outflow::connectors
