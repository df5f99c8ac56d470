#include "features/inventory.h"

#include <algorithm>
#include <tuple>

namespace outflow::features {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr Fingerprint kOtherKey = 0;  // no entity has it
constexpr std::size_t kFoldShare = 64;

std::string unit_key(Fingerprint tenant, Fingerprint owner) {
  std::string key = "v";
  ByteWriter writer(key);
  writer.key_u64(tenant);
  writer.key_u64(owner);
  return key;
}

}  // namespace

void Inventory::mark(Fingerprint tenant, Fingerprint owner, Integration& integration) {
  if (integration.dirty) return;
  integration.dirty = true;
  dirty_.emplace_back(tenant, owner);
}

Inventory::Integration& Inventory::at(Tenant& tenant, Fingerprint tenant_key, const Owner& owner) {
  std::unique_ptr<Integration>& integration = tenant.integrations[owner.key];
  if (!integration) {
    integration = std::make_unique<Integration>();
    integration->key = owner.key;
    integration->type = owner.type;
    integration->id = owner.id;
    ++integrations_;
  }
  if (!owner.name.empty() && integration->name != owner.name) integration->name = owner.name;
  mark(tenant_key, owner.key, *integration);
  return *integration;
}

Inventory::Tenant* Inventory::tenant_of(const AuditEvent& event, Fingerprint key) {
  if (recent_tenant_ != nullptr && recent_key_ == key) return recent_tenant_;
  auto found = tenants_.find(key);
  if (found == tenants_.end()) {
    if (tenants_.size() >= options_.max_tenants) return nullptr;
    found = tenants_.emplace(key, std::make_unique<Tenant>()).first;
    found->second->id = event.tenant_id;
  }
  recent_tenant_ = found->second.get();
  recent_key_ = key;
  return recent_tenant_;
}

void Inventory::apply(const AuditEvent& event, const CountedEvent& counted, std::optional<EventTime> now) {
  if (counted.freshness != Freshness::kNew || counted.postings.empty()) return;
  Tenant* tenant = tenant_of(event, counted.tenant);
  if (tenant == nullptr) {
    ++stats_.unlisted;
    return;
  }
  const std::int32_t close_before =
      now && options_.recent_hours > 0 ? hour_of(*now).hour - options_.recent_hours : InventoryLine::kNever;
  owners_.clear();
  bool vanished = false;
  for (const Posting& posting : counted.postings) {
    Integration& integration = owner_of(*tenant, counted.tenant, posting);
    post(integration, posting, close_before);
    owners_.push_back(&integration);
    vanished = vanished || integration.total.empty();
  }
  if (vanished) hand_on(counted, *tenant);
  note_source(event, counted);
  make_room(counted.tenant, *tenant);
}

Inventory::Integration& Inventory::owner_of(Tenant& tenant, Fingerprint tenant_key, const Posting& posting) {
  // What is taken away from an integration that was folded is taken from where it was folded to.
  const bool takes = posting.records < 0 || posting.events < 0;
  if (takes && !tenant.integrations.contains(posting.owner.key) && tenant.integrations.contains(kOtherKey)) {
    return at(tenant, tenant_key, {EntityType::kIntegration, kOtherKey, kOtherLine, {}});
  }
  return at(tenant, tenant_key, posting.owner);
}

void Inventory::post(Integration& integration, const Posting& posting, std::int32_t close_before) {
  integration.total.add(posting);
  if (close_before != InventoryLine::kNever) integration.total.close_before(close_before);
  bool emptied = false;
  for (const std::string_view object : posting.objects) {
    InventoryLine& line = line_of(integration, object);
    line.add(posting);
    if (close_before != InventoryLine::kNever) line.close_before(close_before);
    emptied = emptied || line.empty();
  }
  if (emptied) std::erase_if(integration.objects, [](const auto& object) { return object.second.empty(); });
  if (integration.objects.size() > options_.max_objects) fold_object(integration);
  if (posting.events > 0 && !posting.actor.id.empty()) (void)integration.users.add(posting.actor.key);
}

