// How fast firmware runs as an image on the emulated board, in seconds of the meter a second of this machine.
//
//   image_benchmark IMAGE.elf
//
// Four rows: load alone; load with a session at the optical port for 2 % of the time; sessions alone; four
// meters under load. Each beside the same with the host build in the same run, since machines are noisy. A
// counter looks at the LED ten times a second, as the drivers do. `cores` is the processor's time of bench
// and emulators over the time of the wall.
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/core/simulated_reactor.h"
#include "drivers/c1218_meter/driver.h"
#include "drivers/link/memory_link.h"
#include "drivers/virtual_lab/meter/emulator.h"
#include "drivers/virtual_lab/meter/optical_port.h"
#include "tests/optical_port/meter_type.h"

namespace meterbench {
namespace {

using Image = std::shared_ptr<const virtual_lab::ElfImage>;
using virtual_lab::Phasor;
using virtual_lab::VirtualMeter;

constexpr double kSession = 2;  // s, a state and then silence

double wall_s() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Of this process and of the children that have ended.
double processor_s() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const timeval& t : {usage.ru_utime, usage.ru_stime})
      sum += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  }
  return sum;
}

struct Place {
  Place(virtual_lab::World& world, SimulatedReactor& reactor, const Image& image, const std::string& name)
      : meter{meter_type(),
              {.delay_s = 0.1},
              [this](Instant) { ++pulses; },
              VirtualMeter::Idle::skip,
              UtcTime{},
              image ? virtual_lab::emulator(image) : virtual_lab::host_processor(),
              VirtualMeter::factory_eeprom(meter_type(), {}, name)},
        port{meter},
        link{reactor, "optical." + name, port, WireTime::serial(9600, 1)},
        reader{link, {}} {
    world.attach(meter);
  }
  std::uint64_t pulses = 0;
  VirtualMeter meter;
  virtual_lab::OpticalPort port;
  MemoryLink link;
  c1218_meter::C1218Meter reader;
};

struct Rate {
  double times_real, cores;
};

/// `seconds` of load; in every `period` one session, 0: none.
Rate run(const Image& image, std::size_t meters, double seconds, double period) {
  const double processor_before = processor_s();
  double took = 0;
  {
    StopSignal stop;
    SimulatedReactor reactor{stop, UtcTime{}};
    virtual_lab::World world{1, {.settle_s = 0, .noise_percent = 0.005}};
    std::vector<std::unique_ptr<Place>> places;
    for (std::size_t n = 0; n < meters; ++n)
      places.push_back(std::make_unique<Place>(world, reactor, image, fmt::format("{}", n)));
    reactor.on_advance([&](Instant now) { world.advance_to(now); });
    virtual_lab::Terminals load;
    load.voltage = {Phasor{120}, Phasor{-120}};
    load.current = {Phasor{200}, Phasor{-200}};
    world.source().apply(world.now(), load);
    std::function<void()> look = [&] {
      for (const auto& place : places) place->meter.tell_edges_until(reactor.now());
      reactor.after(std::chrono::milliseconds{100}, look);
    };
    look();

    const double began = wall_s();
    for (Instant next = reactor.now(); in_seconds(reactor.now()) < seconds;) {
      std::size_t open = 0;
      if (period > 0)
        for (const auto& place : places) {
          ++open;
          place->reader.start_read_state([&open](const Result<MeterState>& state) {
            --open;
            if (!state) fmt::print(stderr, "{}\n", state.error().text());
          });
        }
      reactor.run_until([&] { return open == 0; }, reactor.now() + std::chrono::minutes{1});
      next += from_seconds(period > 0 ? period : seconds);
      reactor.wait_until(next);
    }
    for (const auto& place : places) place->meter.settle();
    took = wall_s() - began;
    if (places.front()->pulses == 0) fmt::print(stderr, "no pulse\n");
  }
  return {seconds / took, (processor_s() - processor_before) / took};
}

void row(const char* title, const Image& image, std::size_t meters, double seconds, double period) {
  const Rate emulated = run(image, meters, seconds, period);
  const Rate host = run(nullptr, meters, seconds, period);
  fmt::print("{:42} {:8.0f} {:8.2f} {:14.0f} {:10.1f} %\n", title, emulated.times_real, emulated.cores,
             host.times_real, 100 * emulated.times_real / host.times_real);
}

int print_table(const char* path) {
  const auto image = std::make_shared<const virtual_lab::ElfImage>(path);
  fmt::print("{}, SHA-256 {}\n{:42} {:>8} {:>8} {:>14} {:>12}\n", image->name(), image->sha256(), "",
             "x real", "cores", "host: x real", "of the host");
  row("load alone", image, 1, 3000, 0);
  row("load, a session 2 % of the time", image, 1, 3000, kSession / 0.02);
  row("sessions one after the other", image, 1, 300, kSession);
  row("four meters, load alone", image, 4, 1500, 0);
  row("four meters, a session 2 % of the time", image, 4, 1500, kSession / 0.02);
  return 0;
}

}  // namespace
}  // namespace meterbench

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: image_benchmark IMAGE.elf\n");
    return 2;
  }
  return meterbench::print_table(argv[1]);
}
