#include "app/mapping_files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace outflow::app {
namespace {

constexpr std::size_t kMaxMappingBytes = 256U << 10;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Error cannot_read(const std::string& path, const std::string& why) {
  return {ErrorCode::kRefuse, "cannot read mapping " + path + ": " + why};
}

Result<std::string> read_text(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return cannot_read(path, std::strerror(errno));
  std::string text(kMaxMappingBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return cannot_read(path, std::strerror(errno));
  if (text.size() > kMaxMappingBytes) return cannot_read(path, "it has more than 256 KiB");
  return text;
}

}  // namespace

Result<std::shared_ptr<const connectors::SourceCatalogue>> read_mappings(const std::vector<std::string>& files) {
  if (files.empty()) return connectors::SourceCatalogue::built_in();
  std::vector<connectors::MappingText> mappings;
  for (const std::string& path : files) {
    Result<std::string> text = read_text(path);
    if (!text) return text.error();
    mappings.push_back({path, std::move(*text)});
  }
  std::vector<connectors::MappingProblem> problems;
  auto catalogue = connectors::SourceCatalogue::compile(mappings, problems);
  if (catalogue) return catalogue;
  std::string message = catalogue.error().message;
  for (const connectors::MappingProblem& problem : problems) message += "\n" + problem.text();
  return Error{ErrorCode::kRefuse, std::move(message)};
}

}  // namespace outflow::app
