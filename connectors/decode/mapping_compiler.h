// From a mapping's YAML to its program: every mistake is found, and told with its place.
//
// Pure but for the trie, to which the mapping's paths are added. Throws nothing.
#pragma once

#include <optional>
#include <vector>

#include "connectors/decode/mapping_program.h"
#include "connectors/decode/path_trie.h"
#include "connectors/decode/source_catalogue.h"

namespace outflow::connectors {

inline constexpr std::size_t kMaxMappings = 64;
inline constexpr std::size_t kMaxMappingRules = 2'000;
inline constexpr std::size_t kMaxMappingProblems = 50;  // of one file; what comes behind is not told

// nullopt where there is a problem.
[[nodiscard]] std::optional<MappingProgram> compile_mapping(const MappingText& mapping, PathTrie& trie,
                                                            std::vector<MappingProblem>& problems);

}  // namespace outflow::connectors
