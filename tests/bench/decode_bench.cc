// What decoding one record costs, in the mix a fleet produces (RTEM JSON and ELF rows as JSON).
#include <benchmark/benchmark.h>

#include "connectors/decode/decoder.h"
#include "tests/bench/corpus.h"

namespace outflow::bench {
namespace {

void decode_mixed(benchmark::State& state) {
  const Corpus& corpus = Corpus::mixed();
  connectors::Decoder decoder;
  std::size_t at = 0;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const Line& line = corpus.lines()[at];
    benchmark::DoNotOptimize(decoder.decode_json(line.text).event.records);
    bytes += line.text.size();
    if (++at == corpus.lines().size()) at = 0;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(decode_mixed);

void tenant_only(benchmark::State& state) {  // what the rekey stage needs
  const Corpus& corpus = Corpus::mixed();
  connectors::Decoder decoder;
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decoder.tenant_of_json(corpus.lines()[at].text));
    if (++at == corpus.lines().size()) at = 0;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(tenant_only);

}  // namespace
}  // namespace outflow::bench
