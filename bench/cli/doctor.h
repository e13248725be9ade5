// Is the bench fit? Asks every instrument without energising anything, and says for each finding what to do.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/config/station_file.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/station/station.h"

namespace meterbench {

struct Diagnosis {
  enum class Grade {
    fit,
    remark,  ///< does not keep the bench from working
    unfit,
  };
  Grade grade = Grade::fit;
  std::string subject;  ///< `source`, `pickup A`
  std::string text;
  std::string remedy;  ///< empty where nothing is to be done
};
[[nodiscard]] std::string_view to_text(Diagnosis::Grade grade);

/// The source is told to be off first. `occupied`: positions that hold a meter. `plan`: of a scenario whose
/// points the station should reach.
[[nodiscard]] std::vector<Diagnosis> examine(Station& station, const StationFile& file,
                                             const std::set<std::string>& occupied,
                                             const std::optional<Plan>& plan);

/// How each interim check that the station asks for stands: when the last one was, and whether a run would
/// rely on it. `ledger`: file that it stands in. `run`: head of a run on that station and lab.
[[nodiscard]] std::vector<Diagnosis> examine_checks(Station& station, const std::string& ledger,
                                                    const RunRecord& run);

}  // namespace meterbench
