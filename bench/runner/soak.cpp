#include "bench/runner/soak.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/guardian/bands.h"
#include "bench/measurement/shift.h"
#include "bench/runner/point_run.h"

namespace meterbench {
namespace {

constexpr Duration kChamberLimit = std::chrono::seconds{10};
constexpr Duration kLook = std::chrono::seconds{30};
constexpr Duration kNote = std::chrono::minutes{5};
constexpr Duration kDriftTime = std::chrono::minutes{30};
constexpr TemperatureDifference kDrift{0.5};
constexpr Duration kWithoutSensor = std::chrono::hours{2};
/// Of the difference of two errors, in standard uncertainties.
constexpr double kCoverage = 2;

double minutes(Duration d) { return in_seconds(d) / 60; }

class Soak {
 public:
  Soak(const SoakMeans& means, const PlannedSoak& soak,
       const std::function<void(const std::string&, const std::string&)>& note)
      : means_{means},
        station_{means.station},
        interlock_{means.interlock},
        soak_{soak},
        band_{soak.temperature, soak.band},
        note_{note},
        begin_{station_.reactor.now()},
        last_note_{begin_} {}

  Result<SoakEnd> run() {
    if (auto conditioned = condition(); !conditioned) return tl::unexpected{conditioned.error()};
    tell(fmt::format("towards {} ± {}", to_text(soak_.temperature), to_text(soak_.band)));
    while (true) {
      if (auto looked = look(); !looked) return tl::unexpected{looked.error()};
      if (check_is_due()) {
        if (auto checked = check(); !checked) return tl::unexpected{checked.error()};
        if (skipped_by_) return SoakEnd{skipped_by_};
        if (auto looked = look(); !looked) return tl::unexpected{looked.error()};  // it may have taken long
      }
      const auto surroundings = what_is_not_stable_around();
      const auto meters = surroundings ? Unstable{} : disagreements();
      if (!surroundings && meters.empty()) break;
      if (elapsed() >= to_duration(soak_.limit)) {
        if (!surroundings && is_their_own_doing(meters)) return SoakEnd{.unstable = meters};
        return fault(
            Errc::implausible, "chamber", command(),
            fmt::format("not stable within {:.0f} min: {}; check chamber and meters, or give the soak "
                        "more time",
                        minutes(to_duration(soak_.limit)),
                        surroundings ? *surroundings : meters.begin()->second),
            elapsed());
      }
      if (auto waited = wait(); !waited) return tl::unexpected{waited.error()};
      if (skipped_by_) return SoakEnd{skipped_by_};
    }
    tell(fmt::format("stable after {:.1f} min: {}", minutes(elapsed()), temperatures()));
    return SoakEnd{};
  }

 private:
  struct Check {
    Instant time;
    std::vector<PointRecord> records;  // one a meter
  };

  void tell(const std::string& text) const { note_("soak", text); }

  [[nodiscard]] std::string command() const { return "soak at " + to_text(soak_.temperature); }
  [[nodiscard]] Duration elapsed() const { return station_.reactor.now() - begin_ - paused_; }

  Result<void> condition() {
    if (!station_.chamber) return fault(Errc::refused, "chamber", command(), "the station has no chamber");
    return await<void>(station_.reactor, "chamber", command(), kChamberLimit,
                       interlock_.guarded<void>([&](auto done) {
                         station_.chamber->start_condition(soak_.temperature, std::move(done));
                       }));
  }

  Result<void> look() {
    const auto reading = await<ChamberReading>(station_.reactor, "chamber", "read", kChamberLimit,
                                               interlock_.guarded<ChamberReading>([&](auto done) {
                                                 station_.chamber->start_read(std::move(done));
                                               }));
    if (!reading) return tl::unexpected{reading.error()};
    now_ = *reading;
    const Instant time = station_.reactor.now();
    if (out_of_band(band_, "air", now_.air))
      air_since_.reset();
    else if (!air_since_)
      air_since_ = time;
    if (now_.body) body_.push_back({time, *now_.body});
    means_.observer.soaking(soak_, now_, Seconds{in_seconds(elapsed())});
    if (time - last_note_ < kNote) return {};
    last_note_ = time;
    tell(temperatures());
    return {};
  }

  [[nodiscard]] std::string temperatures() const {
    return fmt::format("air {:.2f} °C{}", now_.air.value(),
                       now_.body ? fmt::format(", body {:.2f} °C", now_.body->value()) : "");
  }

  /// Errors from outside of the band tell nothing of within.
  bool check_is_due() {
    if (out_of_band(band_, now_)) {
      checks_.clear();
      return false;
    }
    return checks_.empty() || station_.reactor.now() - checks_.back().time >= to_duration(kBetweenCheckLoads);
  }

  Result<void> check() {
    Check taken{station_.reactor.now(), {}};
    RunObserver silent;
    auto period = means_.load.begin(soak_.check.load);
    if (!period) return tl::unexpected{period.error()};
    PointAttempt attempt = run_point(station_, means_.plan.meters, soak_.check, 0, **period, silent,
                                     {.hold = {{}, &interlock_}, .control = means_.control});
    if (attempt.fault) return tl::unexpected{*attempt.fault};
    if (auto ended = means_.load.end(); !ended) return ended;
    skipped_by_ = attempt.skipped_by;
    std::string told = "check load:";
    for (const PointRecord& r : attempt.records)
      told += r.error_percent ? fmt::format(" {} {:+.4f} % (repeatability {:.4f} %)", r.position,
                                            *r.error_percent, repeatability_percent(*r.budget))
                              : fmt::format(" {} no error", r.position);
    tell(told);
    taken.records = std::move(attempt.records);
    checks_.push_back(std::move(taken));
    return {};
  }

