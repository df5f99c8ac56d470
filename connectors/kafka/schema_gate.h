// SchemaGate: whether a message can be read yet, before it is: its schema may still be on its way.
//
// Free where no registry is configured; one look at the first byte for JSON. One thread.
#pragma once

#include <memory>
#include <string_view>

#include "connectors/decode/decoder.h"
#include "connectors/decode/unpack.h"

namespace outflow::connectors {

class SchemaGate {
 public:
  explicit SchemaGate(const DecodeOptions& options)
      : schemas_(options.schemas), most_bytes_(options.max_unpacked_bytes), unpacker_(options.schemas) {}

  // kKnown: read it now, whatever comes of it. kMissing: its schema cannot be had.
  [[nodiscard]] SchemaStore::State look(std::string_view message);

 private:
  std::shared_ptr<SchemaStore> schemas_;
  std::size_t most_bytes_;
  Unpacker unpacker_;
};

}  // namespace outflow::connectors
