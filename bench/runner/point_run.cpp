#include "bench/runner/point_run.h"

#include <algorithm>

#include "bench/runner/doubts.h"
#include "bench/runner/point_count.h"
#include "bench/runner/point_hold.h"
#include "bench/runner/point_record.h"

namespace meterbench {

Duration settling_of(const Station& station, const std::map<std::string, MeterType>& meters) {
  Duration longest = to_duration(station.reference_window);
  for (const auto& [position, type] : meters) longest = std::max(longest, to_duration(type.latency));
  return longest;
}

PointAttempt run_point(Station& station, const std::map<std::string, MeterType>& meters,
                       const PlannedPoint& point, std::size_t index, LoadPeriod& period,
                       RunObserver& observer, const PointConditions& conditions) {
  const double begin_s = in_seconds(station.reactor.now());
  PointHold hold{station, point.load, conditions.hold, &period, conditions.control};
  PointCount count{station, meters, point, index, hold, period, observer};
  PointAttempt attempt;
  attempt.skipped_by = conditions.skipped_by;
  if (!attempt.skipped_by) {
    const auto stand = [&]() -> Result<void> {
      attempt.loaded_since = conditions.loaded_since.value_or(hold.steady_since());
      if (point.under_load.value() <= 0) return {};
      return hold.stand_until(*attempt.loaded_since + to_duration(point.under_load));
    };
    const auto counted =
        hold.reach(settling_of(station, meters)).and_then(stand).and_then([&] { return count.run(); });
    attempt.skipped_by = hold.skipped_by();
    if (!counted && !attempt.skipped_by) attempt.fault = counted.error();
  }
  RegisterComparisons registers;
  if (point.result == ResultKind::register_error && !attempt.skipped_by && !attempt.fault) {
    hold.release();
    if (auto read = conditions.read_registers())
      registers = *std::move(read);
    else
      attempt.fault = read.error();
  }

  const PointRecords records{station, meters, point, hold, count, registers};
  const std::vector<std::string> of_waveform = waveform_doubts(station, point);
  const double end_s = in_seconds(station.reactor.now());
  for (std::size_t i = 0; i < point.meters.size(); ++i) {
    const PlannedMeter& meter = point.meters[i];
    PointRecord record = asked_record(point, meter, meters.at(meter.position), conditions.attempt);
    record.started_s = begin_s;
    record.ended_s = end_s;
    if (const auto doubts = conditions.doubts.find(meter.position); doubts != conditions.doubts.end())
      record.verdict.basis.reasons = doubts->second;
    record.verdict.basis.reasons.insert(record.verdict.basis.reasons.end(), of_waveform.begin(),
                                        of_waveform.end());
    records.add_environment(record);
    const auto end_with = [&](const char* kind, const std::string& text) {
      record.edges = count.meters()[i].edges;
      record.events.push_back({point.id, meter.position, end_s, kind, text});
    };
    if (attempt.skipped_by)
      end_with("skipped", "skipped by " + *attempt.skipped_by);
    else if (attempt.fault)
      end_with(attempt.fault->code == Errc::stopped ? "stopped" : "fault", attempt.fault->text());
    else
      records.complete(i, record);
    attempt.records.push_back(std::move(record));
  }
  return attempt;
}

}  // namespace meterbench
