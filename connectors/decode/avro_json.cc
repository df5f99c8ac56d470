#include "connectors/decode/avro_json.h"

#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <vector>

#include "connectors/decode/base64.h"
#include "connectors/metrics/utf8.h"

namespace outflow::connectors {
namespace {

constexpr std::size_t kMostDecimalBytes = 64;
constexpr std::uint32_t kLimbBase = 1'000'000'000;
constexpr std::size_t kLimbDigits = 9;
constexpr std::string_view kHex = "0123456789abcdef";

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0 || first == 0x7F) return false;
    if (first < 0x20 && first != '\t' && first != '\n' && first != '\r') return false;
    text.remove_prefix(length);
  }
  return true;
}

// A two's complement number, big end first, as digits with `scale` of them behind the point.
std::string decimal_text(std::string_view bytes, std::uint32_t scale) {
  std::vector<std::uint32_t> digits(bytes.size());  // to the base 256, most significant first
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    digits[i] = static_cast<unsigned char>(bytes[i]) ^ (negative ? 0xFFU : 0U);
  }
  for (std::size_t i = digits.size(), carry = negative ? 1 : 0; i > 0 && carry > 0; --i) {
    carry = ++digits[i - 1] > 0xFF ? 1 : 0;
    digits[i - 1] &= 0xFFU;
  }
  std::string text;  // backwards
  for (std::size_t limb = 0; limb * 2 < bytes.size() + 2; ++limb) {
    std::uint64_t rest = 0;
    for (std::uint32_t& digit : digits) {
      rest = rest << 8 | digit;
      digit = static_cast<std::uint32_t>(rest / kLimbBase);
      rest %= kLimbBase;
    }
    for (std::size_t i = 0; i < kLimbDigits; ++i, rest /= 10) text.push_back(static_cast<char>('0' + rest % 10));
  }
  while (text.size() > scale + 1 && text.back() == '0') text.pop_back();
  while (text.size() < scale + 1) text.push_back('0');
  std::string shown(text.rbegin(), text.rend());
  if (scale > 0) shown.insert(shown.size() - scale, 1, '.');
  return negative ? "-" + shown : shown;
}

class Reader {
 public:
  Reader(const AvroSchema& schema, std::string_view bytes, std::size_t most, ByteBuffer& out)
      : schema_(schema), rest_(bytes), left_(most), out_(out) {}

  RejectReason read() {
    const AvroNode& root = schema_.node(schema_.root());
    if (root.kind == AvroKind::kString || (root.kind == AvroKind::kBytes && root.logical == AvroLogical::kNone)) {
      put(take_counted());
    } else {
      value(root, 0);
    }
    if (ok() && !rest_.empty()) fail(RejectReason::kCorruptAvro);
    return reason_;
  }

 private:
  [[nodiscard]] bool ok() const { return reason_ == RejectReason::kNone; }
  void fail(RejectReason reason) {
    if (ok()) reason_ = reason;
  }

