// What a reject is called, and what it means to a person.
//
// Pure and thread-safe; name_of() is in decoder.h.
#pragma once

#include <string_view>

#include "connectors/decode/decoder.h"

namespace outflow::connectors {

[[nodiscard]] std::string_view explain(RejectReason reason) noexcept;

}  // namespace outflow::connectors
