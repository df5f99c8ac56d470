#include "connectors/siem/class_names.h"

#include <string_view>

#include "connectors/decode/exposure_catalogue.h"

namespace outflow::connectors {
namespace {

using features::DataClass;
using features::DataClasses;

std::string name_of(unsigned number, const OwnClassNames& own) {
  const std::string_view built_in = features::name_of(static_cast<DataClass>(number));
  if (!built_in.empty()) return std::string(built_in);
  const auto found = own.find(number);
  return found != own.end() && !found->second.empty() ? found->second : "class_" + std::to_string(number);
}

std::string words_of(unsigned number, const OwnClassNames& own) {
  switch (static_cast<DataClass>(number)) {
    case DataClass::kContact:
      return "contact details";
    case DataClass::kDemographic:
      return "demographic data";
    case DataClass::kBirthDate:
      return "birth dates";
    case DataClass::kVehicle:
      return "vehicle data";
    case DataClass::kFinancial:
      return "financial data";
    case DataClass::kCredentials:
      return "credentials and secrets";
    case DataClass::kCaseText:
      return "case text";
    case DataClass::kEmployee:
      return "employee data";
    case DataClass::kCustom:
      return "custom data";
    default:
      return name_of(number, own);
  }
}

template <typename Visit>
void for_each(DataClasses classes, const Visit& visit) {
  for (unsigned number = 0; number < DataClasses::kMost; ++number) {
    if ((classes.bits() >> number & 1U) != 0) visit(number);
  }
}

}  // namespace

OwnClassNames own_class_names(const ExposureCatalogue& catalogue) {
  OwnClassNames own;
  for (auto number = static_cast<unsigned>(DataClass::kFirstOwn); number < DataClasses::kMost; ++number) {
    own.emplace(number, catalogue.names_of(DataClasses(1U << number)).front());
  }
  return own;
}

std::vector<std::string> names_of(DataClasses classes, const OwnClassNames& own) {
  std::vector<std::string> names;
  for_each(classes, [&](unsigned number) { names.push_back(name_of(number, own)); });
  return names;
}

std::string classes_sentence(DataClasses classes, const OwnClassNames& own) {
  std::string text;
  for_each(classes,
           [&](unsigned number) { text += (text.empty() ? " Data touched: " : ", ") + words_of(number, own); });
  return text.empty() ? text : text + ".";
}

}  // namespace outflow::connectors
