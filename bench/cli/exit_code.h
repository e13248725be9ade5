#pragma once

namespace meterbench {

/// Exit codes of the command; scripts outside rely on them. 3 outranks 1.
enum ExitCode : int {
  kAllPassed = 0,
  kNotPassed = 1,   ///< some decision is fail or inconclusive, or a basis unverified where that is asked for
  kUsage = 2,       ///< usage, or an invalid file
  kBenchFault = 3,  ///< instrument, link, safety, record
  kInterrupted = 130,
};

}  // namespace meterbench
