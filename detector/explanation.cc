#include "detector/explanation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace outflow::detector {
namespace {

using features::EntityType;

constexpr std::array<std::string_view, kWindows> kWithin = {"the hour", "6 hours", "24 hours", "7 days"};
constexpr std::array<std::string_view, kWindows> kEach = {"an hour", "in 6 hours", "a day", "a week"};
constexpr std::uint32_t kLearningDays = 3;
constexpr std::uint32_t kMatureDays = 21;

std::string within(Window window) {
  return std::string(kWithin[static_cast<std::size_t>(window)]);
}
std::string each(Window window) {
  return std::string(kEach[static_cast<std::size_t>(window)]);
}

std::string shown(std::string_view name, std::string_view id) {
  return std::string(name.empty() ? id : name);
}

std::string subject(const Case& c) {
  switch (c.type) {
    case EntityType::kAddress:
      return "Clients at " + std::string(c.id) + " together";
    case EntityType::kTenant:
      return "The whole org " + std::string(c.id);
    default:
      break;
  }
  std::string text = shown(c.name, c.id);
  const EntityType speaker = c.speaking().type;
  const bool by_actor = speaker == EntityType::kIntegrationUser || speaker == EntityType::kUser;
  if (c.type == EntityType::kIntegration && by_actor && !c.actor.id.empty()) {
    text += " as " + shown(c.actor.name, c.actor.id);
  }
  return text;
}

// What the entity is held against: its largest peak where it has one, else the upper bound of its normal.
double usual_most(const WindowScore& lead) {
  return lead.peak > 0 ? lead.peak : lead.band.upper();
}

std::string usual_clause(const Case& c) {
  const WindowScore& lead = c.leading();
  const bool unknown = c.oddities.newcomer > 0 || c.speaking().days == 0;
  if (unknown && c.first_hour != kNoHour) {
    return "; it is new here, first seen " + date(features::start_of({c.first_hour}));
  }
  return "; it usually reads at most " + with_thousands(usual_most(lead)) + " " + each(lead.window);
}

std::string address_clause(const Case& c) {
  if (c.type == EntityType::kAddress || c.type == EntityType::kTenant || c.event->client_ip.empty()) return {};
  std::string text = " from " + std::string(c.event->client_ip);
  const bool is_new = c.oddities.news[static_cast<std::size_t>(NoveltyKind::kAddress)] > 0;
  if (is_new) text += ", an address it never used before";
  return text;
}

// What this revision changes: the number, now that it is known, or the owner.
std::string correction_clause(const Case& c) {
  if (!c.restated) return {};
  const Restated& before = *c.restated;
  std::string text;
  if (before.estimated && c.leading().estimated <= 0) {
    text += " The number is exact now; an estimate of about " + with_thousands(static_cast<double>(before.records)) +
            " was said before.";
  } else if (static_cast<double>(before.records) != c.leading().records) {
    text += " It was corrected; " + with_thousands(static_cast<double>(before.records)) + " were said before.";
  }
  if (before.other.empty()) return text;
  if (before.elsewhere) return text + " The others are " + std::string(before.other) + "'s, which has its own alert.";
  return text + " The records were first counted for " + std::string(before.other) + ".";
}

std::string sentence_of(const Case& c) {
  const WindowScore& lead = c.leading();
  const bool estimated = lead.estimated > 0;
  std::string text = subject(c) + (estimated ? " read about " : " read ") + with_thousands(lead.records) + " records" +
                     (estimated ? " (estimated)" : "") + " within " + within(lead.window) + " ending " +
                     moment(c.event->event_time) + address_clause(c) + usual_clause(c) + ".";
  if (c.trip.tripped) {
    text += " Of " + std::string(c.trip.object) + " alone it took " + with_thousands(c.trip.today) +
            " records that day, " + with_thousands(100.0 * c.trip.today / c.trip.known) + " % of all that are known.";
  }
  return text + correction_clause(c);
}

std::string_view what_is_new(NoveltyKind kind) {
  switch (kind) {
    case NoveltyKind::kAddress:
      return "an address network it never used before";
    case NoveltyKind::kAgent:
      return "a user agent it never showed before";
    case NoveltyKind::kObject:
      return "an object it never read before";
    case NoveltyKind::kQuery:
      return "a query it never ran before";
    case NoveltyKind::kAccess:
      return "a kind of access it never used before";
    case NoveltyKind::kActor:
      return "an actor it never acted for before";
  }
  return "something new";
}

std::string value_of(NoveltyKind kind, const Case& c) {
  switch (kind) {
    case NoveltyKind::kAddress:
      return std::string(c.event->client_ip);
    case NoveltyKind::kAgent:
      return std::string(c.event->user_agent);
    case NoveltyKind::kObject:
      return c.event->objects.empty() ? "" : std::string(c.event->objects.front());
    case NoveltyKind::kAccess:
      return std::string(c.event->source_event_type);
    case NoveltyKind::kActor:
      return shown(c.actor.name, c.actor.id);
    case NoveltyKind::kQuery:
      return {};
  }
  return {};
}

void add_volume_evidence(const Case& c, Alert& alert) {
  for (std::size_t i = 0; i < c.found; ++i) {
    const Finding& finding = c.findings[i];
    for (const WindowScore& window : finding.volume.windows) {
      if (window.surprise <= 0) continue;
      Evidence evidence;
      evidence.kind = "volume." + std::string(features::name_of(finding.type));
      evidence.window = name_of(window.window);
      evidence.p_value = window.p_value;
      evidence.observed = window.records;
      evidence.expected = window.band.median();
      evidence.upper = window.band.upper();
      evidence.sentence = (window.estimated > 0 ? "About " : "") + with_thousands(window.records) +
                          (window.estimated > 0 ? " records (estimated)" : " records") + " within " +
                          within(window.window) + "; usual are " + with_thousands(window.band.median()) +
                          ", and hardly ever more than " + with_thousands(window.band.upper()) + ".";
      evidence.share = i == c.main && &window == &finding.volume.leading() ? window.surprise : 0.0;
      alert.evidence.push_back(std::move(evidence));
    }
  }
}

void add_oddity(Alert& alert, std::string kind, double surprise, std::string sentence) {
  Evidence evidence;
  evidence.kind = std::move(kind);
  evidence.sentence = std::move(sentence);
  evidence.p_value = std::exp(-surprise);
  evidence.share = surprise;
  alert.evidence.push_back(std::move(evidence));
}

void add_oddity_evidence(const Case& c, Alert& alert) {
  for (std::size_t i = 0; i < kNoveltyKinds; ++i) {
    const auto kind = static_cast<NoveltyKind>(i);
    if (c.oddities.news[i] <= 0) continue;
    const std::string value = value_of(kind, c);
    add_oddity(
        alert, "novelty." + std::string(name_of(kind)), c.oddities.news[i],
        "Within a day it showed " + std::string(what_is_new(kind)) + (value.empty() ? "." : " (now: " + value + ")."));
  }
  if (c.oddities.dormancy > 0) add_oddity(alert, "dormancy", c.oddities.dormancy, "It woke after a long silence.");
  if (c.oddities.newcomer > 0) {
    add_oddity(
        alert, "novelty.newcomer", c.newcomer_rule ? c.threshold : c.oddities.newcomer,
        "It was never seen before " + date(features::start_of({c.first_hour})) + ", and newcomers are rare here.");
  }
  if (c.trip.tripped) {
    Evidence evidence;
    evidence.kind = "tripwire";
    evidence.window = "24h";
    evidence.p_value = std::exp(-c.threshold);
    evidence.share = c.threshold;
    evidence.observed = c.trip.today;
    evidence.expected = c.trip.largest_before;
    evidence.upper = c.trip.known;
    evidence.sentence = with_thousands(c.trip.today) + " of " + with_thousands(c.trip.known) + " known records of " +
                        std::string(c.trip.object) + " in a day; its largest day of the last 28 took " +
                        with_thousands(c.trip.largest_before) + ".";
    alert.evidence.push_back(std::move(evidence));
  }
}

void normalise_shares(Alert& alert) {
  double total = 0;
  for (const Evidence& evidence : alert.evidence) total += evidence.share;
  for (Evidence& evidence : alert.evidence) evidence.share = total > 0 ? evidence.share / total : 0.0;
}

std::vector<std::string> techniques(const Case& c) {
  std::vector<std::string> ids = {"T1213.004"};
  const features::Action action = c.event->action;
  if (action == features::Action::kBulkJob || action == features::Action::kBulkResult) ids.emplace_back("T1020");
  ids.emplace_back("T1567");
  if (c.type == EntityType::kUser) ids.emplace_back("T1078.004");
  if (c.type == EntityType::kIntegration) {
    if (c.oddities.newcomer > 0) {
      ids.emplace_back("T1528");
      ids.emplace_back("T1671");
    } else if (c.oddities.news[static_cast<std::size_t>(NoveltyKind::kAddress)] > 0) {
      ids.emplace_back("T1550.001");
      ids.emplace_back("T1199");
    }
  }
  return ids;
}

std::string maturity(std::uint32_t days) {
  return days < kLearningDays ? "cold" : days < kMatureDays ? "learning" : "mature";
}

int risk_of(Severity severity, double margin) {
  const int base = severity == Severity::kCritical ? 90
                   : severity == Severity::kHigh   ? 70
                   : severity == Severity::kMedium ? 45
                                                   : 20;
  return std::min(100, base + static_cast<int>(std::clamp(margin, 0.0, 10.0)));
}

void fill_who(const Case& c, Alert& alert) {
  alert.tenant_id = c.tenant_id;
  alert.entity_type = c.type;
  alert.entity_id = c.id;
  alert.entity_name = c.name;
  alert.actor_id = c.actor.id;
  alert.actor_name = c.actor.name;
  if (c.owner.type == EntityType::kIntegration) {
    alert.app_id = c.owner.id;
    alert.app_name = c.owner.name;
  }
  alert.client_ip = c.event->client_ip;
  alert.user_agent = c.event->user_agent;
  for (const std::string_view object :
       c.event->objects.subspan(0, std::min<std::size_t>(c.event->objects.size(), 16))) {
    alert.objects.emplace_back(object);
  }
  alert.record_uid = c.event->event_uid;
  alert.origin = *c.origin;
}

}  // namespace

