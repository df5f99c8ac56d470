// FieldNames: what is to be known about a field's name, found without hashing or comparing all of it.
//
// Records of a source bear the same few dozen names over and over. Each name seen is kept in a fixed number of places
// with all that follows from it alone: its column, and its share in a row's identity. A name that finds others in both
// of its places takes one over, so hostile names cost time, never memory or correctness: a name is always compared in
// full. One thread. A result is valid until the next call.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "connectors/decode/columns.h"
#include "features/fingerprint.h"

namespace outflow::connectors {

struct NameFacts {
  // Of the name an ELF column goes by first; 0 where it is no part of an ELF row's identity, whatever the row.
  features::Fingerprint elf_hash = 0;
  Column column = Column::kOther;
  bool lower_case = false;   // begins with a small letter
  bool evidence = false;     // stands only in a log record, never in an envelope around one
  bool of_envelope = false;  // says something where it stands outside the record
};

[[nodiscard]] NameFacts facts_of(std::string_view name) noexcept;

class FieldNames {
 public:
  FieldNames() : places_(std::make_unique<Place[]>(kPlaces)) {}

  // Inlined, as it runs for each field of each record.
  [[nodiscard, gnu::always_inline]] const NameFacts& find(std::string_view name) noexcept {
    if (name.size() < 4 || name.size() > kLongestKept) return find_unkept(name);
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (name.size() >= 8) {
      std::memcpy(&first, name.data(), 8);
      std::memcpy(&last, name.data() + name.size() - 8, 8);
    } else {
      std::uint32_t half = 0;
      std::memcpy(&half, name.data(), 4);
      first = half;
      std::memcpy(&half, name.data() + name.size() - 4, 4);
      last = half;
    }
    const std::uint64_t mixed = (first ^ std::rotl(last, 29) ^ name.size()) * 0x9E3779B97F4A7C15ULL;
    Place* places = &places_[(mixed >> (64 - kPlaceBits)) & ~std::uint64_t{1}];
    if (places[0].holds(name, first, last)) return places[0].facts;
    if (places[1].holds(name, first, last)) return places[1].facts;
    return take_over(places, name, first, last);
  }

 private:
  static constexpr int kPlaceBits = 10;
  static constexpr std::size_t kPlaces = 1U << kPlaceBits;
  static constexpr std::size_t kLongestKept = 40;  // no name of Salesforce's is longer

  struct alignas(64) Place {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint32_t size = 0;  // 0 is empty
    char middle[kLongestKept - 16] = {};
    NameFacts facts;

    [[nodiscard]] bool holds(std::string_view name, std::uint64_t begins, std::uint64_t ends) const noexcept {
      return first == begins && last == ends && size == name.size() &&
             (size <= 16 || std::memcmp(middle, name.data() + 8, size - 16) == 0);
    }
  };

  const NameFacts& find_unkept(std::string_view name) noexcept;
  static const NameFacts& take_over(Place* places, std::string_view name, std::uint64_t first,
                                    std::uint64_t last) noexcept;

  std::unique_ptr<Place[]> places_;
  NameFacts other_;
};

}  // namespace outflow::connectors
