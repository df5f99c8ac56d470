// `-X name=value`: librdkafka properties from the command line. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "features/result.h"

namespace outflow::app {

// Adds each "name=value"; the command line wins over what is there. Refuses what has no name or no '='; a message
// never shows a value.
[[nodiscard]] Result<> add_properties(const std::vector<std::string>& arguments,
                                      std::map<std::string, std::string>& properties);

}  // namespace outflow::app
