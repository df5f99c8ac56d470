#include "connectors/decode/source_catalogue.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "connectors/decode/mapping_compiler.h"
#include "connectors/decode/mapping_words.h"
#include "connectors/decode/source_catalogue_impl.h"

namespace outflow::connectors {
namespace {

using features::Source;

// Read by code, not by mappings.
constexpr std::array kInCode = {Source::kSalesforceElf, Source::kSalesforceRtem, Source::kSalesforceSetupAudit};

bool is_in_code(std::string_view name) {
  return std::any_of(kInCode.begin(), kInCode.end(), [&](Source source) { return features::name_of(source) == name; });
}

void refuse_file(std::vector<MappingProblem>& problems, const std::string& file, std::string why) {
  problems.push_back({file, 0, 0, std::move(why)});
}

void add_mapping(SourceCatalogue::Impl& impl, const MappingText& text, std::vector<MappingProblem>& problems) {
  auto program = compile_mapping(text, impl.trie, problems);
  if (!program) return;
  if (is_in_code(program->name)) {
    return refuse_file(problems, text.file,
                       "source '" + program->name + "' is read by Outflow itself; choose another name");
  }
  if (impl.find(program->name) != nullptr) {
    return refuse_file(problems, text.file, "source '" + program->name + "' is mapped twice");
  }
  if (program->source == Source::kMapped) program->source = source_of(program->name).value_or(Source::kMapped);
  impl.programs.push_back(std::move(*program));
}

void add_built_in(SourceCatalogue::Impl& impl, std::vector<MappingProblem>& problems) {
  for (const EmbeddedMapping& embedded : embedded_mappings()) {
    if (impl.find(embedded.name) != nullptr) continue;  // replaced
    const MappingText text{"sources/" + std::string(embedded.name) + ".yaml", std::string(embedded.yaml)};
    add_mapping(impl, text, problems);
  }
}

}  // namespace

std::string MappingProblem::text() const {
  std::string where = file;
  if (line > 0) where += ":" + std::to_string(line) + ":" + std::to_string(column);
  return where + ": " + message;
}

const MappingProgram* SourceCatalogue::Impl::find(std::string_view name) const {
  const auto found =
      std::find_if(programs.begin(), programs.end(), [&](const MappingProgram& known) { return known.name == name; });
  return found == programs.end() ? nullptr : &*found;
}

SourceCatalogue::SourceCatalogue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SourceCatalogue::~SourceCatalogue() = default;

std::shared_ptr<const SourceCatalogue> SourceCatalogue::built_in() {
  static const std::shared_ptr<const SourceCatalogue> kBuiltIn = [] {
    std::vector<MappingProblem> problems;
    auto impl = std::make_unique<Impl>();
    add_built_in(*impl, problems);
    // A program that was built with a broken mapping is broken: its tests say so before anybody runs it.
    for (const MappingProblem& problem : problems) std::fprintf(stderr, "%s\n", problem.text().c_str());
    if (!problems.empty()) std::abort();
    return std::shared_ptr<const SourceCatalogue>(new SourceCatalogue(std::move(impl)));
  }();
  return kBuiltIn;
}

Result<std::shared_ptr<const SourceCatalogue>> SourceCatalogue::compile(const std::vector<MappingText>& mappings,
                                                                        std::vector<MappingProblem>& problems) {
  const std::size_t before = problems.size();
  auto impl = std::make_unique<Impl>();
  if (mappings.size() > kMaxMappings) refuse_file(problems, "mappings", "more than 64 mappings");
  for (std::size_t i = 0; i < std::min(mappings.size(), kMaxMappings); ++i) add_mapping(*impl, mappings[i], problems);
  add_built_in(*impl, problems);
  if (const std::size_t found = problems.size() - before; found > 0) {
    const std::string count = found == 1 ? "a problem" : std::to_string(found) + " problems";
    return Error{ErrorCode::kRefuse, "the mappings have " + count};
  }
  return std::shared_ptr<const SourceCatalogue>(new SourceCatalogue(std::move(impl)));
}

bool SourceCatalogue::knows(std::string_view source) const {
  return is_in_code(source) || impl_->find(source) != nullptr;
}

std::vector<std::string> SourceCatalogue::names() const {
  std::vector<std::string> all;
  for (const Source source : kInCode) all.emplace_back(features::name_of(source));
  for (const MappingProgram& program : impl_->programs) all.push_back(program.name);
  return all;
}

}  // namespace outflow::connectors
