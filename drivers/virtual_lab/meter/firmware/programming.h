// How this meter is programmed: the records of its EEPROM that the optical port tells and changes.
// Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"
#include "drivers/virtual_lab/meter/firmware/eeprom_journal.h"
#include "drivers/virtual_lab/meter/firmware/identity_record.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/security_record.h"
#include "drivers/virtual_lab/meter/firmware/utility_record.h"

namespace meterbench::firmware {

class Programming {
 public:
  /// A reset: reads the records, and finishes a write that the last one cut.
  explicit Programming(Board& board);

  /// Whether there is a sound identity; else identity() means nothing.
  [[nodiscard]] bool identified() const { return identified_; }
  [[nodiscard]] const IdentityRecord& identity() const { return identity_; }
  /// What the meter goes by: without a sound record, as unprogrammed.
  [[nodiscard]] const ConfigurationRecord& configuration() const { return configuration_; }
  /// Without a sound record there are no passwords, and everybody may do everything.
  [[nodiscard]] const SecurityRecord& security() const { return security_; }
  /// Blank until it is written.
  [[nodiscard]] const UtilityRecord& utility() const { return utility_; }
  /// Of the form, by the calibration.
  [[nodiscard]] bool three_wire() const { return three_wire_; }

  /// Kept for good, and with a checksum of its own; false, and nothing is changed, while the EEPROM still has
  /// other bytes to take. `record` is sound but for magic and checksum.
  [[nodiscard]] bool keep(IdentityRecord record, std::uint64_t now);
  [[nodiscard]] bool keep(ConfigurationRecord record, std::uint64_t now);
  [[nodiscard]] bool keep(SecurityRecord record, std::uint64_t now);
  [[nodiscard]] bool keep(UtilityRecord record, std::uint64_t now);

  /// What is written for later, in RAM: a reset forgets it (made). It lasts until it is activated or
  /// forgotten; a part that is written later comes on top of what is pending.
  struct Pending {
    ConfigurationRecord configuration;
    bool demand, all;     ///< ST-13, MT-02
    LocalTime activated;  ///< the last time; kNoTime: never
  };
  [[nodiscard]] const Pending& pending() const { return pending_; }
  /// Of ST-13, or where `all` of MT-02.
  void set_pending(const ConfigurationRecord& configuration, bool all);
  void forget_pending() { pending_.demand = pending_.all = false; }
  /// Has what is pending hold, at `time` of the meter; false, and nothing is changed, while the EEPROM still
  /// has other bytes to take.
  [[nodiscard]] bool activate_pending(LocalTime time, std::uint64_t now);

  /// Counts the changes of configuration().
  [[nodiscard]] std::uint32_t configurations() const { return configurations_; }

 private:
  template <class Record>
  [[nodiscard]] bool seal(Record& own, Record& record, std::size_t address, std::uint64_t now);

  EepromJournal journal_;
  IdentityRecord identity_;
  bool identified_;
  ConfigurationRecord configuration_;
  SecurityRecord security_;
  UtilityRecord utility_;
  bool three_wire_;
  std::uint32_t configurations_ = 0;
  Pending pending_{{}, false, false, kNoTime};
};

}  // namespace meterbench::firmware
