// YAML as configurations and mappings need it: a small tree with positions, read under limits.
//
// yaml-cpp's events are used, not its nodes: so duplicate keys are seen, every value knows its line and column, and a
// bomb of aliases, nesting or size is refused before it costs anything. Throws nothing. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace outflow::connectors {

struct YamlPosition {  // counted from 1; 0 = nowhere in particular
  int line = 0;
  int column = 0;
};

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  YamlPosition at;
  std::string text;  // of a scalar, before ${...} is expanded
  std::string key;   // where this node is a map's value
  YamlPosition key_at;
  std::vector<YamlNode> items;  // of a sequence or a map, in the order of the file
};

struct YamlProblem {
  YamlPosition at;
  std::string message;  // never echoes values
};

struct YamlDocument {
  YamlNode root;  // kNull for an empty file
  std::vector<YamlProblem> problems;
};

inline constexpr std::size_t kMaxYamlBytes = 256U << 10;
inline constexpr std::size_t kMaxYamlNodes = 10'000;  // after aliases are copied
inline constexpr std::size_t kMaxYamlDepth = 16;

[[nodiscard]] YamlDocument read_yaml(std::string_view text);

}  // namespace outflow::connectors
