// The mappings a user names: files read and compiled into one catalogue with the built-in sources.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/decode/source_catalogue.h"
#include "features/result.h"

namespace outflow::app {

// No files: the built-in sources alone. The error names every problem, one a line, as file:line:col; its code is
// kRefuse.
[[nodiscard]] Result<std::shared_ptr<const connectors::SourceCatalogue>> read_mappings(
    const std::vector<std::string>& files);

}  // namespace outflow::app
