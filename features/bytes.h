// ByteWriter and ByteReader: the encoding of state units. Little-endian fixed integers, varints, zigzag, texts.
//
// Pure values, one thread. The reader never reads outside its bytes: after the first thing it cannot read it is not
// ok(), and everything it returns is zero or empty. Callers check ok() once, at the end.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace outflow::features {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u64(std::uint64_t value) {
    for (int i = 0; i < 8; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
    u8(static_cast<std::uint8_t>(value));
  }
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    varint(value.size());
    out_.append(value);
  }
  // Big-endian, so that keys sort by value.
  void key_u64(std::uint64_t value) {
    for (int i = 7; i >= 0; --i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void key_u32(std::uint32_t value) {
    for (int i = 3; i >= 0; --i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void key_i32(std::int32_t value) { key_u32(static_cast<std::uint32_t>(value) ^ 0x80000000U); }

 private:
  std::string& out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return in_.empty(); }
  [[nodiscard]] std::size_t remaining() const noexcept { return in_.size(); }
  void fail() noexcept {
    ok_ = false;
    in_ = {};
  }

  std::uint8_t u8() {
    if (in_.empty()) return fail(), std::uint8_t{0};
    const auto value = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return value;
  }
  std::uint64_t u64() {
    if (in_.size() < 8) return fail(), 0;
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = (value << 8) | static_cast<std::uint8_t>(in_[static_cast<std::size_t>(i)]);
    in_.remove_prefix(8);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      if (!ok_ || (shift == 63 && byte > 1)) return fail(), 0;
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return fail(), 0;
  }
  std::int64_t zigzag() {
    const std::uint64_t raw = varint();
    return static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }
  std::int32_t zigzag32() {
    const std::int64_t value = zigzag();
    if (value < INT32_MIN || value > INT32_MAX) return fail(), 0;
    return static_cast<std::int32_t>(value);
  }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > in_.size()) return fail(), std::string_view{};
    const std::string_view value = in_.substr(0, size);
    in_.remove_prefix(size);
    return value;
  }
  // A count of things of which each takes at least `least` bytes: refuses what cannot follow, before anyone reserves.
  std::size_t count(std::size_t least) {
    const std::uint64_t value = varint();
    if (value > in_.size() / (least == 0 ? 1 : least)) return fail(), 0;
    return static_cast<std::size_t>(value);
  }
  std::uint64_t key_u64() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = (value << 8) | u8();
    return value;
  }
  std::uint32_t key_u32() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = (value << 8) | u8();
    return value;
  }
  std::int32_t key_i32() { return static_cast<std::int32_t>(key_u32() ^ 0x80000000U); }

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace outflow::features
