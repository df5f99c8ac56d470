// IndicatorMatcher: which atoms of many indicators one audit event shows.
//
// Addresses and exact texts are looked up in tables, patterns are tried once a distinct text. One thread; memory is
// bounded by the indicators and a cache of kMaxRemembered texts.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/hunt/indicators.h"
#include "features/audit_event.h"

namespace outflow::connectors {

class IndicatorMatcher {
 public:
  static constexpr std::size_t kMaxRemembered = 65'536;
  using AtomId = std::uint32_t;
  struct Hit {
    AtomId atom = 0;
    std::string_view value;  // of the event, which showed it
  };

  explicit IndicatorMatcher(const std::vector<Indicator>& indicators);

  // Everything but apps: these are known after joins only. Valid until the next call.
  const std::vector<Hit>& match(const features::AuditEvent& event);
  // The apps that an integration's id or name is.
  void match_app(std::string_view id, std::string_view name, std::vector<AtomId>& out) const;

  // Which indicators (by their place) hold where these atoms do, ascending. `records_say`: only those of whose
  // alternative some atom is not an app; else only those that name nothing but apps.
  [[nodiscard]] std::vector<std::uint32_t> indicators_of(const std::vector<AtomId>& atoms, bool records_say) const;

  // True where the atom is part of the indicator.
  [[nodiscard]] bool concerns(AtomId atom, std::uint32_t indicator) const;

  [[nodiscard]] bool looks_at_records() const { return looks_at_records_; }
  [[nodiscard]] bool looks_at_apps() const { return looks_at_apps_; }  // by themselves

 private:
  struct Alternative {
    std::uint32_t indicator = 0;
    bool only_apps = true;
    std::vector<AtomId> atoms;  // ascending
  };
  using Patterns = std::vector<std::pair<std::string, AtomId>>;

  AtomId intern(const IndicatorAtom& atom);
  void index(const IndicatorAtom& atom, AtomId id);
  const std::vector<AtomId>& agents_like(std::string_view agent);
  void find_text(const absl::flat_hash_map<features::Fingerprint, AtomId>& exact, const Patterns& patterns,
                 std::string_view text, std::vector<AtomId>& out) const;

  absl::flat_hash_map<features::Fingerprint, AtomId> known_;  // by what an atom is
  absl::flat_hash_map<features::Fingerprint, AtomId> addresses_, queries_, objects_, sessions_, actors_, apps_;
  std::vector<std::pair<Network, AtomId>> networks_;
  Patterns agents_, exact_agents_, actor_patterns_, app_patterns_;
  absl::flat_hash_map<features::Fingerprint, std::vector<AtomId>> remembered_agents_;
  std::vector<Alternative> alternatives_;
  std::vector<std::vector<std::uint32_t>> alternatives_of_;  // of an atom
  bool looks_at_records_ = false, looks_at_apps_ = false;
  std::vector<Hit> hits_;
  std::vector<AtomId> scratch_;
};

// A user agent with the numbers behind its slashes taken off: "python-requests/2.32.4" is "python-requests/".
[[nodiscard]] std::string without_versions(std::string_view agent);

}  // namespace outflow::connectors
