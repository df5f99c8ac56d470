// Any bytes unpack within their budget or are rejected; what was unpacked is never more than the budget.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "connectors/decode/unpack.h"

namespace {

using outflow::connectors::RejectReason;
using outflow::connectors::SchemaFormat;
using outflow::connectors::SchemaStore;
using outflow::connectors::Unpacker;

constexpr std::size_t kBudget = 1U << 20;

// Number 1 is Avro, 2 JSON, 3 something else; others are missing or, if odd, on their way.
class FewSchemas final : public SchemaStore {
 public:
  Answer find(std::uint32_t id) override {
    constexpr std::string_view kAvro = R"({"type":"record","name":"r","fields":[{"name":"a","type":["null","bytes"]},)"
                                       R"({"name":"b","type":{"type":"map","values":"r"}}]})";
    if (id == 1) return {State::kKnown, SchemaFormat::kAvro, kAvro};
    if (id == 2) return {State::kKnown, SchemaFormat::kJson, "{}"};
    if (id == 3) return {State::kKnown, SchemaFormat::kOther, ""};
    return {.state = id % 2 == 1 ? State::kPending : State::kMissing};
  }
};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Unpacker unpacker(std::make_shared<FewSchemas>());
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  unpacker.begin_message(kBudget);
  std::string_view first;
  const RejectReason reason = unpacker.unpack(bytes, first);
  if (reason != RejectReason::kNone) return 0;
  const bool in_place = first.data() >= bytes.data() && first.data() + first.size() <= bytes.data() + bytes.size();
  require(in_place || first.size() <= kBudget, "what was unpacked stays within the budget");
  std::string_view second;
  require(unpacker.unpack(first, second) == RejectReason::kNone || first.empty() || first[0] == '\0',
          "what is unpacked needs no further unpacking");
  return 0;
}
