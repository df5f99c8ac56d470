#include "connectors/decode/record_recogniser.h"

namespace outflow::connectors {

RecordRecogniser::RecordRecogniser(const SourceCatalogue::Impl& catalogue, TextArena& arena, std::string_view pinned)
    : mappings_(catalogue), arena_(arena) {
  if (pinned.empty()) return;
  pinned_.mapping = catalogue.find(pinned);
  pinned_.in_code = pinned_.mapping == nullptr ? source_in_code(pinned) : nullptr;
}

Recognised RecordRecogniser::find(Frame& frame, std::string_view channel) {
  if (pinned_.mapping != nullptr) {
    return mappings_.accepts(*pinned_.mapping, frame.slots, arena_) ? pinned_ : Recognised{};
  }
  const SourceDecoder sure = recognise_surely(frame.fields, channel);
  if (pinned_.in_code != nullptr) return sure != nullptr || frame.fields.has_evidence() ? pinned_ : Recognised{};
  if (sure != nullptr) return {sure, nullptr};
  if (const MappingProgram* mapping = mappings_.find(frame.slots, arena_)) return {nullptr, mapping};
  return {recognise_weakly(frame.fields), nullptr};
}

}  // namespace outflow::connectors
