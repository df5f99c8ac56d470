// CheckpointThread: writes one worker's checkpoints beside it.
//
// start(), finished() and wait() are called by the worker; the writes happen on the thread of this object. A full
// disk is waited out: the write is tried again each second until there is room or stop() is called, and
// stalled() says so meanwhile. Every other failure is the write's outcome.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "detector/ports.h"

namespace outflow::connectors {

class CheckpointThread final : public detector::CheckpointWriter {
 public:
  CheckpointThread();
  ~CheckpointThread() override;  // as stop(), then joins

  void start(std::int32_t partition, detector::PartitionStore& store, std::unique_ptr<detector::CheckpointBatch> batch,
             detector::CheckpointMark mark) override;
  std::optional<Result<>> finished(std::int32_t partition) override;
  std::optional<Result<>> wait(std::int32_t partition) override;

  // Gives up waiting for room on the disk; from any thread.
  void stop();
  // Why writes wait; empty while they do not. From any thread.
  [[nodiscard]] std::string stalled() const;

 private:
  struct Write {
    std::int32_t partition = -1;
    detector::PartitionStore* store = nullptr;
    std::unique_ptr<detector::CheckpointBatch> batch;
    detector::CheckpointMark mark;
  };
  void run();
  Result<> write_until_done(const Write& write);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Write> queue_;
  std::map<std::int32_t, Result<>> outcomes_;
  std::map<std::int32_t, bool> running_;
  std::string stalled_;
  bool stopping_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace outflow::connectors
