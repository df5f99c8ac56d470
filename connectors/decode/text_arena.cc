#include "connectors/decode/text_arena.h"

#include <algorithm>
#include <cstring>

namespace outflow::connectors {

std::string_view TextArena::keep(std::string_view text) {
  if (text.empty()) return {};
  char* at = allocate(text.size());
  std::memcpy(at, text.data(), text.size());
  return {at, text.size()};
}

void TextArena::grow(std::size_t size) {
  const std::size_t next = blocks_.empty() ? 0 : current_ + 1;
  const std::size_t wanted = std::max(size, kBlockBytes);
  if (next < blocks_.size()) {
    if (blocks_[next].size < size) blocks_[next] = {std::make_unique_for_overwrite<char[]>(wanted), wanted};
  } else {
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(wanted), wanted});
  }
  current_ = next;
  used_ = 0;
}

}  // namespace outflow::connectors
