#include "drivers/virtual_lab/meter/firmware/programming.h"

#include <bit>

#include "drivers/virtual_lab/meter/firmware/calibration_record.h"

namespace meterbench::firmware {

namespace {

/// The record at `address`, or `otherwise` where it is not sound.
template <class Record>
Record read_or(const Board& board, std::size_t address, const Record& otherwise) {
  const auto record = read_record<Record>(board, address);
  return is_valid(record) ? record : otherwise;
}

UtilityRecord blank_utility() {
  UtilityRecord record{};
  record.magic = kUtilityMagic;
  for (std::uint8_t& letter : record.text) letter = ' ';
  return record;
}

bool is_three_wire(const CalibrationRecord& calibration) {
  return is_valid(calibration) && (calibration.form == 2 || calibration.form == 4);
}

}  // namespace

Programming::Programming(Board& board)
    : journal_{board},
      identity_{read_record<IdentityRecord>(board, kIdentityAddress)},
      identified_{is_valid(identity_)},
      configuration_{read_or(board, kConfigurationAddress, unprogrammed())},
      security_{read_or(board, kSecurityAddress, SecurityRecord{})},
      utility_{read_or(board, kUtilityAddress, blank_utility())},
      three_wire_{is_three_wire(read_record<CalibrationRecord>(board, kCalibrationAddress))} {
  journal_.finish();
}

template <class Record>
bool Programming::seal(Record& own, Record& record, std::size_t address, std::uint64_t now) {
  struct Raw {
    std::uint8_t bytes[sizeof(Record)];
  };
  record.checksum = checksum_of(record);
  const auto raw = std::bit_cast<Raw>(record);
  if (!journal_.write(address, raw.bytes, sizeof raw.bytes, now)) return false;
  own = record;
  return true;
}

bool Programming::keep(IdentityRecord record, std::uint64_t now) {
  return seal(identity_, record, kIdentityAddress, now);
}

bool Programming::keep(ConfigurationRecord record, std::uint64_t now) {
  record.magic = kConfigurationMagic;
  if (!seal(configuration_, record, kConfigurationAddress, now)) return false;
  ++configurations_;
  return true;
}

void Programming::set_pending(const ConfigurationRecord& configuration, bool all) {
  pending_.configuration = configuration;
  (all ? pending_.all : pending_.demand) = true;
}

bool Programming::activate_pending(LocalTime time, std::uint64_t now) {
  if (!pending_.demand && !pending_.all) return true;
  if (!keep(pending_.configuration, now)) return false;
  forget_pending();
  pending_.activated = time;
  return true;
}

bool Programming::keep(SecurityRecord record, std::uint64_t now) {
  return seal(security_, record, kSecurityAddress, now);
}

bool Programming::keep(UtilityRecord record, std::uint64_t now) {
  return seal(utility_, record, kUtilityAddress, now);
}

}  // namespace meterbench::firmware
