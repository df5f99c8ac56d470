// Any bytes are read as CSV to their end, the same however they arrive, and lines only go up.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/csv_reader.h"

namespace {

using namespace outflow::connectors;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

// Gives out a few bytes at a time.
class Trickle final : public ByteSource {
 public:
  Trickle(std::string_view bytes, std::size_t step) : bytes_(bytes), step_(step) {}
  outflow::Result<std::size_t> read(char* out, std::size_t size) override {
    const std::size_t got = std::min({size, step_, bytes_.size()});
    bytes_.copy(out, got);
    bytes_.remove_prefix(got);
    return got;
  }
  [[nodiscard]] std::uint64_t bytes_read() const override { return 0; }

 private:
  std::string_view bytes_;
  std::size_t step_;
};

struct Row {
  std::uint64_t line;
  RejectReason reject;
  std::vector<std::string> fields;
  bool operator==(const Row&) const = default;
};

std::vector<Row> read_all(std::string_view bytes, std::size_t step) {
  constexpr std::size_t kLargestRow = 1U << 20;
  TextWindow window(std::make_unique<Trickle>(bytes, step));
  CsvReader reader(kLargestRow);
  std::vector<Row> rows;
  std::uint64_t line = 0;
  while (reader.next(window)) {
    require(reader.line() > line, "lines go up");
    line = reader.line();
    rows.push_back({line, reader.reject(), {reader.fields().begin(), reader.fields().end()}});
    require(reader.reject() == RejectReason::kNone || reader.fields().empty(), "a bad row has no fields");
  }
  require(window.view().empty(), "everything was read");
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > (64U << 10)) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  require(read_all(bytes, size + 1) == read_all(bytes, 7), "rows do not depend on how bytes arrive");
  return 0;
}
