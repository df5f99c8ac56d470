// The members in which senders wrap records: as an object, as a list of records, or as text.
//
// A name here only says where to look: what is found there must be recognised as a record by its own content.
// Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace outflow::connectors {

struct EnvelopeRole {
  bool object = false;         // an object there may be the record, or another envelope
  bool list = false;           // an array there may hold records
  std::uint8_t text_rank = 0;  // how surely a text there is the record as its source wrote it; 0 = not at all
};
// Text of this rank is the original itself: it goes before what others made of it.
inline constexpr std::uint8_t kOriginalRank = 3;

[[nodiscard]] EnvelopeRole envelope_role(std::string_view name) noexcept;

// Whether a text (escaped or not) may hold JSON, or something packed that does.
[[nodiscard]] bool may_be_wrapped(std::string_view text) noexcept;

}  // namespace outflow::connectors
