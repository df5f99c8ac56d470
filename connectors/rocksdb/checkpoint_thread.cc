#include "connectors/rocksdb/checkpoint_thread.h"

#include <chrono>
#include <utility>

#include "connectors/log/log.h"

namespace outflow::connectors {

CheckpointThread::CheckpointThread() : thread_([this] { run(); }) {}

CheckpointThread::~CheckpointThread() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CheckpointThread::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

std::string CheckpointThread::stalled() const {
  const std::scoped_lock lock(mutex_);
  return stalled_;
}

void CheckpointThread::start(std::int32_t partition, detector::PartitionStore& store,
                             std::unique_ptr<detector::CheckpointBatch> batch, detector::CheckpointMark mark) {
  {
    const std::scoped_lock lock(mutex_);
    running_[partition] = true;
    queue_.push_back({partition, &store, std::move(batch), std::move(mark)});
  }
  changed_.notify_all();
}

std::optional<Result<>> CheckpointThread::finished(std::int32_t partition) {
  const std::scoped_lock lock(mutex_);
  const auto outcome = outcomes_.extract(partition);
  if (outcome.empty()) return std::nullopt;
  return outcome.mapped();
}

std::optional<Result<>> CheckpointThread::wait(std::int32_t partition) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !running_[partition]; });
  }
  return finished(partition);
}

void CheckpointThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Write write = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    Result<> outcome = write_until_done(write);
    lock.lock();
    outcomes_.insert_or_assign(write.partition, std::move(outcome));
    running_[write.partition] = false;
    changed_.notify_all();
  }
}

Result<> CheckpointThread::write_until_done(const Write& write) {
  while (true) {
    Result<> outcome = write.store->write(*write.batch, write.mark);
    std::unique_lock lock(mutex_);
    if (outcome.ok() || outcome.error().code != ErrorCode::kRetry || stopping_) {
      stalled_.clear();
      return outcome;
    }
    if (stalled_.empty()) {
      log_event(LogLevel::kError, "checkpoint_waits", outcome.error().message, {{"partition", write.partition}});
    }
    stalled_ = outcome.error().message;
    changed_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
  }
}

}  // namespace outflow::connectors
