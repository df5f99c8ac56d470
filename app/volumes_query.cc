#include "app/volumes_query.h"

#include <algorithm>
#include <array>
#include <memory>

#include "app/volumes_output.h"
#include "connectors/decode/count_text.h"
#include "connectors/decode/event_clock.h"
#include "connectors/hunt/wildcard.h"

namespace outflow::app {
namespace {

using connectors::equals_ignoring_case;
using connectors::matches_wildcard;

constexpr char kPartMark = '\x1f';  // between the parts of a tag
constexpr std::size_t kMostAgent = 256;
constexpr std::array<std::string_view, 7> kSplits = {"day", "hour", "object", "address", "agent", "session", "class"};

bool any(const std::vector<std::string>& wanted, auto matches) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), matches);
}

std::string joined(const std::vector<std::string>& texts, const char* separator) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : separator).append(text);
  return out;
}

}  // namespace

std::optional<features::EventTime> parse_moment(std::string_view text) {
  constexpr std::size_t kDate = 10, kMinute = 16;
  std::string whole(text);
  if (text.size() == kDate && text.find('-') != std::string_view::npos) whole += "T00:00:00Z";
  if (text.size() >= kMinute && text[13] == ':' && (text.size() == kMinute || text[kMinute] != ':')) {
    whole.insert(kMinute, ":00");
  }
  return connectors::parse_event_time(whole);
}

void VolumesQueryArguments::add_to(CLI::App& command) {
  command.add_option("--from", from, "Only what happened at or after this time (ISO 8601, UTC if no zone is named)");
  command.add_option("--to", to, "Only what happened before this time");
  // Each takes one value, so that files may follow it; several are given one by one.
  const auto values = [&](const char* name, std::vector<std::string>& into, const char* help) {
    return command.add_option(name, into, help)->allow_extra_args(false);
  };
  values("--integration", integrations, "Only these integrations: ids, or names (with * and ?)");
  values("--user", users, "Only what these users took: ids, or names (with * and ?)");
  values("--address", addresses, "Only from these addresses or networks (10.0.0.0/8)");
  values("--session", sessions, "Only in these sessions (session or login key)");
  values("--object", objects, "Only reads that touched these objects (with * and ?)");
  values("--agent", agents, "Only by these user agents: a part of them, or with * and ?");
  values("--tenant-id", tenants, "Only these tenants");
  command
      .add_option("--by", by,
                  "Split each entity by day, hour, object, address, agent, session, class; several: day,object")
      ->delimiter(',')
      ->allow_extra_args(false);
}

Result<VolumesQuery> VolumesQuery::make(const VolumesQueryArguments& arguments) {
  VolumesQuery query;
  query.wanted_ = arguments;
  for (const auto& [text, time] :
       {std::pair(&arguments.from, &query.window_.from), std::pair(&arguments.to, &query.window_.to)}) {
    if (text->empty()) continue;
    *time = parse_moment(*text);
    if (!*time) {
      return Error{ErrorCode::kRefuse, "'" + *text + "' is no time; write 2026-08-17 or 2026-08-17T11:15:00Z"};
    }
  }
  if (query.window_.from && query.window_.to && *query.window_.to <= *query.window_.from) {
    return Error{ErrorCode::kRefuse, "--to must be later than --from"};
  }
  for (const std::string& text : arguments.addresses) {
    const std::optional<connectors::Network> network = connectors::Network::parse(connectors::refanged(text));
    if (!network)
      return Error{ErrorCode::kRefuse, "'" + text + "' is neither an address nor a network such as 10.0.0.0/8"};
    query.networks_.push_back(*network);
  }
  for (const std::string& by : arguments.by) {
    if (std::find(kSplits.begin(), kSplits.end(), by) == kSplits.end()) {
      return Error{ErrorCode::kRefuse,
                   "cannot split by '" + by + "'; there are day, hour, object, address, agent, session and class"};
    }
    if (std::find(query.by_.begin(), query.by_.end(), by) == query.by_.end()) query.by_.push_back(by);
  }
  const auto splits_by = [&](std::string_view what) {
    return std::find(query.by_.begin(), query.by_.end(), what) != query.by_.end();
  };
  query.with_address_ = !arguments.addresses.empty() || splits_by("address");
  query.with_agent_ = !arguments.agents.empty() || splits_by("agent");
  query.with_session_ = !arguments.sessions.empty() || splits_by("session");
  for (std::string& tenant : query.wanted_.tenants) tenant = std::string(connectors::canonical_id(tenant));
  for (std::string& session : query.wanted_.sessions) session = std::string(connectors::canonical_id(session));
  return query;
}

