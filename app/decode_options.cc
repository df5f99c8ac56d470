#include "app/decode_options.h"

#include "app/mapping_files.h"

namespace outflow::app {

Result<connectors::DecodeOptions> decode_options(const Config& config, const std::string& tenant,
                                                 const std::vector<std::string>& mappings) {
  connectors::DecodeOptions options;
  options.default_tenant = tenant.empty() ? config.input.tenant : tenant;
  options.max_record_bytes = config.max_record_bytes;
  auto sources = read_mappings(mappings);
  if (!sources) return sources.error();
  options.sources = std::move(*sources);
  return options;
}

}  // namespace outflow::app
