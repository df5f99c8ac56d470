#include "app/kafka_properties.h"

namespace outflow::app {

Result<> add_properties(const std::vector<std::string>& arguments, std::map<std::string, std::string>& properties) {
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{ErrorCode::kRefuse, "-X " + argument.substr(0, equals) + ": a property is given as name=value"};
    }
    properties[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  return {};
}

}  // namespace outflow::app
