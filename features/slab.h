// Slab: up to kSlabEntries entries of one tenant and hour, in chunks that never move; the unit of an HourTable.
//
// Chunks are raw memory lent by a ChunkPool, which takes back what expires: in steady state nothing is allocated, and
// an entry costs nothing before it is made. One thread. A slab must be cleared, with its pool, before it is destroyed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "features/fingerprint.h"

namespace outflow::features {

template <typename Body>
class ChunkPool {
 public:
  static constexpr std::size_t kChunk = 16;

  ChunkPool() = default;
  ChunkPool(ChunkPool&& other) noexcept : spare_(std::move(other.spare_)) { other.spare_.clear(); }
  ChunkPool& operator=(ChunkPool&&) = delete;
  ~ChunkPool() { release(); }

  [[nodiscard]] Body* lend() {
    if (spare_.empty()) return std::allocator<Body>().allocate(kChunk);
    Body* chunk = spare_.back();
    spare_.pop_back();
    return chunk;
  }
  // REQUIRES: lent by this pool, its entries destroyed.
  void take_back(Body* chunk) { spare_.push_back(chunk); }
  void release() {
    for (Body* chunk : spare_) std::allocator<Body>().deallocate(chunk, kChunk);
    spare_.clear();
  }
  [[nodiscard]] std::size_t bytes() const { return spare_.size() * kChunk * sizeof(Body); }

 private:
  std::vector<Body*> spare_;
};

template <typename Body>
struct Slab {
  static constexpr std::size_t kEntries = 64;
  static constexpr std::size_t kChunk = ChunkPool<Body>::kChunk;

  std::array<Body*, kEntries / kChunk> chunks{};
  Fingerprint tenant = 0;
  std::uint64_t touched = 0;
  std::size_t heap_bytes = 0;  // of its entries, as told by their table
  std::int32_t hour = 0;
  std::uint32_t number = 0;
  std::uint16_t size = 0;  // entries in memory
  std::uint16_t used = 0;  // entries ever put here, also while cold
  bool live = true, resident = true, dirty = false, stored = false, durable = false;

  [[nodiscard]] std::size_t bytes() const { return (size + kChunk - 1) / kChunk * kChunk * sizeof(Body) + heap_bytes; }
  Body& operator[](std::size_t i) { return chunks[i / kChunk][i % kChunk]; }
  const Body& operator[](std::size_t i) const { return chunks[i / kChunk][i % kChunk]; }

  // REQUIRES: size < kEntries.
  Body& add(ChunkPool<Body>& pool) {
    Body*& chunk = chunks[size / kChunk];
    if (size % kChunk == 0) chunk = pool.lend();
    return *new (&chunk[size++ % kChunk]) Body;
  }
  void clear(ChunkPool<Body>& pool) {
    for (std::size_t i = 0; i < size; ++i) (*this)[i].~Body();
    for (std::size_t i = 0; i * kChunk < size; ++i) pool.take_back(chunks[i]);
    chunks = {};
    size = 0;
    heap_bytes = 0;
  }
};

}  // namespace outflow::features