  void put(std::string_view text) {
    if (text.size() > left_) {
      fail(RejectReason::kTooMuchUnpacked);
      return;
    }
    left_ -= text.size();
    out_.append(text);
  }

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      fail(RejectReason::kCorruptAvro);
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::int64_t number() {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::string_view next = take(1);
      if (next.empty()) return 0;
      const auto byte = static_cast<unsigned char>(next[0]);
      if (shift == 63 && byte > 1) break;
      bits |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
    }
    fail(RejectReason::kCorruptAvro);
    return 0;
  }

  std::string_view take_counted() {
    const std::int64_t size = number();
    if (size < 0) fail(RejectReason::kCorruptAvro);
    return ok() ? take(static_cast<std::uint64_t>(size)) : std::string_view();
  }

  template <typename Number>
  Number little_endian() {
    const std::string_view bytes = take(sizeof(Number));
    std::uint64_t bits = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) bits = bits << 8 | static_cast<unsigned char>(bytes[i - 1]);
    if constexpr (sizeof(Number) == 4) return std::bit_cast<Number>(static_cast<std::uint32_t>(bits));
    if constexpr (sizeof(Number) == 8) return std::bit_cast<Number>(bits);
  }

  template <typename Number>
  void put_number(Number number) {
    if constexpr (std::is_floating_point_v<Number>) {
      if (!std::isfinite(number)) {
        put("null");
        return;
      }
    }
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
    put({text.data(), static_cast<std::size_t>(end - text.data())});
  }

  void put_text(std::string_view text) {
    put("\"");
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size() && ok(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      if (c >= 0x20 && c != '"' && c != '\\') continue;
      put(text.substr(begin, i - begin));
      begin = i + 1;
      const std::array<char, 6> escape = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 0xFU]};
      const std::array<char, 2> mark = {'\\', text[i]};
      put(c < 0x20 ? std::string_view(escape.data(), 6) : std::string_view(mark.data(), 2));
    }
    put(text.substr(begin));
    put("\"");
  }

  void put_bytes(const AvroNode& node, std::string_view bytes) {
    if (node.logical == AvroLogical::kDecimal) {
      if (bytes.size() > kMostDecimalBytes) return fail(RejectReason::kCorruptAvro);
      put(decimal_text(bytes, node.scale));
    } else if (node.logical == AvroLogical::kUuid) {
      put_uuid(bytes);
    } else if (is_printable(bytes)) {
      put_text(bytes);
    } else {
      const std::size_t encoded = (bytes.size() + 2) / 3 * 4;
      if (encoded > left_) return fail(RejectReason::kTooMuchUnpacked);
      put("\"");
      append_base64(bytes, out_);
      left_ -= std::min(left_, encoded);
      put("\"");
    }
  }

  void put_uuid(std::string_view bytes) {
    std::string text = "\"";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
      text.push_back(kHex[static_cast<unsigned char>(bytes[i]) >> 4]);
      text.push_back(kHex[static_cast<unsigned char>(bytes[i]) & 0xFU]);
    }
    put(text + "\"");
  }

  void put_date(std::int64_t days) {
    constexpr std::int64_t kLongestYears = 10'000LL * 366;  // beyond it, it is a number
    if (days < -kLongestYears || days > kLongestYears) return put_number(days);
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    std::array<char, 40> text{};
    const int size = std::snprintf(text.data(), text.size(), "\"%04d-%02u-%02u\"", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    put({text.data(), static_cast<std::size_t>(size)});
  }

  void value(const AvroNode& node, int depth) {
    if (!ok()) return;
    if (depth > kMostAvroDepth) return fail(RejectReason::kTooDeep);
    switch (node.kind) {
      case AvroKind::kNull:
        return put("null");
      case AvroKind::kBoolean: {
        const std::string_view byte = take(1);
        if (!byte.empty() && static_cast<unsigned char>(byte[0]) > 1) return fail(RejectReason::kCorruptAvro);
        return put(byte == std::string_view("\1", 1) ? "true" : "false");
      }
      case AvroKind::kInt:
      case AvroKind::kLong:
        return node.logical == AvroLogical::kDate ? put_date(number()) : put_number(number());
      case AvroKind::kFloat:
        return put_number(little_endian<float>());
      case AvroKind::kDouble:
        return put_number(little_endian<double>());
      case AvroKind::kBytes:
        return put_bytes(node, take_counted());
      case AvroKind::kFixed:
        return put_bytes(node, take(node.size));
      case AvroKind::kString:
        return put_text(take_counted());
      case AvroKind::kEnum: {
        const std::int64_t symbol = number();
        if (symbol < 0 || static_cast<std::uint64_t>(symbol) >= node.symbols.size()) {
          return fail(RejectReason::kCorruptAvro);
        }
        return put(node.symbols[static_cast<std::size_t>(symbol)]);
      }
      case AvroKind::kUnion: {
        const std::int64_t branch = number();
        if (branch < 0 || static_cast<std::uint64_t>(branch) >= node.branches.size()) {
          return fail(RejectReason::kCorruptAvro);
        }
        return value(schema_.node(node.branches[static_cast<std::size_t>(branch)]), depth + 1);
      }
      case AvroKind::kRecord:
        return record(node, depth);
      case AvroKind::kArray:
      case AvroKind::kMap:
        return blocks(node, depth);
    }
  }

  void record(const AvroNode& node, int depth) {
    put("{");
    for (std::size_t i = 0; i < node.fields.size() && ok(); ++i) {
      if (i > 0) put(",");
      put(node.fields[i].key);
      value(schema_.node(node.fields[i].node), depth + 1);
    }
    put("}");
  }

  // Blocks of elements, each with its count; a negative one is followed by the block's size in bytes.
  void blocks(const AvroNode& node, int depth) {
    const bool is_map = node.kind == AvroKind::kMap;
    const AvroNode& element = schema_.node(node.branches[0]);
    put(is_map ? "{" : "[");
    bool first = true;
    while (ok()) {
      std::int64_t count = number();
      if (count == 0) break;
      if (count < 0) {
        (void)number();
        count = count == INT64_MIN ? INT64_MAX : -count;
      }
      // Every element writes something, so the limit of the output ends any count.
      for (; count > 0 && ok(); --count) {
        if (!first) put(",");
        first = false;
        if (is_map) {
          put_text(take_counted());
          put(":");
        }
        value(element, depth + 1);
      }
    }
    put(is_map ? "}" : "]");
  }

  const AvroSchema& schema_;
  std::string_view rest_;
  std::size_t left_;
  ByteBuffer& out_;
  RejectReason reason_ = RejectReason::kNone;
};

}  // namespace

RejectReason append_avro_json(const AvroSchema& schema, std::string_view bytes, std::size_t most, ByteBuffer& out) {
  return Reader(schema, bytes, most, out).read();
}

}  // namespace outflow::connectors
