// SchemaStore: the schemas of a registry, by the number that stands in front of a message.
//
// find() never blocks on the network: what is not known yet is asked for, and kPending says to come back. Any thread:
// one store serves all decoders of a process. What a number means never changes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace outflow::connectors {

enum class SchemaFormat : std::uint8_t { kAvro, kJson, kOther };

class SchemaStore {
 public:
  enum class State : std::uint8_t { kKnown, kPending, kMissing };
  struct Answer {
    State state = State::kMissing;
    SchemaFormat format = SchemaFormat::kOther;
    std::string_view schema = {};  // its text; stays valid as long as the store
    // Texts of the schemas it refers to, each before those that refer to it; valid as long.
    std::span<const std::string> references = {};
  };
  virtual ~SchemaStore() = default;
  [[nodiscard]] virtual Answer find(std::uint32_t id) = 0;
};

}  // namespace outflow::connectors
