#include "app/decode_options.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "connectors/decode/exposure_catalogue.h"

namespace outflow::app {
namespace {

using connectors::MappingProblem;
using connectors::SourceCatalogue;

constexpr std::uintmax_t kMostFileBytes = 1U << 20;

Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return Error{ErrorCode::kRefuse, "is a folder"};
  if (std::filesystem::file_size(path, error) > kMostFileBytes && !error) {
    return Error{ErrorCode::kRefuse, "is larger than 1 MiB"};
  }
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return Error{ErrorCode::kRefuse, "cannot be read"};
  return text;
}

// A line "file:line:column: message" taken apart; as it is, where it is none.
MappingProblem parse_problem(const std::string& file, std::string_view line) {
  MappingProblem problem{file, 0, 0, std::string(line)};
  if (!line.starts_with(file + ":")) return problem;
  line.remove_prefix(file.size() + 1);
  const char* const end = line.data() + line.size();
  int row = 0;
  int column = 0;
  const auto first = std::from_chars(line.data(), end, row);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') return problem;
  const auto second = std::from_chars(first.ptr + 1, end, column);
  if (second.ec != std::errc() || end - second.ptr < 2 || second.ptr[0] != ':') return problem;
  return {file, row, column, std::string(second.ptr + 2, end)};
}

// What decoding needs of files, and what is wrong with them.
struct Catalogues {
  std::shared_ptr<const SourceCatalogue> sources;
  std::shared_ptr<const connectors::ExposureCatalogue> exposure;
  std::vector<MappingProblem> problems;

  void refuse(const std::string& file, std::string message) { problems.push_back({file, 0, 0, std::move(message)}); }
};

void read_mappings(const std::vector<std::string>& files, Catalogues& catalogues) {
  std::vector<connectors::MappingText> texts;
  for (const std::string& file : files) {
    Result<std::string> text = read_file(file);
    if (!text) {
      catalogues.refuse(file, text.error().message);
    } else {
      texts.push_back({file, std::move(*text)});
    }
  }
  auto compiled = SourceCatalogue::compile(texts, catalogues.problems);
  if (compiled) catalogues.sources = std::move(*compiled);
}

void read_exposure(const std::string& file, Catalogues& catalogues) {
  const Result<std::string> text = read_file(file);
  if (!text) return catalogues.refuse(file, text.error().message);
  auto parsed = connectors::ExposureCatalogue::parse(*text, file);
  if (parsed) {
    catalogues.exposure = std::move(*parsed);
    return;
  }
  std::string_view lines = parsed.error().message;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    catalogues.problems.push_back(parse_problem(file, lines.substr(0, end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void check_source(const std::string& where, const std::string& source, Catalogues& catalogues) {
  const SourceCatalogue& known = catalogues.sources ? *catalogues.sources : *SourceCatalogue::built_in();
  if (known.knows(source)) return;
  std::string names;
  for (const std::string& name : known.names()) names.append(names.empty() ? "" : ", ").append(name);
  catalogues.refuse(where, "there is no source '" + source + "'; there are " + names);
}

Catalogues read_catalogues(const Config& config, const DecodeExtras& extras) {
  Catalogues catalogues;
  std::vector<std::string> mappings = config.mappings;
  mappings.insert(mappings.end(), extras.mappings.begin(), extras.mappings.end());
  if (!mappings.empty()) read_mappings(mappings, catalogues);
  if (!config.exposure.empty()) read_exposure(config.exposure, catalogues);
  if (!catalogues.problems.empty()) return catalogues;  // pins may name what did not compile
  for (const auto& [topic, source] : config.input.sources) {
    check_source("input.sources." + topic, source, catalogues);
  }
  if (!extras.source.empty()) check_source("--source", extras.source, catalogues);
  return catalogues;
}

}  // namespace

Result<connectors::DecodeOptions> decode_options(const Config& config, const DecodeExtras& extras) {
  Catalogues catalogues = read_catalogues(config, extras);
  if (!catalogues.problems.empty()) {
    std::string message;
    for (const MappingProblem& problem : catalogues.problems) {
      message.append(message.empty() ? "" : "\n").append(problem.text());
    }
    return Error{ErrorCode::kRefuse, std::move(message)};
  }
  connectors::DecodeOptions options;
  options.default_tenant = extras.tenant.empty() ? config.input.tenant : extras.tenant;
  options.max_record_bytes = config.max_record_bytes;
  options.pinned_source = extras.source;
  options.sources = std::move(catalogues.sources);
  options.exposure = std::move(catalogues.exposure);
  return options;
}

Result<connectors::DecodeOptions> decode_options(const Config& config, const std::string& tenant) {
  return decode_options(config, DecodeExtras{.tenant = tenant, .mappings = {}, .source = {}});
}

std::vector<MappingProblem> decode_problems(const Config& config) {
  return read_catalogues(config, {}).problems;
}

connectors::OwnClassNames own_class_names(const connectors::DecodeOptions& options) {
  return connectors::own_class_names(options.exposure ? *options.exposure : *connectors::ExposureCatalogue::built_in());
}

Result<std::shared_ptr<connectors::SchemaRegistry>> open_schemas(const Config& config) {
  const SchemaRegistryConfig& configured = config.input.schema_registry;
  if (configured.url.empty()) return std::shared_ptr<connectors::SchemaRegistry>();
  connectors::SchemaRegistrySettings settings;
  settings.url = configured.url;
  settings.username = configured.username;
  settings.password = configured.password;
  settings.ca_file = configured.ca_file;
  settings.wait_ms = configured.wait_ms;
  return connectors::SchemaRegistry::open(std::move(settings));
}

}  // namespace outflow::app
