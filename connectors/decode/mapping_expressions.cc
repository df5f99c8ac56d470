#include "connectors/decode/mapping_expressions.h"

#include <algorithm>
#include <array>

#include "connectors/decode/count_text.h"
#include "connectors/decode/mapping_compiler.h"
#include "connectors/decode/mapping_words.h"
#include "connectors/yaml/suggestion.h"

namespace outflow::connectors {
namespace {

using Kind = YamlNode::Kind;

constexpr int kMaxExpressionDepth = 8;
constexpr std::size_t kMaxParts = 32;  // of a list or a concatenation
constexpr std::array<std::string_view, 2> kTimeKeys = {"format", "zone"};
constexpr std::array<std::string_view, 1> kScaleKeys = {"scale"};

const YamlNode* find_key(const YamlNode& map, std::string_view key) {
  const auto found =
      std::find_if(map.items.begin(), map.items.end(), [&](const YamlNode& item) { return item.key == key; });
  return found == map.items.end() ? nullptr : &*found;
}

}  // namespace

void MappingReader::refuse(YamlPosition at, std::string why) {
  if (++failures_ <= kMaxMappingProblems) problems_.push_back({file_, at.line, at.column, std::move(why)});
}

void MappingReader::refuse_unknown_keys(const YamlNode& map, std::span<const std::string_view> keys) {
  for (const YamlNode& item : map.items) {
    if (std::find(keys.begin(), keys.end(), item.key) != keys.end()) continue;
    refuse(item.key_at, "unknown key '" + item.key.substr(0, 80) + "'" + did_you_mean(item.key.substr(0, 80), keys));
  }
}

void MappingReader::refuse_word(const YamlNode& node, std::span<const std::string_view> words) {
  std::string why = node.key.empty() ? "this" : "'" + node.key.substr(0, 80) + "'";
  why += " is one of ";
  for (std::size_t i = 0; i < words.size(); ++i) why.append(i == 0 ? "" : ", ").append(words[i]);
  if (node.kind == Kind::kScalar) why += did_you_mean(node.text.substr(0, 80), words);
  refuse(node.at, std::move(why));
}

std::string MappingReader::scalar(const YamlNode& node, const char* what) {
  if (node.kind == Kind::kScalar) return node.text;
  refuse(node.at, "'" + node.key + "' is " + what);
  return {};
}

bool MappingReader::boolean(const YamlNode& node) {
  if (node.kind == Kind::kScalar && (node.text == "true" || node.text == "false")) return node.text == "true";
  refuse(node.at, "'" + node.key + "' is true or false");
  return false;
}

SlotId MappingReader::path(const YamlNode& node, bool in_record) {
  if (node.kind != Kind::kScalar) {
    refuse(node.at, "a path is written as one text");
    return kNoSlot;
  }
  return path(node.text, node.at, in_record);
}

SlotId MappingReader::path(std::string_view text, YamlPosition at, bool in_record) {
  MappingPath parsed;
  if (std::string why = parse_mapping_path(text, parsed); !why.empty()) {
    refuse(at, std::move(why));
    return kNoSlot;
  }
  const bool has_elements = program_.element_root != kNoNode;
  if (parsed.from_record && !has_elements) refuse(at, "'^' means the record around an element: it needs 'each'");
  const bool in_element = has_elements && !parsed.from_record && !in_record;
  element_path_seen = element_path_seen || in_element;
  const SlotId slot = trie_.add(in_element ? program_.element_root : kRecordNode, parsed);
  if (slot == kNoSlot) refuse(at, "all mappings together have too many paths");
  std::vector<std::string>& paths = program_.paths;
  if (std::find(paths.begin(), paths.end(), text) == paths.end()) paths.emplace_back(text);
  return slot;
}

ExpressionId MappingReader::keep(Expression expression) {
  program_.expressions.push_back(std::move(expression));
  return static_cast<ExpressionId>(program_.expressions.size() - 1);
}

ExpressionId MappingReader::list(const YamlNode& node, Expression::Kind kind, int depth) {
  if (node.kind != Kind::kSequence || node.items.empty() || node.items.size() > kMaxParts) {
    refuse(node.at, "a list of 1 to 32 expressions is expected here");
    return kNoExpression;
  }
  Expression made;
  made.kind = kind;
  for (const YamlNode& item : node.items) {
    if (item.kind == Kind::kNull) refuse(item.at, "an expression in a list cannot be null");
    const ExpressionId part = expression(item, {}, depth + 1);
    if (part != kNoExpression) made.parts.push_back(part);
  }
  return keep(std::move(made));
}

ExpressionId MappingReader::path_expression(const YamlNode& node) {
  Expression made;
  made.kind = Expression::Kind::kPath;
  made.slot = path(node);
  return made.slot == kNoSlot ? kNoExpression : keep(std::move(made));
}

ExpressionId MappingReader::expression(const YamlNode& node, std::span<const std::string_view> extra, int depth) {
  if (depth > kMaxExpressionDepth) {
    refuse(node.at, "expressions are nested more than 8 deep");
    return kNoExpression;
  }
  if (node.kind == Kind::kNull) return kNoExpression;
  if (node.kind == Kind::kSequence) return list(node, Expression::Kind::kFirst, depth);
  if (node.kind == Kind::kScalar) return path_expression(node);
  std::vector<std::string_view> keys;
  for (const std::string_view key : expression_keys()) {
    const bool special = key == "format" || key == "zone" || key == "scale";
    if (!special || std::find(extra.begin(), extra.end(), key) != extra.end()) keys.push_back(key);
  }
  refuse_unknown_keys(node, keys);
  ExpressionId id = kNoExpression;
  int forms = 0;
  for (const YamlNode& item : node.items) {
    if (item.key == "path") {
      id = path_expression(item);
    } else if (item.key == "const") {
      Expression made;
      made.kind = Expression::Kind::kConst;
      made.text = scalar(item, "a text");
      id = keep(std::move(made));
    } else if (item.key == "first" || item.key == "concat") {
      id = list(item, item.key == "first" ? Expression::Kind::kFirst : Expression::Kind::kConcat, depth);
    } else {
      continue;
    }
    ++forms;
  }
  if (forms != 1) {
    refuse(node.at, "an expression has exactly one of path, const, first and concat");
    return kNoExpression;
  }
  if (id != kNoExpression) read_transforms(node, program_.expressions[id]);
  return id;
}

void MappingReader::read_transforms(const YamlNode& map, Expression& expression) {
  Transforms& transforms = expression.transforms;
  constexpr std::array<std::pair<std::string_view, TextCut::Kind>, 5> kCuts = {{
      {"before", TextCut::Kind::kBefore},
      {"after", TextCut::Kind::kAfter},
      {"before_last", TextCut::Kind::kBeforeLast},
      {"after_last", TextCut::Kind::kAfterLast},
      {"strip_prefix", TextCut::Kind::kStripPrefix},
  }};
  for (const auto& [key, kind] : kCuts) {  // in the order in which they are applied
    const YamlNode* node = find_key(map, key);
    if (node == nullptr) continue;
    transforms.cuts.push_back({kind, scalar(*node, "a text")});
    if (transforms.cuts.back().text.empty()) refuse(node->at, "'" + node->key + "' needs a text");
  }
  if (const YamlNode* node = find_key(map, "lower")) transforms.lower = boolean(*node);
  if (const YamlNode* node = find_key(map, "salesforce_id")) transforms.salesforce_id = boolean(*node);
  if (const YamlNode* node = find_key(map, "default")) transforms.fallback = scalar(*node, "a text");
  if (const YamlNode* node = find_key(map, "separator")) {
    if (expression.kind != Expression::Kind::kConcat) refuse(node->key_at, "'separator' belongs to concat");
    expression.text = scalar(*node, "a text");
  }
  if (const YamlNode* node = find_key(map, "map")) {
    if (node->kind != Kind::kMap) refuse(node->at, "'map' is a map of texts");
    for (const YamlNode& item : node->items) {
      transforms.map.emplace_back(item.key, item.kind == Kind::kNull ? std::string() : scalar(item, "a text"));
    }
    std::sort(transforms.map.begin(), transforms.map.end());
  }
  expression.transformed = !transforms.cuts.empty() || transforms.lower || transforms.salesforce_id ||
                           !transforms.map.empty() || !transforms.fallback.empty();
}

CountSource MappingReader::count(const YamlNode& node) {
  CountSource made;
  if (node.kind == Kind::kNull) return made;
  const bool number = node.kind == Kind::kScalar && node.text.find_first_not_of("0123456789.-+") == std::string::npos;
  if (number) {
    const auto value = parse_count(node.text);
    if (!value) refuse(node.at, "'" + node.key + "' is a path, or a whole number of at least 0");
    made.kind = CountSource::Kind::kConst;
    made.constant = value.value_or(0);
    return made;
  }
  const YamlNode* elements = node.kind == Kind::kMap ? find_key(node, "count") : nullptr;
  if (elements != nullptr) {
    if (node.items.size() != 1) refuse(node.at, "'count' stands alone");
    made.kind = CountSource::Kind::kElements;
    made.slot = path(*elements);
    return made;
  }
  made.kind = CountSource::Kind::kText;
  made.text = expression(node, kScaleKeys);
  const YamlNode* scale = node.kind == Kind::kMap ? find_key(node, "scale") : nullptr;
  if (scale != nullptr) {
    const auto value = parse_decimal(scale->text);
    if (!value || *value <= 0 || *value > 1e12) refuse(scale->at, "'scale' is a number above 0");
    made.scale = value.value_or(1);
  }
  return made;
}

std::vector<TimeSource> MappingReader::times(const YamlNode& node) {
  std::vector<TimeSource> made;
  if (node.kind == Kind::kSequence) {
    for (const YamlNode& item : node.items) time(item, made);
    if (node.items.empty()) refuse(node.at, "a list of times is empty");
  } else if (node.kind != Kind::kNull) {
    time(node, made);
  }
  return made;
}

void MappingReader::time(const YamlNode& node, std::vector<TimeSource>& into) {
  TimeSource made;
  made.text = expression(node, kTimeKeys);
  if (node.kind == Kind::kMap) {
    if (const YamlNode* format = find_key(node, "format")) {
      if (const std::string why = parse_time_format(scalar(*format, "a text"), made.format); !why.empty()) {
        refuse(format->at, "'format' " + why);
      }
    }
    if (const YamlNode* zone = find_key(node, "zone")) {
      const auto minutes = parse_zone(scalar(*zone, "a text"));
      if (!minutes) refuse(zone->at, "'zone' is written as +02:00, -0330 or Z");
      made.zone_minutes = minutes.value_or(0);
    }
  }
  if (made.text != kNoExpression) into.push_back(std::move(made));
}

void MappingReader::read_condition_value(const YamlNode& node, Condition& condition) {
  if (node.kind == Kind::kNull) {
    condition.absent = true;
  } else if (node.kind != Kind::kScalar) {
    refuse(node.at, "a condition compares with a text, null, \"*\", or a list of these");
  } else if (node.text == "*") {
    condition.present = true;
  } else {
    condition.values.push_back(node.text);
  }
}

std::vector<Condition> MappingReader::conditions(const YamlNode& map, bool in_record) {
  std::vector<Condition> made;
  if (map.kind != Kind::kMap || map.items.empty()) {
    refuse(map.at, "'" + map.key + "' is a map from paths to values");
    return made;
  }
  for (const YamlNode& item : map.items) {
    Condition condition;
    condition.slot = path(item.key, item.key_at, in_record);
    if (item.kind == Kind::kSequence) {
      for (const YamlNode& value : item.items) read_condition_value(value, condition);
      if (item.items.empty()) refuse(item.at, "a list of values is empty");
    } else {
      read_condition_value(item, condition);
    }
    if (condition.slot != kNoSlot) made.push_back(std::move(condition));
  }
  return made;
}

}  // namespace outflow::connectors
