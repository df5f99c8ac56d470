// ExposureCatalogue: which objects and fields hold which classes of data.
//
// Built in: Salesforce's standard objects and fields, and the file and mail kinds of the other sources
// (docs/exposure.md lists them). An installation adds rules and classes of its own in YAML. Names are compared without
// case; a field's own rule goes before its object's.
// Immutable once made; const calls may come from any thread.
#pragma once

#include <memory>
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
  // The built-in one with the rules of a YAML text added; errors name `file`:line:col.
  static Result<std::shared_ptr<const ExposureCatalogue>> parse(std::string_view yaml, const std::string& file);

  // All that an object typically holds: for reads whose fields are not known.
  [[nodiscard]] features::DataClasses of_object(std::string_view object) const;
  [[nodiscard]] features::DataClasses of_field(std::string_view object, std::string_view field) const;
  // Of a query's selected fields (sub-queries and relationship paths included), else of its object.
  [[nodiscard]] features::DataClasses of_query(std::string_view soql) const;

  // "contact", "birth_date", ..., own ones too; in the order of their numbers.
  [[nodiscard]] std::vector<std::string> names_of(features::DataClasses classes) const;

 private:
  class Impl;
  explicit ExposureCatalogue(std::unique_ptr<Impl> impl);

 public:
  ~ExposureCatalogue();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
