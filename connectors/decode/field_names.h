// FieldNames: what is to be known about a field's name, found without hashing or comparing all of it.
//
// Records of a source bear the same few dozen names over and over. Each name seen is kept in a fixed number of places
// with all that follows from it and the place it stands in: its column, its share in a row's identity, its slot. A name
// that finds others in both of its places takes one over, so hostile names cost time, never memory or correctness: a
// name is always compared in full. One thread. A result is valid until the next call.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "connectors/decode/columns.h"
#include "connectors/decode/path_trie.h"
#include "features/fingerprint.h"

namespace outflow::connectors {

struct NameFacts {
  // Of the name an ELF column goes by first; 0 where it is no part of an ELF row's identity, whatever the row.
  features::Fingerprint elf_hash = 0;
  NodeId node = kNoNode;  // where mappings' paths go on
  SlotId slot = kNoSlot;  // where mappings read the value from
  Column column = Column::kOther;
  bool lower_case : 1 = false;   // begins with a small letter
  bool evidence : 1 = false;     // stands only in a log record, never in an envelope around one
  bool of_envelope : 1 = false;  // says something where it stands outside the record
  bool wraps_object : 1 = false;
  bool wraps_list : 1 = false;
  bool goes_on : 1 = false;    // mappings read something inside of an object or array here
  std::uint8_t text_rank = 0;  // as in EnvelopeRole
};

// Of a member of a record, and of a member inside one.
[[nodiscard]] NameFacts facts_of(std::string_view name, const PathTrie& trie) noexcept;
[[nodiscard]] NameFacts facts_inside(std::string_view name, NodeId parent, const PathTrie& trie) noexcept;

class FieldNames {
 public:
  explicit FieldNames(const PathTrie& trie) : trie_(trie), places_(std::make_unique<Place[]>(kPlaces)) {}

  // Inlined, as it runs for each field of each record.
  [[nodiscard, gnu::always_inline]] const NameFacts& find(std::string_view name, NodeId parent) noexcept {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (name.size() >= 8) {
      if (name.size() > kLongestKept) return find_unkept(name, parent);
      std::memcpy(&first, name.data(), 8);
      std::memcpy(&last, name.data() + name.size() - 8, 8);
    } else if (name.size() < 4) {
      for (const char c : name) first = first << 8 | static_cast<unsigned char>(c);
    } else {
      std::uint32_t half = 0;
      std::memcpy(&half, name.data(), 4);
      first = half;
      std::memcpy(&half, name.data() + name.size() - 4, 4);
      last = half;
    }
    // Records of a kind repeat their names in the same order: the one that followed last time is tried without looking
    // for it, and fetched while the one before is still read.
    const Place& guess = places_[guess_];
    if (guess.holds(name, parent, first, last)) {
      latest_ = guess_;
      guess_ = guess.next;
      return guess.facts;
    }
    return search(name, parent, first, last);
  }

 private:
  static constexpr int kPlaceBits = 11;
  static constexpr std::size_t kPlaces = 1U << kPlaceBits;
  static constexpr std::uint16_t kEmpty = 0xFFFF;
  static constexpr std::size_t kLongestKept = 40;  // no name of Salesforce's is longer

  struct alignas(64) Place {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    NameFacts facts;
    std::uint16_t size = kEmpty;
    std::uint16_t next = 0;  // where the name is that came behind this one
    NodeId parent = kRecordNode;
    char middle[kLongestKept - 16] = {};

    [[nodiscard]] bool holds(std::string_view name, NodeId node, std::uint64_t begins,
                             std::uint64_t ends) const noexcept {
      return first == begins && last == ends && size == name.size() && parent == node &&
             (size <= 16 || std::memcmp(middle, name.data() + 8, size - 16) == 0);
    }
  };

  [[nodiscard]] NameFacts look_up(std::string_view name, NodeId parent) const noexcept;
  const NameFacts& find_unkept(std::string_view name, NodeId parent) noexcept;
  const NameFacts& search(std::string_view name, NodeId parent, std::uint64_t first, std::uint64_t last) noexcept;
  void take_over(Place* places, std::string_view name, NodeId parent, std::uint64_t first, std::uint64_t last) noexcept;

  const PathTrie& trie_;
  std::unique_ptr<Place[]> places_;
  std::uint16_t latest_ = 0;
  std::uint16_t guess_ = 0;
  NameFacts other_;
};

}  // namespace outflow::connectors
