#include <pybind11/stl.h>

#include <fmt/format.h>

#include "bench/cli/messages.h"
#include "bench/cli/meter_arguments.h"
#include "bench/cli/meter_view.h"
#include "bench/cli/run_report.h"
#include "python/engine/bindings.h"
#include "python/engine/json_objects.h"
#include "python/engine/live_run.h"
#include "python/engine/waiting.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace meterbench::python {
namespace {

constexpr Duration kPatience = std::chrono::seconds{30};  // of an instrument
constexpr Duration kMeterPatience = std::chrono::seconds{120};
/// For the record: who asked.
constexpr const char* kScript = "a script";

template <class T>
T parsed(std::optional<T> value, const std::string& text, const char* allowed) {
  if (!value) throw py::value_error{fmt::format("'{}' is not known; allowed: {}", text, allowed)};
  return *value;
}

/// A run as its script holds it: it may be dropped at any moment.
class Run {
 public:
  Run(std::shared_ptr<BenchThread> bench, PreparedRun prepared, const std::string& ledger)
      : bench_{bench}, live_{std::make_unique<LiveRun>(std::move(bench), std::move(prepared), ledger)} {}
  ~Run() {
    const py::gil_scoped_release without_lock;
    live_.reset();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  [[nodiscard]] LiveRun& live() { return *live_; }
  [[nodiscard]] bool over() { return live_->over(); }

  /// Throws StopIteration when all has been told, or the fault that ended the run.
  PointRecord next() {
    std::optional<PointRecord> record;
    wait_for_bench(*bench_, [&](std::chrono::milliseconds patience) {
      if (bench_->stop().requested()) {
        live_->let_go();
        return live_->over(patience);
      }
      record = live_->next(patience);
      return record.has_value() || live_->ended();
    });
    if (!record) record = live_->next({});
    if (record) return *std::move(record);
    judge(live_->outcome());
    throw py::stop_iteration{};
  }

  /// To its end, whatever is untold.
  void finish() {
    live_->let_go();
    wait_for_bench(*bench_, [&](std::chrono::milliseconds patience) { return live_->over(patience); });
    judge(live_->outcome());
  }

  void stop() {
    live_->stop(kScript);
    live_->let_go();
    wait_for_bench(*bench_, [&](std::chrono::milliseconds patience) { return live_->over(patience); });
  }

 private:
  /// A run that a script has stopped has no fault.
  static void judge(const RunOutcome& outcome) {
    if (outcome.record_failure) throw LedgerError{*outcome.record_failure};
    if (outcome.not_off) throw FaultRaised{*outcome.not_off};
    if (outcome.fault && outcome.fault->code != Errc::stopped) throw FaultRaised{*outcome.fault};
  }

  std::shared_ptr<BenchThread> bench_;
  std::unique_ptr<LiveRun> live_;
};

/// An open station; all calls wait.
class Bench {
 public:
  Bench(const std::string& station, const std::string& meters, const std::string& lab, std::uint64_t seed,
        const std::string& firmware, const std::optional<std::string>& ledger)
      : ledger_{ledger.value_or(default_ledger())} {
    BenchOptions options;
    options.station = station;
    options.meters = meters;
    options.lab = lab;
    options.seed = seed;
    options.firmware.firmware = firmware;
    const py::gil_scoped_release without_lock;
    thread_ = std::make_shared<BenchThread>(
        [&](StopSignal& stop) { return std::make_unique<OpenBench>(options, ledger_, stop); });
  }
  ~Bench() { close(); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void close() {
    const std::shared_ptr<Run> run = run_.lock();
    const py::gil_scoped_release without_lock;
    if (thread_ && run && !run->over()) {
      run->live().stop(kScript);
      run->live().let_go();
      while (!run->live().over(kHearSignals)) continue;
    }
    thread_.reset();
  }
  [[nodiscard]] bool is_open() const { return thread_ != nullptr; }

  /// `act(OpenBench&)`, when no run has the bench.
  template <class Act>
  auto on(Act act) {
    return on_bench(free_bench(), std::move(act));
  }
  template <class T, class Start>
  T ask(const std::string& device, const std::string& command, Duration limit, Start start) {
    return on([&](OpenBench& bench) {
      return bench.ask<T>(device, command, limit, [&](Done<T> done) { start(bench, std::move(done)); });
    });
  }
  template <class T>
  T ask_meter(const std::string& position, const char* command, void (Meter::*start)(Done<T>)) {
    return ask<T>("optical." + position, command, kMeterPatience,
                  [&](OpenBench& bench, Done<T> done) { (bench.meter(position).*start)(std::move(done)); });
  }
  template <class T>
  py::object view_meter(const std::string& position, const char* command, void (Meter::*start)(Done<T>)) {
    return python_object(view(ask_meter<T>(position, command, start)).json);
  }

  std::shared_ptr<Run> run(const PreparedRun& plan) {
    static_cast<void>(free_bench());
    auto begun = std::make_shared<Run>(thread_, plan, ledger_);
    run_ = begun;
    return begun;
  }

  [[nodiscard]] const std::string& ledger() const { return ledger_; }

 private:
  [[nodiscard]] BenchThread& free_bench() {
    if (!thread_) throw std::runtime_error{"the station is closed"};
    if (const auto run = run_.lock(); run && !run->over())
      throw std::runtime_error{"a run has the station until it has ended, or stop() has ended it"};
    return *thread_;
  }

  std::string ledger_;
  std::shared_ptr<BenchThread> thread_;
  std::weak_ptr<Run> run_;
};

AskedLoad asked_load(Voltage voltage, Current current, const std::string& power_factor,
                     const std::string& direction, const std::string& circuit,
                     std::optional<Frequency> frequency) {
  const auto pf = parse_power_factor(power_factor);
  if (!pf) throw py::value_error{pf.error()};
  return {voltage,
          current,
          *pf,
          parsed(parse_direction(direction), direction, "delivered, received"),
          parsed(parse_circuit(circuit), circuit, "series, coil_1, coil_2, opposed"),
          frequency};
}

py::list instruments_of(Bench& bench) {
  const auto records = bench.on([](OpenBench& open) { return open.station().instruments; });
  py::list list;
  for (const InstrumentRecord& i : records)
    list.append(py::dict("role"_a = i.role, "driver"_a = i.driver, "address"_a = i.address,
                         "far_end"_a = i.far_end, "identity"_a = i.identity, "certificate"_a = i.certificate,
                         "simulated"_a = i.simulated));
  return list;
}

Chamber& chamber_of(OpenBench& bench) {
  if (!bench.station().chamber) throw InputError{"the station has no chamber"};
  return *bench.station().chamber;
}

void command_meter(Bench& bench, const std::string& position, const std::string& procedure,
                   const std::string& parameter) {
  const auto command = parse_meter_command(procedure, parameter);
  if (!command) throw py::value_error{command.error()};
  bench.on([&](OpenBench& open) {
    open.ask<void>("optical." + position, procedure, kMeterPatience,
                   [&](Done<void> done) { open.meter(position).start_procedure(*command, std::move(done)); });
  });
}

void press(Bench& bench, const std::string& position, const std::string& which, Seconds duration) {
  const auto meter_switch =
      parsed(parse_meter_switch(which), which, "demand_reset, test_mode, display_scroll, disconnect, supply");
  bench.on([&](OpenBench& open) {
    if (open.station().controls == nullptr) throw InputError{"nothing on this station presses switches"};
    open.ask<void>("controls", "press " + which, to_duration(duration) + kPatience, [&](Done<void> done) {
      open.station().controls->start_press(position, meter_switch, to_duration(duration), std::move(done));
    });
  });
}

std::string display(Bench& bench, const std::string& position) {
  return bench.on([&](OpenBench& open) {
    if (open.station().display == nullptr) throw InputError{"nothing on this station sees displays"};
    return open.ask<std::string>("display", "read", kPatience, [&](Done<std::string> done) {
      open.station().display->start_read_display(position, std::move(done));
    });
  });
}

std::map<std::uint16_t, py::bytes> tables(Bench& bench, const std::string& position,
                                          const std::vector<std::uint16_t>& numbers) {
  using Tables = std::map<std::uint16_t, Bytes>;
  const auto read = bench.ask<Tables>("optical." + position, "read tables", kMeterPatience,
                                      [&](OpenBench& open, Done<Tables> done) {
                                        open.meter(position).start_read_tables(numbers, std::move(done));
                                      });
  std::map<std::uint16_t, py::bytes> result;
  for (const auto& [number, content] : read) result.emplace(number, py::bytes{to_string(content)});
  return result;
}

void bind_meter_calls(py::class_<Bench>& type) {
  type.def(
          "meter_identity",
          [](Bench& b, const std::string& p) { return b.ask_meter(p, "identify", &Meter::start_identify); },
          "position"_a)
      .def(
          "meter_registers",
          [](Bench& b, const std::string& p) {
            return b.ask_meter(p, "read registers", &Meter::start_read_registers);
          },
          "position"_a)
      .def(
          "meter_status",
          [](Bench& b, const std::string& p) {
            return b.view_meter(p, "read status", &Meter::start_read_status);
          },
          "position"_a)
      .def(
          "meter_billing",
          [](Bench& b, const std::string& p) {
            return b.view_meter(p, "read billing", &Meter::start_read_billing);
          },
          "position"_a)
      .def(
          "meter_present",
          [](Bench& b, const std::string& p) {
            return b.view_meter(p, "read present values", &Meter::start_read_present);
          },
          "position"_a)
      .def(
          "meter_log",
          [](Bench& b, const std::string& p) { return b.view_meter(p, "read log", &Meter::start_read_log); },
          "position"_a)
      .def(
          "meter_profile",
          [](Bench& b, const std::string& p) {
            return b.view_meter(p, "read profile", &Meter::start_read_profile);
          },
          "position"_a)
      .def(
          "meter_clock",
          [](Bench& b, const std::string& p, double utc_offset_h) {
            const std::chrono::minutes zone{std::lround(utc_offset_h * 60)};
            return python_object(view(b.ask_meter(p, "read clock", &Meter::start_read_clock), zone).json);
          },
          "position"_a, "utc_offset_h"_a = 0.0)
      .def("meter_tables", &tables, "position"_a, "numbers"_a)
      .def("meter_procedure", &command_meter, "position"_a, "procedure"_a, "parameter"_a = "")
      .def("press", &press, "position"_a, "which"_a, "duration"_a)
      .def("display", &display, "position"_a);
}

void bind_chamber_calls(py::class_<Bench>& type) {
  type.def("chamber_read",
           [](Bench& b) {
             return b.ask<ChamberReading>("chamber", "read", kPatience,
                                          [](OpenBench& open, Done<ChamberReading> done) {
                                            chamber_of(open).start_read(std::move(done));
                                          });
           })
      .def(
          "chamber_condition",
          [](Bench& b, Temperature target) {
            b.ask<void>("chamber", "condition", kPatience, [target](OpenBench& open, Done<void> done) {
              chamber_of(open).start_condition(target, std::move(done));
            });
          },
          "target"_a)
      .def("chamber_stop", [](Bench& b) {
        b.ask<void>("chamber", "stop", kPatience,
                    [](OpenBench& open, Done<void> done) { chamber_of(open).start_stop(std::move(done)); });
      });
}

void bind_run(py::module_& module) {
  py::class_<Run, std::shared_ptr<Run>>(module, "EngineRun", "A run under way; see meterbench.Run.")
      .def("next", &Run::next)
      .def("finish", &Run::finish)
      .def("pause", [](Run& r) { r.live().pause(kScript); })
      .def("go_on", [](Run& r) { r.live().go_on(kScript); })
      .def("skip", [](Run& r) { r.live().skip(kScript); })
      .def("stop", &Run::stop)
      .def_property_readonly("over", &Run::over)
      .def_property_readonly("run_id", [](Run& r) { return r.live().run_id(); })
      .def_property_readonly("progress", [](Run& r) { return r.live().progress(); })
      .def_property_readonly("exit_code", [](Run& r) { return static_cast<int>(r.live().outcome().end); })
      .def_property_readonly("points", [](Run& r) { return r.live().outcome().points; });
}

}  // namespace

void bind_bench(py::module_& module) {
  module.attr("SIMULATED_NOTICE") = std::string{kSimulatedNotice};
  bind_run(module);
  py::class_<Bench> bound{module, "Bench", "An open station; see meterbench.Station."};
  bound
      .def(py::init<const std::string&, const std::string&, const std::string&, std::uint64_t,
                    const std::string&, const std::optional<std::string>&>(),
           "station"_a, "meters"_a, "lab"_a, "seed"_a, "firmware"_a, "ledger"_a)
      .def("close", &Bench::close)
      .def_property_readonly("is_open", &Bench::is_open)
      .def_property_readonly("ledger", &Bench::ledger)
      .def_property_readonly(
          "name", [](Bench& b) { return b.on([](OpenBench& open) { return open.station().name; }); })
      .def_property_readonly(
          "simulated",
          [](Bench& b) { return b.on([](OpenBench& open) { return open.station().simulated(); }); })
      .def_property_readonly("meters",
                             [](Bench& b) {
                               return b.on([](OpenBench& open) {
                                 std::map<std::string, std::string> types;
                                 for (const auto& [position, type] : open.meters())
                                   types.emplace(position, type.id);
                                 return types;
                               });
                             })
      .def(
          "meter_type",
          [](Bench& b, const std::string& position) {
            const MeterType type = b.on([&](OpenBench& open) { return open.meters().at(position); });
            return py::dict(
                "id"_a = type.id, "model"_a = type.model, "form"_a = std::string{to_text(type.form)},
                "class_amperes"_a = type.class_amperes, "nominal_voltage"_a = type.nominal_voltage,
                "test_amperes"_a = type.test_amperes, "maximum_current"_a = type.maximum_current,
                "minimum_current"_a = type.minimum_current, "kh"_a = type.kh, "kt"_a = type.kt);
          },
          "position"_a)
      .def("now_s",
           [](Bench& b) {
             return b.on([](OpenBench& open) { return in_seconds(open.station().reactor.now()); });
           })
      .def("utc",
           [](Bench& b) {
             return b.on([](OpenBench& open) { return utc_text(open.station().reactor.utc()); });
           })
      .def("instruments", &instruments_of)
      .def(
          "apply",
          [](Bench& b, Voltage voltage, Current current, const std::string& power_factor,
             const std::string& direction, const std::string& circuit, std::optional<Frequency> frequency) {
            const AskedLoad load = asked_load(voltage, current, power_factor, direction, circuit, frequency);
            b.on([&](OpenBench& open) { open.apply(load); });
          },
          "voltage"_a, "current"_a, "power_factor"_a, "direction"_a, "circuit"_a, "frequency"_a)
      .def("off", [](Bench& b) { b.on([](OpenBench& open) { open.off(); }); })
      .def("is_on", [](Bench& b) { return b.on([](OpenBench& open) { return open.hand().is_on(); }); })
      .def("read", [](Bench& b) { return b.on([](OpenBench& open) { return open.read(); }); })
      .def(
          "stand",
          [](Bench& b, Seconds time) {
            if (!(time.value() >= 0)) throw py::value_error{"no time runs backwards"};
            b.on([&](OpenBench& open) { open.stand(to_duration(time)); });
          },
          "time"_a)
      .def(
          "plan",
          [](Bench& b, const GivenScenario& scenario) {
            return b.on([&](OpenBench& open) { return open.prepare(scenario); });
          },
          "scenario"_a)
      .def("run", &Bench::run, "plan"_a);
  bind_meter_calls(bound);
  bind_chamber_calls(bound);
}

}  // namespace meterbench::python
