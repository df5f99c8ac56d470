// The YAML of an exposure catalogue, read and checked: rules as written, not yet made for looking up.
//
// Every mistake is found and named with its file:line:col. Pure and thread-safe; bounded: kMaxExposureBytes of text,
// kMaxExposureNames names in all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features/data_classes.h"
#include "features/result.h"

namespace outflow::connectors {

inline constexpr std::size_t kMaxExposureBytes = 256U << 10;
inline constexpr std::size_t kMaxExposureNames = 20'000;
inline constexpr std::size_t kMaxOwnClasses =
    features::DataClasses::kMost - static_cast<unsigned>(features::DataClass::kFirstOwn);

struct ExposureRules {
  using Field = std::pair<std::string, features::DataClasses>;  // a name or pattern; of no class: said to hold nothing
  struct Object {
    std::vector<std::string> names;  // or patterns
    std::optional<features::DataClasses> holds, otherwise;
    std::vector<Field> fields;
  };
  std::vector<std::string> own_classes;  // the first is DataClass::kFirstOwn
  std::vector<Object> objects;
  std::vector<Field> fields;                                                // of any object
  std::vector<std::pair<std::string, std::vector<std::string>>> relations;  // to the objects they lead to
};

// The error's message has one line for each problem, as file:line:col: what.
Result<ExposureRules> read_exposure_rules(std::string_view yaml, const std::string& file);

}  // namespace outflow::connectors