InventoryLine& Inventory::line_of(Integration& integration, std::string_view object) {
  for (auto& [name, line] : integration.objects) {
    if (name == object) return line;
  }
  return integration.objects.emplace_back(std::string(object), InventoryLine()).second;
}

void Inventory::fold_object(Integration& integration) {
  const auto smallest =
      std::min_element(integration.objects.begin(), integration.objects.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.first == kOtherLine, a.second.records, a.second.last_hour(), std::string_view(a.first)) <
               std::tuple(b.first == kOtherLine, b.second.records, b.second.last_hour(), std::string_view(b.first));
      });
  const InventoryLine line = smallest->second;
  integration.objects.erase(smallest);
  line_of(integration, kOtherLine).merge(line);
  ++stats_.folded_objects;
}

// What vanished by moving away hands on what it knew of addresses and sources.
void Inventory::hand_on(const CountedEvent& counted, Tenant& tenant) {
  DistinctSample addresses;
  std::uint32_t sources = 0;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    Integration* gone = owners_[i];
    if (gone == nullptr || !gone->total.empty()) continue;
    addresses.merge(gone->addresses);
    sources |= gone->sources;
    mark(counted.tenant, gone->key, *gone);
    std::replace(owners_.begin(), owners_.end(), gone, static_cast<Integration*>(nullptr));
    tenant.integrations.erase(Fingerprint{gone->key});
    --integrations_;
  }
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const Posting& posting = counted.postings[i];
    if (owners_[i] == nullptr || posting.events <= 0 || !posting.moved) continue;
    owners_[i]->addresses.merge(addresses);
    owners_[i]->sources |= sources;
  }
}

// Where the record came from, for its present owner.
void Inventory::note_source(const AuditEvent& event, const CountedEvent& counted) {
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const Posting& posting = counted.postings[i];
    if (owners_[i] == nullptr || posting.events <= 0 || posting.owner.key != counted.owner.key) continue;
    owners_[i]->sources |= 1U << source_slot(event);
    if (!event.client_ip.empty()) (void)owners_[i]->addresses.add(fingerprint(event.client_ip));
  }
}

void Inventory::make_room(Fingerprint tenant_key, Tenant& tenant) {
  const bool many = tenant.integrations.size() > options_.max_integrations_per_tenant;
  if ((!many && integrations_ <= options_.max_integrations) || tenant.integrations.size() < 2) return;
  using Candidate = std::tuple<std::int64_t, std::int32_t, Fingerprint>;
  std::vector<Candidate> candidates;
  for (const auto& [key, integration] : tenant.integrations) {
    if (key != kOtherKey) candidates.emplace_back(integration->total.records, integration->total.last_hour(), key);
  }
  const std::size_t count = std::max<std::size_t>(1, candidates.size() / kFoldShare);
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count), candidates.end());
  const Owner other{EntityType::kIntegration, kOtherKey, kOtherLine, {}};
  for (std::size_t i = 0; i < count; ++i) {
    Integration& into = at(tenant, tenant_key, other);
    const auto found = tenant.integrations.find(std::get<Fingerprint>(candidates[i]));
    Integration& folded = *found->second;
    into.total.merge(folded.total);
    into.users.merge(folded.users);
    into.addresses.merge(folded.addresses);
    into.sources |= folded.sources;
    for (auto& [name, line] : folded.objects) {
      line_of(into, name).merge(line);
      if (into.objects.size() > options_.max_objects) fold_object(into);
    }
    mark(tenant_key, found->first, folded);
    tenant.integrations.erase(found);
    --integrations_;
    ++stats_.folded_integrations;
  }
}

InventoryStats Inventory::stats() const {
  InventoryStats stats = stats_;
  stats.integrations = integrations_;
  return stats;
}

