#include "bench/runner/blame.h"

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/runner/source_witness.h"

namespace meterbench {

std::optional<SourceWitness> source_of(const Station& station, const PlannedPoint& point, Form form,
                                       ActivePower seen, ActivePower whole) {
  if (!station.source_accuracy.stated()) return std::nullopt;
  return source_witness(station.source_accuracy, station.reference->definition(), form, point.load,
                        seen / (1 + point.reference.error.value()), whole);
}

std::optional<Blame> reference_doubt(const SourceWitness& source, double u_percent,
                                     std::string_view of_what) {
  if (source.agrees(from_percent(u_percent))) return std::nullopt;
  return Blame{std::string{kReferenceDoubt},
               fmt::format("the reference tells {:+.3f} % of {} more than the source is set to, its accuracy "
                           "and U explain {:.3f} %: one of them is wrong",
                           percent(source.apart), of_what, percent(source.accuracy) + u_percent)};
}

std::optional<Blame> unproven_fail(const SourceWitness& source, Ratio error, const Limit& limit) {
  return unproven_fail(reference_error(source), error, limit);
}

std::optional<Blame> unproven_fail(const ErrorRange& of_reference, Ratio error, const Limit& limit) {
  const ErrorRange of_meter = meter_error(error, of_reference);
  const ErrorRange from_middle{of_meter.lowest - limit.middle, of_meter.highest - limit.middle};
  if (is_beyond(from_middle, limit.limit)) return std::nullopt;
  return Blame{"unproven_fail",
               fmt::format("the reference may read {:+.3f} to {:+.3f} % high; the meter's error lies between "
                           "{:+.3f} and {:+.3f} %, its limit is {}: a source that is known more closely, or "
                           "another reference, would tell",
                           percent(of_reference.lowest), percent(of_reference.highest),
                           percent(of_meter.lowest), percent(of_meter.highest), to_text(limit))};
}

std::optional<Blame> unseen_body(const PointHold& hold, std::size_t meters) {
  if (!hold.is_soaked()) return std::nullopt;
  const auto& climate = hold.watch()->climate();
  if (meters == 1 && !climate.empty() && climate.back().reading.body) return std::nullopt;
  return Blame{"body_unseen",
               "nobody knows the temperature of this meter's own body, which may be on its way still; a "
               "run of this meter alone with the chamber's sensor on its body would tell"};
}

}  // namespace meterbench
