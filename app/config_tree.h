// A document on its way out: maps, lists and scalars in order, written as JSON. For the dump, the schema and `check`.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outflow::app {

class ConfigTree {
 public:
  enum class Kind { kText, kLiteral, kList, kMap };

  static ConfigTree text(std::string_view value) { return ConfigTree(Kind::kText, value); }
  static ConfigTree literal(std::string_view value) { return ConfigTree(Kind::kLiteral, value); }  // number, true, null
  static ConfigTree boolean(bool value) { return literal(value ? "true" : "false"); }
  static ConfigTree list(std::vector<ConfigTree> values = {});
  static ConfigTree map(std::vector<std::pair<std::string, ConfigTree>> entries = {});

  ConfigTree& set(std::string key, ConfigTree value);  // of a map; replaces; returns *this
  ConfigTree& append(ConfigTree value);                // to a list; returns *this
  // The map under `key` of a map, made where it is missing.
  ConfigTree& child(std::string_view key);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const std::string& value() const { return value_; }  // of a scalar
  [[nodiscard]] const std::vector<std::pair<std::string, ConfigTree>>& items() const {
    return items_;
  }  // keys of a list are empty

  // `indent` spaces a level; negative: one line. Bytes that are not UTF-8 become U+FFFD.
  [[nodiscard]] std::string json(int indent = -1) const;

 private:
  explicit ConfigTree(Kind kind, std::string_view value = {}) : kind_(kind), value_(value) {}
  void write(std::string& out, int indent, int depth) const;
  Kind kind_;
  std::string value_;
  std::vector<std::pair<std::string, ConfigTree>> items_;
};

}  // namespace outflow::app
