// An open station with all that it stands on: reactor, links, drivers and, where its addresses are
// `virtual:`, the virtual lab at the far ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "bench/cli/links.h"
#include "bench/config/catalogue.h"
#include "bench/config/station_file.h"
#include "bench/model/meter_type.h"
#include "bench/planner/plan.h"
#include "bench/station/station.h"
#include "drivers/registry/registry.h"
#include "drivers/virtual_lab/lab/lab.h"

namespace meterbench {

/// What the planner must know of a station, from its file and its drivers' tables; opens nothing. On failure
/// messages, one a line.
[[nodiscard]] tl::expected<PlanningStation, std::string> planning_station(const StationFile& file,
                                                                          const Catalogue& catalogue);

class BenchSession {
 public:
  struct VirtualLab {
    virtual_lab::LabFile file;
    std::uint64_t seed = 1;
    std::map<std::string, double> overrides{};  ///< numbers of the lab by key, as Lab takes them
    virtual_lab::MeterPrograms programs{};
    Instant begin{};  ///< where its time begins: at the end of what a resumed run has recorded
  };

  /// `meters`: type at each position in use. All addresses are virtual (then the far ends are those of `lab`,
  /// in simulated time) or none is. Opens no link: drivers do that when they need theirs. On failure a
  /// message.
  [[nodiscard]] static tl::expected<std::unique_ptr<BenchSession>, std::string> open(
      const StationFile& file, const Catalogue& catalogue, VirtualLab lab,
      const std::map<std::string, MeterType>& meters, StopSignal& stop);

  [[nodiscard]] Station& station() { return *station_; }
  /// Null where the station's addresses are real.
  [[nodiscard]] virtual_lab::Lab* lab() { return lab_.get(); }

 private:
  BenchSession() = default;
  using Added = tl::expected<void, std::string>;
  [[nodiscard]] Added connect(const StationFile& file, const Catalogue& catalogue,
                              const std::map<std::string, MeterType>& meters);
  /// Those in front of `meters` (all where there is none).
  [[nodiscard]] Added add_counters(const StationFile& file, const Catalogue& catalogue,
                                   const std::map<std::string, MeterType>& meters);
  void add_positions(const StationFile& file);
  /// Makes the instrument of `role`, where the station has one: use(driver, link, options).
  template <class Driver, class Use>
  [[nodiscard]] Added add_role(const StationFile& file, const Catalogue& catalogue, const std::string& role,
                               Use use);
  /// Finds the driver of `instrument`, makes its link, calls make(driver, link) and enters the record.
  template <class Driver, class Make>
  [[nodiscard]] Added add(const std::string& role, const InstrumentEntry& instrument, Make make);

  // In the order of construction: each stands on those before.
  std::unique_ptr<virtual_lab::Lab> lab_;
  std::unique_ptr<Reactor> reactor_;
  std::unique_ptr<LinkMaker> links_;
  std::vector<std::unique_ptr<ByteLink>> byte_links_;
  std::vector<std::unique_ptr<UsbLink>> usb_links_;
  std::vector<std::unique_ptr<ModbusLink>> modbus_links_;
  std::unique_ptr<Station> station_;
};

}  // namespace meterbench
