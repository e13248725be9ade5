// Tables that say what a meter is: ST-00 to ST-06 (optical-port.md 6.1 to 6.5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/protocol/c1219/table_reader.h"

namespace meterbench::c1219 {

/// ST-00.
struct GeneralConfiguration {
  Formats formats{};
  std::uint8_t access = 0;     ///< 0 full reads only, 1 also by offset, 2 by index, 3 both
  std::string manufacturer{};  ///< code of the 1997 edition; later ones have bytes of an object id there
  std::uint8_t nameplate = 0;  ///< 2: electric
  std::uint8_t standard_version = 0;
  std::uint8_t status_bytes = 0;  ///< of the manufacturer in ST-03
  std::uint8_t pending = 0;       ///< entries of ST-04
  Bytes standard_tables{};        ///< sets, of what is there to be used
  Bytes manufacturer_tables{};
  Bytes standard_procedures{};
  Bytes manufacturer_procedures{};

  [[nodiscard]] bool has_offset_access() const { return (access & 1U) != 0; }
  /// `table` as on the wire: the manufacturer's are 2048 and up.
  [[nodiscard]] bool has_table(std::uint16_t table) const;
  /// `procedure` with 2048 added for the manufacturer's.
  [[nodiscard]] bool has_procedure(std::uint16_t procedure) const;
};
[[nodiscard]] Decoded<GeneralConfiguration> decode_st00(ByteView table);

/// ST-01.
struct ManufacturerIdentity {
  std::string manufacturer;
  std::string model;
  std::uint8_t hardware_version = 0, hardware_revision = 0;
  std::uint8_t firmware_version = 0, firmware_revision = 0;
  std::string serial_number;
};
[[nodiscard]] Decoded<ManufacturerIdentity> decode_st01(ByteView table, const Formats& formats);

/// ST-02 of an electric meter with text constants. Never take Kh from here without a person's word: a wrong
/// one shifts every error.
struct Nameplate {
  std::string kh;  ///< Wh, as printed
  std::string kt;
  std::uint8_t input_scalar = 0;
  std::string form;
  std::uint8_t frequency = 0;                        ///< code: 2 50 Hz, 3 50 or 60 Hz, 4 60 Hz
  std::uint8_t elements = 0;                         ///< code
  std::uint8_t element_volts = 0, supply_volts = 0;  ///< codes
  std::string class_amperes;
  std::string test_amperes;
};
[[nodiscard]] Decoded<Nameplate> decode_st02(ByteView table, const Formats& formats);

/// ST-03.
struct ModeStatus {
  std::uint8_t mode = 0;     ///< bits: 0 metering, 1 test, 2 shop, 3 factory
  std::uint16_t status = 0;  ///< bits as optical-port.md 6.4 has them
  Bytes manufacturer_status;
};
[[nodiscard]] Decoded<ModeStatus> decode_st03(ByteView table, const GeneralConfiguration& configuration);

/// `test mode`; several joined by commas.
[[nodiscard]] std::string mode_text(std::uint8_t mode);
/// The flags of `status` that are set, each in words.
[[nodiscard]] std::vector<std::string> status_texts(std::uint16_t status);

/// ST-04: tables that wait to come into force.
struct PendingTables {
  struct Entry {
    Bytes event;              ///< selector, code and storage, 6 bytes
    std::uint16_t table = 0;  ///< TABLE_IDA
  };
  Bytes standard;  ///< sets, of tables able to be pending
  Bytes manufacturer;
  std::optional<MeterTime> last_activation;
  std::uint8_t pending = 0;
  std::vector<Entry> entries;
};
[[nodiscard]] Decoded<PendingTables> decode_st04(ByteView table, const GeneralConfiguration& configuration);

/// ST-05.
[[nodiscard]] Decoded<std::string> decode_st05(ByteView table, const Formats& formats);

/// ST-06. The two programs that set the meter up belong into the record of a test.
struct UtilityInformation {
  struct Software {
    std::string vendor;
    std::uint8_t version = 0, revision = 0;
  };
  std::string owner, division, service_point, electrical_address, device_id, utility_serial_number,
      customer_id;
  std::string coordinates[3];
  std::string tariff;
  Software software[2];
  std::string programmer;
  std::string miscellaneous;
};
[[nodiscard]] Decoded<UtilityInformation> decode_st06(ByteView table, const Formats& formats);

}  // namespace meterbench::c1219
