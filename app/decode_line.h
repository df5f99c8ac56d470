// The lines `outflow decode` prints: one JSON object an accepted record under the canonical names, one a reject.
//
// Pure; appends to `out`, newline included. Unknown is null.
#pragma once

#include <string>

#include "connectors/files/input.h"

namespace outflow::app {

void append_event_line(const connectors::InputRecord& record, std::string& out);
void append_reject_line(const connectors::InputRecord& record, std::string& out);

}  // namespace outflow::app