void VolumesQuery::tag_of(const features::AuditEvent& event, std::string& out) const {
  out.clear();
  if (!with_address_ && !with_agent_ && !with_session_) return;
  if (with_address_) out.append(event.client_ip);
  out.push_back(kPartMark);
  if (with_agent_) {
    for (const char c : event.user_agent.substr(0, kMostAgent)) out.push_back(c == kPartMark ? ' ' : c);
  }
  out.push_back(kPartMark);
  if (with_session_) out.append(event.session_key);
  out.push_back(kPartMark);
  if (with_session_) out.append(event.login_key);
}

bool VolumesQuery::asks_for(const features::VolumePart& part, std::string_view address, std::string_view agent,
                            std::string_view session, std::string_view login) const {
  const auto named = [](std::string_view id, std::string_view name) {
    return [id, name](const std::string& wanted) {
      return id == wanted || connectors::canonical_id(wanted) == id || equals_ignoring_case(name, wanted) ||
             (wanted.find_first_of("*?") != std::string::npos &&
              (matches_wildcard(name, wanted) || matches_wildcard(id, wanted)));
    };
  };
  if (!any(wanted_.tenants, [&](const std::string& wanted) { return part.tenant_id == wanted; })) return false;
  if (!wanted_.integrations.empty() &&
      (part.type != features::EntityType::kIntegration || !any(wanted_.integrations, named(part.entity, part.name)))) {
    return false;
  }
  if (!any(wanted_.users, named(part.actor_id, part.actor_name))) return false;
  if (!any(wanted_.objects, [&](const std::string& wanted) {
        return std::any_of(part.objects.begin(), part.objects.end(), [&](const std::string& object) {
          return wanted.find_first_of("*?") == std::string::npos ? equals_ignoring_case(object, wanted)
                                                                 : matches_wildcard(object, wanted);
        });
      })) {
    return false;
  }
  if (!any(wanted_.agents, [&](const std::string& wanted) { return matches_wildcard(agent, wanted); })) return false;
  if (!any(wanted_.sessions, [&](const std::string& wanted) { return session == wanted || login == wanted; }))
    return false;
  if (networks_.empty()) return true;
  const std::optional<connectors::Address> parsed = connectors::parse_address(address);
  return parsed && std::any_of(networks_.begin(), networks_.end(),
                               [&](const connectors::Network& network) { return network.holds(*parsed); });
}

std::optional<std::vector<std::string>> VolumesQuery::row_of(const features::VolumePart& part) const {
  std::array<std::string_view, 4> parts{};
  std::string_view rest = part.tag;
  for (std::string_view& one : parts) {
    const std::size_t end = std::min(rest.find(kPartMark), rest.size());
    one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto [address, agent, session, login] = parts;
  if (!asks_for(part, address, agent, session, login)) return std::nullopt;
  std::vector<std::string> values;
  values.reserve(by_.size());
  for (const std::string& by : by_) {
    const std::string hour = iso_time(features::start_of(features::EventHour{part.hour}));
    if (by == "day") {
      values.push_back(hour.substr(0, 10));
    } else if (by == "hour") {
      values.push_back(hour.substr(0, 13) + "Z");
    } else if (by == "object") {
      values.push_back(joined({part.objects.begin(), part.objects.end()}, ", "));
    } else if (by == "address") {
      values.emplace_back(address);
    } else if (by == "agent") {
      values.emplace_back(agent);
    } else if (by == "session") {
      values.emplace_back(session.empty() ? login : session);
    } else {
      values.push_back(names_ ? joined(names_(part.classes), " ") : std::to_string(part.classes.bits()));
    }
  }
  return values;
}

}  // namespace outflow::app
