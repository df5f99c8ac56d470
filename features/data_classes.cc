#include "features/data_classes.h"

#include <array>

namespace outflow::features {

std::string_view name_of(DataClass one) noexcept {
  constexpr std::array<std::string_view, 9> kNames = {
      "contact", "demographic", "birth_date", "vehicle", "financial", "credentials", "case_text", "employee", "custom"};
  const auto index = static_cast<std::size_t>(one);
  return index < kNames.size() ? kNames[index] : std::string_view();
}

}  // namespace outflow::features
