// Unpacker: takes off what bytes were packed in on their way: base64.
//
// One a message stream; budgets count over a whole message. Views stay valid until begin_message(). One thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/decode/schema_store.h"

namespace outflow::connectors {

class Unpacker {
 public:
  explicit Unpacker(std::shared_ptr<SchemaStore> /*schemas*/ = nullptr) {}
  void begin_message(std::size_t /*most_bytes*/) noexcept { texts_.clear(); }
  // `out` is `in` where there is nothing to take off.
  RejectReason unpack(std::string_view in, std::string_view& out);

 private:
  std::vector<std::unique_ptr<char[]>> texts_;
};

}  // namespace outflow::connectors
