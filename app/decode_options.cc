#include "app/decode_options.h"

namespace outflow::app {

Result<connectors::DecodeOptions> decode_options(const Config& config, const std::string& tenant) {
  connectors::DecodeOptions options;
  options.default_tenant = tenant.empty() ? config.input.tenant : tenant;
  options.max_record_bytes = config.max_record_bytes;
  return options;
}

}  // namespace outflow::app
