// Which firmware runs in the meters of a virtual lab, and what their EEPROM holds, as a person says it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "drivers/virtual_lab/lab/lab.h"

namespace meterbench {

/// What `--firmware` and `--eeprom` say.
struct FirmwareOptions {
  /// `host`, a file, or the version of an image that was built beside this program, as `5.34`: at all
  /// positions, or `A=5.34,B=host`. Empty: `host`.
  std::string firmware{};
  /// `FILE` for the first position, or `A=FILE,B=FILE2`: what the EEPROM holds at the beginning where the
  /// file exists, and at the end.
  std::string eeprom{};
};

/// The image that `name` means; null: the firmware of this program. Throws virtual_lab::FirmwareFailure for a
/// file that is none, InputError for a name that means nothing.
[[nodiscard]] std::shared_ptr<const virtual_lab::ElfImage> find_firmware(const std::string& name);

/// For `meters`, type by position. Throws as find_firmware(), and InputError for an EEPROM's file of another
/// size.
[[nodiscard]] virtual_lab::MeterPrograms load_programs(const FirmwareOptions& options,
                                                       const std::map<std::string, MeterType>& meters);

/// Takes the meters' supply away, for good, and writes the files that `options` name. Throws
/// std::runtime_error when one cannot be written.
void save_eeproms(const FirmwareOptions& options, const std::map<std::string, MeterType>& meters,
                  virtual_lab::Lab& lab);

}  // namespace meterbench
