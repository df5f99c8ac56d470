#include "connectors/hunt/indicators.h"

#include <algorithm>
#include <array>
#include <utility>

#include "connectors/decode/count_text.h"
#include "connectors/decode/soql.h"

namespace outflow::connectors {
namespace {

using Kind = IndicatorAtom::Kind;

constexpr std::pair<std::string_view, Kind> kTypes[] = {
    {"ip", Kind::kNetwork},
    {"ips", Kind::kNetwork},
    {"address", Kind::kNetwork},
    {"ipaddress", Kind::kNetwork},
    {"ipv4", Kind::kNetwork},
    {"ipv6", Kind::kNetwork},
    {"ipsrc", Kind::kNetwork},
    {"ipdst", Kind::kNetwork},
    {"network", Kind::kNetwork},
    {"cidr", Kind::kNetwork},
    {"useragent", Kind::kUserAgent},
    {"agent", Kind::kUserAgent},
    {"httpuseragent", Kind::kUserAgent},
    {"useragentexact", Kind::kUserAgentExact},
    {"app", Kind::kApp},
    {"appid", Kind::kApp},
    {"appname", Kind::kApp},
    {"application", Kind::kApp},
    {"client", Kind::kApp},
    {"clientid", Kind::kApp},
    {"connectedapp", Kind::kApp},
    {"integration", Kind::kApp},
    {"actor", Kind::kActor},
    {"user", Kind::kActor},
    {"userid", Kind::kActor},
    {"username", Kind::kActor},
    {"account", Kind::kActor},
    {"email", Kind::kActor},
    {"emailsrc", Kind::kActor},
    {"session", Kind::kSession},
    {"sessionkey", Kind::kSession},
    {"loginkey", Kind::kSession},
    {"query", Kind::kQuery},
    {"soql", Kind::kQuery},
    {"sql", Kind::kQuery},
    {"object", Kind::kUnfilteredRead},
    {"unfilteredread", Kind::kUnfilteredRead},
};

// "User-Agent", "user_agent" and "user agent" are one.
std::string folded_type(std::string_view type) {
  std::string out;
  for (const char c : type) {
    if (c >= 'A' && c <= 'Z') out.push_back(static_cast<char>(c - 'A' + 'a'));
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out.push_back(c);
  }
  return out;
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  constexpr std::array<std::string_view, 8> kNames = {"network", "user_agent", "user_agent_exact", "app", "actor",
                                                      "session", "query",      "unfiltered_read"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<IndicatorAtom> make_atom(std::string_view type, std::string_view value) {
  const std::string wanted = folded_type(type);
  const auto* const known =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& one) { return one.first == wanted; });
  if (known == std::end(kTypes)) {
    return Error{ErrorCode::kDeadLetter,
                 "audit logs cannot show the type '" + std::string(type.substr(0, 64)) +
                     "' (there are ip, network, user_agent, app, user, session, query, object)"};
  }
  IndicatorAtom atom;
  atom.kind = known->second;
  if (value.empty()) return Error{ErrorCode::kDeadLetter, "its value is empty"};
  switch (atom.kind) {
    case Kind::kNetwork:
      atom.text = refanged(value);
      atom.network = Network::parse(atom.text);
      if (!atom.network) return Error{ErrorCode::kDeadLetter, "its value is neither an address nor a network"};
      break;
    case Kind::kQuery: {
      std::string normal;
      const SoqlSummary summary = analyse_soql(value, normal);
      if (summary.query_class == features::QueryClass::kUnknown) {
        return Error{ErrorCode::kDeadLetter, "its value is no query (SELECT ... FROM ...)"};
      }
      atom.query = summary.fingerprint;
      break;
    }
    case Kind::kUnfilteredRead:
    case Kind::kUserAgent:
    case Kind::kUserAgentExact:
      atom.text = value;
      break;
    case Kind::kApp:
    case Kind::kActor:
    case Kind::kSession:
      atom.text = canonical_id(refanged(value));
      break;
  }
  return atom;
}

}  // namespace outflow::connectors
