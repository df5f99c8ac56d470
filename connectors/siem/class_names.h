// Names of classes of data, as alerts show them: short ones for programs, plain words for people.
//
// The built-in classes have names of their own; those of an installation's own classes come from its exposure
// catalogue (connectors/decode/exposure_catalogue.h). Pure, thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "features/data_classes.h"

namespace outflow::connectors {

class ExposureCatalogue;  // connectors/decode/exposure_catalogue.h

// By the number of the class, from DataClass::kFirstOwn on.
using OwnClassNames = std::map<unsigned, std::string>;

// Those a catalogue has of the installation's own.
[[nodiscard]] OwnClassNames own_class_names(const ExposureCatalogue& catalogue);

// "contact", "case_text", ..., in the order of their numbers; one without a name is "class_17".
[[nodiscard]] std::vector<std::string> names_of(features::DataClasses classes, const OwnClassNames& own);

// " Data touched: contact details, case text." or nothing.
[[nodiscard]] std::string classes_sentence(features::DataClasses classes, const OwnClassNames& own);

}  // namespace outflow::connectors
