// What the configuration and the command line say about decoding, in one place for all commands.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "connectors/decode/decoder.h"

namespace outflow::app {

// `tenant` and the files of `mappings` are those of the command line; no tenant: the configuration's. Catalogues are
// read and compiled here, once.
[[nodiscard]] Result<connectors::DecodeOptions> decode_options(const Config& config, const std::string& tenant = {},
                                                               const std::vector<std::string>& mappings = {});

}  // namespace outflow::app
