// Any schema compiles or is refused; any bytes under it become JSON within the limit, or are rejected.
// An input is a schema, a zero byte, and a datum.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "connectors/decode/avro_json.h"
#include "connectors/decode/avro_schema.h"
#include "connectors/metrics/utf8.h"

namespace {

using namespace outflow::connectors;

constexpr std::size_t kMost = 64U << 10;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(bytes.find('\0'), bytes.size());
  const outflow::Result<AvroSchema> schema = AvroSchema::compile(bytes.substr(0, end));
  if (!schema) return 0;
  ByteBuffer out;
  const RejectReason reason = append_avro_json(*schema, bytes.substr(std::min(end + 1, bytes.size())), kMost, out);
  require(out.size() <= kMost, "the output stays within its limit");
  const AvroKind root = schema->node(schema->root()).kind;
  const bool bare = root == AvroKind::kString || root == AvroKind::kBytes;
  if (reason != RejectReason::kNone || bare || !is_utf8(out.view())) return 0;
  require(nlohmann::json::accept(out.view()), "what was read is JSON");
  return 0;
}
