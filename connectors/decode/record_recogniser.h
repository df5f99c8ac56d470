// RecordRecogniser: of which source a record is, by its content alone.
//
// In this order: Salesforce by its sure signs; the user's mappings; the built-in mappings; Salesforce by names that
// others use too. A pinned source is asked alone. One thread.
#pragma once

#include <string_view>

#include "connectors/decode/fields.h"
#include "connectors/decode/mapped_recogniser.h"
#include "connectors/decode/slots.h"
#include "connectors/decode/source_table.h"

namespace outflow::connectors {

// One object, as the walk read it.
struct Frame {
  Fields fields;
  Slots slots;
  std::uint32_t token = 0;  // its first
  std::uint32_t depth = 0;
};

struct Recognised {
  SourceDecoder in_code = nullptr;
  const MappingProgram* mapping = nullptr;
  explicit operator bool() const noexcept { return in_code != nullptr || mapping != nullptr; }
};

class RecordRecogniser {
 public:
  RecordRecogniser(const SourceCatalogue::Impl& catalogue, TextArena& arena, std::string_view pinned);

  [[nodiscard]] Recognised find(Frame& frame, std::string_view channel);
  // What a record that nothing recognises is read as; nothing where no source is pinned.
  [[nodiscard]] Recognised pinned() const noexcept { return pinned_; }
  // Whether rows with these columns can be records.
  [[nodiscard]] bool may_accept(const Slots& slots) const { return mappings_.may_accept(slots); }

 private:
  MappedRecogniser mappings_;
  TextArena& arena_;
  Recognised pinned_;
};

}  // namespace outflow::connectors
