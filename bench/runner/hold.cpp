#include "bench/runner/hold.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

constexpr double kBand = 0.005;       // of voltage, current and frequency
constexpr double kAngleBand = 0.005;  // rad
constexpr Duration kHold = std::chrono::seconds{3};
constexpr Duration kSettleLimit = std::chrono::seconds{15};
constexpr Duration kBandPeriod = std::chrono::milliseconds{500};
constexpr Duration kReferencePeriod = std::chrono::seconds{1};
constexpr Duration kSourcePeriod = std::chrono::seconds{2};

/// Written so that NaN is not within.
template <class Kind>
bool within(Quantity<Kind> seen, Quantity<Kind> wanted, Quantity<Kind> scale) {
  return std::abs((seen - wanted).value()) <= kBand * scale.value();
}

}  // namespace

std::optional<std::string> out_of_band(const LoadPoint& set_point, const ReferenceReading& reading) {
  if (!within(reading.frequency, set_point.frequency, set_point.frequency))
    return fmt::format("the reference reads {:.4f} Hz, the set point is {}", reading.frequency.value(),
                       to_text(set_point.frequency));
  // A channel at zero has no percentage of its own: it is held against the largest set value.
  Voltage most_voltage;
  Current most_current;
  for (const CircuitLoad& set : set_point.circuits) {
    most_voltage = std::max(most_voltage, set.voltage);
    most_current = std::max(most_current, set.current);
  }
  for (std::size_t i = 0; i < set_point.circuits.size(); ++i) {
    const CircuitLoad& set = set_point.circuits[i];
    const CircuitReading& seen = reading.circuits[i];
    if (!within(seen.voltage, set.voltage, set.voltage.value() == 0 ? most_voltage : set.voltage))
      return fmt::format("circuit {}: the reference reads {:.4f} V, the set point is {}", i + 1,
                         seen.voltage.value(), to_text(set.voltage));
    if (!within(seen.current, set.current, set.current.value() == 0 ? most_current : set.current))
      return fmt::format("circuit {}: the reference reads {:.5f} A, the set point is {}", i + 1,
                         seen.current.value(), to_text(set.current));
    if (set.voltage.value() == 0 || set.current.value() == 0) continue;
    const Angle wanted = wrapped(set.voltage_phase - set_point.current_phase(i));
    const Angle lag{std::atan2(seen.reactive.value(), seen.active.value())};
    if (!(std::abs(wrapped(lag - wanted).value()) <= kAngleBand))
      return fmt::format("circuit {}: by the reference the current lags {:.3f}°, the set point is {:.3f}°",
                         i + 1, degrees(lag), degrees(wanted));
  }
  return std::nullopt;
}

LoadWatch::LoadWatch(Station& station, const LoadPoint& set_point)
    : state_{std::make_shared<State>(
          State{station, set_point, station.reactor.now(), false, false, {}, {}, {}})} {
  look_at_reference(state_);
  look_at_source(state_, std::nullopt);
}

LoadWatch::~LoadWatch() { state_->ended = true; }

std::optional<Instant> LoadWatch::held_since() const {
  return state_->held ? state_->in_band_since : std::nullopt;
}

std::optional<Fault> LoadWatch::State::judge(Instant asked, const ReferenceReading& reading) {
  const Instant now = station.reactor.now();
  auto wrong = out_of_band(set_point, reading);
  if (!wrong) {
    if (!in_band_since) in_band_since = asked;
    held = held || now - *in_band_since >= kHold;
    samples.push_back({now, reading});
    return std::nullopt;
  }
  if (held)
    return Fault{Errc::implausible, "reference", "hold load", std::move(*wrong), now - *in_band_since};
  if (now - begin > kSettleLimit)
    return Fault{Errc::implausible, "reference", "hold load", *wrong + "; check wiring, range and source",
                 now - begin};
  in_band_since.reset();
  return std::nullopt;
}

void LoadWatch::look_at_reference(const std::shared_ptr<State>& state) {
  if (state->ended || state->fault) return;
  const Instant asked = state->station.reactor.now();
  state->station.reference->start_read([state, asked](Result<ReferenceReading> reading) {
    if (state->ended || state->fault) return;
    if (!reading) {
      state->fault = reading.error();
      return;
    }
    if (auto doubt = state->judge(asked, *reading)) {
      // The source may know why: its answer decides what is said.
      look_at_source(state, std::move(doubt));
      return;
    }
    state->station.reactor.after(state->held ? kReferencePeriod : kBandPeriod,
                                 [state] { look_at_reference(state); });
  });
}

void LoadWatch::look_at_source(const std::shared_ptr<State>& state, std::optional<Fault> doubt) {
  if (state->ended || state->fault) return;
  state->station.source->start_status([state, doubt = std::move(doubt)](Result<SourceStatus> status) {
    if (state->ended || state->fault) return;
    if (!status)
      state->fault = status.error();
    else if (status->output == OutputState::trip)
      state->fault = Fault{Errc::tripped, "source", "status", status->reason, {}};
    else if (status->output != OutputState::on)
      state->fault = Fault{Errc::implausible,
                           "source",
                           "status",
                           fmt::format("its output is {} while a load is held", to_text(status->output)),
                           {}};
    else if (doubt)
      state->fault = doubt;
    else
      state->station.reactor.after(kSourcePeriod, [state] { look_at_source(state, std::nullopt); });
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
