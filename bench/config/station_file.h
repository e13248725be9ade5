#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/model/calibration.h"
#include "bench/model/capabilities.h"
#include "bench/model/station_uncertainty.h"

namespace meterbench {

/// Where an instrument is: `virtual:NAME`, a VISA resource name, `modbus-tcp://host:502/1`, …
struct Address {
  std::string text;
  FilePosition position;

  /// NAME of `virtual:NAME`.
  [[nodiscard]] std::optional<std::string> virtual_name() const;
};

struct InstrumentEntry {
  std::string driver;  ///< `scpi_source`
  Address address;
  std::optional<std::string> profile;  ///< file of config/instruments, for drivers that take one
  std::optional<Calibration> calibration;
  FilePosition position;          ///< where the driver is named
  FilePosition profile_position;  ///< where there is a profile
};

struct PositionEntry {
  std::string name;   ///< `A`
  int led_input = 0;  ///< of the counter
};

/// A file of config/stations.
struct StationFile {
  std::string name;  ///< file name without ending
  std::string title;
  std::map<std::string, InstrumentEntry> instruments;  ///< by role: source, reference, counter
  int reference_input = 0;                             ///< of the counter
  ReferenceDefinition reference_definition = ReferenceDefinition::two_element;
  SourceLimits limits;
  Seconds reference_window{};      ///< window_s
  ActiveEnergy reference_pulse{};  ///< energy of one pulse that the reference is set to give
  std::vector<PositionEntry> positions;
  StationUncertainty uncertainty;
  Temperature room_temperature{};              ///< what the room is kept at
  std::map<std::string, std::string> origins;  ///< of its figures, by their key in the file
};

[[nodiscard]] std::optional<StationFile> load_station_file(const std::filesystem::path& path,
                                                           Mistakes& mistakes);

}  // namespace meterbench
