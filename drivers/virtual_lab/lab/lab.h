// A virtual lab put together from its file: one world, the simulators at the far ends of the links, the
// meters in their sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "bench/model/meter_type.h"
#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/virtual_lab/lab/isolation.h"
#include "drivers/virtual_lab/lab/lab_file.h"
#include "drivers/virtual_lab/lab/parameters.h"
#include "drivers/virtual_lab/meter/elf_image.h"
#include "drivers/virtual_lab/meter/faulty_port.h"
#include "drivers/virtual_lab/meter/optical_port.h"
#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "drivers/virtual_lab/truth/truth.h"
#include "drivers/virtual_lab/world/pickup.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::virtual_lab {

/// What runs in a meter, and what it remembers.
struct MeterProgram {
  std::shared_ptr<const ElfImage> image;       ///< null: the firmware of this program
  std::optional<VirtualMeter::Eeprom> eeprom;  ///< at the beginning; as the factory has written it without
};
/// By position; without an entry as by default.
using MeterPrograms = std::map<std::string, MeterProgram>;

class Lab {
 public:
  /// Far ends stay the lab's own.
  using FarEndPointer = std::variant<FarEnd*, UsbFarEnd*, ModbusFarEnd*>;

  /// `meters`: type at each position in use; all two-wire or all three-wire, since the bench is wired for one
  /// of them. One with a certificate has the numbers of section `standard`, others those of `meter`.
  /// `overrides` replaces numbers of the file by key: `reference.gain_percent`, `room.temperature_c`,
  /// `meter.gain_percent` (at all positions), `meter.A.gain_percent`. Throws std::invalid_argument when these
  /// do not fit together, FirmwareFailure when a firmware does not begin.
  Lab(const LabFile& file, std::uint64_t seed, const std::vector<SimulatorModel>& models,
      const std::map<std::string, MeterType>& meters, const std::map<std::string, double>& overrides = {},
      const MeterPrograms& programs = {});
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  [[nodiscard]] UtcTime starts_utc() const { return starts_; }
  [[nodiscard]] World& world() { return *world_; }
  void advance_to(Instant t) { world_->advance_to(t); }
  /// For a lab in which nothing has happened yet: all stands still and cold until `t`.
  void begin_at(Instant t);

  /// Those that far_end() knows.
  [[nodiscard]] std::vector<std::string> names() const;
  /// What stands at `virtual:NAME`, `optical.A` for the optical port of the meter at position A; or a
  /// sentence with the names that there are.
  [[nodiscard]] tl::expected<FarEndPointer, std::string> far_end(const std::string& name);
  /// `name` is that of an instrument; std::out_of_range otherwise.
  [[nodiscard]] const SimulatorModel& model_of(const std::string& name) const;

  /// Called when the firmware of a meter cannot go on: position, why. That meter is dead from then on.
  void on_failure(const std::function<void(const std::string&, const std::string&)>& failed);
  /// Called when a meter is reset by its firmware or its watchdog: position, how it came to that.
  void on_reset(const std::function<void(const std::string&, const std::string&)>& reset);
  /// Whose firmware runs at a position; empty where no meter is.
  [[nodiscard]] std::string meter_firmware(const std::string& position) const;
  /// The meter at `position`, which has one (std::out_of_range otherwise).
  [[nodiscard]] VirtualMeter& meter(const std::string& position) { return sockets_.at(position).meter; }
  /// The model of that meter, with all that was drawn for it.
  [[nodiscard]] const TrueMeter& truth_for(const std::string& position) const {
    return sockets_.at(position).truth;
  }
  /// Its true percent error at `load` with its body at `body`.
  [[nodiscard]] double truth_percent(const std::string& position, const LoadPoint& load,
                                     Temperature body) const {
    return virtual_lab::truth_percent(truth_for(position), load, body);
  }

  /// Every number of this lab as drawn, by key: `reference.gain_percent`, `meter.A.gain_percent`.
  [[nodiscard]] const std::map<std::string, double>& drawn() const { return drawn_; }

 private:
  struct Instrument {
    SimulatorModel model;
    AnyFarEnd far_end;
  };
  /// What a photodiode gives, after its meter has told of all its pulses.
  struct SettledPickup final : PulseSignal {
    SettledPickup(VirtualMeter& m, Pickup& p) : meter{m}, pickup{p} {}
    [[nodiscard]] std::uint64_t edges_until(Instant t) override {
      meter.tell_edges_until(t);
      return pickup.edges_until(t);
    }
    [[nodiscard]] std::vector<Instant> edges_between(Instant after, Instant until) override {
      meter.tell_edges_until(until);
      return pickup.edges_between(after, until);
    }
    VirtualMeter& meter;
    Pickup& pickup;
  };
  /// A meter behind its isolation, its model, and the photodiode in front of its LED.
  struct Socket final : Light {
    Socket(const MeterType& type, const Numbers& meter_numbers, const Isolation::Settings& burden,
           const Pickup& photodiode, const std::string& position, std::vector<ScriptedFault> port_faults,
           UtcTime starts, const MeterProgram& program);
    Socket(const Socket&) = delete;
    [[nodiscard]] double level_percent() const override { return pickup.level_percent(meter.body()); }
    [[nodiscard]] double flicker_percent() const override { return pickup.settings().flicker_percent; }
    [[nodiscard]] bool inverted() const override { return pickup.settings().inverted; }
    [[nodiscard]] Seconds debounce() const override { return Seconds{pickup.settings().debounce_us * 1e-6}; }
    void set_debounce(Instant now, Seconds debounce) override {
      meter.settle();
      pickup.set_debounce(now, debounce);
    }
    [[nodiscard]] std::string display() override { return meter.display(); }
    void disturb(Instant now, Disturbance what) override {
      meter.settle();
      pickup.disturb(now, what);
    }

    TrueMeter truth;
    Pickup pickup;
    VirtualMeter meter;
    SettledPickup led{meter, pickup};
    Isolation isolation;
    OpticalPort port;
    FaultyPort port_as_seen;
  };

  void fill_socket(const LabFile& file, const std::string& position, const MeterType& type,
                   const std::map<std::string, double>& overrides, const MeterProgram& program);
  [[nodiscard]] Numbers draw_section(const LabFile& file, const std::string& name,
                                     const std::string& position,
                                     const std::map<std::string, double>& overrides);
  [[nodiscard]] Numbers draw_all(const std::string& owner, const std::string& position,
                                 const std::vector<Parameter>& table, const Distributions& distributions,
                                 const std::map<std::string, double>& overrides);

  std::uint64_t seed_;
  UtcTime starts_;
  std::map<std::string, double> drawn_;
  std::unique_ptr<World> world_;
  std::map<std::string, SourceOutput> spare_outputs_;  // of sources that are not on the terminals
  // All that follows holds references to these.
  std::map<std::string, Instrument> instruments_;
  std::map<std::string, Socket> sockets_;
};

}  // namespace meterbench::virtual_lab