  /// A sentence; nothing when all but the meters themselves is stable.
  [[nodiscard]] std::optional<std::string> what_is_not_stable_around() const {
    if (auto wrong = out_of_band(band_, now_)) return wrong;
    if (auto wrong = too_short()) return wrong;
    if (auto wrong = drift()) return wrong;
    if (checks_.size() < 2) return "two check loads are needed";
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> too_short() const {
    const Duration in_band = station_.reactor.now() - *air_since_;
    Duration least = to_duration(soak_.at_least);
    if (body_.empty()) least = std::max(least, kWithoutSensor);
    if (in_band >= least) return std::nullopt;
    return fmt::format("the air has been in band for {:.1f} min of {:.1f} min", minutes(in_band),
                       minutes(least));
  }

  [[nodiscard]] std::optional<std::string> drift() const {
    if (body_.empty()) return std::nullopt;
    const Instant time = station_.reactor.now();
    if (!now_.body) return "the sensor on the meter's body gives no reading any more";
    if (time - body_.front().first < kDriftTime)
      return fmt::format("the body has been watched for {:.1f} min of {:.0f} min",
                         minutes(time - body_.front().first), minutes(kDriftTime));
    // From the last reading that is that old.
    const auto younger = std::find_if(body_.begin(), body_.end(),
                                      [&](const auto& seen) { return time - seen.first < kDriftTime; });
    const auto first = std::prev(younger);
    const auto [coldest, warmest] = std::minmax_element(
        first, body_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const TemperatureDifference moved{(warmest->second - coldest->second).value()};
    if (moved < kDrift) return std::nullopt;
    return fmt::format("the meter's body moved by {:.2f} K in {:.0f} min, {} are allowed", moved.value(),
                       minutes(kDriftTime), to_text(kDrift));
  }

  using Unstable = std::map<std::string, std::string>;  // a sentence by position

  [[nodiscard]] Unstable disagreements() const {
    Unstable unstable;
    const Check& before = checks_[checks_.size() - 2];
    const Check& last = checks_.back();
    const bool any_alive =
        std::ranges::any_of(last.records, [](const PointRecord& r) { return r.error_percent.has_value(); });
    for (std::size_t i = 0; i < last.records.size(); ++i) {
      const PointRecord& a = before.records[i];
      const PointRecord& b = last.records[i];
      // A dead meter does not keep the others from their results.
      if (!b.error_percent && any_alive) continue;
      if (!a.error_percent || !b.error_percent) {
        unstable[b.position] = fmt::format("position {} gave no error at a check load", b.position);
        continue;
      }
      const double apart = std::abs(*b.error_percent - *a.error_percent);
      const double allowed =
          kCoverage * std::hypot(repeatability_percent(*a.budget), repeatability_percent(*b.budget));
      // Written so that NaN does not agree.
      if (!(apart <= allowed))
        unstable[b.position] =
            fmt::format("the check loads at position {} differ by {:.4f} %, repeatability explains {:.4f} %",
                        b.position, apart, allowed);
    }
    return unstable;
  }

  /// Nobody knows, without a sensor, whether bodies that all disagree still move.
  [[nodiscard]] bool is_their_own_doing(const Unstable& unstable) const {
    return !body_.empty() || unstable.size() < checks_.back().records.size();
  }

  Result<void> wait() {
    if (auto rested = rest_while_paused(); !rested) return rested;
    const auto skipped = [&] {
      if (means_.control && !skipped_by_) skipped_by_ = means_.control->take_skip();
      return skipped_by_.has_value();
    };
    const auto asked_to_pause = [&] { return means_.control && means_.control->paused(); };
    const auto waited = station_.reactor.run_until(
        [&] { return interlock_.fault() || skipped() || asked_to_pause(); }, station_.reactor.now() + kLook);
    if (interlock_.fault()) return tl::unexpected{*interlock_.fault()};
    if (waited == Reactor::Waited::stopped)
      return tl::unexpected{station_.reactor.stop_fault("bench", command(), elapsed())};
    return {};
  }

  /// The chamber goes on meanwhile; the time does not count against the soak's limit.
  Result<void> rest_while_paused() {
    if (!means_.control || !means_.control->paused()) return {};
    const auto note_acts = [&] {
      for (const std::string& act : means_.control->take_acts()) note_("control", act);
    };
    const Instant begin = station_.reactor.now();
    note_acts();
    const auto waited = means_.control->wait_while_paused(station_.reactor);
    note_acts();
    paused_ += station_.reactor.now() - begin;
    if (waited == Reactor::Waited::stopped)
      return tl::unexpected{station_.reactor.stop_fault("bench", command(), elapsed())};
    return {};
  }

  const SoakMeans& means_;
  Station& station_;
  InterlockKeeper& interlock_;
  const PlannedSoak& soak_;
  TemperatureBand band_;
  const std::function<void(const std::string&, const std::string&)>& note_;
  Instant begin_;
  Instant last_note_;
  Duration paused_{};
  ChamberReading now_{};
  std::optional<Instant> air_since_;
  std::vector<std::pair<Instant, Temperature>> body_;
  std::vector<Check> checks_;
  std::optional<std::string> skipped_by_;
};

}  // namespace

Result<SoakEnd> run_soak(const SoakMeans& means, const PlannedSoak& soak,
                         const std::function<void(const std::string&, const std::string&)>& note) {
  return Soak{means, soak, note}.run();
}

}  // namespace meterbench
