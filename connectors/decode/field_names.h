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
  explicit FieldNames(const PathTrie& trie) : trie_(trie), places_(std::make_unique<Place[]>(kPlaces)) {
    for (std::size_t i = 0; i < kPlaces; ++i) places_[i].next = places_.get();
    run_ = {places_.get(), places_.get()};
  }

 private:
  struct Place;

 public:
  // The name read last, and the one expected next. Who reads many keeps it at hand: in memory, each would be waited
  // for.
  struct Run {
    Place* latest = nullptr;
    Place* guess = nullptr;
  };
  [[nodiscard]] Run run() const noexcept { return run_; }
  void keep(Run run) noexcept { run_ = run; }

  [[nodiscard]] const NameFacts& find(std::string_view name, NodeId parent) noexcept {
    return find(name, parent, run_);
  }

  // Inlined, as it runs for each field of each record.
  [[nodiscard, gnu::always_inline]] const NameFacts& find(std::string_view name, NodeId parent, Run& run) noexcept {
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
    Place* const guess = run.guess;
    if (guess->holds(name, parent, first, last)) {
      run = {guess, guess->next};
      return guess->facts;
    }
    run = search(name, parent, first, last, run.latest);
    return run.latest->facts;
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
    Place* next = nullptr;  // the name that came behind this one
    std::uint16_t size = kEmpty;
    NodeId parent = kRecordNode;
    char middle[kLongestKept - 16] = {};  // from the ninth byte on, in whole words

    [[nodiscard]] bool holds(std::string_view name, NodeId node, std::uint64_t begins,
                             std::uint64_t ends) const noexcept {
      return first == begins && last == ends && size == name.size() && parent == node &&
             (size <= 16 || holds_middle(name.data() + 8));
    }
    // The 1 to 24 bytes between the first and the last eight, by words that may reach into the last. Shorter than a
    // call.
    [[nodiscard]] bool holds_middle(const char* at) const noexcept {
      return same_word(at, 0) && (size <= 24 || (same_word(at, 8) && (size <= 32 || same_word(at, 16))));
    }
    [[nodiscard]] bool same_word(const char* at, std::size_t offset) const noexcept {
      std::uint64_t ours = 0;
      std::uint64_t theirs = 0;
      std::memcpy(&ours, middle + offset, 8);
      std::memcpy(&theirs, at + offset, 8);
      return ours == theirs;
    }
  };

  [[nodiscard]] NameFacts look_up(std::string_view name, NodeId parent) const noexcept;
  const NameFacts& find_unkept(std::string_view name, NodeId parent) noexcept;
  Run search(std::string_view name, NodeId parent, std::uint64_t first, std::uint64_t last, Place* latest) noexcept;
  void take_over(Place* places, std::string_view name, NodeId parent, std::uint64_t first, std::uint64_t last) noexcept;

  const PathTrie& trie_;
  std::unique_ptr<Place[]> places_;
  Run run_;
  NameFacts other_;
};

}  // namespace outflow::connectors
