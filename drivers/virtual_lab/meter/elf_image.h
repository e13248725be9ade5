#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "bench/core/shared_program.h"

struct Elf;  // of libelf

namespace meterbench::virtual_lab {

/// A firmware as a file: ELF, 32 bits, little-endian, for ARM, linked to run where it is loaded.
class ElfImage {
 public:
  /// Throws FirmwareFailure for a file that is none, or that does not fit into the emulated machine.
  explicit ElfImage(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Of the file, without its folder.
  [[nodiscard]] std::string name() const { return path_.filename().string(); }
  /// What was read then, whatever has become of the file: a descriptor for who loads it.
  [[nodiscard]] int descriptor() const { return bytes_->descriptor(); }
  /// Of the whole file, 64 hexadecimal digits.
  [[nodiscard]] const std::string& sha256() const { return sha256_; }

  /// `0x000012f4 in meterbench::firmware::Metering::at_rest() const`; without the name where the image has no
  /// symbol there.
  [[nodiscard]] std::string place(std::uint32_t address) const;
  /// Whether an instruction may stand there: it is in what the file loads.
  [[nodiscard]] bool holds(std::uint32_t address) const;

 private:
  struct Span {
    std::uint32_t end;
    std::string name;
  };
  void read_segments(::Elf* elf);
  void read_symbols(::Elf* elf);

  std::filesystem::path path_;
  std::unique_ptr<SharedMemory> bytes_;
  std::string sha256_;
  std::map<std::uint32_t, std::uint32_t> loaded_;  // end by begin, of what the file loads
  std::map<std::uint32_t, Span> functions_;        // by their first address
};

}  // namespace meterbench::virtual_lab
