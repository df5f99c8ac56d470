// DecisionRecord: what was decided at one event, enough to bring the state there without deciding again.
//
// It rides opaquely in Decision::bytes. Version 2 (reads version 1: without classes, all of it counted). decode() is
// total. Pure functions, thread-safe.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "detector/bytes.h"
#include "detector/episode.h"
#include "features/fingerprint.h"
#include "features/result.h"

namespace outflow::detector {

enum class DecisionKind : std::uint8_t {
  kRaise = 1,
  kUpdate = 2,
  kCarry = 3,  // the rows moved to another owner, and their alert with them
};

struct DecisionRecord {
  DecisionKind kind = DecisionKind::kRaise;
  features::Fingerprint tenant = 0;
  features::Fingerprint entity = 0;
  features::Fingerprint from = 0;  // kCarry: the entity that had the episode
  // Entities from whose hours the owner's rows are taken out, because this alert speaks of them: actor, address,
  // tenant. 0 = none.
  std::array<features::Fingerprint, 3> explained{};
  Episode episode;  // as it is afterwards
};

[[nodiscard]] std::string encode(const DecisionRecord& decision);
Result<DecisionRecord> decode_decision(std::string_view bytes);

// Episodes have formats of their own, which decisions and entities name by their version: 1, and 2 with classes.
inline constexpr std::uint8_t kEpisodeFormat = 2;
void write_episode(ByteWriter& out, const Episode& episode);
[[nodiscard]] Episode read_episode(ByteReader& in, std::uint8_t format);

}  // namespace outflow::detector
