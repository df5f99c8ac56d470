// Indicators of compromise, as a vendor's notice gives them, made ready to be looked for in audit events.
//
// Read from CSV, JSON and MISP (indicator_files.cc) and STIX 2.1 bundles (stix_pattern.cc); docs/hunting.md has the
// formats. An indicator holds where all atoms of one of its alternatives hold. What cannot be looked for is told, never
// dropped silently. Immutable once read; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/hunt/network.h"
#include "features/fingerprint.h"
#include "features/result.h"

namespace outflow::connectors {

struct IndicatorAtom {
  enum class Kind : std::uint8_t {
    kNetwork,         // the record's address lies in `network`
    kUserAgent,       // `text`: a part of the agent, or a pattern; versions (numbers behind a slash) may differ
    kUserAgentExact,  // the same, versions and all
    kApp,             // `text`: id or name of the integration, after joins
    kActor,           // `text`: id or name of the user
    kSession,         // `text`: session or login key
    kQuery,           // `query`: the fingerprint of a query's text without its literals
    kUnfilteredRead,  // reads `text`, an object, without a condition and without a limit
  };
  Kind kind = Kind::kNetwork;
  std::string text;
  std::optional<Network> network;
  features::Fingerprint query = 0;
};

struct Indicator {
  std::string id;       // STIX id, MISP uuid, else file:line or file:number
  std::string type;     // network, user_agent, app, actor, session, query, unfiltered_read, pattern
  std::string value;    // as a person reads it; of a query, its fingerprint
  std::string comment;  // from the file
  std::vector<std::vector<IndicatorAtom>> alternatives;
};

struct IndicatorProblem {
  std::string id;  // of the indicator, or file:line
  std::string message;
};

struct Indicators {
  std::vector<Indicator> list;
  std::vector<IndicatorProblem> problems;  // what will not be looked for, and why
};

inline constexpr std::size_t kMaxIndicatorBytes = 64U << 20;  // of one file
inline constexpr std::size_t kMaxIndicators = 200'000;

[[nodiscard]] std::string_view name_of(IndicatorAtom::Kind kind) noexcept;

// One atom of a named type: ip, network, user_agent, app, user, session, query, object and their synonyms. The error
// says what the type or value lacks.
Result<IndicatorAtom> make_atom(std::string_view type, std::string_view value);

// Adds what `text`, the contents of `file`, holds. The error is of the file as a whole; single indicators' are
// problems.
Result<> read_indicators(std::string_view text, const std::string& file, Indicators& out);
Result<> read_indicator_file(const std::string& path, Indicators& out);

// A STIX 2.1 pattern. Parts that cannot be looked for are told in `problems`, under `indicator`'s id.
void read_stix_pattern(std::string_view pattern, Indicator& indicator, std::vector<IndicatorProblem>& problems);

}  // namespace outflow::connectors
