// What tests wrap messages in: compressions, a registry's prefix, Avro's varints; and a registry in memory.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/schema_store.h"

namespace outflow::testing {

[[nodiscard]] std::string gzip(std::string_view bytes);
[[nodiscard]] std::string zlib(std::string_view bytes);
[[nodiscard]] std::string zstd(std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string with_schema_id(std::uint32_t id, std::string_view bytes);
[[nodiscard]] std::string avro_long(std::int64_t number);
[[nodiscard]] std::string avro_text(std::string_view text);
[[nodiscard]] std::string from_hex(std::string_view digits);

class SchemasInMemory final : public connectors::SchemaStore {
 public:
  struct Schema {
    connectors::SchemaFormat format = connectors::SchemaFormat::kAvro;
    std::string text;
    std::vector<std::string> references = {};
  };
  void add(std::uint32_t id, Schema schema) { schemas_[id] = std::move(schema); }
  void pend(bool pending) { pending_ = pending; }  // what is not known is on its way
  [[nodiscard]] Answer find(std::uint32_t id) override {
    ++asked;
    const auto found = schemas_.find(id);
    if (found == schemas_.end()) return {.state = pending_ ? State::kPending : State::kMissing};
    const Schema& schema = found->second;
    return {State::kKnown, schema.format, schema.text, schema.references};
  }
  int asked = 0;

 private:
  std::map<std::uint32_t, Schema> schemas_;
  bool pending_ = false;
};

}  // namespace outflow::testing
