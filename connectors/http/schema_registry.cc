#include "connectors/http/schema_registry.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "connectors/http/schema_registry_client.h"
#include "connectors/log/log.h"

namespace outflow::connectors {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

}  // namespace

Result<std::shared_ptr<SchemaRegistry>> SchemaRegistry::open(SchemaRegistrySettings settings) {
  std::unique_ptr<Client> client = Client::make(settings);
  if (client == nullptr) return Error{ErrorCode::kRefuse, "the schema registry's address is none that can be asked"};
  std::shared_ptr<SchemaRegistry> registry(new SchemaRegistry(std::move(settings)));
  registry->client_ = std::move(client);
  // Signals are for the threads that the process means them for: this one would take them with their default action.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  registry->thread_ = std::thread([raw = registry.get()] { raw->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return registry;
}

SchemaRegistry::SchemaRegistry(SchemaRegistrySettings settings) : settings_(std::move(settings)) {}

SchemaRegistry::~SchemaRegistry() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (client_) client_->stop();
  if (thread_.joinable()) thread_.join();
}

SchemaStore::Answer SchemaRegistry::find(std::uint32_t id) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(id);
  if (found != entries_.end()) {
    Entry& entry = *found->second;
    if (entry.state == State::kKnown) return {State::kKnown, entry.format, entry.schema, entry.references};
    return answer_of(id, entry, steady_clock::now());
  }
  const Time now = steady_clock::now();
  if (entries_.size() >= kMostSchemas) forget_missing(now);
  if (entries_.size() >= kMostSchemas) return {};
  auto entry = std::make_unique<Entry>();
  entry->since = now;
  Entry& asked = *entries_.emplace(id, std::move(entry)).first->second;
  queue_.push_back(id);
  wake_.notify_all();
  return answer_of(id, asked, now);
}

// Of a schema that is not known.
SchemaStore::Answer SchemaRegistry::answer_of(std::uint32_t id, Entry& entry, Time now) {
  if (entry.state == State::kMissing) {
    if (now - entry.since < milliseconds(settings_.missing_ms)) return {};
    entry.state = State::kPending;
    entry.since = now;
    queue_.push_back(id);
    wake_.notify_all();
  }
  const Time since = failing_since_ ? std::min(*failing_since_, entry.since) : entry.since;
  return {.state = now - since < milliseconds(settings_.wait_ms) ? State::kPending : State::kMissing};
}

void SchemaRegistry::forget_missing(Time now) {
  absl::erase_if(entries_, [&](const auto& entry) {
    return entry.second->state == State::kMissing && now - entry.second->since >= milliseconds(settings_.missing_ms);
  });
}

void SchemaRegistry::run() {
  std::int64_t retry_ms = settings_.first_retry_ms;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const std::uint32_t id = queue_.front();
    lock.unlock();
    Fetched fetched = client_->fetch(id);
    lock.lock();
    if (stopping_) return;
    if (fetched.outcome != Fetched::Outcome::kFailed) {
      queue_.pop_front();
      failing_since_.reset();
      retry_ms = settings_.first_retry_ms;
      settle(id, std::move(fetched));
      continue;
    }
    ++counts_.failures;
    if (!failing_since_) failing_since_ = steady_clock::now();
    lock.unlock();
    log_event(LogLevel::kWarn, "schema_registry_fails", "the schema registry gives no answer: " + fetched.problem,
              {{"url", settings_.url}, {"schema", id}, {"retry_ms", retry_ms}});
    lock.lock();
    wake_.wait_for(lock, milliseconds(retry_ms), [this] { return stopping_; });
    if (stopping_) return;
    retry_ms = std::min(2 * retry_ms, kLongestRetryMs);
    // Another one next: what fails may be this schema alone.
    queue_.push_back(queue_.front());
    queue_.pop_front();
  }
}

// REQUIRES: the lock is held.
void SchemaRegistry::settle(std::uint32_t id, Fetched fetched) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = *found->second;
  std::size_t bytes = fetched.schema.size();
  for (const std::string& reference : fetched.references) bytes += reference.size();
  const bool fits = counts_.bytes + bytes <= kMostBytes;
  if (fetched.outcome == Fetched::Outcome::kMissing || !fits) {
    entry.state = State::kMissing;
    entry.since = steady_clock::now();
    ++counts_.missing;
    log_event(LogLevel::kWarn, "schema_missing",
              fits ? "the schema registry knows no such schema" : "no room for another schema", {{"schema", id}});
    return;
  }
  entry.state = State::kKnown;
  entry.format = fetched.format;
  entry.schema = std::move(fetched.schema);
  entry.references = std::move(fetched.references);
  ++counts_.fetched;
  ++counts_.schemas;
  counts_.bytes += bytes;
}

SchemaRegistry::Counts SchemaRegistry::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace outflow::connectors
