// Exit codes of the command; scripts outside rely on them. 3 outranks 1.
#pragma once

namespace meterbench {

inline constexpr int kAllPassed = 0;
/// Some decision is fail or inconclusive, or a basis unverified where that is asked for.
inline constexpr int kNotPassed = 1;
/// Usage, or an invalid file.
inline constexpr int kUsage = 2;
/// Instrument, link, safety, record.
inline constexpr int kBenchFault = 3;
inline constexpr int kInterrupted = 130;

}  // namespace meterbench
