#include "app/stop_signals.h"

#include <unistd.h>
#include <csignal>
#include <ctime>

#include "app/exit_code.h"
#include "connectors/log/log.h"

namespace outflow::app {
namespace {

constexpr long kLookEveryNs = 100'000'000;

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = stop_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  (void)std::signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this] { watch(); });
}

StopSignals::~StopSignals() {
  ending_ = true;
  thread_.join();
  const sigset_t set = stop_set();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignals::watch() {
  const sigset_t set = stop_set();
  const timespec wait{0, kLookEveryNs};
  while (!ending_) {
    const int signal = sigtimedwait(&set, nullptr, &wait);
    if (signal < 0) continue;
    if (requested_ && signal == SIGINT) _exit(kExitInterrupted);
    if (!requested_.exchange(true)) {
      connectors::log_event(connectors::LogLevel::kInfo, "draining", "asked to stop: committing what is done",
                            {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
    }
  }
}

}  // namespace outflow::app
