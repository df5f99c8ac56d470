// The production protocol against a log, a transaction and a store in memory that fail at every step.
#include "detector/commit_protocol.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <utility>

#include "detector/decision_record.h"

namespace outflow::detector {
namespace commit_protocol_test {
namespace {

constexpr std::int64_t kRecords = 300;

// What survives a crash.
struct World {
  std::optional<std::int64_t> committed;
  std::vector<std::string> alerts;                               // committed
  std::vector<std::pair<std::string, std::string>> state_topic;  // committed
  std::map<std::string, std::string, std::less<>> units;         // of the store
  std::optional<CheckpointMark> mark;
  std::mt19937 random;
  int crash_in = 1 << 30;  // steps until the process dies
  bool died = false;
  int replayed = 0;
  int waits = 0;
  int not_ready_in_100 = 0;  // records

  // Every point at which a process may die.
  bool step() {
    if (died) return false;
    if (--crash_in > 0) return true;
    died = true;
    return false;
  }
};
const Error kDied{ErrorCode::kRetry, "died"};

struct Log final : EventLog {
  explicit Log(World& w) : world(w) {}
  Result<std::optional<std::int64_t>> committed(std::int32_t) override { return world.committed; }
  Result<LogBounds> bounds(std::int32_t) override { return LogBounds{0, kRecords}; }
  Result<> start(std::int32_t, std::int64_t offset) override {
    next = offset;
    return {};
  }
  void come_again(std::int32_t, std::int64_t offset) override {
    if (again >= 0) {
      EXPECT_EQ(again, offset) << "a record behind the one that waits was looked at";
    }
    again = offset;
    stragglers = static_cast<int>(world.random() % 4);
  }
  // What was on its way when the record was found not to be ready comes before it does again.
  std::int64_t take() {
    if (again >= 0 && (stragglers-- == 0 || next == kRecords)) next = std::exchange(again, -1);
    return next++;
  }
  [[nodiscard]] bool has_more() const { return next < kRecords || again >= 0; }
  World& world;
  std::int64_t next = -1;
  std::int64_t again = -1;
  int stragglers = 0;
};

struct Transaction final : OutputTransaction {
  explicit Transaction(World& w) : world(w) {}
  void send(Stream stream, std::int32_t, std::string_view key, std::string_view value,
            std::span<const OutputHeader>) override {
    if (stream == Stream::kAlerts) alerts.emplace_back(value);
    if (stream == Stream::kState) state.emplace_back(key, value);
  }
  Result<> commit(std::span<const PartitionOffset> offsets) override {
    if (!world.step()) return kDied;  // before the broker hears of it
    for (auto& alert : alerts) world.alerts.push_back(std::move(alert));
    for (auto& record : state) world.state_topic.push_back(std::move(record));
    alerts.clear();
    state.clear();
    for (const PartitionOffset& offset : offsets) {
      EXPECT_GE(offset.offset, world.committed.value_or(0)) << "offsets never go back";
      world.committed = offset.offset;
    }
    if (!world.step()) return kDied;  // committed, but nobody heard
    return {};
  }
  std::optional<std::int64_t> state_end(std::int32_t) const override {
    return static_cast<std::int64_t>(world.state_topic.size());
  }
  World& world;
  std::vector<std::string> alerts;
  std::vector<std::pair<std::string, std::string>> state;
};

struct States final : StateLog {
  explicit States(World& w) : world(w) {}
  Result<std::int64_t> read(std::int32_t, std::int64_t from, const Visit& visit) override {
    if (!world.step()) return kDied;
    for (std::size_t i = static_cast<std::size_t>(from); i < world.state_topic.size(); ++i) {
      visit(world.state_topic[i].first, world.state_topic[i].second);
    }
    return static_cast<std::int64_t>(world.state_topic.size());
  }
  World& world;
};

struct Batch final : CheckpointBatch {
  void put(std::string_view key, std::string_view value) override { units[std::string(key)] = value; }
  void erase(std::string_view key) override { units.erase(std::string(key)); }
  std::size_t bytes() const override { return units.size(); }
  std::map<std::string, std::string> units;
};

struct Store final : PartitionStore {
  explicit Store(World& w) : world(w) {}
  bool get(std::string_view key, std::string& value) const override {
    const auto found = world.units.find(key);
    if (found == world.units.end()) return false;
    value = found->second;
    return true;
  }
  void scan(std::string_view, const std::function<bool(std::string_view, std::string_view)>&) const override {}
  Result<std::optional<CheckpointMark>> mark() const override { return world.mark; }
  std::unique_ptr<CheckpointBatch> new_batch() const override { return std::make_unique<Batch>(); }
  Result<> health() const override { return {}; }
  Result<> write(const CheckpointBatch& batch, const CheckpointMark& mark) override {
    if (!world.step()) return kDied;
    if (!mark.initial) {
      EXPECT_LE(mark.offset, world.committed.value_or(-1)) << "the store is ahead of Kafka";
    }
    for (const auto& [key, value] : static_cast<const Batch&>(batch).units) world.units[key] = value;
    world.mark = mark;
    return {};
  }
  World& world;
};

struct Stores final : StateStore {
  explicit Stores(World& w) : world(w) {}
  Result<std::unique_ptr<PartitionStore>> open(std::int32_t) override {
    return std::unique_ptr<PartitionStore>(std::make_unique<Store>(world));
  }
  World& world;
};

// Writes when asked for the outcome, some time after the start: what is encoded must not change meanwhile.
struct Checkpoints final : CheckpointWriter {
  explicit Checkpoints(World& w) : world(w) {}
  void start(std::int32_t, PartitionStore& s, std::unique_ptr<CheckpointBatch> b, CheckpointMark m) override {
    EXPECT_FALSE(batch) << "one at a time";
    store = &s;
    batch = std::move(b);
    mark = std::move(m);
  }
  std::optional<Result<>> finished(std::int32_t p) override { return world.random() % 3 == 0 ? wait(p) : std::nullopt; }
  std::optional<Result<>> wait(std::int32_t) override {
    if (!batch) return std::nullopt;
    const auto taken = std::move(batch);
    if (world.died) return Result<>(kDied);
    return store->write(*taken, mark);
  }
  World& world;
  PartitionStore* store = nullptr;
  std::unique_ptr<CheckpointBatch> batch;
  CheckpointMark mark;
};

// Every seventh record raises an alert that says how many records and alerts came before it.
struct Machine final : RecordMachine {
  Machine(World& w, const features::StateReader& c) : world(w), cold(c) {}
  Result<> load() override {
    std::string value;
    if (cold.get("n", value)) records = std::stoll(value);
    return {};
  }
  bool ready(const LogRecord& record) override {
    EXPECT_EQ(record.offset, records) << "a record was lost, or came twice";
    const bool waits = static_cast<int>(world.random() % 100) < world.not_ready_in_100;
    world.waits += waits ? 1 : 0;
    return !waits;
  }
  bool ready_to_replay(const LogRecord& record, std::span<const Decision> decided) override {
    EXPECT_EQ(decided.size(), (record.offset + 1) % 7 == 0 ? 1U : 0U);
    return ready(record);
  }
  void apply(const LogRecord& record, RecordOutputs& outputs) override {
    EXPECT_EQ(record.offset, records) << "a record was lost, or came twice";
    if (++records % 7 != 0) return;
    outputs.send(Stream::kAlerts, 0, {}, std::to_string(records), {});
    outputs.decide({record.offset, 0, std::to_string(records)});
  }
  void replay(const LogRecord& record, std::span<const Decision> decided) override {
    EXPECT_EQ(record.offset, records);
    ++world.replayed;
    if (++records % 7 == 0) {
      ASSERT_EQ(decided.size(), 1U) << "a decision is missing at " << record.offset;
      EXPECT_EQ(decided[0].bytes, std::to_string(records));
    } else {
      EXPECT_TRUE(decided.empty());
    }
  }
  void encode_dirty(features::StateWriter& out) override { out.put("n", std::to_string(records)); }
  void checkpoint_durable() override {}
  std::size_t dirty_bytes() const override { return 0; }
  void outputs_committed() override {}
  World& world;
  const features::StateReader& cold;
  std::int64_t records = 0;
};

struct Machines final : MachineFactory {
  explicit Machines(World& w) : world(w) {}
  std::unique_ptr<RecordMachine> create(std::int32_t, const features::StateReader& cold) override {
    return std::make_unique<Machine>(world, cold);
  }
  std::uint32_t decoder_version() const override { return 1; }
  World& world;
};

struct TickingClock final : Clock {
  std::int64_t now_ms() const override { return now; }
  std::int64_t now = 0;
};

// One life of a process: until it dies, or has read everything and drained.
bool live(World& world) {
  Log log(world);
  Transaction transaction(world);
  States states(world);
  Stores stores(world);
  Checkpoints checkpoints(world);
  Machines machines(world);
  TickingClock clock;
  ProtocolOptions options;
  options.identity.topic = "in";
  options.identity.group = "g";
  options.identity.partition_count = 1;
  options.commit_interval_ms = 10;
  options.checkpoint_interval_ms = 35;
  CommitProtocol protocol(options, {log, transaction, states, stores, checkpoints, machines, clock});
  protocol.assign(std::vector<std::int32_t>{0});
  if (!protocol.recover_next()) return false;
  struct NoHeaders final : RecordHeaders {
    std::optional<std::string_view> find(std::string_view) const override { return std::nullopt; }
  } headers;
  while (log.has_more() && !world.died) {
    LogRecord record;
    record.partition = 0;
    record.offset = log.take();
    record.headers = &headers;
    protocol.on_record(record);
    if (log.next == kRecords) protocol.on_end(0, kRecords);
    clock.now += static_cast<std::int64_t>(world.random() % 5);
    if (!protocol.tick()) break;
  }
  return !world.died && protocol.release().ok();
}

std::vector<std::string> undisturbed() {
  std::vector<std::string> alerts;
  for (std::int64_t i = 7; i <= kRecords; i += 7) alerts.push_back(std::to_string(i));
  return alerts;
}

TEST(CommitProtocol, AlertsEqualThoseOfAnUndisturbedRunWhereverTheProcessDies) {
  int replayed = 0;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world;
    world.random.seed(seed);
    int lives = 0;
    do {
      ASSERT_LT(++lives, 1'000);
      world.died = false;
      world.crash_in = 1 + static_cast<int>(world.random() % 40);
    } while (!live(world));
    EXPECT_EQ(world.alerts, undisturbed());
    EXPECT_EQ(world.committed, kRecords);
    replayed += world.replayed;
  }
  EXPECT_GT(replayed, 1'000) << "the crashes were too tame to test anything";
}

TEST(CommitProtocol, RecordsThatWaitAreNeitherLostNorOvertakenWhereverTheProcessDies) {
  int waits = 0;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world;
    world.random.seed(seed);
    world.not_ready_in_100 = 10;
    int lives = 0;
    do {
      ASSERT_LT(++lives, 1'000);
      world.died = false;
      world.crash_in = 1 + static_cast<int>(world.random() % 40);
    } while (!live(world));
    EXPECT_EQ(world.alerts, undisturbed());
    EXPECT_EQ(world.committed, kRecords);
    waits += world.waits;
  }
  EXPECT_GT(waits, 1'000);
}

TEST(CommitProtocol, AfterADrainNothingIsReplayed) {
  World world;
  ASSERT_TRUE(live(world));
  EXPECT_EQ(world.mark->offset, kRecords);
  ASSERT_TRUE(live(world));
  EXPECT_EQ(world.replayed, 0);
  EXPECT_EQ(world.alerts, undisturbed());
}

TEST(CommitProtocol, RefusesOffsetsThatWereSetBackBelowADecision) {
  World world;
  ASSERT_TRUE(live(world));
  world.mark->offset = 0;
  world.committed = 100;
  TickingClock clock;
  Log log(world);
  Transaction transaction(world);
  States states(world);
  Stores stores(world);
  Checkpoints checkpoints(world);
  Machines machines(world);
  ProtocolOptions options;
  options.identity.topic = "in";
  options.identity.group = "g";
  options.identity.partition_count = 1;
  CommitProtocol protocol(options, {log, transaction, states, stores, checkpoints, machines, clock});
  protocol.assign(std::vector<std::int32_t>{0});
  world.mark->state_position = 0;
  const Result<> recovered = protocol.recover_next();
  ASSERT_FALSE(recovered.ok());
  EXPECT_EQ(recovered.error().code, ErrorCode::kRefuse);
  EXPECT_NE(recovered.error().message.find("at or above the committed offset"), std::string::npos);
}

TEST(DecisionRecord, SurvivesTheRoundTripAndRefusesWhatItIsNot) {
  const Decision decision{1'234'567'890'123, 7, std::string("a\0b", 3)};
  const std::optional<Decision> read = decode_decision_record(encode_decision_record(decision));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->offset, decision.offset);
  EXPECT_EQ(read->event_index, 7);
  EXPECT_EQ(read->bytes, decision.bytes);
  EXPECT_FALSE(decode_decision_record(""));
  EXPECT_FALSE(decode_decision_record(std::string(40, '\x02')));
  EXPECT_TRUE(is_decision_record_of(decision_record_key("g", "in", decision, 0), "g", "in"));
  EXPECT_FALSE(is_decision_record_of(decision_record_key("g", "in", decision, 0), "g", "i"));
}

}  // namespace
}  // namespace commit_protocol_test
}  // namespace outflow::detector
