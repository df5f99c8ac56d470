#include "connectors/rocksdb/checkpoint_mark.h"

#include <nlohmann/json.hpp>

namespace outflow::connectors {
namespace {

constexpr int kFormat = 1;

}  // namespace

std::string encode_mark(const detector::CheckpointMark& mark) {
  const nlohmann::ordered_json json = {{"format", kFormat},
                                       {"offset", mark.offset},
                                       {"state_position", mark.state_position},
                                       {"initial", mark.initial},
                                       {"cluster_id", mark.cluster_id},
                                       {"topic", mark.topic},
                                       {"topic_id", mark.topic_id},
                                       {"group", mark.group},
                                       {"partition_count", mark.partition_count},
                                       {"decoder_version", mark.decoder_version}};
  return json.dump();
}

Result<detector::CheckpointMark> decode_mark(std::string_view bytes) {
  const nlohmann::json json = nlohmann::json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_integer()) {
    return Error{ErrorCode::kStop, "the checkpoint's mark is corrupt"};
  }
  if (json["format"].get<int>() > kFormat) {
    return Error{ErrorCode::kRefuse, "the checkpoint was written by a newer Outflow; this one cannot read it"};
  }
  detector::CheckpointMark mark;
  try {
    mark.offset = json.at("offset").get<std::int64_t>();
    mark.state_position = json.at("state_position").get<std::int64_t>();
    mark.initial = json.at("initial").get<bool>();
    mark.cluster_id = json.at("cluster_id").get<std::string>();
    mark.topic = json.at("topic").get<std::string>();
    mark.topic_id = json.at("topic_id").get<std::string>();
    mark.group = json.at("group").get<std::string>();
    mark.partition_count = json.at("partition_count").get<std::int32_t>();
    mark.decoder_version = json.at("decoder_version").get<std::uint32_t>();
  } catch (const nlohmann::json::exception&) {
    return Error{ErrorCode::kStop, "the checkpoint's mark is corrupt"};
  }
  return mark;
}

}  // namespace outflow::connectors
