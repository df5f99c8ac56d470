// A normalised query holds no quote and no digit that stands alone, and is never longer than what was written.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "connectors/decode/soql.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

constexpr bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string normal;
  const auto summary = outflow::connectors::analyse_soql(text, normal);
  require(normal.size() <= 2 * text.size() + 2, "bounded");
  require(normal.find('\'') == std::string::npos && normal.find('"') == std::string::npos, "no quoted text");
  require(summary.from_offset + summary.from_size <= text.size(), "the object lies in the text");
  for (std::size_t i = 0; i < normal.size(); ++i) {
    const bool starts = normal[i] >= '0' && normal[i] <= '9' && (i == 0 || !is_name_character(normal[i - 1]));
    require(!starts, "no number");
  }
  std::string again;
  require(outflow::connectors::analyse_soql(normal, again).fingerprint == summary.fingerprint || again == normal ||
              again.size() <= normal.size(),
          "normal stays normal");
  std::string decoded(text.size(), '\0');
  require(outflow::connectors::decode_uri_text(text, decoded.data()) <= text.size(), "a URI only shrinks");
  return 0;
}
