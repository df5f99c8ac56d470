// ByteBuffer: bytes that grow, without the zero filling that a std::string pays for room it is about to overwrite.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace outflow::connectors {

class ByteBuffer {
 public:
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  void clear() noexcept { size_ = 0; }
  void give_back() noexcept {
    bytes_.reset();
    size_ = capacity_ = 0;
  }

  // At least `room` writable bytes behind the end; grown() then says how many of them were used.
  [[nodiscard]] char* reserve(std::size_t room) {
    if (capacity_ - size_ < room) grow(size_ + room);
    return bytes_.get() + size_;
  }
  void grown(std::size_t used) noexcept { size_ += used; }
  void append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(reserve(text.size()), text.data(), text.size());
    size_ += text.size();
  }

 private:
  static constexpr std::size_t kLeastBytes = 256;
  void grow(std::size_t wanted) {
    const std::size_t capacity = std::max({wanted, capacity_ + capacity_ / 2, kLeastBytes});
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace outflow::connectors
