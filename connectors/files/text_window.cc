#include "connectors/files/text_window.h"

#include <algorithm>
#include <cstring>

namespace outflow::connectors {

bool TextWindow::more() {
  if (at_end_) return false;
  const std::size_t held = end_ - begin_;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, held);
    begin_ = 0;
    end_ = held;
  }
  // As much again as is held: a long record is looked through a few times only.
  const std::size_t wanted = std::max(kChunkBytes, held);
  if (buffer_.size() < held + wanted) buffer_.resize(held + wanted);
  const auto got = source_->read(buffer_.data() + held, wanted);
  if (!got) failure_ = got.error();
  at_end_ = !got || *got == 0;
  if (!at_end_) end_ += *got;
  return !at_end_;
}

void TextWindow::consume(std::size_t size) noexcept {
  const char* first = buffer_.data() + begin_;
  line_ += static_cast<std::uint64_t>(std::count(first, first + size, '\n'));
  offset_ += size;
  begin_ += size;
}

}  // namespace outflow::connectors
