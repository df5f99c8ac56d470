// Any text is a mapping or has problems, each told with its place; what compiles reads any record without harm.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/decode/mapping_compiler.h"
#include "connectors/decode/path_trie.h"
#include "connectors/decode/source_catalogue.h"

namespace {

using namespace outflow::connectors;

// In an input this line parts the mapping from a message of its source.
constexpr std::string_view kParting = "\n---\n";
// What else every mapping has to read: the shapes in which its paths may meet a value.
constexpr std::string_view kRecords[] = {
    R"({"id":"i","time":"2026-01-02T03:04:05Z","type":"t","actor":{"id":"a","ip":"::ffff:192.0.2.1"},)"
    R"("events":[{"name":"n","rows":"7"},{"name":"m","rows":[1,{"x":[]}]},3],"sql":"SELECT Id FROM Contact"})",
    R"({"id":[[]],"time":1767323045123,"type":{"type":{}},"actor":[],"actor.id":"\u00e9\"","events":{"name":"n"},)"
    R"("rows":"1e300"})",
    R"([{"type":"","time":null,"id":-0.5e-7,"events":[]},"{\"type\":\"t\",\"time\":\"0\"}"])"};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

void read_all(Decoder& decoder, std::string_view message) {
  decoder.open(message, "tenant");
  std::size_t results = 0;
  while (const Decoded* decoded = decoder.next()) {
    ++results;
    if (!decoded->ok()) continue;
    require(!decoded->event.event_uid.empty(), "an accepted record has an id");
    require(!decoded->event.source_event_type.empty(), "an accepted record has a type");
    require(!decoded->event.tenant_id.empty(), "it has the transport's tenant at least");
    require(!decoded->event.records || *decoded->event.records <= (1ULL << 53), "no count is absurd");
  }
  require(results > 0, "a message gives an event or a reject");
  (void)decoder.tenant_of_json(message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t parting = bytes.find(kParting);
  const std::string yaml(bytes.substr(0, parting));
  std::vector<MappingProblem> problems;
  {
    PathTrie trie;  // of this mapping alone: most inputs have a problem, which shows long before the built-in ones
    const bool compiles = compile_mapping({"fuzz.yaml", yaml}, trie, problems).has_value();
    require(compiles == problems.empty(), "what does not compile says why, and only that");
  }
  for (const MappingProblem& problem : problems) {
    require(!problem.message.empty() && problem.line >= 0 && problem.column >= 0, "a problem has a text and a place");
  }
  if (!problems.empty()) return 0;
  const auto catalogue = SourceCatalogue::compile({{"fuzz.yaml", yaml}}, problems);
  if (!catalogue.ok()) return 0;  // its name is one of Outflow's own
  DecodeOptions options;
  options.sources = *catalogue;
  options.max_events = 1000;
  // The mappings of the user stand before the built-in ones.
  options.pinned_source = (*catalogue)->names()[3];
  Decoder decoder(std::move(options));
  for (const std::string_view record : kRecords) read_all(decoder, record);
  if (parting != std::string_view::npos) read_all(decoder, bytes.substr(parting + kParting.size()));
  return 0;
}
