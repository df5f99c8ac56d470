// MappingReader: one mapping's YAML with its problems, and the parts of the language all its keys share: paths,
// expressions, counts, times, conditions.
//
// For compile_mapping() only. One use.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/mapping_program.h"
#include "connectors/decode/source_catalogue.h"
#include "connectors/yaml/yaml_tree.h"

namespace outflow::connectors {

class MappingReader {
 public:
  MappingReader(const std::string& file, PathTrie& trie, MappingProgram& program, std::vector<MappingProblem>& problems)
      : file_(file), trie_(trie), program_(program), problems_(problems) {}

  [[nodiscard]] bool failed() const { return failures_ > 0; }
  void refuse(YamlPosition at, std::string why);
  // Refuses every key of `map` that is none of `keys`, with the nearest of them.
  void refuse_unknown_keys(const YamlNode& map, std::span<const std::string_view> keys);
  // The word's value; refused with the nearest of `words` where it has none.
  template <typename Enum>
  std::optional<Enum> word(const YamlNode& node, std::optional<Enum> (*find)(std::string_view) noexcept,
                           std::span<const std::string_view> words) {
    const std::optional<Enum> found = node.kind == YamlNode::Kind::kScalar ? find(node.text) : std::nullopt;
    if (!found) refuse_word(node, words);
    return found;
  }
  void refuse_word(const YamlNode& node, std::span<const std::string_view> words);

  // The slot of a path. `in_record`: it starts at the record, whatever `each` says.
  SlotId path(const YamlNode& node, bool in_record = false);
  SlotId path(std::string_view text, YamlPosition at, bool in_record);
  // kNoExpression where there is a problem, or the node is null. `extra` names keys that another reads of its map.
  ExpressionId expression(const YamlNode& node, std::span<const std::string_view> extra = {}, int depth = 0);
  ExpressionId path_expression(const YamlNode& node);
  CountSource count(const YamlNode& node);
  std::vector<TimeSource> times(const YamlNode& node);
  std::vector<Condition> conditions(const YamlNode& map, bool in_record);
  bool boolean(const YamlNode& node);

  // Whether a path into an element of `each` was read since this was last set to false.
  bool element_path_seen = false;

 private:
  ExpressionId keep(Expression expression);
  ExpressionId list(const YamlNode& node, Expression::Kind kind, int depth);
  void read_transforms(const YamlNode& map, Expression& expression);
  std::string scalar(const YamlNode& node, const char* what);
  void time(const YamlNode& node, std::vector<TimeSource>& into);
  void read_condition_value(const YamlNode& node, Condition& condition);

  const std::string& file_;
  PathTrie& trie_;
  MappingProgram& program_;
  std::vector<MappingProblem>& problems_;
  std::size_t failures_ = 0;
};

}  // namespace outflow::connectors
