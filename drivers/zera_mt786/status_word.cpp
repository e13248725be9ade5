#include "drivers/zera_mt786/status_word.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

namespace meterbench::zera_mt786 {

namespace {

constexpr std::string_view kHead = "SSM";
constexpr std::string_view kHexadecimal = "0123456789ABCDEFabcdef";
constexpr std::size_t kKnownDigits = 20;

/// Bits of a digit, the highest first.
using Bits = std::array<std::string_view, 4>;
/// Bit 1 of digit 0 has no known meaning.
constexpr std::array<Bits, 2> kGeneral{
    Bits{"amplifier error", "fuse", "voltage or current short", "digit 0 bit 1 (meaning unknown)"},
    Bits{"emergency stop", "isolation failure", "fibre identification corrupted",
         "reference data transmission error"}};

/// Each category has a pair of digits from digit 2 on, a bit for each channel.
constexpr std::array<std::string_view, 9> kCategories{
    "error",       "short or open",      "temperature",       "supply",         "overload",
    "group error", "connection missing", "data transmission", "undefined fault"};
constexpr std::array<Bits, 2> kChannels{Bits{"aux2", "aux1", "I3", "I2"}, Bits{"I1", "U3", "U2", "U1"}};

unsigned value_of(char digit) {
  return static_cast<unsigned>(kHexadecimal.find(digit) < 16 ? kHexadecimal.find(digit)
                                                             : kHexadecimal.find(digit) - 6);
}

void append_bits(char digit, const Bits& names, std::vector<std::string>& found) {
  for (std::size_t bit = 0; bit < names.size(); ++bit)
    if ((value_of(digit) & (8U >> bit)) != 0) found.emplace_back(names[bit]);
}

}  // namespace

bool StatusWord::clean() const { return digits.find_first_not_of('0') == digits.npos; }

std::string StatusWord::text() const {
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < kGeneral.size(); ++i) append_bits(digits[i], kGeneral[i], faults);
  for (std::size_t category = 0; category < kCategories.size(); ++category) {
    std::vector<std::string> channels;
    for (std::size_t i = 0; i < kChannels.size(); ++i)
      append_bits(digits[kGeneral.size() + 2 * category + i], kChannels[i], channels);
    if (!channels.empty())
      faults.push_back(fmt::format("{} {}", kCategories[category], fmt::join(channels, ", ")));
  }
  for (std::size_t i = kKnownDigits; i < digits.size(); ++i)
    if (digits[i] != '0') faults.push_back(fmt::format("digit {} is {} (meaning unknown)", i, digits[i]));
  return fmt::format("{}", fmt::join(faults, "; "));
}

std::optional<StatusWord> parse_status(std::string_view line) {
  if (!line.starts_with(kHead)) return std::nullopt;
  const std::string_view digits = line.substr(kHead.size());
  if (digits.size() < kKnownDigits || digits.find_first_not_of(kHexadecimal) != digits.npos)
    return std::nullopt;
  return StatusWord{std::string{digits}};
}

}  // namespace meterbench::zera_mt786
