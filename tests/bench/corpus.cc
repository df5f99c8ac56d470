#include "tests/bench/corpus.h"

#include "connectors/decode/decoder.h"
#include "tests/scenarios/generator.h"

namespace outflow::bench {
namespace {

constexpr std::size_t kBlockBytes = 1 << 20;

struct Collect final : scenarios::RecordSink {
  void take(const scenarios::Record& record) override {
    spans.emplace_back(text.size(), record.text.size());
    arrivals.push_back(record.arrival_ms);
    text += record.text;
  }
  std::string text;
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  std::vector<std::int64_t> arrivals;
};

}  // namespace

const Corpus& Corpus::mixed() {
  static const Corpus corpus;
  return corpus;
}

Corpus::Corpus() {
  scenarios::FleetOptions options;
  options.orgs = 12;
  options.weeks = 1;
  Collect collect;
  scenarios::generate(options, scenarios::ElfShape::kJson, collect);
  text_ = std::move(collect.text);
  for (std::size_t i = 0; i < collect.spans.size(); ++i) {
    lines_.push_back(
        {std::string_view(text_).substr(collect.spans[i].first, collect.spans[i].second), collect.arrivals[i]});
  }
  decode();
}

void Corpus::decode() {
  connectors::Decoder decoder;
  for (const Line& line : lines_) {
    const connectors::Decoded& decoded = decoder.decode_json(line.text);
    if (!decoded.ok()) continue;
    features::AuditEvent event = decoded.event;
    own_all(event);
    events_.push_back(event);
    log_ms_.push_back(line.arrival_ms);
  }
}

std::string_view Corpus::own(std::string_view text) {
  if (text.empty()) return {};
  if (blocks_.empty() || blocks_.back().size() + text.size() > blocks_.back().capacity()) {
    blocks_.emplace_back().reserve(kBlockBytes + text.size());  // never grows again: views into it stay
  }
  std::string& block = blocks_.back();
  const std::size_t begin = block.size();
  block += text;
  return std::string_view(block).substr(begin);
}

void Corpus::own_all(features::AuditEvent& event) {
  for (std::string_view* view :
       {&event.source_event_type, &event.tenant_id, &event.event_uid, &event.actor_id, &event.actor_name, &event.app_id,
        &event.app_name, &event.client_name, &event.client_ip, &event.user_agent, &event.request_id, &event.job_id,
        &event.session_key, &event.login_key, &event.execution_id}) {
    *view = own(*view);
  }
  std::vector<std::string_view>& objects = object_lists_.emplace_back(event.objects.begin(), event.objects.end());
  for (std::string_view& object : objects) object = own(object);
  event.objects = objects;
}

}  // namespace outflow::bench
