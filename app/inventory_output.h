// How `outflow inventory` prints: a table for people, one JSON document, or one JSON object a line (docs/hunting.md).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/volumes_output.h"
#include "features/inventory.h"

namespace outflow::app {

[[nodiscard]] std::string print_inventory(std::span<const features::InventoryRow> rows, const VolumesStyle& style);

}  // namespace outflow::app
