// How `outflow hunt` prints its findings (docs/hunting.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/volumes_output.h"
#include "connectors/hunt/hunter.h"

namespace outflow::app {

[[nodiscard]] std::string print_findings(std::span<const connectors::Finding> findings,
                                         const std::vector<connectors::Indicator>& indicators,
                                         const VolumesStyle& style);

}  // namespace outflow::app
