#include "connectors/decode/exposure_rules.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "connectors/yaml/suggestion.h"

namespace outflow::connectors {
namespace {

using features::DataClass;
using features::DataClasses;

constexpr std::size_t kMaxClassName = 32;
constexpr std::size_t kMaxName = 96;
constexpr std::string_view kNone = "none";

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> words(known.begin(), known.end());
  return did_you_mean(word, words);
}

bool is_class_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxClassName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class RuleReader {
 public:
  explicit RuleReader(const std::string& file) : file_(file) {
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(DataClass::kCustom); ++i) {
      known_.emplace_back(features::name_of(static_cast<DataClass>(i)));
      classes_.emplace(known_.back(), static_cast<DataClass>(i));
    }
  }

  Result<ExposureRules> read(std::string_view yaml) {
    if (yaml.size() > kMaxExposureBytes) return Error{ErrorCode::kRefuse, file_ + ": larger than 256 KiB"};
    try {
      const YAML::Node root = YAML::Load(std::string(yaml));
      if (!root.IsNull()) read_root(root);
    } catch (const YAML::Exception& error) {
      refuse(error.mark, "not valid YAML: " + error.msg);
    } catch (const std::exception&) {
      problems_.emplace_back(0, 0, "not valid YAML");
    }
    if (problems_.empty()) return std::move(rules_);
    std::sort(problems_.begin(), problems_.end());
    std::string text;
    for (const auto& [line, column, message] : problems_) {
      if (!text.empty()) text += '\n';
      text += file_;
      if (line > 0) text += ":" + std::to_string(line) + ":" + std::to_string(column);
      text += ": " + message;
    }
    return Error{ErrorCode::kRefuse, text};
  }

 private:
  using Entry = std::pair<YAML::Node, YAML::Node>;

  void refuse(const YAML::Mark& mark, std::string message) {
    problems_.emplace_back(mark.is_null() ? 0 : mark.line + 1, mark.is_null() ? 0 : mark.column + 1,
                           std::move(message));
  }

  // A map's entries, in order; each key once. Keys are cut in messages: they may be anything.
  std::vector<Entry> entries(const YAML::Node& map, const char* what) {
    std::vector<Entry> entries;
    if (!map.IsMap()) {
      refuse(map.Mark(), std::string(what) + " must be a map");
      return entries;
    }
    std::map<std::string, int> lines;
    for (const auto& item : map) {
      if (!item.first.IsScalar()) {
        refuse(item.first.Mark(), "a key must be a plain word");
        continue;
      }
      const auto [first, fresh] = lines.emplace(item.first.Scalar(), item.first.Mark().line + 1);
      if (!fresh) {
        refuse(item.first.Mark(), "'" + item.first.Scalar().substr(0, kMaxName) + "' is given twice; first in line " +
                                      std::to_string(first->second));
        continue;
      }
      entries.emplace_back(item.first, item.second);
    }
    return entries;
  }

  void unknown_key(const YAML::Node& key, const std::vector<std::string>& known) {
    const std::string word = key.Scalar().substr(0, kMaxName);
    refuse(key.Mark(), "unknown key '" + word + "'" + suggestion(word, known));
  }

  std::vector<std::string> names(const YAML::Node& list, const char* what) {
    std::vector<std::string> names;
    if (list.IsScalar()) {
      add_name(list, names);
    } else if (list.IsSequence()) {
      for (const YAML::Node& item : list) add_name(item, names);
    } else {
      refuse(list.Mark(), std::string(what) + " must be a list of names");
    }
    return names;
  }
  void add_name(const YAML::Node& item, std::vector<std::string>& names) {
    if (++names_ == kMaxExposureNames + 1) refuse(item.Mark(), "more than 20000 names in one catalogue");
    if (names_ > kMaxExposureNames) return;
    if (!item.IsScalar() || item.Scalar().empty() || item.Scalar().size() > kMaxName) {
      refuse(item.Mark(), "a name must be a text of 1 to 96 characters");
    } else {
      names.push_back(item.Scalar());
    }
  }

