// SchemaStore: the schemas of a registry, by the number that stands in front of a message.
//
// find() never blocks on the network: what is not known yet is asked for, and kPending says to come back. Called from
// a decoder's thread; an implementation says what else may call it.
#pragma once

#include <cstdint>
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
    std::string_view schema;  // its text; stays valid as long as the store
  };
  virtual ~SchemaStore() = default;
  [[nodiscard]] virtual Answer find(std::uint32_t id) = 0;
};

}  // namespace outflow::connectors