std::string with_thousands(double number) {
  if (!(std::abs(number) < 1e18)) return "0";
  std::string digits = std::to_string(std::llround(number));
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (digits.front() == '-' ? 1 : 0); at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string date(features::EventTime time) {
  using namespace std::chrono;
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const year_month_day date{sys_days{days{day_of(features::hour_of(time).hour)}}};
  return std::to_string(static_cast<unsigned>(date.day())) + " " +
         kMonths[(static_cast<unsigned>(date.month()) + 11) % 12];
}

std::string moment(features::EventTime time) {
  const std::int32_t hour = features::hour_of(time).hour;
  const auto minute = (time.ms - std::int64_t{hour} * features::kMsPerHour) / 60'000;
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d UTC on ", hour_of_day(hour), static_cast<int>(minute));
  return text.data() + date(time);
}

std::string uid_text(features::Fingerprint uid) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(uid));
  return text.data();
}

Severity severity_of(double records, double expected, bool strange, features::DataClasses classes) {
  using features::DataClass;
  const double excess = records - expected;
  Severity severity = Severity::kLow;
  if (excess >= 250'000 && strange) {
    severity = Severity::kCritical;
  } else if (excess >= 50'000) {
    severity = Severity::kHigh;
  } else if (excess >= 5'000) {
    severity = strange ? Severity::kHigh : Severity::kMedium;
  } else if (strange && excess >= 1'000) {
    severity = Severity::kMedium;
  }
  const bool may_hold_secrets = classes.has(DataClass::kCredentials) || classes.has(DataClass::kCaseText);
  if (!strange || !may_hold_secrets || excess < 1'000 || severity == Severity::kCritical) return severity;
  return static_cast<Severity>(static_cast<int>(severity) + 1);
}

Alert explain(const Case& c, const Episode& episode) {
  const WindowScore& lead = c.leading();
  Alert alert;
  alert.uid = uid_text(episode.uid);
  alert.revision = episode.revision;
  alert.incident = uid_text(episode.incident);
  alert.severity = episode.severity;
  alert.risk_score = risk_of(episode.severity, c.surprise - c.threshold);
  fill_who(c, alert);
  alert.sentence = sentence_of(c);
  alert.title = (c.newcomer_rule ? "Never-seen " + std::string(features::name_of(c.type)) + " takes whole objects: "
                 : lead.estimated > 0 ? "Unusual volume (estimated): "
                                      : "Unusual volume: ") +
                shown(c.name, c.id);
  alert.attack_techniques = techniques(c);
  alert.raised = c.log_time;
  const std::int32_t first = c.hour - hours_of(lead.window) + 1;
  alert.window_end = c.event->event_time;
  alert.window_start = {std::min(features::start_of({first}).ms, alert.window_end.ms)};
  alert.first_seen = {episode.first_seen_ms};
  alert.window = name_of(lead.window);
  alert.records = static_cast<std::uint64_t>(std::max(lead.records, 0.0));
  alert.expected = lead.band.median();
  alert.upper = lead.band.upper();
  alert.p_value = std::exp(-c.surprise);
  alert.estimated = lead.estimated > 0;
  alert.records_estimated = static_cast<std::uint64_t>(std::max(lead.estimated, 0.0));
  alert.classes = episode.classes | c.classes;
  if (c.restated) {
    alert.correction = {static_cast<std::uint64_t>(std::max<std::int64_t>(c.restated->records, 0)),
                        c.restated->estimated, std::string(c.restated->other)};
  }
  alert.baseline_maturity = maturity(c.speaking().days);
  add_volume_evidence(c, alert);
  add_oddity_evidence(c, alert);
  normalise_shares(alert);
  return alert;
}

}  // namespace outflow::detector
