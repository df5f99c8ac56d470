// The product's version, as CMake's project() states it.
#pragma once

#include <string>

namespace outflow::app {

[[nodiscard]] std::string version();

}  // namespace outflow::app
