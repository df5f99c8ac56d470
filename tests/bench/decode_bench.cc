// What decoding one record costs: in the mix a fleet produces, and source by source beside a bare simdjson parse of the
// same fields (decode_baseline.h). The ratios are of time, over interleaved rounds of one run, and of instructions
// where the machine lets them be counted.
#include <benchmark/benchmark.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/decode/source_catalogue_impl.h"
#include "tests/bench/corpus.h"
#include "tests/bench/decode_baseline.h"

namespace outflow::bench {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines_with(std::string_view part) {
  Lines found;
  for (const Line& line : Corpus::mixed().lines()) {
    if (line.text.find(part) != std::string_view::npos) found.push_back(line.text);
  }
  return found;
}

const Lines& elf_lines() {
  static const Lines lines = lines_with("\"EVENT_TYPE\":\"RestApi\"");
  return lines;
}
const Lines& rtem_lines() {
  static const Lines lines = lines_with("/event/ApiEventStream");
  return lines;
}
const Lines& mixed_lines() {
  static const Lines lines = lines_with("");
  return lines;
}

// Runs `each` on one line after another, and counts records and bytes.
template <typename Each>
void over(benchmark::State& state, const Lines& lines, const Each& each) {
  std::size_t at = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(each(lines[at]));
    bytes += lines[at].size();
    if (++at == lines.size()) at = 0;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void decode(benchmark::State& state, const Lines& lines) {
  connectors::Decoder decoder;
  over(state, lines, [&decoder](std::string_view line) { return decoder.decode_json(line).event.records; });
}

struct Row {
  std::vector<std::string_view> names;
  std::vector<std::string_view> values;
};

// The row that an ELF line holds. REQUIRES: every value is a string without escapes, as the generator writes them.
Row row_of(std::string_view line) {
  Row row;
  bool is_name = true;
  for (std::size_t at = line.find('"'); at != std::string_view::npos; is_name = !is_name) {
    const std::size_t end = line.find('"', at + 1);
    (is_name ? row.names : row.values).push_back(line.substr(at + 1, end - at - 1));
    at = line.find('"', end + 1);
  }
  return row;
}

void decode_elf_csv_row(benchmark::State& state) {
  std::vector<Row> rows;
  for (const std::string_view line : elf_lines()) rows.push_back(row_of(line));
  connectors::Decoder decoder;
  if (!decoder.csv_header(rows.front().names).ok()) return state.SkipWithError("the header was refused");
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decoder.decode_csv_row(rows[at].values).event.records);
    if (++at == rows.size()) at = 0;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void tenant_only(benchmark::State& state) {  // what the rekey stage needs
  connectors::Decoder decoder;
  over(state, mixed_lines(), [&decoder](std::string_view line) { return decoder.tenant_of_json(line).size(); });
}

void decode_mixed(benchmark::State& state) {
  decode(state, mixed_lines());
}
void decode_elf_json(benchmark::State& state) {
  decode(state, elf_lines());
}
void decode_rtem_api_event(benchmark::State& state) {
  decode(state, rtem_lines());
}
// One source's records, decoded, and read by the baseline.
struct SourceCase {
  std::vector<Baseline::Record> records;
  std::function<std::size_t(std::size_t)> decode;  // of the record with this number
};

Steps steps_of(const std::string& path) {
  connectors::MappingPath parsed;
  (void)connectors::parse_mapping_path(path, parsed);
  return parsed.steps;
}

// Counts the thread's instructions; always 0 where the system does not allow it.
class Instructions {
 public:
  Instructions() {
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.size = sizeof(attributes);
    attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    file_ = static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
  }
  ~Instructions() {
    if (file_ >= 0) close(file_);
  }
  Instructions(const Instructions&) = delete;
  Instructions& operator=(const Instructions&) = delete;
  [[nodiscard]] std::uint64_t now() const {
    std::uint64_t count = 0;
    if (file_ < 0 || read(file_, &count, sizeof(count)) != sizeof(count)) return 0;
    return count;
  }

 private:
  int file_ = -1;
};

struct Cost {
  double seconds = 1e9;  // of the quickest round
  std::uint64_t instructions = 0;
};

void measure(Cost& cost, const Instructions& counter, std::size_t records,
             const std::function<std::size_t(std::size_t)>& each) {
  const std::uint64_t before = counter.now();
  const auto begin = std::chrono::steady_clock::now();
  std::size_t sum = 0;
  for (std::size_t round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < records; ++i) sum += each(i);
  }
  benchmark::DoNotOptimize(sum);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  cost.seconds = std::min(cost.seconds, taken.count());
  cost.instructions = counter.now() - before;
}

void compare(benchmark::State& state, const SourceCase& source) {
  Baseline baseline;
  const Instructions counter;
  Cost decode;
  Cost lookup;
  Cost pass;
  const std::size_t records = source.records.size();
  if (records == 0) return state.SkipWithError("no records");
  for (auto _ : state) {
    measure(decode, counter, records, source.decode);
    measure(lookup, counter, records, [&](std::size_t i) { return baseline.by_lookup(source.records[i]); });
    measure(pass, counter, records, [&](std::size_t i) { return baseline.in_one_pass(source.records[i]); });
  }
  const auto each = static_cast<double>(20 * records);
  state.counters["ns"] = decode.seconds / each * 1e9;
  state.counters["x_lookup"] = decode.seconds / lookup.seconds;
  state.counters["x_pass"] = decode.seconds / pass.seconds;
  if (lookup.instructions == 0) return;
  const auto instructions = static_cast<double>(decode.instructions);
  state.counters["instructions"] = instructions / each;
  state.counters["i_lookup"] = instructions / static_cast<double>(lookup.instructions);
  state.counters["i_pass"] = instructions / static_cast<double>(pass.instructions);
}

std::function<std::size_t(std::size_t)> decoding(const std::vector<Baseline::Record>& records) {
  const auto decoder = std::make_shared<connectors::Decoder>();
  return [&records, decoder](std::size_t i) {
    decoder->open(records[i].text);
    std::size_t sum = 0;
    while (const connectors::Decoded* decoded = decoder->next()) sum += decoded->event.event_uid.size();
    return sum;
  };
}

// An ELF row's id is a hash of all its columns: all are read.
void compare_elf(benchmark::State& state, bool as_csv) {
  SourceCase source;
  Baseline baseline;
  std::vector<Row> rows;
  const Lines& lines = elf_lines();
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 200); ++i) {
    rows.push_back(row_of(lines[i]));
    std::vector<Steps> paths;
    for (const std::string_view name : rows.back().names) {
      paths.push_back({{connectors::PathStep::Kind::kMember, std::string(name), {}, 0}});
    }
    source.records.push_back(baseline.prepare(std::string(lines[i]), paths));
  }
  source.decode = decoding(source.records);
  connectors::Decoder decoder;
  if (as_csv) {
    if (!decoder.csv_header(rows.front().names).ok()) return state.SkipWithError("the header was refused");
    source.decode = [&](std::size_t i) { return decoder.decode_csv_row(rows[i].values).event.event_uid.size(); };
  }
  compare(state, source);
}
void vs_bare_salesforce_elf(benchmark::State& state) {
  compare_elf(state, false);
}
void vs_bare_salesforce_elf_csv(benchmark::State& state) {
  compare_elf(state, true);
}

