// Tenants as bytes; entities are in entity_codec.cc.
#include "detector/entity_codec.h"

namespace outflow::detector {

struct ObjectSizesCodec {
  static void write(ByteWriter& out, const ObjectSizes& sizes) {
    out.varint(sizes.sizes_.size());
    for (const ObjectSize& size : sizes.sizes_) {
      out.fixed(size.object, 4);
      out.f32(size.known);
      out.f32(size.pending);
      out.zigzag(size.pending_hour);
      out.zigzag(size.last_day);
    }
  }
  static void read(ByteReader& in, ObjectSizes& sizes) {
    const std::size_t count = in.count(14);
    if (count > ObjectSizes::kObjects) in.fail();
    if (!in.ok()) return;
    sizes.sizes_.assign(count, {});
    for (ObjectSize& size : sizes.sizes_) {
      size = {static_cast<std::uint32_t>(in.fixed(4)), in.f32(), in.f32(), in.hour(), in.hour()};
    }
  }
};

struct CalibrationCodec {
  static void write(ByteWriter& out, const Calibration& calibration) {
    for (const SurpriseTail& tail : calibration.tails_) {
      out.f32(tail.days_);
      out.varint(tail.bins_.size());
      for (const SurpriseTail::Bin& bin : tail.bins_) {
        out.u8(bin.bin);
        out.f32(bin.days);
      }
    }
  }
  static void read(ByteReader& in, Calibration& calibration) {
    for (SurpriseTail& tail : calibration.tails_) {
      tail = {};
      tail.days_ = in.f32();
      const std::size_t count = in.count(5);
      if (count > kSurpriseBins || !(tail.days_ >= 0)) in.fail();
      for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const SurpriseTail::Bin bin{in.u8(), in.f32()};
        const bool sorted = tail.bins_.empty() || bin.bin > tail.bins_.back().bin;
        if (!sorted || bin.bin >= kSurpriseBins || !(bin.days > 0)) return in.fail();
        tail.bins_.push_back(bin);
      }
    }
  }
};

namespace {

constexpr std::uint64_t kSourcesBefore3 = 3;  // watermarks of a tenant before state version 3

void write_unsaid(ByteWriter& out, const Unsaid& unsaid) {
  out.fixed(unsaid.entity, 8);
  out.zigzag(unsaid.clock_ms);
  out.zigzag(unsaid.hour);
  out.u8(unsaid.restates ? 2 : 0);
  out.zigzag(unsaid.event_ms);
  out.zigzag(unsaid.log_ms);
  out.u8(static_cast<std::uint8_t>(unsaid.action));
  out.u8(static_cast<std::uint8_t>(unsaid.owner_type));
  out.fixed(unsaid.actor, 8);
  for (const std::string* text : {&unsaid.owner_id, &unsaid.owner_name, &unsaid.actor_id, &unsaid.actor_name,
                                  &unsaid.event_uid, &unsaid.event_type, &unsaid.client_ip, &unsaid.user_agent,
                                  &unsaid.object, &unsaid.origin.topic, &unsaid.origin.file, &unsaid.other}) {
    out.text(*text);
  }
  out.zigzag(unsaid.origin.partition);
  out.zigzag(unsaid.origin.offset);
  out.varint(unsaid.origin.line);
  out.fixed(unsaid.episode, 8);
  out.fixed(unsaid.from, 8);
  out.fixed(unsaid.to, 8);
  out.zigzag(unsaid.moved);
}

Unsaid read_unsaid(ByteReader& in, std::uint8_t version) {
  Unsaid unsaid;
  unsaid.entity = in.fixed(8);
  unsaid.clock_ms = in.zigzag();
  unsaid.hour = in.hour();
  const std::uint8_t flags = in.u8();
  if (flags > (version >= 4 ? 3 : 1)) in.fail();
  unsaid.restates = (flags & 2) != 0;
  unsaid.event_ms = in.zigzag();
  unsaid.log_ms = in.zigzag();
  const std::uint8_t action = in.u8();
  const std::uint8_t type = in.u8();
  if (action > static_cast<std::uint8_t>(features::Action::kOther) || type >= kEntityTypes) in.fail();
  unsaid.action = static_cast<features::Action>(action);
  unsaid.owner_type = static_cast<features::EntityType>(type);
  unsaid.actor = in.fixed(8);
  for (std::string* text : {&unsaid.owner_id, &unsaid.owner_name, &unsaid.actor_id, &unsaid.actor_name,
                            &unsaid.event_uid, &unsaid.event_type, &unsaid.client_ip, &unsaid.user_agent,
                            &unsaid.object, &unsaid.origin.topic, &unsaid.origin.file}) {
    *text = std::string(in.text());
  }
  if (version >= 4) unsaid.other = std::string(in.text());
  unsaid.origin.partition = in.hour();
  unsaid.origin.offset = in.zigzag();
  unsaid.origin.line = in.varint();
  if (version >= 4) {
    unsaid.episode = in.fixed(8);
    unsaid.from = in.fixed(8);
    unsaid.to = in.fixed(8);
    unsaid.moved = in.zigzag();
  }
  return unsaid;
}

}  // namespace

