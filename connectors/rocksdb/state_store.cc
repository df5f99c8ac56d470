#include "connectors/rocksdb/state_store.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "connectors/metrics/store_metrics.h"
#include "connectors/rocksdb/checkpoint_mark.h"

namespace outflow::connectors {
namespace {

constexpr std::string_view kMarkKey = "!mark";  // unit keys begin with a letter, so it never mixes with them
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kInstanceKey = "instance";
constexpr std::string_view kFormat = "1";

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

rocksdb::ColumnFamilyOptions family_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 16U << 20;
  options.max_write_buffer_number = 2;
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.max_open_files = 256;
  options.keep_log_file_num = 3;
  options.max_log_file_size = 8U << 20;
  options.max_total_wal_size = 256U << 20;
  options.paranoid_checks = true;
  options.statistics = rocksdb::CreateDBStatistics();  // for metrics(); RocksDB is written at checkpoints only
  return options;
}

Error translate(const rocksdb::Status& status, const std::string& directory) {
  const std::string where = "state directory " + directory + ": ";
  if (status.IsNoSpace() || status.ToString().find(std::strerror(ENOSPC)) != std::string::npos) {
    return {ErrorCode::kRetry, where + "no space left on the disk"};
  }
  if (status.IsCorruption()) {
    return {ErrorCode::kStop, where + "corrupt (" + status.ToString() +
                                  "); restore it from a copy, or start a new group with an empty directory"};
  }
  if (status.IsIOError() && status.ToString().find("lock") != std::string::npos) {
    return {ErrorCode::kRefuse, where + "another process is using it; give each process a --state-dir of its own"};
  }
  return {ErrorCode::kRefuse, where + status.ToString()};
}

std::string random_name() {
  std::random_device device;
  std::string name;
  for (int i = 0; i < 12; ++i) name.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[device() % 36]);
  return name;
}

}  // namespace

struct RocksStateStore::Impl {
  std::string directory;
  std::string topic;
  std::string instance;
  std::unique_ptr<rocksdb::DB> db;
  std::mutex mutex;  // of what follows
  std::map<std::string, rocksdb::ColumnFamilyHandle*> families;
  std::set<std::int32_t> held;

  ~Impl() {
    if (!db) return;
    for (const auto& [name, handle] : families) (void)db->DestroyColumnFamilyHandle(handle);
    (void)db->Close();
  }
};

namespace {

class Batch final : public detector::CheckpointBatch {
 public:
  explicit Batch(rocksdb::ColumnFamilyHandle* family) : family_(family) {}
  void put(std::string_view key, std::string_view value) override {
    (void)batch_.Put(family_, slice(key), slice(value));
  }
  void erase(std::string_view key) override { (void)batch_.Delete(family_, slice(key)); }
  [[nodiscard]] std::size_t bytes() const override { return batch_.GetDataSize(); }
  [[nodiscard]] const rocksdb::WriteBatch& batch() const { return batch_; }

 private:
  rocksdb::ColumnFamilyHandle* family_;
  rocksdb::WriteBatch batch_;
};

class RocksPartitionStore final : public detector::PartitionStore {
 public:
  RocksPartitionStore(std::shared_ptr<RocksStateStore::Impl> impl, std::int32_t partition,
                      rocksdb::ColumnFamilyHandle* family)
      : impl_(std::move(impl)), partition_(partition), family_(family) {}

  ~RocksPartitionStore() override {
    const std::scoped_lock lock(impl_->mutex);
    impl_->held.erase(partition_);
  }

  [[nodiscard]] bool get(std::string_view key, std::string& value) const override {
    const rocksdb::Status status = impl_->db->Get(rocksdb::ReadOptions(), family_, slice(key), &value);
    note(status);
    return status.ok();
  }

  void scan(std::string_view prefix,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    const std::unique_ptr<rocksdb::Iterator> it(impl_->db->NewIterator(rocksdb::ReadOptions(), family_));
    for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
      const std::string_view key(it->key().data(), it->key().size());
      if (key == kMarkKey) continue;
      if (!visit(key, {it->value().data(), it->value().size()})) return;
    }
    note(it->status());
  }

  Result<std::optional<detector::CheckpointMark>> mark() const override {
    std::string bytes;
    const rocksdb::Status status = impl_->db->Get(rocksdb::ReadOptions(), family_, slice(kMarkKey), &bytes);
    if (status.IsNotFound()) return std::optional<detector::CheckpointMark>();
    if (!status.ok()) return translate(status, impl_->directory);
    Result<detector::CheckpointMark> mark = decode_mark(bytes);
    if (!mark) return Error{mark.error().code, "state directory " + impl_->directory + ": " + mark.error().message};
    return std::optional(std::move(mark).value());
  }

