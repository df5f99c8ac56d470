#include "connectors/decode/exposure_catalogue.h"

#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "connectors/decode/exposure_names.h"
#include "connectors/decode/exposure_rules.h"
#include "connectors/decode/soql_selection.h"

namespace outflow::connectors {

namespace embedded {
extern const std::string_view kExposureYaml;
}

using features::DataClass;
using features::DataClasses;

class ExposureCatalogue::Impl {
 public:
  Impl() {
    const Result<ExposureRules> rules = read_exposure_rules(embedded::kExposureYaml, "exposure.yaml");
    assert(rules.ok());  // a test reads it
    if (rules.ok()) add(*rules);
  }

  // Rules added later replace those of the same spelling.
  void add(const ExposureRules& rules) {
    own_ = rules.own_classes;
    for (const ExposureRules::Object& rule : rules.objects) {
      for (const std::string& name : rule.names) {
        Object& object = objects_.at(name);
        if (rule.holds) object.holds = *rule.holds;
        if (rule.otherwise || !object.known) object.otherwise = rule.otherwise;
        object.known = true;
        add_fields(rule.fields, object.fields);
      }
    }
    add_fields(rules.fields, fields_);
    for (const auto& [name, objects] : rules.relations) relations_.at(name) = objects;
  }

  [[nodiscard]] DataClasses of_object(std::string_view name) const {
    const Found found = find_object(name);
    if (found.object != nullptr) return found.object->holds;
    return found.custom ? DataClasses(DataClass::kCustom) : DataClasses();
  }

  [[nodiscard]] DataClasses of_field(std::string_view object, std::string_view path) const {
    const std::size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return of_own_field(find_object(object), FoldedName(path));
    const FoldedName field(path.substr(dot + 1));
    const std::string_view before = path.substr(0, dot);
    const std::string_view relation = before.substr(before.rfind('.') + 1);
    if (const std::vector<std::string>* targets = relation_targets(relation)) {
      DataClasses classes;
      for (const std::string& target : *targets) {
        classes |= of_own_field(find_object(target == "same" ? object : std::string_view(target)), field);
      }
      return classes;
    }
    return of_own_field(find_object(relation), field);
  }

  [[nodiscard]] DataClasses of_query(std::string_view text) const {
    thread_local Selection selection;
    read_selection(text, selection);
    DataClasses classes;
    for (const std::string_view object : selection.bare_objects) classes |= of_object(object);
    for (const SelectedField& field : selection.fields) classes |= of_selected(field);
    return classes;
  }

  [[nodiscard]] std::vector<std::string> names_of(DataClasses classes) const {
    std::vector<std::string> names;
    constexpr auto kFirstOwn = static_cast<unsigned>(DataClass::kFirstOwn);
    for (unsigned i = 0; i < DataClasses::kMost; ++i) {
      const auto one = static_cast<DataClass>(i);
      if (!classes.has(one)) continue;
      if (const std::string_view built_in = features::name_of(one); !built_in.empty()) {
        names.emplace_back(built_in);
      } else if (i >= kFirstOwn && i - kFirstOwn < own_.size()) {
        names.push_back(own_[i - kFirstOwn]);
      } else {
        names.push_back("class_" + std::to_string(i));
      }
    }
    return names;
  }

 private:
  struct Object {
    bool known = false;
    DataClasses holds;
    std::optional<DataClasses> otherwise;
    NameTable<DataClasses> fields;
  };
  struct Found {
    const Object* object = nullptr;
    bool custom = false;
  };

  // A name listed under two classes is of both; a later catalogue replaces it.
  static void add_fields(const std::vector<ExposureRules::Field>& fields, NameTable<DataClasses>& table) {
    for (const auto& [name, classes] : fields) table.at(name) = DataClasses();
    for (const auto& [name, classes] : fields) table.at(name) |= classes;
  }

