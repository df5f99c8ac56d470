// Fleet: the orgs of a scenario, and who reads their CRM. Made from a seed; immutable once made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outflow::scenarios {

enum class Attack : std::uint8_t { kNone, kDrift };
// When the logs say which app the thief's session belongs to.
enum class Naming : std::uint8_t {
  kAtOnce,  // the live records say so themselves
  kLate,    // only the usage rows of hourly files do, hours later
  kNever,   // none does: the theft is its user's
};
enum class Format : std::uint8_t { kElfCsv, kRtem, kMixed };

struct FleetOptions {
  std::uint64_t seed = 1;
  int weeks = 5;
  int orgs = 2;
  int integrations = 12;  // of each org
  int users = 40;         // of each org
  Attack attack = Attack::kDrift;
  Naming naming = Naming::kAtOnce;
  bool counts_first = true;  // the thief asks for COUNT() right before the job
  bool bulk_results =
      false;  // every bulk job's results show as BulkApiResultEvent, not only the thief's (mixed format)
  Format format = Format::kMixed;
  std::int64_t start_ms = 1752451200000;  // Monday 2025-07-14; five weeks on, the theft falls on 17 August
  double duplicate_share = 0.02;          // of records delivered a second time, byte for byte
  bool late_files = true;                 // some hourly files come up to three days late
};

// How an integration lives. The numbers behind each are in rhythms.cc.
enum class Profile : std::uint8_t {
  kChat,         // looks up the contact it talks to; a few hundred rows a day; the one whose token is stolen
  kPoller,       // asks for changes every few minutes, day and night
  kNightlyEtl,   // Bulk API 2.0 each night, everything on Sundays
  kHourlySync,   // paged REST queries, heavy-tailed
  kSupportDesk,  // follows the agents' working day
  kReporting,    // runs reports on weekday mornings
  kBilling,      // little daily, much at month's end
  kSoapLegacy,   // SOAP; only its client name is known
  kMarketing,    // Pareto-sized segments at odd times
  kBackup,       // Bulk API 1 once a week, in batches
  kDataQuality,  // COUNT() and LIMIT probes that look like reconnaissance, every week
  kOnboarding,   // first seen in the third week, with a backfill
  kPerson,       // not an integration: a human being with a browser
};
inline constexpr int kIntegrationProfiles = 12;

// Somebody or something that reads: an integration with its own user, or a person.
struct Client {
  Profile profile = Profile::kPerson;
  int index = 0;       // within its org; keys its random stream
  std::string app_id;  // 15 characters; empty for people and where only a name is known
  std::string app_name;
  std::string client_name;  // CLIENT_NAME, e.g. "ledgerlink/2.4"
  std::string user_id;      // 15 characters
  std::string user_id18;
  std::string username;
  std::string addresses[2];    // the second is where it moves to, or a person's other place
  std::string user_agents[2];  // before and after its upgrade
  int address_moves_on = -1;   // day; -1 = never
  int upgrades_on = -1;
  int extra_object_from = -1;  // day from which it reads one more object
  int first_day = 0;
  double scale = 1.0;      // how large its org and its task are
  int jitter_minutes = 0;  // where in the hour its schedule sits

  [[nodiscard]] bool is_integration() const { return profile != Profile::kPerson; }
  // What an honest count files its records under.
  [[nodiscard]] std::string_view entity() const {
    return !app_id.empty() ? std::string_view(app_id) : is_integration() ? std::string_view(client_name) : user_id;
  }
  [[nodiscard]] std::string_view address(int day) const {
    return addresses[address_moves_on >= 0 && day >= address_moves_on ? 1 : 0];
  }
  [[nodiscard]] std::string_view user_agent(int day) const {
    return user_agents[upgrades_on >= 0 && day >= upgrades_on ? 1 : 0];
  }
};

struct Org {
  int index = 0;
  std::string id;  // 15 characters
  std::string id18;
  int utc_offset_hours = 0;
  double size = 1.0;
  std::vector<Client> clients;  // integrations first
};

struct Fleet {
  FleetOptions options;
  std::vector<Org> orgs;
};

[[nodiscard]] Fleet make_fleet(const FleetOptions& options);

// The 18-character form: three letters that say which of the 15 are capitals (Salesforce's own checksum).
[[nodiscard]] std::string id18_of(std::string_view id15);

// Rows of a table in an org: what a full read of it returns on a day.
[[nodiscard]] std::uint64_t table_rows(const Org& org, std::string_view object, int day);

}  // namespace outflow::scenarios
