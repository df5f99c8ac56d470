// Unpacker: takes off what a message is wrapped in, layer after layer, until it begins like JSON.
//
// Layers, told by the first bytes: gzip (also several members), Zstandard, zlib; base64, of either alphabet, where what
// it encodes is itself one of these or JSON; the prefix of a Confluent Schema Registry (a zero byte and the schema's
// number, 4 bytes, big end first) before JSON or Avro's binary form, which becomes JSON by its writer's schema.
//
// Everything a message unpacks to counts against one budget, so that bombs, also nested ones, stop at it.
// One thread. Memory is reused from message to message, and given back after huge ones.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "connectors/decode/avro_schema.h"
#include "connectors/decode/byte_buffer.h"
#include "connectors/decode/decoder.h"
#include "connectors/decode/inflater.h"
#include "connectors/decode/schema_store.h"

namespace outflow::connectors {

class Unpacker {
 public:
  static constexpr int kMostLayers = 8;  // around one text

  explicit Unpacker(std::shared_ptr<SchemaStore> schemas = nullptr) : schemas_(std::move(schemas)) {}

  // `most_bytes`: of all that is unpacked until the next call. Every `out` so far dies.
  void begin_message(std::size_t most_bytes);

  // `out` views `in` itself where there is nothing to take off, else memory that lives until the next begin_message().
  // What is none of the layers stays as it is: whether it is JSON is not said here. On a reject `out` is of no use.
  // May be called again for texts that stand inside what it gave out. kTooDeep: more than kMostLayers.
  RejectReason unpack(std::string_view in, std::string_view& out);

 private:
  RejectReason take_off(std::string_view& bytes, bool& done);
  RejectReason inflate(Compression compression, std::string_view& bytes);
  RejectReason decode_base64(std::string_view& bytes, bool& done);
  RejectReason strip_prefix(std::string_view& bytes);
  RejectReason read_avro(std::uint32_t id, const SchemaStore::Answer& answer, std::string_view& bytes);
  ByteBuffer& next_buffer();
  bool charge(std::size_t bytes);

  std::shared_ptr<SchemaStore> schemas_;
  Inflater inflater_;
  std::vector<ByteBuffer> buffers_;
  std::size_t used_ = 0;
  std::size_t left_ = 0;
  absl::flat_hash_map<std::uint32_t, std::unique_ptr<AvroSchema>> avro_;  // null: cannot be compiled
};

// The number of the schema that `bytes` follow, where they begin with a registry's prefix and what stands behind it is
// not plainly JSON; -1 otherwise.
[[nodiscard]] std::int64_t schema_needed(std::string_view bytes) noexcept;

}  // namespace outflow::connectors
