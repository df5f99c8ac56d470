// ${VAR}, ${VAR:-default}, ${VAR:?message} in configuration values.
//
// ${VAR}: the variable's value; refused where it is not set.   ${VAR:-text}: text where it is unset or empty.
// ${VAR:?text}: refused with text where it is unset or empty.   $${ is a literal ${. What a variable holds is not
// expanded again, and never becomes YAML structure. A pure function of its arguments.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "features/result.h"

namespace outflow::app {

// The value of an environment variable; nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Environment process_environment();

// Errors name the variable, never its value.
Result<std::string> expand_variables(std::string_view text, const Environment& environment);

// The reverse: `text` written so that expansion gives it back.
[[nodiscard]] std::string escape_variables(std::string_view text);

}  // namespace outflow::app
