// Any file (gzip, zstd, CSV, JSON or nothing of it) is read to its end, in bounded memory, and accounted for.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "connectors/files/record_reader.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace outflow::connectors;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto source = decompressed(bytes_in_memory(bytes), "fuzz");
  if (!source) return 0;
  DecodeOptions options;
  options.default_tenant = "00D000000000001";
  options.max_record_bytes = 64U << 10;
  RecordReader reader(std::move(*source), options);
  constexpr std::size_t kEnough = 100'000;  // a small compressed file may be a large plain one
  for (std::size_t records = 0; records < kEnough; ++records) {
    const auto found = reader.next();
    if (!found) {
      const auto after = reader.next();
      require(after && !*after, "after a failure comes the end");
      return 0;
    }
    if (!*found) return 0;
    require(reader.line() > 0, "lines are counted from 1");
    const std::string_view json = reader.json();
    require(!reader.decoded().ok() || !json.empty(), "what was read can be shown");
  }
  return 0;
}
