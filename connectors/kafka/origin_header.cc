#include "connectors/kafka/origin_header.h"

#include <charconv>

namespace outflow::connectors {
namespace {

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

}  // namespace

bool parse_origin(std::string_view text, detector::Origin& origin) {
  const std::size_t second = text.rfind('/');
  if (second == std::string_view::npos || second == 0) return false;
  const std::size_t first = text.rfind('/', second - 1);
  if (first == std::string_view::npos || first == 0) return false;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  if (!parse_number(text.substr(first + 1, second - first - 1), partition)) return false;
  if (!parse_number(text.substr(second + 1), offset)) return false;
  origin.topic = text.substr(0, first);
  origin.partition = partition;
  origin.offset = offset;
  return true;
}

bool parse_origin_time(std::string_view text, std::int64_t& ms) {
  return parse_number(text, ms);
}

std::string format_origin(std::string_view topic, std::int32_t partition, std::int64_t offset) {
  std::string text(topic);
  return text.append("/").append(std::to_string(partition)).append("/").append(std::to_string(offset));
}

}  // namespace outflow::connectors