void encode(const Tenant& tenant, std::string& bytes) {
  bytes.clear();
  ByteWriter out(bytes);
  out.u8(kTenantVersion);
  out.fixed(tenant.key, 8);
  out.text(tenant.id);
  out.zigzag(tenant.first_hour == kNoHour ? std::int64_t{-1} : std::int64_t{tenant.first_hour});
  out.varint(tenant.watermark_ms.size());
  for (const std::int64_t watermark : tenant.watermark_ms) out.zigzag(watermark);
  out.varint(tenant.entities);
  for (const Cohort& cohort : tenant.cohorts) {
    out.f32(cohort.weight);
    for (const float mean : cohort.mean) out.f32(mean);
  }
  for (const Newcomers& newcomers : tenant.newcomers) {
    out.varint(newcomers.days);
    out.zigzag(newcomers.last_day);
  }
  ObjectSizesCodec::write(out, tenant.sizes);
  out.fixed(tenant.incident, 8);
  out.zigzag(tenant.incident_last_ms);
  for (const Calibration& calibration : tenant.calibrations) CalibrationCodec::write(out, calibration);
  out.varint(tenant.unsaid.size());
  for (const Unsaid& unsaid : tenant.unsaid) write_unsaid(out, unsaid);
}

Result<> decode(std::string_view bytes, Tenant& tenant) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  if (version < 1 || version > kTenantVersion) return Error{ErrorCode::kRefuse, "a tenant of an unknown state version"};
  tenant.key = in.fixed(8);
  tenant.id = std::string(in.text());
  const std::int32_t first = in.hour();
  tenant.first_hour = first == -1 ? kNoHour : first;
  const std::uint64_t watermarks = version >= 3 ? in.varint() : kSourcesBefore3;
  if (watermarks > tenant.watermark_ms.size()) in.fail();
  tenant.watermark_ms = {};
  for (std::uint64_t i = 0; i < watermarks && in.ok(); ++i) tenant.watermark_ms[i] = in.zigzag();
  const std::uint64_t entities = in.varint();
  if (entities > UINT32_MAX) in.fail();
  tenant.entities = static_cast<std::uint32_t>(entities);
  for (Cohort& cohort : tenant.cohorts) {
    cohort.weight = in.f32();
    for (float& mean : cohort.mean) mean = in.f32();
  }
  for (Newcomers& newcomers : tenant.newcomers) {
    newcomers.days = in.small();
    newcomers.last_day = in.hour();
  }
  ObjectSizesCodec::read(in, tenant.sizes);
  tenant.incident = in.fixed(8);
  tenant.incident_last_ms = in.zigzag();
  tenant.calibrations = {};
  tenant.unsaid.clear();
  if (version >= 2) {
    for (Calibration& calibration : tenant.calibrations) CalibrationCodec::read(in, calibration);
    const std::size_t count = in.count(30);
    if (count > kMostUnsaid) in.fail();
    for (std::size_t i = 0; i < count && in.ok(); ++i) tenant.unsaid.push_back(read_unsaid(in, version));
  }
  if (!in.at_end()) return Error{ErrorCode::kRefuse, "a tenant's state is damaged"};
  return {};
}

}  // namespace outflow::detector
