#include "connectors/files/json_writer.h"

#include <array>
#include <charconv>

namespace outflow::connectors {
namespace {

// The length of the UTF-8 sequence at `at`, or 0 where there is none (RFC 3629: no surrogates, nothing overlong).
std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned char first = byte(at);
  const unsigned char second = byte(at + 1);
  if (first >= 0xC2 && first <= 0xDF) return follows(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return follows(at + 1) && follows(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return follows(at + 1) && follows(at + 2) && follows(at + 3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

void JsonWriter::name(std::string_view name) {
  if (!first_) out_.push_back(',');
  first_ = false;
  quoted(name);
  out_.push_back(':');
}

void JsonWriter::quoted(std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out_.push_back('"');
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) {
      const std::size_t length = sequence_length(value, i);
      out_.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : value.substr(i, length));
      i += length == 0 ? 0 : length - 1;
    } else if (c == '"' || c == '\\') {
      out_.push_back('\\');
      out_.push_back(c);
    } else if (byte >= 0x20) {
      out_.push_back(c);
    } else if (c == '\n') {
      out_.append("\\n");
    } else {
      out_.append("\\u00");
      out_.push_back(kHex[byte >> 4]);
      out_.push_back(kHex[byte & 15]);
    }
  }
  out_.push_back('"');
}

void JsonWriter::text(std::string_view name, std::string_view value) {
  this->name(name);
  quoted(value);
}

void JsonWriter::text_or_null(std::string_view name, std::string_view value) {
  this->name(name);
  if (value.empty()) {
    out_.append("null");
  } else {
    quoted(value);
  }
}

void JsonWriter::number(std::string_view name, std::int64_t value) {
  this->name(name);
  std::array<char, 24> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out_.append(digits.data(), written.ptr);
}

void JsonWriter::number_or_null(std::string_view name, std::optional<std::uint64_t> value) {
  this->name(name);
  if (!value) {
    out_.append("null");
    return;
  }
  std::array<char, 24> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), *value);
  out_.append(digits.data(), written.ptr);
}

void JsonWriter::texts(std::string_view name, std::span<const std::string_view> values) {
  this->name(name);
  out_.push_back('[');
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out_.push_back(',');
    quoted(values[i]);
  }
  out_.push_back(']');
}

}  // namespace outflow::connectors
