#include "bench/guardian/load_watch.h"

#include <limits>

#include <fmt/format.h>

namespace meterbench {
namespace {

constexpr Duration kHold = std::chrono::seconds{3};
constexpr Duration kSettleLimit = std::chrono::seconds{15};
constexpr Duration kBandPeriod = std::chrono::milliseconds{500};
/// Of source and interlock.
constexpr Duration kStatusPeriod = std::chrono::seconds{2};
/// Of what changes slowly, or only tells that it is there. made
constexpr Duration kSlowPeriod = std::chrono::seconds{5};

/// What is wrong with a source that should be on.
std::optional<Fault> source_fault(const SourceStatus& status) {
  if (status.output == OutputState::on) return std::nullopt;
  if (status.output == OutputState::trip) return Fault{Errc::tripped, "source", "status", status.reason, {}};
  return Fault{Errc::implausible,
               "source",
               "status",
               fmt::format("its output is {} while a load is held", to_text(status.output)),
               {}};
}

}  // namespace

LoadWatch::LoadWatch(Station& station, const LoadPoint& set_point, const HoldConditions& conditions)
    : state_{std::make_shared<State>(State{station, set_point, conditions, station.reactor.now()})} {
  look_at_reference(state_);
  look_at_source(state_, std::nullopt);
  if (state_->has_interlock()) look_at_interlock(state_, std::nullopt);
  if (station.chamber) look_at_chamber(state_);
  if (station.photodiode) look_at_photodiode(state_);
}

LoadWatch::~LoadWatch() { end(); }

const std::optional<Fault>& LoadWatch::fault() const {
  const InterlockKeeper* keeper = state_->conditions.interlock;
  return !state_->fault && keeper ? keeper->fault() : state_->fault;
}

std::optional<Instant> LoadWatch::held_since() const {
  return state_->held ? state_->in_band_since : std::nullopt;
}

std::optional<std::string> LoadWatch::State::wrong_with(const ReferenceReading& reading) const {
  if (reading.overloaded)
    return fmt::format("a range of the reference is exceeded{}; its figures are worth nothing",
                       reading.ranges.empty() ? "" : " (" + reading.ranges + ")");
  if (auto wrong = out_of_band(set_point, reading)) return wrong;
  if (in_band_since && reading.ranges != ranges)
    return fmt::format("the reference's ranges changed from {} to {}, and with them its constant", ranges,
                       reading.ranges);
  return std::nullopt;
}

std::optional<Fault> LoadWatch::State::judge(Instant asked, const ReferenceReading& reading) {
  const Instant now = station.reactor.now();
  const auto wrong = wrong_with(reading);
  if (!wrong) {
    if (!in_band_since) {
      in_band_since = asked;
      ranges = reading.ranges;
    }
    held = held || now - *in_band_since >= kHold;
    samples.push_back({now, reading});
    return std::nullopt;
  }
  const auto found = [&](const char* cure, Instant since) {
    return Fault{Errc::implausible, "reference", "hold load", fmt::format("{}; {}", *wrong, cure),
                 now - since};
  };
  if (held) return found("check source, connections and ranges", *in_band_since);
  if (now - begin > kSettleLimit) return found("check wiring, range and source", begin);
  in_band_since.reset();
  return std::nullopt;
}

void LoadWatch::look_at_reference(const Shared& state) {
  if (state->over()) return;
  const Instant asked = state->station.reactor.now();
  state->station.reference->start_read([state, asked](Result<ReferenceReading> reading) {
    if (state->over()) return;
    if (!reading) {
      state->fault = reading.error();
      return;
    }
    if (auto doubt = state->judge(asked, *reading)) return look_at_interlock(state, std::move(doubt));
    state->station.reactor.after(state->held ? to_duration(kReferenceReadingPeriod) : kBandPeriod,
                                 [state] { look_at_reference(state); });
  });
}

void LoadWatch::look_at_interlock(const Shared& state, std::optional<Fault> doubt) {
  if (state->over()) return;
  if (!state->has_interlock()) return look_at_source(state, std::move(doubt));
  state->station.interlock->start_read([state, doubt = std::move(doubt)](Result<InterlockState> seen) {
    if (state->over()) return;
    state->fault = seen ? interlock_fault(*seen) : seen.error();
    if (state->fault) return;
    if (doubt) return look_at_source(state, doubt);
    state->station.reactor.after(kStatusPeriod, [state] { look_at_interlock(state, std::nullopt); });
  });
}

void LoadWatch::look_at_source(const Shared& state, std::optional<Fault> doubt) {
  if (state->over()) return;
  state->station.source->start_status([state, doubt = std::move(doubt)](Result<SourceStatus> status) {
    if (state->over()) return;
    if (!status) {
      state->fault = status.error();
      return;
    }
    auto wrong = source_fault(*status);
    if (doubt)
      state->fault = wrong ? wrong : doubt;
    else if (wrong)
      look_at_interlock(state, std::move(wrong));
    else
      state->station.reactor.after(kStatusPeriod, [state] { look_at_source(state, std::nullopt); });
  });
}

void LoadWatch::look_at_chamber(const Shared& state) {
  if (state->over()) return;
  state->station.chamber->start_read([state](Result<ChamberReading> reading) {
    if (state->over()) return;
    if (!reading) {
      state->fault = reading.error();
      return;
    }
    state->climate.push_back({state->station.reactor.now(), *reading});
    const auto& band = state->conditions.temperature;
    if (const auto wrong = band ? out_of_band(*band, *reading) : std::nullopt)
      state->fault = Fault{Errc::implausible, "chamber", "hold temperature",
                           *wrong + "; check its door, its alarms and what heats the meters",
                           state->station.reactor.now() - state->begin};
    else
      state->station.reactor.after(kSlowPeriod, [state] { look_at_chamber(state); });
  });
}

void LoadWatch::look_at_photodiode(const Shared& state) {
  if (state->over()) return;
  state->station.photodiode->start_identify([state](Result<std::string> identity) {
    if (state->over()) return;
    if (!identity)
      state->fault = identity.error();
    else
      state->station.reactor.after(kSlowPeriod, [state] { look_at_photodiode(state); });
  });
}

double power_ramp_percent_per_s(const std::vector<LoadWatch::Sample>& samples) {
  double n = 0, t = 0, p = 0, tt = 0, tp = 0;
  for (const auto& sample : samples) {
    const double x = in_seconds(sample.time - samples.front().time);
    const double y = sample.reading.active.value();
    n += 1;
    t += x;
    p += y;
    tt += x * x;
    tp += x * y;
  }
  const double spread = n * tt - t * t;
  if (n < 3 || spread <= 0 || p == 0) return std::numeric_limits<double>::quiet_NaN();
  return 100 * (n * tp - t * p) / spread / (p / n);
}

}  // namespace meterbench
