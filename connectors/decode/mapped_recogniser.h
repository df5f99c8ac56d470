// MappedRecogniser: which mapping reads a record, by what its slots hold.
//
// The first program of the catalogue one of whose alternatives holds. A pure function of the slots: what is remembered
// between records is only which alternatives a pattern of present slots leaves open. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "connectors/decode/slots.h"
#include "connectors/decode/source_catalogue_impl.h"
#include "connectors/decode/text_arena.h"

namespace outflow::connectors {

class MappedRecogniser {
 public:
  explicit MappedRecogniser(const SourceCatalogue::Impl& catalogue);

  // nullptr where no mapping knows such a record.
  [[nodiscard]] const MappingProgram* find(Slots& slots, TextArena& arena);
  // Whether this program would read it. One without `recognise` takes any record that has a time.
  [[nodiscard]] bool accepts(const MappingProgram& program, Slots& slots, TextArena& arena) const;
  // Whether columns, whatever their values, can be such records.
  [[nodiscard]] bool may_accept(const Slots& slots) const;

 private:
  struct Candidate {
    const MappingProgram* program = nullptr;
    const Recognition* recognition = nullptr;
  };
  struct Remembered {
    std::vector<std::uint64_t> pattern;
    std::vector<Candidate> open;
    bool used = false;
  };
  static constexpr std::size_t kRemembered = 64;

  void look_up(Remembered& entry) const;

  const SourceCatalogue::Impl& catalogue_;
  std::vector<std::uint64_t> asked_;  // the slots that any alternative asks for
  std::vector<std::uint64_t> pattern_;
  std::vector<Remembered> remembered_;
};

}  // namespace outflow::connectors