  DataClasses classes(const YAML::Node& list, const char* what) {
    DataClasses classes;
    if (list.IsScalar()) {
      classes |= class_of(list);
    } else if (list.IsSequence()) {
      for (const YAML::Node& item : list) classes |= class_of(item);
    } else {
      refuse(list.Mark(), std::string(what) + " must be a list of data classes");
    }
    return classes;
  }
  DataClasses class_of(const YAML::Node& node) {
    const std::string name = node.IsScalar() ? node.Scalar().substr(0, kMaxName) : std::string();
    if (name == kNone) return {};
    const auto found = classes_.find(name);
    if (found != classes_.end()) return found->second;
    refuse(node.Mark(), "there is no data class '" + name + "'" + suggestion(name, known_));
    return {};
  }

  void read_root(const YAML::Node& root) {
    const std::vector<Entry> parts = entries(root, "an exposure catalogue");
    for (const auto& [key, value] : parts) {  // the others may name them
      if (key.Scalar() == "classes") read_own_classes(value);
    }
    for (const auto& [key, value] : parts) {
      if (key.Scalar() == "objects") {
        read_objects(value);
      } else if (key.Scalar() == "fields") {
        read_fields(value, rules_.fields);
      } else if (key.Scalar() == "relations") {
        for (const auto& [name, objects] : entries(value, "'relations'")) {
          rules_.relations.emplace_back(name.Scalar(), names(objects, "a relation"));
        }
      } else if (key.Scalar() != "classes") {
        unknown_key(key, {"classes", "objects", "fields", "relations"});
      }
    }
  }

  void read_own_classes(const YAML::Node& list) {
    if (!list.IsSequence()) return refuse(list.Mark(), "'classes' must be a list of names");
    for (const YAML::Node& item : list) {
      const std::string name = item.IsScalar() ? item.Scalar() : std::string();
      if (!is_class_name(name)) {
        refuse(item.Mark(), "a data class is named with 1 to 32 of a-z, 0-9 and _");
      } else if (name == kNone || classes_.contains(name)) {
        refuse(item.Mark(), "there is a data class '" + name + "' already");
      } else if (rules_.own_classes.size() == kMaxOwnClasses) {
        refuse(item.Mark(), "more than 16 data classes of one's own");
      } else {
        const auto number = static_cast<std::size_t>(DataClass::kFirstOwn) + rules_.own_classes.size();
        classes_.emplace(name, static_cast<DataClass>(number));
        known_.push_back(name);
        rules_.own_classes.push_back(name);
      }
    }
  }

  void read_objects(const YAML::Node& list) {
    if (!list.IsSequence()) return refuse(list.Mark(), "'objects' must be a list");
    for (const YAML::Node& item : list) read_object(item);
  }

  void read_object(const YAML::Node& node) {
    ExposureRules::Object object;
    for (const auto& [key, value] : entries(node, "an object's rule")) {
      if (key.Scalar() == "names") {
        object.names = names(value, "'names'");
      } else if (key.Scalar() == "holds") {
        object.holds = classes(value, "'holds'");
      } else if (key.Scalar() == "otherwise") {
        object.otherwise = classes(value, "'otherwise'");
      } else if (key.Scalar() == "fields") {
        read_fields(value, object.fields);
      } else {
        unknown_key(key, {"names", "holds", "otherwise", "fields"});
      }
    }
    if (object.names.empty()) return refuse(node.Mark(), "an object's rule needs 'names'");
    for (const std::string& name : object.names) {
      const auto [first, fresh] = object_lines_.emplace(name, node.Mark().line + 1);
      if (!fresh) refuse(node.Mark(), "'" + name + "' has a rule already, in line " + std::to_string(first->second));
    }
    rules_.objects.push_back(std::move(object));
  }

  // {contact: [Email, "*Phone"], none: [Id]}
  void read_fields(const YAML::Node& map, std::vector<ExposureRules::Field>& fields) {
    for (const auto& [key, list] : entries(map, "'fields'")) {
      const DataClasses classes = class_of(key);
      for (std::string& name : names(list, "a class's fields")) fields.emplace_back(std::move(name), classes);
    }
  }

  const std::string& file_;
  std::vector<std::string> known_;
  std::map<std::string, DataClass, std::less<>> classes_;
  std::map<std::string, int, std::less<>> object_lines_;
  std::size_t names_ = 0;
  ExposureRules rules_;
  std::vector<std::tuple<int, int, std::string>> problems_;
};

}  // namespace

Result<ExposureRules> read_exposure_rules(std::string_view yaml, const std::string& file) {
  return RuleReader(file).read(yaml);
}

}  // namespace outflow::connectors
