#include "connectors/decode/field_names.h"

namespace outflow::connectors {
namespace {

bool is_evidence(Column column) noexcept {
  switch (column) {
    case Column::kElfEventType:
    case Column::kElfTimestampDerived:
    case Column::kElfUserIdDerived:
    case Column::kElfOrganizationId:
    case Column::kElfRowsProcessed:
    case Column::kElfConnectedAppId:
      return true;
    default:
      return trait_of(column) == ColumnTrait::kEvidence;
  }
}

bool is_of_envelope(Column column) noexcept {
  switch (column) {
    case Column::kChannel:
    case Column::kOrganizationId:
    case Column::kEventOriginal:
    case Column::kOriginal:
    case Column::kData:
    case Column::kPayload:
    case Column::kMessage:
    case Column::kEvent:
      return true;
    default:
      return false;
  }
}

// In upper case, without a type suffix; nothing where no ELF column can have such a name, or a transport wrote it.
features::Fingerprint elf_hash_of(std::string_view name, Column column) noexcept {
  if (name.starts_with("p_")) return 0;
  if (trait_of(column) == ColumnTrait::kElf) return features::fingerprint(name_of(column));
  ElfName upper;
  return elf_name(name, upper) ? features::fingerprint(upper.view()) : 0;
}

}  // namespace

NameFacts facts_of(std::string_view name) noexcept {
  NameFacts facts;
  facts.column = column_of(name);
  facts.elf_hash = elf_hash_of(name, facts.column);
  facts.lower_case = !name.empty() && name[0] >= 'a' && name[0] <= 'z';
  facts.evidence = is_evidence(facts.column);
  facts.of_envelope = is_of_envelope(facts.column);
  return facts;
}

const NameFacts& FieldNames::find_unkept(std::string_view name) noexcept {
  other_ = facts_of(name);
  return other_;
}

const NameFacts& FieldNames::take_over(Place* places, std::string_view name, std::uint64_t first,
                                       std::uint64_t last) noexcept {
  places[1] = places[0];
  Place& place = places[0];
  place.first = first;
  place.last = last;
  place.size = static_cast<std::uint32_t>(name.size());
  if (name.size() > 16) std::memcpy(place.middle, name.data() + 8, name.size() - 16);
  place.facts = facts_of(name);
  return place.facts;
}

}  // namespace outflow::connectors
