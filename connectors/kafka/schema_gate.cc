#include "connectors/kafka/schema_gate.h"

namespace outflow::connectors {

SchemaStore::State SchemaGate::look(std::string_view message) {
  using State = SchemaStore::State;
  if (schemas_ == nullptr || message.empty() || message[0] == '{' || message[0] == '[') return State::kKnown;
  if (message[0] == '\0') {
    const std::int64_t id = schema_needed(message);
    return id < 0 ? State::kKnown : schemas_->find(static_cast<std::uint32_t>(id)).state;
  }
  // The number may stand inside a compression.
  unpacker_.begin_message(most_bytes_);
  std::string_view unpacked;
  switch (unpacker_.unpack(message, unpacked)) {
    case RejectReason::kSchemaPending:
      return State::kPending;
    case RejectReason::kUnknownSchema:
      return State::kMissing;
    default:
      return State::kKnown;
  }
}

}  // namespace outflow::connectors
