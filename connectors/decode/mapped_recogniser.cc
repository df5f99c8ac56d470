#include "connectors/decode/mapped_recogniser.h"

#include <algorithm>

#include "connectors/decode/source_record.h"
#include "features/fingerprint.h"

namespace outflow::connectors {
namespace {

bool fits(const Recognition& recognition, std::span<const std::uint64_t> present) noexcept {
  return std::all_of(recognition.words.begin(), recognition.words.end(), [&](const Recognition::Word& word) {
    return (present[word.index] & word.has) == word.has && (present[word.index] & word.lacks) == 0;
  });
}

bool says(const Condition& condition, Slots& slots, TextArena& arena) {
  if (!slots.has(condition.slot)) return condition.absent;
  if (condition.present) return true;
  bool found = false;
  slots.for_each(condition.slot, [&](const Value& value) {
    const std::string_view text = plain_text(value, arena);
    found = found || std::find(condition.values.begin(), condition.values.end(), text) != condition.values.end();
  });
  return found;
}

bool equal(const Recognition& recognition, Slots& slots, TextArena& arena) {
  return std::all_of(recognition.equals.begin(), recognition.equals.end(),
                     [&](const Condition& condition) { return says(condition, slots, arena); });
}

}  // namespace

MappedRecogniser::MappedRecogniser(const SourceCatalogue::Impl& catalogue)
    : catalogue_(catalogue),
      asked_((catalogue.trie.slots() + 63) / 64),
      pattern_(asked_.size()),
      remembered_(kRemembered) {
  for (const MappingProgram& program : catalogue.programs) {
    for (const Recognition& recognition : program.recognise) {
      for (const Recognition::Word& word : recognition.words) asked_[word.index] |= word.has | word.lacks;
    }
  }
}

const MappingProgram* MappedRecogniser::find(Slots& slots, TextArena& arena) {
  const std::span<const std::uint64_t> present = slots.present();
  std::uint64_t any = 0;
  features::Fingerprint hash = 0;
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    pattern_[i] = present[i] & asked_[i];
    any |= pattern_[i];
    hash = (hash ^ pattern_[i]) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 32;
  }
  if (any == 0) return nullptr;  // every alternative needs something that is there
  Remembered& entry = remembered_[hash % kRemembered];
  if (!entry.used || entry.pattern != pattern_) look_up(entry);
  for (const Candidate& candidate : entry.open) {
    if (equal(*candidate.recognition, slots, arena)) return candidate.program;
  }
  return nullptr;
}

void MappedRecogniser::look_up(Remembered& entry) const {
  entry.used = true;
  entry.pattern = pattern_;
  entry.open.clear();
  for (const MappingProgram& program : catalogue_.programs) {
    for (const Recognition& recognition : program.recognise) {
      if (fits(recognition, pattern_)) entry.open.push_back({&program, &recognition});
    }
  }
}

bool MappedRecogniser::accepts(const MappingProgram& program, Slots& slots, TextArena& arena) const {
  for (const Recognition& recognition : program.recognise) {
    if (fits(recognition, slots.present()) && equal(recognition, slots, arena)) return true;
  }
  return std::any_of(program.time.begin(), program.time.end(), [&](const TimeSource& source) {
    const Expression& expression = program.expressions[source.text];
    return program.recognise.empty() && expression.kind == Expression::Kind::kPath && slots.has(expression.slot);
  });
}

bool MappedRecogniser::may_accept(const Slots& slots) const {
  return std::any_of(catalogue_.programs.begin(), catalogue_.programs.end(), [&](const MappingProgram& program) {
    return std::any_of(program.recognise.begin(), program.recognise.end(),
                       [&](const Recognition& recognition) { return fits(recognition, slots.present()); });
  });
}

}  // namespace outflow::connectors
