#include "bench/runner/resume.h"

#include <algorithm>

namespace meterbench {

bool finished(const PointRecord& attempt) {
  return std::ranges::none_of(attempt.events,
                              [](const EventRow& e) { return e.kind == "fault" || e.kind == "stopped"; });
}

std::vector<std::size_t> points_left(const Plan& plan, const std::vector<PointRecord>& records) {
  const auto done = [&](const PlannedPoint& point, const PlannedMeter& meter) {
    return std::ranges::any_of(records, [&](const PointRecord& r) {
      return r.point_id == point.id && r.position == meter.position && finished(r);
    });
  };
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const PlannedPoint& point = plan.points[i];
    if (!std::ranges::all_of(point.meters, [&](const PlannedMeter& meter) { return done(point, meter); }))
      left.push_back(i);
  }
  return left;
}

int next_attempt(const std::vector<PointRecord>& records, const std::string& point_id) {
  int last = 0;
  for (const PointRecord& r : records)
    if (r.point_id == point_id) last = std::max(last, r.attempt);
  return last + 1;
}

Instant end_of_record(const std::vector<PointRecord>& records, const std::vector<EventRow>& events) {
  double last_s = 0;
  for (const PointRecord& r : records) last_s = std::max(last_s, r.ended_s);
  for (const EventRow& e : events) last_s = std::max(last_s, e.time_s);
  return Instant{std::chrono::seconds{static_cast<std::int64_t>(last_s) + 1}};
}

}  // namespace meterbench
