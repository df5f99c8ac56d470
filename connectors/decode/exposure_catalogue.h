// ExposureCatalogue: which objects and fields hold which classes of data.
//
// Built in (exposure.yaml): Salesforce's standard objects and fields, Dataverse's entities, and the object, file and
// mail kinds of the other sources; docs/exposure.md has the language. An installation adds rules and classes of its own
// in YAML. Names are compared without case; a field's own rule goes before its object's. Immutable once made; const
// calls may come from any thread, and allocate little: of_query() for its list of fields only.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/data_classes.h"
#include "features/result.h"

namespace outflow::connectors {

class ExposureCatalogue {
 public:
  // The built-in catalogue, compiled once a process.
  [[nodiscard]] static std::shared_ptr<const ExposureCatalogue> built_in();
  // The built-in one with the rules of a YAML text added; the error has one line for each problem, as file:line:col.
  static Result<std::shared_ptr<const ExposureCatalogue>> parse(std::string_view yaml, const std::string& file);

  // All that an object typically holds: for reads whose fields are not known.
  [[nodiscard]] features::DataClasses of_object(std::string_view object) const;
  // `field` may be a relationship path: `Owner.Email` of Case is a field of User.
  [[nodiscard]] features::DataClasses of_field(std::string_view object, std::string_view field) const;
  // Of a list of columns or fields, as reports and list views name them ("CASES.SUBJECT" and "Account.Name" are paths
  // too).
  [[nodiscard]] features::DataClasses of_fields(std::string_view object,
                                                std::span<const std::string_view> fields) const;
  // Of a query's selected fields (sub-queries and relationship paths included), else of its object. Not for the hot
  // path: keep its answer by the query's fingerprint, which says the same of all texts that differ in their literals
  // only.
  [[nodiscard]] features::DataClasses of_query(std::string_view query) const;

  // "contact", "birth_date", ..., own ones too; in the order of their numbers. Numbers without a name (a class that was
  // taken out of the configuration) show as "class_17".
  [[nodiscard]] std::vector<std::string> names_of(features::DataClasses classes) const;

  ~ExposureCatalogue();

 private:
  class Impl;
  explicit ExposureCatalogue(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