  [[nodiscard]] std::unique_ptr<detector::CheckpointBatch> new_batch() const override {
    return std::make_unique<Batch>(family_);
  }

  Result<> write(const detector::CheckpointBatch& batch, const detector::CheckpointMark& mark) override {
    // The caller's batch stays as it is: after a full disk the same write is tried again.
    rocksdb::WriteBatch whole(static_cast<const Batch&>(batch).batch().Data());
    (void)whole.Put(family_, slice(kMarkKey), encode_mark(mark));
    rocksdb::WriteOptions options;
    options.sync = true;
    rocksdb::Status status = impl_->db->Write(options, &whole);
    if (!status.ok() && impl_->db->Resume().ok()) status = impl_->db->Write(options, &whole);
    if (!status.ok()) return translate(status, impl_->directory);
    return {};
  }

  [[nodiscard]] Result<> health() const override {
    if (first_error_.ok()) return {};
    return translate(first_error_, impl_->directory);
  }

 private:
  void note(const rocksdb::Status& status) const {
    if (first_error_.ok() && !status.ok() && !status.IsNotFound()) first_error_ = status;
  }

  std::shared_ptr<RocksStateStore::Impl> impl_;
  std::int32_t partition_;
  rocksdb::ColumnFamilyHandle* family_;
  mutable rocksdb::Status first_error_;
};

Result<> read_identity(RocksStateStore::Impl& impl) {
  std::string format;
  const rocksdb::Status found = impl.db->Get(rocksdb::ReadOptions(), slice(kFormatKey), &format);
  if (found.ok()) {
    if (format != kFormat) {
      return Error{ErrorCode::kRefuse, "state directory " + impl.directory + ": written in format " + format +
                                           " by a newer Outflow; this one reads format " + std::string(kFormat)};
    }
    const rocksdb::Status status = impl.db->Get(rocksdb::ReadOptions(), slice(kInstanceKey), &impl.instance);
    if (!status.ok()) return translate(status, impl.directory);
    return {};
  }
  if (!found.IsNotFound()) return translate(found, impl.directory);
  impl.instance = random_name();
  rocksdb::WriteBatch batch;
  (void)batch.Put(slice(kFormatKey), slice(kFormat));
  (void)batch.Put(slice(kInstanceKey), impl.instance);
  rocksdb::WriteOptions options;
  options.sync = true;
  if (const rocksdb::Status status = impl.db->Write(options, &batch); !status.ok()) {
    return translate(status, impl.directory);
  }
  return {};
}

}  // namespace

RocksStateStore::RocksStateStore(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksStateStore::~RocksStateStore() = default;

std::vector<std::pair<std::string, double>> RocksStateStore::metrics() const {
  return store_metrics(*impl_->db);
}

const std::string& RocksStateStore::instance() const {
  return impl_->instance;
}

Result<std::unique_ptr<RocksStateStore>> RocksStateStore::open(const std::string& directory, const std::string& topic) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return Error{ErrorCode::kRefuse, "state directory " + directory + ": " + error.message()};

  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), directory, &names).ok()) {
    names = {rocksdb::kDefaultColumnFamilyName};  // a new directory; Open tells what else may be wrong
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.reserve(names.size());
  for (const std::string& name : names) descriptors.emplace_back(name, family_options());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(database_options(), directory, descriptors, &handles, &db);
  if (!status.ok()) return translate(status, directory);

  auto impl = std::make_shared<Impl>();
  impl->directory = directory;
  impl->topic = topic;
  impl->db.reset(db);
  for (std::size_t i = 0; i < handles.size(); ++i) impl->families[names[i]] = handles[i];
  if (Result<> identity = read_identity(*impl); !identity) return identity.error();
  return std::unique_ptr<RocksStateStore>(new RocksStateStore(std::move(impl)));
}

Result<std::unique_ptr<detector::PartitionStore>> RocksStateStore::open(std::int32_t partition) {
  const std::scoped_lock lock(impl_->mutex);
  if (!impl_->held.insert(partition).second) {
    return Error{ErrorCode::kRetry,
                 "another worker of this process still holds partition " + std::to_string(partition)};
  }
  const std::string name = impl_->topic + "/" + std::to_string(partition);
  rocksdb::ColumnFamilyHandle*& family = impl_->families[name];
  if (family == nullptr) {
    const rocksdb::Status status = impl_->db->CreateColumnFamily(family_options(), name, &family);
    if (!status.ok()) {
      impl_->families.erase(name);
      impl_->held.erase(partition);
      return translate(status, impl_->directory);
    }
  }
  return std::unique_ptr<detector::PartitionStore>(std::make_unique<RocksPartitionStore>(impl_, partition, family));
}

}  // namespace outflow::connectors
