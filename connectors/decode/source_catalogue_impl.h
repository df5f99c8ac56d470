// What a catalogue holds, for the decoder: the programs of all mappings and the one trie of their paths.
//
// Immutable once made; const use from any thread.
#pragma once

#include <string_view>
#include <vector>

#include "connectors/decode/mapping_program.h"
#include "connectors/decode/path_trie.h"
#include "connectors/decode/source_catalogue.h"

namespace outflow::connectors {

class SourceCatalogue::Impl {
 public:
  PathTrie trie;
  // The user's own before the built-in ones, each in the order they came: the first that recognises a record reads it.
  std::vector<MappingProgram> programs;

  [[nodiscard]] const MappingProgram* find(std::string_view name) const;
};

// The built-in mappings: connectors/decode/sources/*.yaml, as the build put them into the program.
struct EmbeddedMapping {
  std::string_view name;  // of its file, without .yaml
  std::string_view yaml;
};
[[nodiscard]] const std::vector<EmbeddedMapping>& embedded_mappings();

}  // namespace outflow::connectors
