// SourceCatalogue: every source Outflow can read: the decoders written in code, the built-in mappings, the user's own.
//
// docs/mapping.md is the language of mappings. Compiling finds every mistake and says where (file:line:col).
// Immutable once made; const calls may come from any thread. One catalogue serves all decoders of a process.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "features/result.h"

namespace outflow::connectors {

struct MappingText {
  std::string file;  // stands in messages
  std::string yaml;
};

struct MappingProblem {
  std::string file;
  int line = 0, column = 0;                // from 1; 0 = of the whole file
  std::string message;                     // with a suggestion where there is one
  [[nodiscard]] std::string text() const;  // file:line:col: message
};

class SourceCatalogue {
 public:
  // The built-in sources, compiled once a process.
  [[nodiscard]] static std::shared_ptr<const SourceCatalogue> built_in();
  // The built-in ones and these; one of the same name as a built-in mapping replaces it. All problems are told at once
  // in `problems`; the error then says how many there are.
  static Result<std::shared_ptr<const SourceCatalogue>> compile(const std::vector<MappingText>& mappings,
                                                                std::vector<MappingProblem>& problems);

  [[nodiscard]] bool knows(std::string_view source) const;  // may be pinned
  [[nodiscard]] std::vector<std::string> names() const;

  ~SourceCatalogue();
  class Impl;
  [[nodiscard]] const Impl& impl() const { return *impl_; }  // for the decoder

 private:
  explicit SourceCatalogue(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
