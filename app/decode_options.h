// What the configuration and the command line say about decoding, in one place for all commands.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "connectors/decode/decoder.h"
#include "connectors/decode/source_catalogue.h"
#include "connectors/http/schema_registry.h"
#include "connectors/siem/class_names.h"

namespace outflow::app {

// What a command line adds.
struct DecodeExtras {
  std::string tenant;                 // empty: the configuration's
  std::vector<std::string> mappings;  // files, beside the configuration's
  std::string source;                 // every record is of this one; empty: told by content
};

// Mappings and exposure rules are read and compiled here, once; the error has one line for each problem. No registry of
// schemas is asked: only `run` has one.
[[nodiscard]] Result<connectors::DecodeOptions> decode_options(const Config& config, const DecodeExtras& extras);
[[nodiscard]] Result<connectors::DecodeOptions> decode_options(const Config& config, const std::string& tenant = {});

// Everything that is wrong with the files that the configuration names for decoding, and with its pins. Line 0: of the
// whole file.
[[nodiscard]] std::vector<connectors::MappingProblem> decode_problems(const Config& config);

// The classes of data that the configured catalogue adds, for alerts.
[[nodiscard]] connectors::OwnClassNames own_class_names(const connectors::DecodeOptions& options);

// The configured schema registry; null where none is.
[[nodiscard]] Result<std::shared_ptr<connectors::SchemaRegistry>> open_schemas(const Config& config);

}  // namespace outflow::app