void vs_bare_salesforce_rtem(benchmark::State& state) {
  SourceCase source;
  Baseline baseline;
  std::vector<Steps> paths = {steps_of("channel")};
  for (const char* name :
       {"EventDate",        "EventIdentifier", "CreatedDate",     "UserId",        "Username",  "ConnectedAppId",
        "ConnectedAppName", "Client",          "Application",     "SourceIp",      "UserAgent", "RequestIdentifier",
        "SessionKey",       "LoginKey",        "QueriedEntities", "PolicyOutcome", "Operation", "RowsProcessed",
        "RowsReturned",     "Query",           "ApiType"}) {
    paths.push_back(steps_of(std::string("data.payload.") + name));
  }
  const Lines& lines = rtem_lines();
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 200); ++i) {
    source.records.push_back(baseline.prepare(std::string(lines[i]), paths));
  }
  source.decode = decoding(source.records);
  compare(state, source);
}

// The messages of a mapping's samples that are one record, and not in an envelope.
void compare_mapped(benchmark::State& state, const connectors::MappingProgram& program) {
  SourceCase source;
  Baseline baseline;
  std::vector<Steps> paths;
  for (const std::string& path : program.paths) {
    Steps steps = steps_of(path);
    if (!program.each.empty() && !path.starts_with('^')) {
      const Steps each = steps_of(program.each_path);
      steps.insert(steps.begin(), each.begin(), each.end());
    }
    paths.push_back(std::move(steps));
  }
  const std::string folder = program.name.starts_with("salesforce_") ? "salesforce_reshaped" : program.name;
  std::ifstream file(std::string(OUTFLOW_SOURCE_DIR) + "/tests/connectors/decode/sources/" + folder + "/input.jsonl");
  connectors::Decoder decoder;
  for (std::string line; std::getline(file, line);) {
    const connectors::Decoded& decoded = decoder.decode_json(line);
    // A mapping may show another source's name (`as`).
    const std::string_view shown = program.source == features::Source::kMapped ? std::string_view(program.name)
                                                                               : features::name_of(program.source);
    if (!line.starts_with('{') || !decoded.ok() || features::source_name(decoded.event) != shown) continue;
    Baseline::Record record = baseline.prepare(line, paths, program.uid == connectors::kNoExpression);
    if (record.size >= 5) source.records.push_back(std::move(record));
  }
  source.decode = decoding(source.records);
  compare(state, source);
}

const bool kRegistered = [] {
  for (const auto& program : connectors::SourceCatalogue::built_in()->impl().programs) {
    benchmark::RegisterBenchmark(("vs_bare_" + program.name).c_str(),
                                 [&program](benchmark::State& state) { compare_mapped(state, program); })
        ->Iterations(50)
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

BENCHMARK(vs_bare_salesforce_elf)->Iterations(300)->Unit(benchmark::kMillisecond);
BENCHMARK(vs_bare_salesforce_elf_csv)->Iterations(50)->Unit(benchmark::kMillisecond);
BENCHMARK(vs_bare_salesforce_rtem)->Iterations(50)->Unit(benchmark::kMillisecond);
BENCHMARK(decode_mixed);
BENCHMARK(tenant_only);
BENCHMARK(decode_elf_json);
BENCHMARK(decode_elf_csv_row);
BENCHMARK(decode_rtem_api_event);

}  // namespace
}  // namespace outflow::bench
