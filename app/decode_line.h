// The lines `outflow decode` prints: one JSON object an accepted record under the canonical names, one a reject.
//
// Pure; appends to `out`, newline included. Unknown is null. `event_index` counts the events of one line from 0;
// `classes` are names of the catalogue.
// `classes` are names of the catalogue.
#pragma once

#include <string>

#include "connectors/decode/exposure_catalogue.h"
#include "connectors/files/input.h"

namespace outflow::app {

void append_event_line(const connectors::InputRecord& record, const connectors::ExposureCatalogue& exposure,
                       std::string& out);
void append_reject_line(const connectors::InputRecord& record, std::string& out);

}  // namespace outflow::app