void Inventory::encode_dirty(StateWriter& out) {
  std::sort(dirty_.begin(), dirty_.end());
  dirty_.erase(std::unique(dirty_.begin(), dirty_.end()), dirty_.end());
  std::string value;
  for (const auto& [tenant_key, owner] : dirty_) {
    const auto tenant = tenants_.find(tenant_key);
    const auto found = tenant->second->integrations.find(owner);
    if (found == tenant->second->integrations.end()) {
      out.erase(unit_key(tenant_key, owner));
      continue;
    }
    Integration& integration = *found->second;
    value.clear();
    ByteWriter writer(value);
    writer.u8(kVersion);
    writer.text(tenant->second->id);
    writer.u8(static_cast<std::uint8_t>(integration.type));
    writer.text(integration.id);
    writer.text(integration.name);
    writer.varint(integration.sources);
    integration.users.encode(writer);
    integration.addresses.encode(writer);
    integration.total.encode(writer);
    writer.varint(integration.objects.size());
    for (const auto& [name, line] : integration.objects) {
      writer.text(name);
      line.encode(writer);
    }
    out.put(unit_key(tenant_key, owner), value);
    integration.dirty = false;
  }
  dirty_.clear();
}

Result<> Inventory::load(const StateReader& cold) {
  bool damaged = false;
  cold.scan("v", [&](std::string_view key, std::string_view value) {
    ByteReader at(key.substr(1));
    const Fingerprint tenant_key = at.key_u64();
    const Fingerprint owner = at.key_u64();
    ByteReader in(value);
    auto integration = std::make_unique<Integration>();
    integration->key = owner;
    const std::uint8_t version = in.u8();
    const std::string tenant_id(in.text());
    const std::uint8_t type = in.u8();
    integration->type = static_cast<EntityType>(type);
    integration->id = in.text();
    integration->name = in.text();
    integration->sources = static_cast<std::uint32_t>(in.varint());
    damaged = !at.ok() || !at.at_end() || version != kVersion ||
              type > static_cast<std::uint8_t>(EntityType::kTenant) || !integration->users.decode(in) ||
              !integration->addresses.decode(in) || !integration->total.decode(in);
    const std::size_t objects = damaged ? 0 : in.count(10);
    for (std::size_t i = 0; i < objects && !damaged; ++i) {
      std::string name(in.text());
      damaged = !integration->objects.emplace_back(std::move(name), InventoryLine()).second.decode(in);
    }
    damaged = damaged || !in.ok() || !in.at_end();
    if (damaged) return false;
    std::unique_ptr<Tenant>& known = tenants_[tenant_key];
    if (!known) known = std::make_unique<Tenant>();
    Tenant& tenant = *known;
    tenant.id = tenant_id;
    integrations_ += tenant.integrations.contains(owner) ? 0 : 1;
    tenant.integrations[owner] = std::move(integration);
    return true;
  });
  if (damaged) return Error{ErrorCode::kRefuse, "state: a unit of the inventory (v) is damaged"};
  return Ok{};
}

std::vector<InventoryRow> Inventory::rows() const {
  std::vector<std::pair<const Tenant*, const Integration*>> all;
  for (const auto& [tenant_key, tenant] : tenants_) {
    for (const auto& [owner, integration] : tenant->integrations) all.emplace_back(tenant.get(), integration.get());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first->id, b.second->total.records, b.second->total.events, a.second->type, a.second->id) <
           std::tie(b.first->id, a.second->total.records, a.second->total.events, b.second->type, b.second->id);
  });
  std::vector<InventoryRow> rows;
  for (const auto& [tenant, integration] : all) {
    InventoryRow row{tenant->id, integration->type, integration->id, integration->name, {}, &integration->total};
    row.users = integration->users.count();
    row.users_exact = integration->users.exact();
    row.addresses = integration->addresses.count();
    row.addresses_exact = integration->addresses.exact();
    row.sources = integration->sources;
    const std::size_t first = rows.size() + 1;
    rows.push_back(row);
    for (const auto& [name, line] : integration->objects) {
      row.object = name;
      row.line = &line;
      rows.push_back(row);
    }
    std::sort(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end(),
              [](const InventoryRow& a, const InventoryRow& b) {
                return std::tie(b.line->records, b.line->events, a.object) <
                       std::tie(a.line->records, a.line->events, b.object);
              });
  }
  return rows;
}

}  // namespace outflow::features
