// OCSF 1.8 Detection Finding (class 2004): how alerts stand on the alerts topic and on `replay`'s standard output.
//
// One JSON object on one line, always valid UTF-8 (invalid bytes become U+FFFD), control characters escaped. What
// OCSF has no place for is under unmapped.outflow; docs/alerts.md lists the fields. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "connectors/siem/class_names.h"
#include "detector/alert.h"

namespace outflow::connectors {

// Without a newline at the end. `product_version` is Outflow's own. `own` names the installation's own classes of data.
[[nodiscard]] std::string to_ocsf(const detector::Alert& alert, std::string_view product_version,
                                  const OwnClassNames& own = {});

}  // namespace outflow::connectors
