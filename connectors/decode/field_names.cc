#include "connectors/decode/field_names.h"

#include <bit>

#include "connectors/decode/envelope_names.h"

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

// In upper case, without a type suffix; nothing where no ELF column can have such a name, or a transport wrote it.
features::Fingerprint elf_hash_of(std::string_view name, Column column) noexcept {
  if (name.starts_with("p_")) return 0;
  if (trait_of(column) == ColumnTrait::kElf) return features::fingerprint(name_of(column));
  ElfName upper;
  return elf_name(name, upper) ? features::fingerprint(upper.view()) : 0;
}

void add_place(NameFacts& facts, std::string_view name, NodeId parent, const PathTrie& trie) noexcept {
  facts.node = trie.find(parent, name);
  if (facts.node == kNoNode) return;
  const PathNode& node = trie.node(facts.node);
  facts.slot = node.slot;
  facts.goes_on = node.has_members || node.element != kNoNode;
}

}  // namespace

NameFacts facts_of(std::string_view name, const PathTrie& trie) noexcept {
  NameFacts facts;
  facts.column = column_of(name);
  facts.elf_hash = elf_hash_of(name, facts.column);
  facts.lower_case = !name.empty() && name[0] >= 'a' && name[0] <= 'z';
  facts.evidence = is_evidence(facts.column);
  const EnvelopeRole role = envelope_role(name);
  facts.wraps_object = role.object;
  facts.wraps_list = role.list;
  facts.text_rank = role.text_rank;
  facts.of_envelope = role.text_rank > 0 || facts.column == Column::kChannel || facts.column == Column::kOrganizationId;
  add_place(facts, name, kRecordNode, trie);
  return facts;
}

NameFacts facts_inside(std::string_view name, NodeId parent, const PathTrie& trie) noexcept {
  NameFacts facts;
  add_place(facts, name, parent, trie);
  // Elastic's `event.original`, where mappings read other things of `event`.
  if (name == "original" && parent == trie.find(kRecordNode, "event")) {
    facts.of_envelope = true;
    facts.text_rank = kOriginalRank;
  }
  return facts;
}

NameFacts FieldNames::look_up(std::string_view name, NodeId parent) const noexcept {
  return parent == kRecordNode ? facts_of(name, trie_) : facts_inside(name, parent, trie_);
}

const NameFacts& FieldNames::find_unkept(std::string_view name, NodeId parent) noexcept {
  other_ = look_up(name, parent);
  return other_;
}

FieldNames::Run FieldNames::search(std::string_view name, NodeId parent, std::uint64_t first, std::uint64_t last,
                                   Place* latest) noexcept {
  const std::uint64_t mixed =
      (first ^ std::rotl(last, 29) ^ (std::uint64_t{parent} << 24) ^ name.size()) * 0x9E3779B97F4A7C15ULL;
  Place* place = &places_[(mixed >> (64 - kPlaceBits)) & ~std::uint64_t{1}];
  if (!place->holds(name, parent, first, last)) {
    if (place[1].holds(name, parent, first, last)) {
      ++place;
    } else {
      take_over(place, name, parent, first, last);
    }
  }
  latest->next = place;
  return {place, place->next};
}

void FieldNames::take_over(Place* places, std::string_view name, NodeId parent, std::uint64_t first,
                           std::uint64_t last) noexcept {
  places[1] = places[0];
  Place& place = places[0];
  place.first = first;
  place.last = last;
  place.size = static_cast<std::uint16_t>(name.size());
  place.parent = parent;
  if (name.size() > 16) std::memcpy(place.middle, name.data() + 8, (name.size() - 16 + 7) / 8 * 8);
  place.facts = look_up(name, parent);
}

}  // namespace outflow::connectors
