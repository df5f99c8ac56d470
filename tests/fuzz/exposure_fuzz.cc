// Any text is an exposure catalogue or has problems; what is one answers for any name.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "connectors/decode/exposure_catalogue.h"

namespace {

using outflow::connectors::ExposureCatalogue;

// In an input this line parts the catalogue from what it is asked.
constexpr std::string_view kParting = "\n---\n";
constexpr std::string_view kNames[] = {"Contact", "acme__Plate__c", "CRM.PUBLIC.CONTACTS", "....", "", "__c", "*"};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t parting = bytes.find(kParting);
  const auto catalogue = ExposureCatalogue::parse(bytes.substr(0, parting), "fuzz.yaml");
  if (!catalogue.ok()) {
    require(!catalogue.error().message.empty(), "what is no catalogue says why");
    return 0;
  }
  const ExposureCatalogue& known = **catalogue;
  const auto ask = [&known](std::string_view name) {
    const auto classes = known.of_object(name) | known.of_field(name, name) | known.of_query(name);
    require(known.names_of(classes).size() <= outflow::features::DataClasses::kMost, "every class has one name");
    require(known.of_object(name) == known.of_object(name), "an answer stays the same");
  };
  for (const std::string_view name : kNames) ask(name);
  if (parting != std::string_view::npos) ask(bytes.substr(parting + kParting.size()));
  return 0;
}
