#pragma once

#include "bench/measurement/reference_error.h"
#include "bench/model/capabilities.h"
#include "bench/model/meter_type.h"
#include "bench/model/station_uncertainty.h"

namespace meterbench {

/// What a source good to `accuracy` in each circuit tells of a reference that sees the power `seen` of
/// `load`, in proportion to `whole`: to the power that is set, or where opposed circuits leave none to that
/// of the same currents in series. Only sizes count, delivered or received. Where circuits cancel in part,
/// what is uncertain of each weighs more in the sum.
[[nodiscard]] SourceWitness source_witness(const SourceAccuracy& accuracy, ReferenceDefinition definition,
                                           Form form, const LoadPoint& load, ActivePower seen,
                                           ActivePower whole);

}  // namespace meterbench