  // AccountHistory holds what Account does; sub-queries and tables name their objects in the plural.
  [[nodiscard]] const Object* named_object(std::string_view folded, bool custom) const {
    if (const Object* object = objects_.exact(folded, custom)) return object;
    for (const std::string_view suffix : {"history", "histories", "changeevent", "eventlog"}) {
      if (folded.size() > suffix.size() && folded.ends_with(suffix)) {
        return objects_.exact(folded.substr(0, folded.size() - suffix.size()), custom);
      }
    }
    if (folded.size() > 4 && folded.ends_with("ies")) {
      std::array<char, FoldedName::kMost> singular{};
      const std::size_t size = folded.copy(singular.data(), folded.size() - 3);
      singular[size] = 'y';
      return objects_.exact({singular.data(), size + 1}, custom);
    }
    if (folded.size() < 4 || !folded.ends_with('s')) return nullptr;
    const Object* object = objects_.exact(folded.substr(0, folded.size() - 1), custom);
    if (object == nullptr && folded.ends_with("es")) {
      object = objects_.exact(folded.substr(0, folded.size() - 2), custom);
    }
    return object;
  }

  [[nodiscard]] Found find_object(std::string_view name) const {
    const FoldedName folded(name);
    const Object* object = named_object(folded.text(), folded.custom());
    if (object == nullptr) object = objects_.pattern(folded);
    const std::size_t dot = object == nullptr ? name.rfind('.') : std::string_view::npos;
    // A table's database and schema say nothing of what is in it: CRM.PUBLIC.CONTACTS.
    return dot == std::string_view::npos ? Found{object, folded.custom()} : find_object(name.substr(dot + 1));
  }

  [[nodiscard]] const std::vector<std::string>* relation_targets(std::string_view name) const {
    const FoldedName folded(name);
    return relations_.exact(folded.text(), folded.custom());
  }

  [[nodiscard]] DataClasses of_own_field(const Found& of, const FoldedName& field) const {
    if (of.object != nullptr) {
      if (const DataClasses* classes = of.object->fields.find(field)) return *classes;
    }
    if (const DataClasses* classes = fields_.find(field)) return *classes;
    if (field.custom()) return DataClass::kCustom;
    if (of.object != nullptr) return of.object->otherwise.value_or(of.object->holds);
    return of.custom ? DataClasses(DataClass::kCustom) : DataClasses();
  }

  [[nodiscard]] DataClasses of_selected(const SelectedField& field) const {
    switch (field.kind) {
      case SelectedField::Kind::kField:
        break;
      case SelectedField::Kind::kAll:
      case SelectedField::Kind::kAllStandard:
        return of_object(field.object);
      case SelectedField::Kind::kAllCustom:
        return DataClass::kCustom;
    }
    // A sub-query's or TYPEOF's object may be the name of a relation.
    if (const std::vector<std::string>* targets = relation_targets(field.object)) {
      DataClasses classes;
      for (const std::string& target : *targets) classes |= of_field(target, field.path);
      return classes;
    }
    return of_field(field.object, field.path);
  }

  std::vector<std::string> own_;
  NameTable<Object> objects_;
  NameTable<DataClasses> fields_;
  NameTable<std::vector<std::string>> relations_;
};

ExposureCatalogue::ExposureCatalogue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ExposureCatalogue::~ExposureCatalogue() = default;

std::shared_ptr<const ExposureCatalogue> ExposureCatalogue::built_in() {
  static const std::shared_ptr<const ExposureCatalogue> catalogue(new ExposureCatalogue(std::make_unique<Impl>()));
  return catalogue;
}

Result<std::shared_ptr<const ExposureCatalogue>> ExposureCatalogue::parse(std::string_view yaml,
                                                                          const std::string& file) {
  const Result<ExposureRules> rules = read_exposure_rules(yaml, file);
  if (!rules.ok()) return rules.error();
  auto impl = std::make_unique<Impl>();
  impl->add(*rules);
  return std::shared_ptr<const ExposureCatalogue>(new ExposureCatalogue(std::move(impl)));
}

DataClasses ExposureCatalogue::of_object(std::string_view object) const {
  return impl_->of_object(object);
}
DataClasses ExposureCatalogue::of_field(std::string_view object, std::string_view field) const {
  return impl_->of_field(object, field);
}
DataClasses ExposureCatalogue::of_fields(std::string_view object, std::span<const std::string_view> fields) const {
  DataClasses classes;
  for (const std::string_view field : fields) classes |= impl_->of_field(object, field);
  return classes;
}
DataClasses ExposureCatalogue::of_query(std::string_view query) const {
  return impl_->of_query(query);
}
std::vector<std::string> ExposureCatalogue::names_of(DataClasses classes) const {
  return impl_->names_of(classes);
}

}  // namespace outflow::connectors
