#include "tests/scenarios/fleet.h"

#include <cmath>

#include "tests/scenarios/random.h"

namespace outflow::scenarios {
namespace {

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string make_id(std::string_view prefix, Random& random) {
  std::string id(prefix);
  while (id.size() < 15) id += kBase62[random.below(kBase62.size())];
  return id;
}

std::string make_address(Random& random) {  // of the documentation and benchmarking ranges (RFC 5737, RFC 2544)
  static constexpr std::string_view kPrefixes[] = {"192.0.2.", "198.51.100.", "203.0.113.", "198.18.", "198.19."};
  const std::uint64_t pick = random.below(5);
  std::string address(kPrefixes[pick]);
  if (pick >= 3) address += std::to_string(random.below(256)) + '.';
  return address + std::to_string(1 + random.below(254));
}

struct Maker {
  std::string_view name, client, agent_before, agent_after;
};
constexpr Maker kMakers[kIntegrationProfiles] = {
    {"Driftwood Chat", "driftwood/3.1", "Driftwood-Connector/3.1.0", "Driftwood-Connector/3.2.0"},
    {"PulsePoll", "pulsepoll/1.9", "axios/1.6.8", "axios/1.7.2"},
    {"Nightjar ETL", "nightjar/7", "Nightjar-Worker/7.4 (Java/17.0.9)", "Nightjar-Worker/7.5 (Java/21.0.2)"},
    {"Tideline Sync", "tideline/2024.2", "okhttp/4.12.0", "okhttp/5.0.0"},
    {"Helpfern Desk", "helpfern/12.0", "Helpfern/12.0 faraday/2.9.0", "Helpfern/12.1 faraday/2.10.1"},
    {"Prism BI", "prismbi/5.5", "PrismBI/5.5 (simple-salesforce)", "PrismBI/5.6 (simple-salesforce)"},
    {"Tallybook Billing", "tallybook/2.2", "Tallybook/2.2 Go-http-client/1.1", "Tallybook/2.3 Go-http-client/2.0"},
    {"", "ledgerlink/2.4", "Apache-CXF/3.5.5", "Apache-CXF/4.0.4"},
    {"Mailbloom", "mailbloom/8.1", "Mailbloom/8.1 Guzzle/7.8", "Mailbloom/8.2 Guzzle/7.9"},
    {"Vaultline Backup", "vaultline/4.0", "Vaultline/4.0 aiohttp/3.9.5", "Vaultline/4.1 aiohttp/3.10.2"},
    {"Cleansweep DQ", "cleansweep/1.4", "python-requests/2.31.0", "python-requests/2.32.3"},
    {"Newleaf CPQ", "newleaf/0.9", "Newleaf/0.9.3", "Newleaf/0.9.4"},
};
constexpr std::string_view kBrowsers[] = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
};

void name_user(Client& client, std::string_view local_part, int org, Random& random) {
  client.user_id = make_id("005", random);
  client.user_id18 = id18_of(client.user_id);
  client.username = std::string(local_part) + "@org" + std::to_string(org) + ".example";
  for (auto& address : client.addresses) address = make_address(random);
}

Client make_integration(const FleetOptions& options, int org, int index) {
  Random random(options.seed, org, 1000 + index);
  Client client;
  client.profile = static_cast<Profile>(index % kIntegrationProfiles);
  client.index = index;
  const Maker& maker = kMakers[index % kIntegrationProfiles];
  const int generation = index / kIntegrationProfiles;  // the second chat integration is another product
  const std::string suffix = generation == 0 ? "" : " " + std::to_string(generation + 1);
  client.client_name = std::string(maker.client) + (generation == 0 ? "" : "-" + std::to_string(generation + 1));
  if (!maker.name.empty()) {
    client.app_id = make_id("0H4", random);
    client.app_name = std::string(maker.name) + suffix;
  }
  name_user(client, client.client_name.substr(0, client.client_name.find('/')) + std::to_string(generation), org,
            random);
  client.user_agents[0] = maker.agent_before;
  client.user_agents[1] = maker.agent_after;
  client.scale = random.lognormal(1.0, 0.5);
  client.jitter_minutes = static_cast<int>(random.below(50));
  const int days = options.weeks * 7;
  // Benign changes that look like news. Never to the integration that will be stolen from, and never near the end.
  if (client.profile != Profile::kChat && days > 14) {
    const auto some_day = [&] { return static_cast<int>(random.between(8, days - 6)); };
    if (random.chance(0.3)) client.address_moves_on = some_day();
    if (random.chance(0.4)) client.upgrades_on = some_day();
    if (random.chance(0.3)) client.extra_object_from = some_day();
  }
  if (client.profile == Profile::kOnboarding) client.first_day = days > 21 ? 15 : days / 2;
  return client;
}

Client make_person(const FleetOptions& options, int org, int index) {
  Random random(options.seed, org, 500'000 + index);
  Client client;
  client.index = options.integrations + index;
  name_user(client, "person" + std::to_string(index), org, random);
  client.user_agents[0] = client.user_agents[1] = kBrowsers[random.below(3)];
  client.scale = random.lognormal(1.0, 0.6);
  return client;
}

}  // namespace

std::string id18_of(std::string_view id15) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  std::string id(id15);
  for (std::size_t block = 0; block < 3; ++block) {
    std::size_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      const char c = id15[block * 5 + i];
      if (c >= 'A' && c <= 'Z') bits |= std::size_t{1} << i;
    }
    id += kLetters[bits];
  }
  return id;
}

std::uint64_t table_rows(const Org& org, std::string_view object, int day) {
  double base = 40'000;
  if (object == "Account") base = 60'000;
  if (object == "Contact") base = 180'000;
  if (object == "Case") base = 1'200'000;
  if (object == "User") base = 900;
  return static_cast<std::uint64_t>(base * org.size * (1.0 + 0.0004 * day));  // tables grow
}

Fleet make_fleet(const FleetOptions& options) {
  Fleet fleet{options, {}};
  for (int index = 0; index < options.orgs; ++index) {
    Random random(options.seed, index, 7);
    Org org;
    org.index = index;
    org.id = make_id("00D", random);
    org.id18 = id18_of(org.id);
    org.utc_offset_hours = static_cast<int>(random.between(-8, 2));
    org.size = index == 0 ? 1.0 : random.lognormal(0.7, 0.6);
    for (int i = 0; i < options.integrations; ++i) org.clients.push_back(make_integration(options, index, i));
    for (int i = 0; i < options.users; ++i) org.clients.push_back(make_person(options, index, i));
    fleet.orgs.push_back(std::move(org));
  }
  return fleet;
}

}  // namespace outflow::scenarios
