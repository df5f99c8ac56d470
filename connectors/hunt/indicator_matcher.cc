#include "connectors/hunt/indicator_matcher.h"

#include <algorithm>

#include "connectors/hunt/wildcard.h"

namespace outflow::connectors {
namespace {

using Kind = IndicatorAtom::Kind;
using features::fingerprint;
using features::Fingerprint;

std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

Fingerprint address_key(const Address& address) {
  return fingerprint({reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
}

}  // namespace

std::string without_versions(std::string_view agent) {
  std::string out;
  for (std::size_t i = 0; i < agent.size(); ++i) {
    out.push_back(agent[i]);
    if (agent[i] != '/') continue;
    std::size_t end = i + 1;
    if (end < agent.size() && (agent[end] == 'v' || agent[end] == 'V')) ++end;
    if (end >= agent.size() || agent[end] < '0' || agent[end] > '9') continue;
    while (end < agent.size() && ((agent[end] >= '0' && agent[end] <= '9') || agent[end] == '.')) ++end;
    i = end - 1;
  }
  return out;
}

IndicatorMatcher::IndicatorMatcher(const std::vector<Indicator>& indicators) {
  for (std::uint32_t i = 0; i < indicators.size(); ++i) {
    for (const std::vector<IndicatorAtom>& atoms : indicators[i].alternatives) {
      Alternative alternative;
      alternative.indicator = i;
      for (const IndicatorAtom& atom : atoms) {
        alternative.atoms.push_back(intern(atom));
        alternative.only_apps = alternative.only_apps && atom.kind == Kind::kApp;
      }
      std::sort(alternative.atoms.begin(), alternative.atoms.end());
      (alternative.only_apps ? looks_at_apps_ : looks_at_records_) = true;
      const auto place = static_cast<std::uint32_t>(alternatives_.size());
      for (const AtomId atom : alternative.atoms) alternatives_of_[atom].push_back(place);
      alternatives_.push_back(std::move(alternative));
    }
  }
}

IndicatorMatcher::AtomId IndicatorMatcher::intern(const IndicatorAtom& atom) {
  const Fingerprint key = features::combine(features::combine(fingerprint(folded(atom.text)), atom.query),
                                            static_cast<Fingerprint>(atom.kind));
  const auto [found, made] = known_.try_emplace(key, static_cast<AtomId>(alternatives_of_.size()));
  if (made) {
    alternatives_of_.emplace_back();
    index(atom, found->second);
  }
  return found->second;
}

void IndicatorMatcher::index(const IndicatorAtom& atom, AtomId id) {
  const auto text = [&](absl::flat_hash_map<Fingerprint, AtomId>& exact, Patterns& patterns) {
    if (is_pattern(atom.text)) {
      patterns.emplace_back(atom.text, id);
    } else {
      exact[fingerprint(folded(atom.text))] = id;
    }
  };
  switch (atom.kind) {
    case Kind::kNetwork:
      if (atom.network->single()) {
        addresses_[address_key(*parse_address(atom.text))] = id;
      } else {
        networks_.emplace_back(*atom.network, id);
      }
      break;
    case Kind::kUserAgent:
      agents_.emplace_back(is_pattern(atom.text) ? atom.text : without_versions(atom.text), id);
      break;
    case Kind::kUserAgentExact:
      exact_agents_.emplace_back(atom.text, id);
      break;
    case Kind::kApp:
      text(apps_, app_patterns_);
      break;
    case Kind::kActor:
      text(actors_, actor_patterns_);
      break;
    case Kind::kSession:
      sessions_[fingerprint(atom.text)] = id;
      break;
    case Kind::kQuery:
      queries_[atom.query] = id;
      break;
    case Kind::kUnfilteredRead:
      objects_[fingerprint(folded(atom.text))] = id;
      break;
  }
}

const std::vector<IndicatorMatcher::AtomId>& IndicatorMatcher::agents_like(std::string_view agent) {
  if (remembered_agents_.size() >= kMaxRemembered) remembered_agents_.clear();
  const auto [found, made] = remembered_agents_.try_emplace(fingerprint(agent));
  if (!made) return found->second;
  const std::string plain = without_versions(agent);
  for (const auto& [pattern, id] : agents_) {
    if (matches_wildcard(is_pattern(pattern) ? agent : plain, pattern)) found->second.push_back(id);
  }
  for (const auto& [pattern, id] : exact_agents_) {
    if (matches_wildcard(agent, pattern)) found->second.push_back(id);
  }
  return found->second;
}

void IndicatorMatcher::find_text(const absl::flat_hash_map<Fingerprint, AtomId>& exact, const Patterns& patterns,
                                 std::string_view text, std::vector<AtomId>& out) const {
  if (text.empty()) return;
  if (!exact.empty()) {
    if (const auto found = exact.find(fingerprint(folded(text))); found != exact.end()) out.push_back(found->second);
  }
  for (const auto& [pattern, id] : patterns) {
    if (matches_wildcard(text, pattern)) out.push_back(id);
  }
}

const std::vector<IndicatorMatcher::Hit>& IndicatorMatcher::match(const features::AuditEvent& event) {
  hits_.clear();
  if (!event.client_ip.empty() && (!addresses_.empty() || !networks_.empty())) {
    if (const std::optional<Address> address = parse_address(event.client_ip)) {
      if (const auto found = addresses_.find(address_key(*address)); found != addresses_.end()) {
        hits_.push_back({found->second, event.client_ip});
      }
      for (const auto& [network, id] : networks_) {
        if (network.holds(*address)) hits_.push_back({id, event.client_ip});
      }
    }
  }
  if (!event.user_agent.empty() && (!agents_.empty() || !exact_agents_.empty())) {
    for (const AtomId id : agents_like(event.user_agent)) hits_.push_back({id, event.user_agent});
  }
  for (const std::string_view who : {event.actor_id, event.actor_name}) {
    scratch_.clear();
    find_text(actors_, actor_patterns_, who, scratch_);
    for (const AtomId id : scratch_) hits_.push_back({id, who});
  }
  for (const std::string_view session : {event.session_key, event.login_key}) {
    if (session.empty() || sessions_.empty()) continue;
    if (const auto found = sessions_.find(fingerprint(session)); found != sessions_.end()) {
      hits_.push_back({found->second, session});
    }
  }
  if (event.query_fingerprint) {
    if (const auto found = queries_.find(*event.query_fingerprint); found != queries_.end()) {
      hits_.push_back({found->second, event.objects.empty() ? std::string_view() : event.objects.front()});
    }
  }
  if (!objects_.empty() && event.query_class == features::QueryClass::kFull && !event.filtered) {
    for (const std::string_view object : event.objects) {
      if (const auto found = objects_.find(fingerprint(folded(object))); found != objects_.end()) {
        hits_.push_back({found->second, object});
      }
    }
  }
  return hits_;
}

void IndicatorMatcher::match_app(std::string_view id, std::string_view name, std::vector<AtomId>& out) const {
  find_text(apps_, app_patterns_, id, out);
  find_text(apps_, app_patterns_, name, out);
}

bool IndicatorMatcher::concerns(AtomId atom, std::uint32_t indicator) const {
  return std::any_of(alternatives_of_[atom].begin(), alternatives_of_[atom].end(),
                     [&](std::uint32_t place) { return alternatives_[place].indicator == indicator; });
}

std::vector<std::uint32_t> IndicatorMatcher::indicators_of(const std::vector<AtomId>& atoms, bool records_say) const {
  std::vector<AtomId> sorted(atoms);
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> result;
  for (const AtomId atom : sorted) {
    for (const std::uint32_t place : alternatives_of_[atom]) {
      const Alternative& alternative = alternatives_[place];
      if (alternative.only_apps == records_say) continue;
      if (std::includes(sorted.begin(), sorted.end(), alternative.atoms.begin(), alternative.atoms.end())) {
        result.push_back(alternative.indicator);
      }
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

}  // namespace outflow::connectors
