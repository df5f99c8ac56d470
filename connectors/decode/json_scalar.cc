#include "connectors/decode/json_scalar.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace outflow::connectors {
namespace {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// -1 where there are not four hexadecimal digits at `at`.
std::int32_t read_hex4(std::string_view text, std::size_t at) noexcept {
  if (at + 4 > text.size()) return -1;
  std::int32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// At most 3 bytes for the 6 of a \uXXXX, 4 for the 12 of a pair: never more than was read.
char* write_utf8(std::uint32_t code, char* out) noexcept {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xC0 | (code >> 6));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out++ = static_cast<char>(0xE0 | (code >> 12));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | (code >> 18));
    *out++ = static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

// `at` stands behind "\u"; moves it behind the digits, and behind the second half of a pair.
std::uint32_t read_unicode(std::string_view text, std::size_t& at) noexcept {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  const auto first = static_cast<std::uint32_t>(read_hex4(text, at));
  at += 4;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return kReplacement;
  const auto second = static_cast<std::uint32_t>(read_hex4(text, at + 2));
  if (second < 0xDC00 || second > 0xDFFF) return kReplacement;
  at += 6;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

// What may follow a backslash, but for `u`.
constexpr std::array<bool, 256> kEscapes = [] {
  std::array<bool, 256> table{};
  for (const char c : {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// Reads the escape at `at`, a backslash, and moves behind it. False where it is none.
bool read_escape(const char*& at, const char* end) noexcept {
  if (end - at < 2) return false;
  if (at[1] == 'u') {
    if (read_hex4({at, end}, 2) < 0) return false;
    at += 6;
    return true;
  }
  const bool known = kEscapes[static_cast<unsigned char>(at[1])];
  at += 2;
  return known;
}

// Every backslash of a word has 0x80 in its place, whatever stands around it.
std::uint64_t backslashes_in(const char* at) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  word ^= kOnes * '\\';
  return ~(((word & (kOnes * 0x7F)) + kOnes * 0x7F) | word | (kOnes * 0x7F));
}

char plain_escape(char c) noexcept {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // '"', '\\', '/'
  }
}

}  // namespace

bool is_json_number(std::string_view token) noexcept {
  std::size_t at = 0;
  const auto skip_digits = [&] {
    const std::size_t first = at;
    while (at < token.size() && is_digit(token[at])) ++at;
    return at - first;
  };
  if (at < token.size() && token[at] == '-') ++at;
  const bool leading_zero = at < token.size() && token[at] == '0';
  const std::size_t whole = skip_digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (skip_digits() == 0) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (skip_digits() == 0) return false;
  }
  return at == token.size();
}

bool escapes_are_valid(std::string_view inside) noexcept {
  const char* at = inside.data();
  const char* const end = at + inside.size();
  // By words: escapes stand close together, where memchr() would cost more than it saves.
  while (std::endian::native == std::endian::little && end - at > 8) {
    const char* next = at + 8;
    for (std::uint64_t left = backslashes_in(at); left != 0;) {
      const char* escape = at + (std::countr_zero(left) >> 3);
      if (!read_escape(escape, end)) return false;
      if (escape >= next) {
        next = escape;
        break;
      }
      left = (left >> (8 * (escape - at))) << (8 * (escape - at));
    }
    at = next;
  }
  while (at != end) {
    if (*at != '\\') {
      ++at;
    } else if (!read_escape(at, end)) {
      return false;
    }
  }
  return true;
}

char* unescape(std::string_view inside, char* out) noexcept {
  std::size_t at = 0;
  while (at < inside.size()) {
    const void* found = std::memchr(inside.data() + at, '\\', inside.size() - at);
    const std::size_t end =
        found == nullptr ? inside.size() : static_cast<std::size_t>(static_cast<const char*>(found) - inside.data());
    std::memcpy(out, inside.data() + at, end - at);
    out += end - at;
    if (found == nullptr) return out;
    at = end + 2;
    if (inside[end + 1] == 'u') {
      out = write_utf8(read_unicode(inside, at), out);
    } else {
      *out++ = plain_escape(inside[end + 1]);
    }
  }
  return out;
}

}  // namespace outflow::connectors
