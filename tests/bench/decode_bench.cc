// What decoding one record costs: in the mix a fleet produces, and shape by shape beside a bare simdjson parse of the
// same bytes (copied into a padded buffer, as a Kafka payload must be, and every field but `Records` read as text).
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/decoder.h"
#include "tests/bench/corpus.h"

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

std::size_t read_object(simdjson::ondemand::object object) {
  std::size_t read = 0;
  for (auto field : object) {
    const std::string_view name = field.unescaped_key();
    read += name.size();
    if (name == "Records") continue;
    simdjson::ondemand::value value = field.value();
    switch (value.type()) {
      case simdjson::ondemand::json_type::object:
        read += read_object(value.get_object());
        break;
      case simdjson::ondemand::json_type::string:
        read += std::string_view(value.get_string()).size();
        break;
      default:
        read += value.raw_json_token().size();
    }
  }
  return read;
}

void bare(benchmark::State& state, const Lines& lines) {
  simdjson::ondemand::parser parser;
  std::string padded(1U << 20, ' ');
  over(state, lines, [&](std::string_view line) {
    line.copy(padded.data(), line.size());
    auto document = parser.iterate(padded.data(), line.size(), padded.size());
    return read_object(document.get_object());
  });
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
void bare_elf_json(benchmark::State& state) {
  bare(state, elf_lines());
}
void decode_rtem_api_event(benchmark::State& state) {
  decode(state, rtem_lines());
}
void bare_rtem_api_event(benchmark::State& state) {
  bare(state, rtem_lines());
}

BENCHMARK(decode_mixed);
BENCHMARK(tenant_only);
BENCHMARK(decode_elf_json);
BENCHMARK(bare_elf_json);
BENCHMARK(decode_elf_csv_row);
BENCHMARK(decode_rtem_api_event);
BENCHMARK(bare_rtem_api_event);

}  // namespace
}  // namespace outflow::bench
