// Whether the bench may be to blame for what came out of a meter: what its second witnesses say.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "bench/core/quantity.h"
#include "bench/measurement/reference_error.h"
#include "bench/planner/plan.h"
#include "bench/runner/point_hold.h"
#include "bench/station/station.h"

namespace meterbench {

/// Kind of the event that says so. No result of the run is verified then.
inline constexpr std::string_view kReferenceDoubt = "reference_doubt";
/// Where the station states no accuracy of its source, of a fail.
inline constexpr const char* kOnlyItsCertificate = "nothing but its certificate speaks for the reference";

/// An event that keeps a result from standing.
struct Blame {
  std::string kind;
  std::string text;
};

/// What the source tells of a reference that saw the power `seen` of the load of `point`, by its indication;
/// nothing where the station does not state its accuracy. `whole`: as source_witness() has it.
[[nodiscard]] std::optional<SourceWitness> source_of(const Station& station, const PlannedPoint& point,
                                                     Form form, ActivePower seen, ActivePower whole);

/// Where source and reference contradict each other by more than accuracy and U explain. `of_what`: the
/// difference is a share of that, `the power`.
[[nodiscard]] std::optional<Blame> reference_doubt(const SourceWitness& source, double u_percent,
                                                   std::string_view of_what);

/// Where the reference may read so wrongly, by what the source tells, that the meter keeps its limit.
[[nodiscard]] std::optional<Blame> unproven_fail(const SourceWitness& source, Ratio error,
                                                 const Limit& limit);
/// The same of a reference whose error is known to lie there; of a shift, the change of it.
[[nodiscard]] std::optional<Blame> unproven_fail(const ErrorRange& of_reference, Ratio error,
                                                 const Limit& limit);

/// At a temperature that `meters` were brought to: where nobody knows that of the meter's own body. There is
/// one sensor at most; where several meters stand in the chamber it is on the body of another.
[[nodiscard]] std::optional<Blame> unseen_body(const PointHold& hold, std::size_t meters);

}  // namespace meterbench
