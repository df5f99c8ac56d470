// MappingProgram: a mapping as the decoder runs it: slots instead of paths, and what each event type means laid out
// straight.
//
// Made by mapping_compiler.h, run by mapped_source.h. Immutable once made; const use from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "connectors/decode/path_trie.h"
#include "connectors/decode/time_format.h"
#include "features/audit_event.h"
#include "features/fingerprint.h"

namespace outflow::connectors {

using ExpressionId = std::uint32_t;
inline constexpr ExpressionId kNoExpression = 0xFFFFFFFF;

struct TextCut {
  enum class Kind : std::uint8_t { kBefore, kAfter, kBeforeLast, kAfterLast, kStripPrefix };
  Kind kind = Kind::kBefore;
  std::string text;
};

struct Transforms {
  std::vector<TextCut> cuts;
  bool lower = false;
  bool salesforce_id = false;
  std::vector<std::pair<std::string, std::string>> map;
  std::string fallback;  // `default`; empty is none
};

struct Expression {
  enum class Kind : std::uint8_t { kPath, kConst, kFirst, kConcat };
  Kind kind = Kind::kConst;
  bool transformed = false;
  SlotId slot = kNoSlot;            // of a path
  std::string text;                 // of a constant; a concatenation's separator
  std::vector<ExpressionId> parts;  // of first and concat
  Transforms transforms;
};

// A count: a constant, a number somewhere, or the number of an array's elements.
struct CountSource {
  enum class Kind : std::uint8_t { kUnknown, kConst, kText, kElements };
  Kind kind = Kind::kUnknown;
  SlotId slot = kNoSlot;
  ExpressionId text = kNoExpression;
  std::uint64_t constant = 0;
  double scale = 1;
};

struct TimeSource {
  ExpressionId text = kNoExpression;
  TimeFormat format;
  int zone_minutes = 0;
};

// The texts a rule can set, each with the member of the event it fills.
enum class TextField : std::uint8_t {
  kActorId,
  kActorName,
  kAppId,
  kAppName,
  kClientName,
  kClientIp,
  kUserAgent,
  kRequestId,
  kJobId,
  kSessionKey,
  kLoginKey,
  kExecutionId,
  kQuery,
};
inline constexpr std::size_t kTextFields = static_cast<std::size_t>(TextField::kQuery) + 1;

// All that an event of one type, and of one rule, is filled from.
struct EventProgram {
  std::vector<std::pair<TextField, ExpressionId>> texts;
  std::vector<ExpressionId> objects;
  CountSource records;
  CountSource bytes;
  ExpressionId action_text = kNoExpression;  // names the action; else `action` does
  features::Action action = features::Action::kOther;
  ExpressionId outcome_text = kNoExpression;
  features::Outcome outcome = features::Outcome::kUnknown;
  features::CountSemantics semantics = features::CountSemantics::kNone;
  bool proves_extraction = false;
  bool session_names_app = true;
  features::DataClasses classes;
};

struct Condition {
  SlotId slot = kNoSlot;
  bool absent = false;              // one of the alternatives: not there
  bool present = false;             // one of the alternatives: there, whatever it is
  std::vector<std::string> values;  // or one of these
};

struct EventRule {
  std::vector<Condition> when;  // all must hold
  EventProgram program;
};
using EventRules = std::vector<EventRule>;

// A way to recognise a record: slots that must, and must not, be there; and what some of them must say.
struct Recognition {
  struct Word {
    std::size_t index = 0;
    std::uint64_t has = 0;
    std::uint64_t lacks = 0;
  };
  std::vector<Word> words;
  std::vector<Condition> equals;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return features::fingerprint(text); }
};

struct MappingProgram {
  std::string name;
  std::string title;
  features::Source source = features::Source::kMapped;
  std::vector<Recognition> recognise;

  NodeId element_root = kNoNode;    // of `each`: where its elements' paths start
  std::vector<SlotId> each;         // the array, or one object in its place: the first that is there
  bool uid_is_the_records = false;  // nothing of the element is in it: elements are told apart by their number

  std::vector<Expression> expressions;
  ExpressionId event_type = kNoExpression;
  std::vector<TimeSource> time;
  std::vector<TimeSource> ingest_time;
  ExpressionId uid = kNoExpression;
  ExpressionId tenant = kNoExpression;

  std::string each_path;           // as it is written
  std::vector<std::string> paths;  // all that is read, as it is written; of use to benchmarks and people only

  EventProgram otherwise;                                                          // no rule holds
  absl::flat_hash_map<std::string, std::size_t, TextHash, std::equal_to<>> exact;  // event type -> index into rules
  std::vector<std::pair<std::string, std::size_t>> prefixes;                       // the longest first; "" is `*`
  std::vector<EventRules> rules;

  // The rules of an event type; nullptr where none are.
  [[nodiscard]] const EventRules* rules_of(std::string_view event_type) const;
};

}  // namespace outflow::connectors
