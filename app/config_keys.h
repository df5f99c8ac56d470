// The table of configuration keys: the parser, the dump, the JSON Schema and the documentation are all made from it.
//
// A key's name is its field's in app/config.h; a name that ends in a unit (_ms, _hours, _bytes) accepts bare numbers in
// that unit and others with theirs ("30s", "32MiB").
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config.h"

namespace outflow::app {

enum class ValueKind : std::uint8_t {
  kText,
  kSecret,    // text that no dump shows
  kTextList,  // a YAML list, or one text with commas
  kBoolean,
  kInteger,
  kNumber,
  kMilliseconds,
  kHours,
  kBytes,
  kProperties,  // librdkafka's, a map of scalars
  kTextMap,     // names and texts
};

// Where a key's value lives.
template <typename T>
using FieldOf = T& (*)(Config&);
using Field = std::variant<FieldOf<std::string>, FieldOf<std::vector<std::string>>, FieldOf<bool>, FieldOf<int>,
                           FieldOf<std::int64_t>, FieldOf<std::uint64_t>, FieldOf<double>,
                           FieldOf<std::map<std::string, std::string>>>;

struct ConfigKey {
  std::string_view path;  // "kafka.brokers"
  ValueKind kind = ValueKind::kText;
  Field field;
  std::string_view description;
  double minimum = 0;  // of numbers, in the key's unit; inclusive, like maximum
  double maximum = 0;
  std::vector<std::string_view> choices = {};  // of texts; empty = any
};

// In the order of documentation. Never empty; paths are unique.
[[nodiscard]] std::span<const ConfigKey> config_keys();
[[nodiscard]] const ConfigKey* find_config_key(std::string_view path);  // nullptr where there is none
[[nodiscard]] bool is_config_section(std::string_view path);            // "kafka", "http.tls", ...

// The value as a user would write it, secrets as "[redacted]"; texts come unquoted, lists joined with commas.
[[nodiscard]] std::string show_value(const ConfigKey& key, const Config& config);
// True for librdkafka properties that hold a secret: passwords, keys, tokens.
[[nodiscard]] bool is_secret_property(std::string_view name);

inline constexpr std::string_view kRedacted = "[redacted]";

}  // namespace outflow::app
