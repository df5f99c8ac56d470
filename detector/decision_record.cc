#include "detector/decision_record.h"

namespace outflow::detector {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes = 1 + 8 + 4;

std::string key_prefix(std::string_view group, std::string_view topic) {
  std::string prefix = "decision/";
  prefix.append(group).append("/").append(topic).append("/");
  return prefix;
}

void append_little_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
}

std::uint64_t read_little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

}  // namespace

std::string decision_record_key(std::string_view group, std::string_view topic, const Decision& decision,
                                std::uint32_t ordinal) {
  std::string key = key_prefix(group, topic);
  key.append(std::to_string(decision.offset)).append("/").append(std::to_string(decision.event_index));
  return key.append("/").append(std::to_string(ordinal));
}

bool is_decision_record_of(std::string_view key, std::string_view group, std::string_view topic) {
  return key.starts_with(key_prefix(group, topic));
}

std::string encode_decision_record(const Decision& decision) {
  std::string value;
  value.reserve(kHeaderBytes + decision.bytes.size());
  value.push_back(kVersion);
  append_little_endian(value, static_cast<std::uint64_t>(decision.offset), 8);
  append_little_endian(value, static_cast<std::uint32_t>(decision.event_index), 4);
  return value.append(decision.bytes);
}

std::optional<Decision> decode_decision_record(std::string_view value) {
  if (value.size() < kHeaderBytes || value[0] != kVersion) return std::nullopt;
  Decision decision;
  decision.offset = static_cast<std::int64_t>(read_little_endian(value.substr(1, 8)));
  decision.event_index = static_cast<std::int32_t>(read_little_endian(value.substr(9, 4)));
  decision.bytes = value.substr(kHeaderBytes);
  return decision;
}

}  // namespace outflow::detector
