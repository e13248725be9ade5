// One run in one drawn lab, with the truth beside each point.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/core/stop_signal.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"

namespace meterbench::campaign {

struct Setting {
  std::string station = "virtual";
  std::string lab = "drawn";
  std::string meter = "focus-ax-2s-cl200";
  std::string scenario;  ///< path
};

struct Trial {
  Plan plan;
  std::vector<PointRecord> points;      ///< of position A, in running order, each with an error
  std::vector<double> truth_percent;    ///< of the lab's meter at each point
  std::map<std::string, double> meter;  ///< every number drawn for that meter, by key: `meter.A.gain_percent`
};

/// `overrides`: numbers of the lab that are not drawn, as another trial's meter. Throws std::runtime_error
/// when the run ends early or a point has no error.
[[nodiscard]] Trial run_trial(const Setting& setting, std::uint64_t seed, StopSignal& stop,
                              const std::map<std::string, double>& overrides = {});

[[nodiscard]] double mean(const std::vector<double>& values);
[[nodiscard]] double deviation(const std::vector<double>& values);
/// 2.5 % and 97.5 % quantiles of the mean over labs, by percentile bootstrap (2,000 resamples).
[[nodiscard]] std::pair<double, double> bootstrap(const std::vector<double>& one_a_lab);

}  // namespace meterbench::campaign
