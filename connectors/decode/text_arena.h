// TextArena: memory for the few texts of a record that cannot be viewed in place (unescaped strings, made-up ids).
//
// Bump allocation in blocks that are kept and reused: nothing is allocated per record once warm. Views stay valid
// until reset(). One thread. Oversized blocks are given back at reset(), so one huge record does not stay.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace outflow::connectors {

class TextArena {
 public:
  // `size` writable bytes; the caller may keep fewer.
  [[nodiscard]] char* allocate(std::size_t size) {
    if (used_ + size > capacity()) grow(size);
    char* at = blocks_[current_].bytes.get() + used_;
    used_ += size;
    return at;
  }
  // Gives back the tail of the latest allocation.
  void give_back(std::size_t size) noexcept { used_ -= size; }

  [[nodiscard]] std::string_view keep(std::string_view text);

  void reset() noexcept {
    current_ = 0;
    used_ = 0;
    if (blocks_.size() > kBlocksKept) blocks_.resize(kBlocksKept);
  }

 private:
  static constexpr std::size_t kBlockBytes = 16U << 10;
  static constexpr std::size_t kBlocksKept = 4;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  [[nodiscard]] std::size_t capacity() const noexcept { return blocks_.empty() ? 0 : blocks_[current_].size; }
  void grow(std::size_t size);

  std::vector<Block> blocks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;
};

}  // namespace outflow::connectors
