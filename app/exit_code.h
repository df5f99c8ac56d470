// What the process's exit code says.
#pragma once

namespace outflow::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitFindings = 3;        // `check` and its kin found something wrong
inline constexpr int kExitConfiguration = 78;  // EX_CONFIG
inline constexpr int kExitInterrupted = 130;

}  // namespace outflow::app
