// A mapping's path: how to get from a record to a value in it, as text becomes steps.
//
// `actor.id`, `"event.original".id`, `targets[0].id`, `targets[*].type`, `parameters[name=app_id].value`, `^id.time`.
// Pure; for compiling, never for records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outflow::connectors {

struct PathStep {
  enum class Kind : std::uint8_t {
    kMember,  // of an object, by `name`
    kIndex,   // the element at `index`
    kEvery,   // every element
    kWhere,   // the first element whose member `name` has the text `value`
  };
  Kind kind = Kind::kMember;
  std::string name;
  std::string value;
  std::uint32_t index = 0;
};

struct MappingPath {
  bool from_record = false;  // `^`: starts at the record, not at the element of `each`
  std::vector<PathStep> steps;
};

inline constexpr std::size_t kMaxPathBytes = 256;
inline constexpr std::size_t kMaxPathSteps = 16;

// What is wrong with it; empty where it is a path.
[[nodiscard]] std::string parse_mapping_path(std::string_view text, MappingPath& path);

}  // namespace outflow::connectors
