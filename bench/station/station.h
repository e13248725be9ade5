#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/core/reactor.h"
#include "bench/model/calibration.h"
#include "bench/model/interim_check.h"
#include "bench/model/station_uncertainty.h"
#include "bench/station/chamber.h"
#include "bench/station/interlock.h"
#include "bench/station/meter.h"
#include "bench/station/meter_controls.h"
#include "bench/station/photodiode.h"
#include "bench/station/power_source.h"
#include "bench/station/pulse_counter.h"
#include "bench/station/reference_standard.h"

namespace meterbench {

/// What stands behind one role, for the record.
struct InstrumentRecord {
  std::string role;     ///< `source`
  std::string driver;   ///< `scpi_source`
  std::string address;  ///< as in the station file
  std::string far_end;  ///< what is at the far end of the link: `simulator scpi_source` or `instrument`
  bool simulated = true;
  std::string identity;  ///< filled in when the run starts
  std::string certificate;
  std::string serial_number{};  ///< by its certificate; empty: without one
};

/// A place for one meter.
struct Position {
  std::string name;                        ///< `A`
  std::size_t counter = 0;                 ///< index of Station::counters: the one that counts its LED
  int led_input = 0;                       ///< of that counter
  std::optional<Calibration> isolation{};  ///< its burden and isolation error
  std::string meter_firmware;              ///< whose firmware runs, as far as the bench put it there
  bool meter_simulated = true;
};

/// A counter and where the reference's pulses reach it.
struct CounterBox {
  std::string role;  ///< `counter`, `counter_2`, …
  std::unique_ptr<PulseCounter> counter;
  int reference_input = 0;
};

/// How often the interlock's watchdog is told that the bench lives, and how long it waits for that.
struct InterlockTiming {
  Duration trigger = std::chrono::milliseconds{200};
  Duration watchdog = std::chrono::seconds{1};
};

/// The instruments of one bench and the reactor that they share. Who opens a station owns it.
struct Station {
  Station(std::string station_name, Reactor& shared_reactor)
      : name{std::move(station_name)}, reactor{shared_reactor} {}

  std::string name;
  Reactor& reactor;
  std::unique_ptr<PowerSource> source;
  std::unique_ptr<ReferenceStandard> reference;
  std::vector<CounterBox> counters;  ///< none where the reference compares by itself
  std::unique_ptr<Chamber> chamber;  ///< null where there is none, as all that follows
  std::unique_ptr<Interlock> interlock;
  std::unique_ptr<Photodiode> photodiode;
  std::map<std::string, std::unique_ptr<Meter>> meters;  ///< their optical ports, by position
  MeterControls* controls = nullptr;  ///< of the instrument that presses switches; null where none does
  Display* display = nullptr;         ///< of the instrument that sees displays; null where none does
  InterlockTiming interlock_timing;
  std::vector<Position> positions;
  SourceLimits limits;  ///< the station's own, at most the source's capabilities
  Calibration reference_calibration;
  Seconds reference_window{};  ///< how far back a reading of the reference reaches; 0 for pulses
  StationUncertainty uncertainty;
  /// The second witness when reference and meter disagree.
  SourceAccuracy source_accuracy{};
  std::vector<InterimCheck> interim_checks;
  std::vector<InstrumentRecord> instruments;

  [[nodiscard]] bool simulated() const;
};

}  // namespace meterbench
