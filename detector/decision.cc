#include "detector/decision.h"

namespace outflow::detector {
namespace {
constexpr std::uint8_t kVersion = 2;
}

void write_episode(ByteWriter& out, const Episode& episode) {
  out.fixed(episode.uid, 8);
  if (episode.uid == 0) return;
  out.fixed(episode.incident, 8);
  out.zigzag(episode.first_seen_ms);
  out.zigzag(episode.first_hour);
  out.zigzag(episode.last_hour);
  out.zigzag(episode.last_fired_hour);
  out.varint(episode.revision);
  out.zigzag(episode.records);
  out.u8(static_cast<std::uint8_t>(episode.severity));
  out.u8(static_cast<std::uint8_t>(episode.window));
  out.u8(static_cast<std::uint8_t>((episode.open ? 1 : 0) | (episode.strange ? 2 : 0) | (episode.estimated ? 4 : 0) |
                                   (episode.passed_on ? 8 : 0) | (episode.by_actor ? 16 : 0)));
  out.varint(episode.classes.bits());
}

Episode read_episode(ByteReader& in, std::uint8_t format) {
  Episode episode;
  episode.uid = in.fixed(8);
  if (episode.uid == 0) return episode;
  episode.incident = in.fixed(8);
  episode.first_seen_ms = in.zigzag();
  episode.first_hour = in.hour();
  episode.last_hour = in.hour();
  episode.last_fired_hour = in.hour();
  const std::uint64_t revision = in.varint();
  episode.records = in.zigzag();
  const std::uint8_t severity = in.u8();
  const std::uint8_t window = in.u8();
  const std::uint8_t flags = in.u8();
  const std::uint64_t classes = format >= 2 ? in.varint() : 0;
  if (revision > UINT32_MAX || severity < 2 || severity > 5 || window >= kWindows) in.fail();
  if (flags > (format >= 2 ? 31 : 3) || classes > UINT32_MAX) in.fail();
  if (!in.ok()) return {};
  episode.revision = static_cast<std::uint32_t>(revision);
  episode.severity = static_cast<Severity>(severity);
  episode.window = static_cast<Window>(window);
  episode.open = (flags & 1) != 0;
  episode.strange = (flags & 2) != 0;
  episode.estimated = (flags & 4) != 0;
  episode.passed_on = (flags & 8) != 0;
  episode.by_actor = (flags & 16) != 0;
  episode.classes = features::DataClasses(static_cast<std::uint32_t>(classes));
  return episode;
}

std::string encode(const DecisionRecord& decision) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kVersion);
  out.u8(static_cast<std::uint8_t>(decision.kind));
  out.fixed(decision.tenant, 8);
  out.fixed(decision.entity, 8);
  out.fixed(decision.from, 8);
  for (const features::Fingerprint key : decision.explained) out.fixed(key, 8);
  write_episode(out, decision.episode);
  return bytes;
}

Result<DecisionRecord> decode_decision(std::string_view bytes) {
  ByteReader in(bytes);
  DecisionRecord decision;
  const std::uint8_t version = in.u8();
  const std::uint8_t kind = in.u8();
  if (version < 1 || version > kVersion || kind < 1 || kind > 3) {
    return Error{ErrorCode::kRefuse, "a decision record of an unknown version or kind"};
  }
  decision.kind = static_cast<DecisionKind>(kind);
  decision.tenant = in.fixed(8);
  decision.entity = in.fixed(8);
  decision.from = in.fixed(8);
  for (features::Fingerprint& key : decision.explained) key = in.fixed(8);
  decision.episode = read_episode(in, version);
  if (!in.at_end()) return Error{ErrorCode::kRefuse, "a decision record is damaged"};
  return decision;
}

}  // namespace outflow::detector
