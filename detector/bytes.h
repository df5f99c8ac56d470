// Bytes in and out for units of state: little-endian, varints (LEB128), zigzag for signed values.
//
// ByteReader never reads past its end and never throws: after the first misfit `ok()` is false and every read gives
// zero. Lengths are checked against what is left before anything is allocated.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace outflow::detector {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      u8(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    u8(static_cast<std::uint8_t>(value));
  }
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void fixed(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void f32(float value) { fixed(std::bit_cast<std::uint32_t>(value), 4); }
  void text(std::string_view value) {
    varint(value.size());
    out_.append(value);
  }

 private:
  std::string& out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }
  void fail() { ok_ = false; }

  std::uint8_t u8() {
    if (!ok_ || rest_.empty()) return ok_ = false, std::uint8_t{0};
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      if (shift == 63 && byte > 1) break;
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return ok_ ? value : 0;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  // A count of things that each take at least `least_bytes`: fails where so many cannot follow.
  std::size_t count(std::size_t least_bytes) {
    const std::uint64_t value = varint();
    if (value > rest_.size() / least_bytes) return ok_ = false, std::size_t{0};
    return static_cast<std::size_t>(value);
  }
  std::uint64_t fixed(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(u8()) << (8 * i);
    return ok_ ? value : 0;
  }
  // NaN and infinity are refused: no state of ours holds them.
  float f32() {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(fixed(4)));
    if (!std::isfinite(value)) return ok_ = false, 0.0F;
    return value;
  }
  std::int32_t hour() {
    const std::int64_t value = zigzag();
    if (value < INT32_MIN || value > INT32_MAX) return ok_ = false, 0;
    return static_cast<std::int32_t>(value);
  }
  // A varint of at most 16 bits.
  std::uint16_t small() {
    const std::uint64_t value = varint();
    if (value > UINT16_MAX) return ok_ = false, std::uint16_t{0};
    return static_cast<std::uint16_t>(value);
  }
  std::string_view text() {
    const std::size_t size = count(1);
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(value.size());
    return value;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace outflow::detector
