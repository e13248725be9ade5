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

#include "bench/config/catalogue.h"
#include "bench/config/station_file.h"
#include "bench/core/simulated_reactor.h"
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
  };

  /// `meters`: type at each position in use. Opens the links; on failure a message.
  [[nodiscard]] static tl::expected<std::unique_ptr<BenchSession>, std::string> open(
      const StationFile& file, const Catalogue& catalogue, VirtualLab lab,
      const std::map<std::string, MeterType>& meters, StopSignal& stop);

  [[nodiscard]] Station& station() { return *station_; }
  [[nodiscard]] virtual_lab::Lab& lab() { return *lab_; }

 private:
  BenchSession() = default;
  [[nodiscard]] tl::expected<void, std::string> connect(const StationFile& file, const Catalogue& catalogue);

  // In the order of construction: each stands on those before.
  std::unique_ptr<virtual_lab::Lab> lab_;
  std::unique_ptr<SimulatedReactor> reactor_;
  std::vector<std::unique_ptr<ByteLink>> byte_links_;
  std::vector<std::unique_ptr<UsbLink>> usb_links_;
  std::unique_ptr<Station> station_;
};

}  // namespace meterbench
