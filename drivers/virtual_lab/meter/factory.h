#pragma once

#include <string_view>

#include "bench/core/time.h"
#include "bench/model/meter_type.h"
#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"
#include "drivers/virtual_lab/meter/firmware/identity_record.h"
#include "drivers/virtual_lab/meter/firmware/security_record.h"

namespace meterbench::virtual_lab {

/// What the factory writes into the EEPROM of every meter of `type`: computed from the nominal front end at
/// the nominal frequency, blind to what is wrong with the single meter. `delay`: from energy to LED, at least
/// the filter's own 25 ms. Throws std::invalid_argument when the firmware cannot work with the type's
/// figures.
[[nodiscard]] firmware::CalibrationRecord factory_calibration(const MeterType& type, Seconds delay);

/// How the factory programs each meter of `type`, not sealed. All figures but the frequency and what the
/// model has are made: the starting threshold is a fifth of the starting load, a ten-thousandth of the class
/// current at nominal voltage (type-approval.md 3.3 has 0.05 % for the starting load).
[[nodiscard]] firmware::ConfigurationRecord factory_configuration(const MeterType& type);

/// What the factory writes there of the meter itself. The serial number of a certified standard is that of
/// its certificate; of others (all `made`) `VIRTUAL-` and the position, so that the same socket always holds
/// the same meter. What is too long for its field is cut.
[[nodiscard]] firmware::IdentityRecord factory_identity(const MeterType& type, std::string_view position);

/// Who may do what with each meter, made: everybody reads all but the passwords and has signals given; with
/// READER one marks what has been read, with SHOP as well resets demands, takes self reads, sets clock and
/// mode, switches the disconnect, clears flags and lists; all else, programming above all, needs MASTER.
[[nodiscard]] firmware::SecurityRecord factory_security();

/// What the cell of a meter's clock tells at sample 0, `utc`, since its zone is UTC. Before 2000 nobody has
/// set it, and the meter starts from 2000-01-01.
[[nodiscard]] firmware::ClockCell clock_cell(UtcTime utc);

/// The energy that the firmware counts with in meters of `type`.
[[nodiscard]] ActiveEnergy energy_quantum(const MeterType& type);

}  // namespace meterbench::virtual_lab
