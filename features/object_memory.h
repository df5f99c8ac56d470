// ObjectMemory: what an object, a report or a shape of query is known to have held or brought, to estimate from.
//
// Sizes are by UTC day: what was seen on a day holds for kDays days after it, and for the day before (so that a COUNT()
// that comes within a day of the pull helps, too). The largest that holds counts: reconnaissance of a part, or a small
// full query of a trimmed object, does not shrink the estimate at once; a size from before kDays days counts only where
// there is none since. Truths are what single extractions brought in the end, under the group that stands for each, so
// that they can be taken back when the pairing changes.
// An answer is a pure function of what was seen, for as long as nothing fell off the limits below. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "features/bytes.h"
#include "features/hour_table.h"

namespace outflow::features {

struct ObjectMemory : HourEntry {
  static constexpr std::uint8_t kVersion = 1;
  static constexpr std::int64_t kDays = 30;
  static constexpr std::int32_t kHours = static_cast<std::int32_t>((kDays + 1) * 24);  // kept after its last use
  static constexpr std::size_t kMostSizes = 48;                                        // days; the oldest go first
  static constexpr std::size_t kMostTruths = 64;                                       // the oldest go first
  static constexpr std::size_t kMostLearners = 4096;  // further ones keep the estimate they were born with
  static constexpr std::size_t kLatest = 3;           // truths an estimate looks at

  struct Size {
    std::int64_t day = 0;
    std::uint64_t rows = 0;
  };
  struct Truth {
    std::int64_t time_ms = 0;
    Fingerprint teller = 0;  // the group that stands for the extraction
    std::uint64_t rows = 0;
  };

  std::vector<Size> sizes;            // one a day, ascending
  std::vector<Truth> truths;          // by (time, teller)
  std::vector<Fingerprint> learners;  // groups whose estimate may follow what is learnt; in order of arrival

  // True where it raised its day's size.
  bool saw(std::int64_t time_ms, std::uint64_t rows);
  void tell(const Truth& truth);
  bool take_back(std::int64_t time_ms, Fingerprint teller);  // false where it was forgotten

  // The rows it held at a time, by sizes and truths; 0 = unknown.
  [[nodiscard]] std::uint64_t size_at(std::int64_t time_ms) const;
  // The largest of the kLatest truths before a time; nullopt where there is none in the kDays days before.
  [[nodiscard]] std::optional<std::uint64_t> truth_before(std::int64_t time_ms) const;
  // The latest truth before a time, else the earliest up to a day after; 0 = unknown.
  [[nodiscard]] std::uint64_t truth_near(std::int64_t time_ms) const;

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in, std::uint8_t version);
  [[nodiscard]] std::size_t heap_bytes() const {
    return sizes.capacity() * sizeof(Size) + truths.capacity() * sizeof(Truth) +
           learners.capacity() * sizeof(Fingerprint);
  }
};

}  // namespace outflow::features
