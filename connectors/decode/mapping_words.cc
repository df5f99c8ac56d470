#include "connectors/decode/mapping_words.h"

#include <algorithm>
#include <array>

namespace outflow::connectors {
namespace {

template <typename Enum, std::size_t N>
std::array<std::string_view, N> names() {
  std::array<std::string_view, N> all;
  for (std::size_t i = 0; i < N; ++i) all[i] = features::name_of(static_cast<Enum>(i));
  return all;
}

constexpr std::size_t kActions = static_cast<std::size_t>(features::Action::kOther) + 1;
constexpr std::size_t kOutcomes = static_cast<std::size_t>(features::Outcome::kBlocked) + 1;
constexpr std::size_t kSemantics = static_cast<std::size_t>(features::CountSemantics::kJobProgress) + 1;
constexpr std::size_t kNamedSources = features::kSources - 1;  // all but kMapped, which is the last
static_assert(static_cast<std::size_t>(features::Source::kMapped) == kNamedSources);
constexpr std::size_t kClasses = static_cast<std::size_t>(features::DataClass::kCustom) + 1;

template <typename Enum>
std::optional<Enum> find(std::span<const std::string_view> words, std::string_view word) noexcept {
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() ? std::nullopt : std::optional(static_cast<Enum>(found - words.begin()));
}

// In the order of TextField.
constexpr std::array<std::string_view, kTextFields> kTextKeys = {
    "actor_id",   "actor_name", "app_id",      "app_name",  "client_name",  "client_ip", "user_agent",
    "request_id", "job_id",     "session_key", "login_key", "execution_id", "query"};

constexpr std::array<std::string_view, 23> kRuleKeys = {
    "actor_id",          "actor_name", "app_id",      "app_name",  "client_name",  "client_ip", "user_agent",
    "request_id",        "job_id",     "session_key", "login_key", "execution_id", "query",     "objects",
    "outcome",           "action",     "records",     "bytes",     "semantics",    "classes",   "proves_extraction",
    "session_names_app", "when"};

constexpr std::array<std::string_view, 33> kMappingKeys = {"source",
                                                           "title",
                                                           "recognise",
                                                           "each",
                                                           "event_type",
                                                           "time",
                                                           "ingest_time",
                                                           "uid",
                                                           "tenant",
                                                           "actor_id",
                                                           "actor_name",
                                                           "app_id",
                                                           "app_name",
                                                           "client_name",
                                                           "client_ip",
                                                           "user_agent",
                                                           "request_id",
                                                           "job_id",
                                                           "session_key",
                                                           "login_key",
                                                           "execution_id",
                                                           "query",
                                                           "objects",
                                                           "outcome",
                                                           "action",
                                                           "records",
                                                           "bytes",
                                                           "semantics",
                                                           "classes",
                                                           "proves_extraction",
                                                           "session_names_app",
                                                           "as",
                                                           "events"};

constexpr std::array<std::string_view, 17> kExpressionKeys = {
    "path",         "const", "first",         "concat", "separator", "before", "after", "before_last", "after_last",
    "strip_prefix", "lower", "salesforce_id", "map",    "default",   "format", "zone",  "scale"};

}  // namespace

std::span<const std::string_view> action_words() noexcept {
  static const auto kWords = names<features::Action, kActions>();
  return kWords;
}
std::span<const std::string_view> outcome_words() noexcept {
  static const auto kWords = names<features::Outcome, kOutcomes>();
  return kWords;
}
std::span<const std::string_view> semantics_words() noexcept {
  static const auto kWords = names<features::CountSemantics, kSemantics>();
  return kWords;
}
std::span<const std::string_view> data_class_words() noexcept {
  static const auto kWords = names<features::DataClass, kClasses>();
  return kWords;
}

std::span<const std::string_view> source_words() noexcept {
  static const auto kWords = names<features::Source, kNamedSources>();
  return kWords;
}

std::optional<features::Action> action_of(std::string_view word) noexcept {
  return find<features::Action>(action_words(), word);
}
std::optional<features::Outcome> outcome_of(std::string_view word) noexcept {
  return find<features::Outcome>(outcome_words(), word);
}
std::optional<features::CountSemantics> semantics_of(std::string_view word) noexcept {
  return find<features::CountSemantics>(semantics_words(), word);
}
std::optional<features::DataClass> data_class_of(std::string_view word) noexcept {
  return find<features::DataClass>(data_class_words(), word);
}
std::optional<features::Source> source_of(std::string_view word) noexcept {
  return find<features::Source>(source_words(), word);
}
std::optional<TextField> text_field_of(std::string_view key) noexcept {
  return find<TextField>(kTextKeys, key);
}

std::span<const std::string_view> mapping_keys() noexcept {
  return kMappingKeys;
}
std::span<const std::string_view> rule_keys() noexcept {
  return kRuleKeys;
}
std::span<const std::string_view> expression_keys() noexcept {
  return kExpressionKeys;
}

}  // namespace outflow::connectors
