// A driver on its simulator through a link in memory: simulated time, a world, and who spoils the link.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "drivers/link/memory_modbus_link.h"
#include "drivers/registry/registry.h"
#include "drivers/virtual_lab/world/world.h"
#include "tests/contract/tampering.h"

namespace meterbench {

/// How a driver shows in the name of a test and in its messages.
inline void PrintTo(const DriverEntry* driver, std::ostream* out) { *out << driver->name; }

}  // namespace meterbench

namespace meterbench::contract {

using namespace std::chrono_literals;

/// Every driver of an interface, from the one table that there is: a new one is under contract at once.
template <class Driver>
[[nodiscard]] std::vector<const DriverEntry*> drivers_of() {
  std::vector<const DriverEntry*> found;
  for (const DriverEntry& entry : drivers())
    if (std::holds_alternative<Driver>(entry.driver)) found.push_back(&entry);
  return found;
}

/// For INSTANTIATE_TEST_SUITE_P.
struct DriverName {
  std::string operator()(const testing::TestParamInfo<const DriverEntry*>& info) const {
    return info.param->name;
  }
};

/// What a station file would say, for drivers of all roles.
[[nodiscard]] inline DriverOptions station_options() {
  DriverOptions options;
  options.profile = BENCH_SOURCE_DIR "/config/instruments/meterbench-source.yaml";
  options.reference_pulse = from_watt_hours(1e-4);
  options.chamber = {Temperature{-45}, Temperature{60}, 3, true};
  options.interlock = {.emergency_stop_input = 0,
                       .door_input = 1,
                       .meters_seated_input = 2,
                       .relay_output = 0,
                       .fingers = {{"A", "demand_reset", 1}}};
  return options;
}

/// What is wired where, and the numbers of the simulator that are not the usual ones.
struct Simulation {
  std::map<std::string, std::string> wiring;
  std::map<std::string, double> numbers;
};

/// The simulator of the driver's own name, which every driver in the table must have.
[[nodiscard]] inline virtual_lab::AnyFarEnd make_simulator(const DriverEntry& driver,
                                                           virtual_lab::World& world,
                                                           const Simulation& simulation) {
  for (const virtual_lab::SimulatorModel& model : simulator_models()) {
    if (model.name != driver.name) continue;
    virtual_lab::SimulatorSettings settings;
    settings.role = driver.role;
    settings.wiring = simulation.wiring;
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    for (const auto& [key, value] : simulation.numbers) settings.numbers.at(key) = value;
    settings.output = &world.source();
    return model.make(world, settings);
  }
  throw std::logic_error{"no simulator of " + driver.name};
}

/// A place and a time for one driver.
struct Surroundings {
  explicit Surroundings(const virtual_lab::SourceOutput::Settings& power_stage) : world{1, power_stage} {
    reactor.on_advance([this](Instant t) { world.advance_to(t); });
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  void pass(Duration time) { ASSERT_TRUE(reactor.wait_until(reactor.now() + time)); }

  /// What `start(done)` comes to. It must end within `limit` of simulated time, and end once.
  template <class T, class Start>
  [[nodiscard]] Result<T> finish(const std::string& what, Duration limit, Start start) {
    const auto answers = std::make_shared<std::vector<Result<T>>>();
    start(Done<T>{[answers, what](Result<T> answer) {
      answers->push_back(std::move(answer));
      EXPECT_EQ(answers->size(), 1U) << what << ": answered again";
    }});
    reactor.run_until([&] { return !answers->empty(); }, reactor.now() + limit);
    if (!answers->empty()) return answers->front();
    const std::string hangs = fmt::format("no end within {} s", in_seconds(limit));
    ADD_FAILURE() << what << ": " << hangs;
    return fault(Errc::timeout, "contract", what, hangs, limit);
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  virtual_lab::World world;
  Plot plot;
};

/// The link of a driver, with a man in the middle.
template <class Link>
class Line;

template <>
class Line<ByteLink> {
 public:
  Line(Surroundings& around, const DriverEntry& driver, virtual_lab::AnyFarEnd far_end)
      : simulator_{std::get<std::shared_ptr<FarEnd>>(std::move(far_end))},
        tampered_{*simulator_, around.plot,
                  driver.wire.baud > 0 ? TamperedFarEnd::Medium::line : TamperedFarEnd::Medium::connection,
                  [this, &around] { around.reactor.after({}, [this] { link.close(); }); }},
        link{around.reactor, driver.role, tampered_, driver.wire} {}

 private:
  std::shared_ptr<FarEnd> simulator_;
  TamperedFarEnd tampered_;

 public:
  MemoryLink link;
};

template <>
class Line<UsbLink> {
 public:
  Line(Surroundings& around, const DriverEntry& driver, virtual_lab::AnyFarEnd far_end)
      : simulator_{std::get<std::shared_ptr<UsbFarEnd>>(std::move(far_end))},
        memory_{around.reactor, driver.role, *simulator_, driver.wire},
        link{memory_, around.plot} {}

 private:
  std::shared_ptr<UsbFarEnd> simulator_;
  MemoryUsbLink memory_;

 public:
  TamperedUsbLink link;
};

template <>
class Line<ModbusLink> {
 public:
  Line(Surroundings& around, const DriverEntry& driver, virtual_lab::AnyFarEnd far_end)
      : simulator_{std::get<std::shared_ptr<ModbusFarEnd>>(std::move(far_end))},
        tampered_{*simulator_, around.plot},
        link{around.reactor, driver.role, tampered_, 1, driver.wire} {}

 private:
  std::shared_ptr<ModbusFarEnd> simulator_;
  TamperedModbusFarEnd tampered_;

 public:
  MemoryModbusLink link;
};

}  // namespace meterbench::contract
