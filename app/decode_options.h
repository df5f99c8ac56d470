// What the configuration and the command line say about decoding, in one place for all commands.
#pragma once

#include <string>

#include "app/config.h"
#include "connectors/decode/decoder.h"

namespace outflow::app {

// `tenant` is that of the command line; empty: the configuration's. Catalogues are read and compiled here, once.
[[nodiscard]] Result<connectors::DecodeOptions> decode_options(const Config& config, const std::string& tenant = {});

}  // namespace outflow::app
