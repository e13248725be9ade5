#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/model/calibration.h"
#include "bench/model/capabilities.h"
#include "bench/model/interim_check.h"
#include "bench/model/interlock_wiring.h"
#include "bench/model/port_access.h"
#include "bench/model/station_uncertainty.h"

namespace meterbench {

/// Where an instrument is: `virtual:NAME`, a VISA resource name, `modbus-tcp://host:502/1`, …
struct AddressEntry {
  std::string text;
  FilePosition position;

  /// NAME of `virtual:NAME`.
  [[nodiscard]] std::optional<std::string> virtual_name() const;
};

struct InstrumentEntry {
  std::string driver;  ///< `scpi_source`
  AddressEntry address;
  std::optional<std::string> profile;  ///< file of config/instruments, for drivers that take one
  std::optional<Calibration> calibration;
  FilePosition position;          ///< where the driver is named
  FilePosition profile_position;  ///< where there is a profile
  PortAccess log_on{};            ///< of an optical port
};

struct PositionEntry {
  std::string name;                        ///< `A`
  std::string counter = "counter";         ///< role of the counter of its LED, where there is one
  int led_input = 0;                       ///< of that counter
  std::optional<Calibration> isolation{};  ///< its burden and isolation error
  std::optional<InstrumentEntry> optical_port{};
};

/// How the interlock is kept awake.
struct InterlockEntry {
  Duration trigger{};   ///< from one sign of life to the next
  Duration watchdog{};  ///< without one all outputs drop
  InterlockWiring wiring;
};

/// A file of config/stations.
struct StationFile {
  std::string name;  ///< file name without ending
  std::string title;
  std::string lab = "default";  ///< at its virtual: addresses where no other is asked for
  bool simulated = false;       ///< simulators stand at its addresses, whatever these look like
  /// By role: source, reference; counter (unless the reference compares by itself), counter_2, counter_3, …
  /// where one has too few inputs, and where there are such: chamber, interlock, pickups.
  std::map<std::string, InstrumentEntry> instruments;
  std::map<std::string, int> reference_inputs;  ///< by role of each counter that counts the reference
  std::optional<std::string> photo_head;        ///< position that the reference's own comparison sees
  std::optional<ChamberCapabilities> chamber;   ///< with the role of that name
  std::optional<InterlockEntry> interlock;      ///< with the role of that name
  ReferenceDefinition reference_definition = ReferenceDefinition::two_element;
  ReferenceCapabilities reference_capabilities{};
  SourceLimits limits;
  Seconds reference_window{};      ///< window_s
  ActiveEnergy reference_pulse{};  ///< energy of one pulse that the reference is set to give
  std::vector<PositionEntry> positions;
  StationUncertainty uncertainty;
  SourceAccuracy source_accuracy{};
  Resistance wiring{};                  ///< of one current circuit, through all sockets and back
  bool isolation_transformers = false;  ///< the current reaches each socket through one
  std::vector<InterimCheck> interim_checks;
  Temperature room_temperature{};              ///< what the room is kept at
  std::map<std::string, std::string> origins;  ///< of its figures, by their key in the file
  FilePosition position;                       ///< of its instruments

  /// Roles of its counters in their order: `counter`, `counter_2`, …
  [[nodiscard]] std::vector<std::string> counters() const;
};

[[nodiscard]] std::optional<StationFile> load_station_file(const std::filesystem::path& path,
                                                           Mistakes& mistakes);

}  // namespace meterbench
