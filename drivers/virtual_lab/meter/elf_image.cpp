#include "drivers/virtual_lab/meter/elf_image.h"

#include <cxxabi.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "bench/core/sha256.h"
#include "drivers/virtual_lab/meter/firmware_failure.h"

namespace meterbench::virtual_lab {

namespace {

/// Where the machine has memory for an image (board.md).
struct Memory {
  const char* name;
  std::uint32_t begin, bytes;
};
constexpr Memory kMemories[] = {{"flash", 0x00000000, 4U << 20U}, {"RAM", 0x20000000, 4U << 20U}};

/// Of a function's address in Thumb code.
constexpr std::uint32_t kThumb = 1;

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text{abi::__cxa_demangle(name, nullptr, nullptr, &status),
                                                         &std::free};
  return status == 0 ? std::string{text.get()} : std::string{name};
}

bool fits(std::uint64_t begin, std::uint64_t bytes) {
  for (const Memory& memory : kMemories)
    if (begin >= memory.begin && begin + bytes <= std::uint64_t{memory.begin} + memory.bytes) return true;
  return false;
}

std::string contents_of(const std::filesystem::path& path) {
  constexpr std::uintmax_t kMost = 64U << 20U;
  std::error_code unknown;
  if (std::filesystem::file_size(path, unknown) > kMost && !unknown)
    throw FirmwareFailure{fmt::format("{}: no image has more than 64 MiB", path.string())};
  std::ifstream file{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  if (!file.is_open() || file.bad()) throw FirmwareFailure{fmt::format("{}: cannot be read", path.string())};
  return bytes;
}

}  // namespace

ElfImage::ElfImage(std::filesystem::path path) : path_{std::move(path)} {
  std::string bytes = contents_of(path_);
  sha256_ = sha256_hex(bytes);
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, decltype(&elf_end)> elf{elf_memory(bytes.data(), bytes.size()), &elf_end};
  const auto refuse = [&](const std::string& why) {
    throw FirmwareFailure{fmt::format("{}: {}", path_.string(), why)};
  };
  GElf_Ehdr head{};
  if (!elf || elf_kind(elf.get()) != ELF_K_ELF || gelf_getehdr(elf.get(), &head) == nullptr)
    refuse("this is no ELF file");
  if (head.e_machine != EM_ARM || head.e_ident[EI_CLASS] != ELFCLASS32 ||
      head.e_ident[EI_DATA] != ELFDATA2LSB)
    refuse(
        fmt::format("it is built for another machine (ELF machine {}, {} bits, {}-endian); the board has a "
                    "Cortex-M4: ELF machine {}, 32 bits, little-endian",
                    head.e_machine, head.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32,
                    head.e_ident[EI_DATA] == ELFDATA2LSB ? "little" : "big", EM_ARM));
  if (head.e_type != ET_EXEC) refuse("it is not linked to run: no executable");
  read_segments(elf.get());
  if (!holds(static_cast<std::uint32_t>(head.e_entry) & ~kThumb))
    refuse(fmt::format("it begins at 0x{:08x}, where it loads nothing", head.e_entry));
  read_symbols(elf.get());
  bytes_ = std::make_unique<SharedMemory>(bytes.size());
  std::ranges::copy(bytes, static_cast<char*>(bytes_->data()));
}

void ElfImage::read_segments(::Elf* elf) {
  std::size_t count = 0;
  elf_getphdrnum(elf, &count);
  for (std::size_t n = 0; n < count; ++n) {
    GElf_Phdr segment{};
    if (gelf_getphdr(elf, static_cast<int>(n), &segment) == nullptr || segment.p_type != PT_LOAD ||
        segment.p_memsz == 0)
      continue;
    for (const std::uint64_t begin : {segment.p_paddr, segment.p_vaddr})
      if (!fits(begin, segment.p_memsz))
        throw FirmwareFailure{fmt::format(
            "{}: {} bytes at 0x{:08x} are not in the board's memory: 4 MiB of flash at 0, 4 MiB of RAM at "
            "0x20000000",
            path_.string(), segment.p_memsz, begin)};
    if (segment.p_filesz == 0) continue;
    const auto begin = static_cast<std::uint32_t>(segment.p_vaddr);
    loaded_.emplace(begin, begin + static_cast<std::uint32_t>(segment.p_filesz));
  }
}

void ElfImage::read_symbols(::Elf* elf) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr head{};
    if (gelf_getshdr(section, &head) == nullptr || head.sh_type != SHT_SYMTAB || head.sh_entsize == 0)
      continue;
    Elf_Data* const data = elf_getdata(section, nullptr);
    if (data == nullptr) continue;
    for (int n = 0; n < static_cast<int>(head.sh_size / head.sh_entsize); ++n) {
      GElf_Sym symbol{};
      if (gelf_getsym(data, n, &symbol) == nullptr || GELF_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      const char* const name = elf_strptr(elf, head.sh_link, symbol.st_name);
      const auto begin = static_cast<std::uint32_t>(symbol.st_value) & ~kThumb;
      if (name != nullptr)
        functions_.insert_or_assign(
            begin, Span{begin + static_cast<std::uint32_t>(symbol.st_size), demangled(name)});
    }
  }
}

std::string ElfImage::place(std::uint32_t address) const {
  address &= ~kThumb;
  const auto after = functions_.upper_bound(address);
  if (after != functions_.begin())
    if (const auto& [begin, span] = *std::prev(after); address < span.end || address == begin)
      return fmt::format("0x{:08x} in {}", address, span.name);
  return fmt::format("0x{:08x}", address);
}

bool ElfImage::holds(std::uint32_t address) const {
  const auto after = loaded_.upper_bound(address);
  return after != loaded_.begin() && address < std::prev(after)->second;
}

}  // namespace meterbench::virtual_lab
