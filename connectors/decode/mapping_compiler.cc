#include "connectors/decode/mapping_compiler.h"

#include <algorithm>

#include "connectors/decode/mapping_expressions.h"
#include "connectors/decode/mapping_words.h"

namespace outflow::connectors {
namespace {

using Kind = YamlNode::Kind;

class Compiler {
 public:
  Compiler(const std::string& file, PathTrie& trie, MappingProgram& program, std::vector<MappingProblem>& problems)
      : trie_(trie), program_(program), reader_(file, trie, program, problems) {}

  bool compile(const YamlNode& root) {
    if (root.kind != Kind::kMap) {
      reader_.refuse(root.at, "a mapping is a map of keys; 'source', 'event_type' and 'time' must be among them");
      return false;
    }
    reader_.refuse_unknown_keys(root, mapping_keys());
    for (const YamlNode& item : root.items) {  // paths depend on it
      if (item.key == "each") read_each(item);
    }
    for (const YamlNode& item : root.items) read_key(item);
    for (const YamlNode& item : root.items) {  // rules start from what all the other keys say
      if (item.key == "events") read_events(item);
    }
    require(root, !program_.name.empty(), "source");
    require(root, program_.event_type != kNoExpression, "event_type");
    require(root, !program_.time.empty(), "time");
    std::stable_sort(program_.prefixes.begin(), program_.prefixes.end(),
                     [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    return !reader_.failed();
  }

 private:
  void require(const YamlNode& root, bool given, const char* key) {
    if (!given && !reader_.failed()) reader_.refuse(root.at, "'" + std::string(key) + "' is missing");
  }

  void read_each(const YamlNode& node) {
    const bool is_list = node.kind == Kind::kSequence;
    for (std::size_t i = 0; i < (is_list ? node.items.size() : 1); ++i) read_each_path(is_list ? node.items[i] : node);
    program_.element_root = trie_.add_root();
    if (program_.each.empty() && !reader_.failed()) reader_.refuse(node.at, "'each' has no path");
    if (program_.element_root == kNoNode) reader_.refuse(node.at, "all mappings together have too many paths");
  }

  void read_each_path(const YamlNode& node) {
    MappingPath path;
    if (node.kind != Kind::kScalar)
      return reader_.refuse(node.at, "'each' is a path that ends in [*], or a list of such");
    if (std::string why = parse_mapping_path(node.text, path); !why.empty()) return reader_.refuse(node.at, why);
    const auto is_member = [](const PathStep& step) { return step.kind == PathStep::Kind::kMember; };
    const bool ends_in_every = path.steps.back().kind == PathStep::Kind::kEvery;
    if (ends_in_every) path.steps.pop_back();
    if (!ends_in_every || !std::all_of(path.steps.begin(), path.steps.end(), is_member)) {
      return reader_.refuse(node.at, "'each' is a path of names that ends in [*]");
    }
    if (program_.each_path.empty()) program_.each_path = node.text;
    program_.each.push_back(trie_.add(kRecordNode, path));
    if (program_.each.back() == kNoSlot) reader_.refuse(node.at, "all mappings together have too many paths");
  }

  void read_key(const YamlNode& node) {
    if (node.key == "source") {
      read_name(node);
    } else if (node.key == "as") {
      read_shown_source(node);
    } else if (node.key == "title") {
      if (node.kind != Kind::kScalar) reader_.refuse(node.at, "'title' is a text");
      program_.title = node.text;
    } else if (node.key == "recognise") {
      read_recognise(node);
    } else if (node.key == "event_type") {
      program_.event_type = reader_.expression(node);
    } else if (node.key == "time") {
      program_.time = reader_.times(node);
    } else if (node.key == "ingest_time") {
      program_.ingest_time = reader_.times(node);
    } else if (node.key == "uid") {
      reader_.element_path_seen = false;
      program_.uid = reader_.expression(node);
      program_.uid_is_the_records = program_.element_root != kNoNode && !reader_.element_path_seen;
    } else if (node.key == "tenant") {
      program_.tenant = reader_.expression(node);
    } else if (node.key != "each" && node.key != "events") {
      read_rule_key(node, program_.otherwise);
    }
  }

  void read_name(const YamlNode& node) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    const std::string& name = node.text;
    if (node.kind != Kind::kScalar || name.empty() || name.size() > 32 ||
        !std::all_of(name.begin(), name.end(), fits)) {
      reader_.refuse(node.at, "'source' is a name of [a-z0-9_], at most 32");
    }
    program_.name = name;
  }

  void read_shown_source(const YamlNode& node) {
    const auto source = source_of(node.kind == Kind::kScalar ? std::string_view(node.text) : std::string_view());
    if (!source) return reader_.refuse_word(node, source_words());
    program_.source = *source;
  }

  void read_recognise(const YamlNode& node) {
    const std::size_t alternatives = node.kind == Kind::kSequence ? node.items.size() : 1;
    for (std::size_t i = 0; i < alternatives; ++i) {
      read_alternative(node.kind == Kind::kSequence ? node.items[i] : node);
    }
    if (alternatives == 0) reader_.refuse(node.at, "'recognise' has no alternative");
  }

  void read_alternative(const YamlNode& node) {
    if (node.kind != Kind::kMap) {
      return reader_.refuse(node.at, "an alternative of 'recognise' is a map of has, lacks and equals");
    }
    constexpr std::string_view kKeys[] = {"has", "lacks", "equals"};
    reader_.refuse_unknown_keys(node, kKeys);
    Recognition made;
    for (const YamlNode& item : node.items) {
      if (item.key == "equals") {
        made.equals = reader_.conditions(item, true);
        for (const Condition& condition : made.equals) {
          if (!condition.absent) require_slot(made, condition.slot, true);
        }
      } else if (item.key == "has" || item.key == "lacks") {
        const bool is_list = item.kind == Kind::kSequence;
        for (std::size_t i = 0; i < (is_list ? item.items.size() : 1); ++i) {
          require_slot(made, reader_.path(is_list ? item.items[i] : item, true), item.key == "has");
        }
      }
    }
    const auto has_any = [](const Recognition::Word& word) { return word.has != 0; };
    if (std::none_of(made.words.begin(), made.words.end(), has_any) && !reader_.failed()) {
      reader_.refuse(node.at, "an alternative of 'recognise' needs something that is there: has or equals");
    }
    program_.recognise.push_back(std::move(made));
  }

  static void require_slot(Recognition& recognition, SlotId slot, bool there) {
    if (slot == kNoSlot) return;
    auto word = std::find_if(recognition.words.begin(), recognition.words.end(),
                             [&](const Recognition::Word& known) { return known.index == slot / 64U; });
    if (word == recognition.words.end()) {
      recognition.words.push_back({slot / 64U, 0, 0});
      word = recognition.words.end() - 1;
    }
    (there ? word->has : word->lacks) |= std::uint64_t{1} << (slot % 64U);
  }

  // What a rule, or the mapping itself for all rules, says of an event.
  void read_rule_key(const YamlNode& node, EventProgram& program) {
    if (const auto field = text_field_of(node.key)) {
      const ExpressionId id = reader_.expression(node);
      std::erase_if(program.texts, [&](const auto& known) { return known.first == *field; });
      if (id != kNoExpression) program.texts.emplace_back(*field, id);
    } else if (node.key == "objects") {
      read_objects(node, program);
    } else if (node.key == "records") {
      program.records = reader_.count(node);
    } else if (node.key == "bytes") {
      program.bytes = reader_.count(node);
    } else if (node.key == "action") {
      read_action(node, program);
    } else if (node.key == "outcome") {
      read_outcome(node, program);
    } else if (node.key == "semantics") {
      program.semantics = reader_.word(node, semantics_of, semantics_words()).value_or(program.semantics);
    } else if (node.key == "proves_extraction") {
      program.proves_extraction = reader_.boolean(node);
    } else if (node.key == "session_names_app") {
      program.session_names_app = reader_.boolean(node);
    } else if (node.key == "classes") {
      read_classes(node, program);
    }
  }

  void read_objects(const YamlNode& node, EventProgram& program) {
    program.objects.clear();
    const bool is_list = node.kind == Kind::kSequence;
    for (std::size_t i = 0; i < (is_list ? node.items.size() : 1); ++i) {
      const ExpressionId id = reader_.expression(is_list ? node.items[i] : node);
      if (id != kNoExpression) program.objects.push_back(id);
    }
  }

  void read_action(const YamlNode& node, EventProgram& program) {
    program.action_text = kNoExpression;
    if (node.kind != Kind::kMap) {
      program.action = reader_.word(node, action_of, action_words()).value_or(program.action);
      return;
    }
    program.action = features::Action::kOther;
    program.action_text = reader_.expression(node);
    check_results(node, program.action_text, action_of, action_words());
  }

  void read_outcome(const YamlNode& node, EventProgram& program) {
    program.outcome_text = kNoExpression;
    program.outcome = features::Outcome::kUnknown;
    if (node.kind == Kind::kNull) return;
    const auto word = node.kind == Kind::kScalar ? outcome_of(node.text) : std::nullopt;
    if (word) {
      program.outcome = *word;
      return;
    }
    program.outcome_text = reader_.expression(node);
    check_results(node, program.outcome_text, outcome_of, outcome_words());
  }

  // An expression's own texts must be words; what a record says beyond them is no mistake of the mapping's.
  template <typename Enum>
  void check_results(const YamlNode& node, ExpressionId id, std::optional<Enum> (*find)(std::string_view) noexcept,
                     std::span<const std::string_view> words) {
    if (id == kNoExpression || node.kind != Kind::kMap) return;
    for (const YamlNode& item : node.items) {
      if (item.key == "default" || item.key == "const") (void)reader_.word(item, find, words);
      if (item.key != "map") continue;
      for (const YamlNode& result : item.items) {
        if (result.kind != Kind::kNull) (void)reader_.word(result, find, words);
      }
    }
  }

  void read_classes(const YamlNode& node, EventProgram& program) {
    program.classes = {};
    if (node.kind == Kind::kNull) return;
    const bool is_list = node.kind == Kind::kSequence;
    for (std::size_t i = 0; i < (is_list ? node.items.size() : 1); ++i) {
      const YamlNode& item = is_list ? node.items[i] : node;
      if (const auto found = reader_.word(item, data_class_of, data_class_words())) program.classes |= *found;
    }
  }

  void read_events(const YamlNode& node) {
    if (node.kind != Kind::kMap) return reader_.refuse(node.at, "'events' is a map from event types to rules");
    for (const YamlNode& item : node.items) {
      EventRules rules;
      if (item.kind == Kind::kSequence) {
        for (const YamlNode& rule : item.items) rules.push_back(read_rule(rule));
      } else {
        rules.push_back(read_rule(item));
      }
      rules_ += rules.size();
      if (rules_ > kMaxMappingRules) return reader_.refuse(item.key_at, "more than 2000 rules in one mapping");
      const std::size_t index = program_.rules.size();
      program_.rules.push_back(std::move(rules));
      if (item.key.ends_with('*')) {
        program_.prefixes.emplace_back(item.key.substr(0, item.key.size() - 1), index);
      } else {
        program_.exact.emplace(item.key, index);
      }
    }
  }

  EventRule read_rule(const YamlNode& node) {
    EventRule rule;
    rule.program = program_.otherwise;
    if (node.kind != Kind::kMap) {
      reader_.refuse(node.at, "a rule is a map: {action: record_view, records: 1}");
      return rule;
    }
    reader_.refuse_unknown_keys(node, rule_keys());
    for (const YamlNode& item : node.items) {
      if (item.key == "when") {
        rule.when = reader_.conditions(item, false);
      } else {
        read_rule_key(item, rule.program);
      }
    }
    return rule;
  }

  PathTrie& trie_;
  MappingProgram& program_;
  MappingReader reader_;
  std::size_t rules_ = 0;
};

}  // namespace

const EventRules* MappingProgram::rules_of(std::string_view type) const {
  if (const auto found = exact.find(type); found != exact.end()) return &rules[found->second];
  for (const auto& [prefix, index] : prefixes) {
    if (type.starts_with(prefix)) return &rules[index];
  }
  return nullptr;
}

std::optional<MappingProgram> compile_mapping(const MappingText& mapping, PathTrie& trie,
                                              std::vector<MappingProblem>& problems) {
  const YamlDocument document = read_yaml(mapping.yaml);
  for (const YamlProblem& problem : document.problems) {
    problems.push_back({mapping.file, problem.at.line, problem.at.column, problem.message});
  }
  if (!document.problems.empty()) return std::nullopt;
  MappingProgram program;
  Compiler compiler(mapping.file, trie, program, problems);
  if (!compiler.compile(document.root)) return std::nullopt;
  return program;
}

}  // namespace outflow::connectors
