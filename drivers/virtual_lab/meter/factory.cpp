#include "drivers/virtual_lab/meter/factory.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>

#include "bench/core/quantity_text.h"
#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/front_end.h"

namespace meterbench::virtual_lab {

namespace {

using namespace firmware;

/// The filter (1 − D) + D·z⁻¹ that lags as much as the current channel, and what both leave of a product.
struct PhaseCalibration {
  double delay;  // D, samples
  double gain;
};

PhaseCalibration calibrate_phase(Frequency frequency) {
  const double w = 2 * std::numbers::pi * frequency.value() / kSampleRate;
  const std::complex<double> current = front_end::current_response(frequency);
  const double tangent = -current.imag() / current.real();
  // From tan(lag) = D·sin w / (1 − D + D·cos w).
  const double delay = tangent / (std::sin(w) + tangent * (1 - std::cos(w)));
  const std::complex<double> voltage = 1 - delay + delay * std::polar(1.0, -w);
  return {delay, std::abs(voltage) * std::abs(current)};
}

std::uint16_t form_number(Form form) {
  switch (form) {
    case Form::s1: return 1;
    case Form::s2: return 2;
    case Form::s3: return 3;
    case Form::s4: return 4;
  }
  return 0;
}

/// `text` at `place`, cut or filled with spaces to `size` bytes.
template <class Byte>
Byte* put_text(Byte* place, std::string_view text, std::size_t size) {
  for (std::size_t n = 0; n < size; ++n) *place++ = static_cast<Byte>(n < text.size() ? text[n] : ' ');
  return place;
}

/// Frequency code of ST-02 (optical-port.md 6.3).
std::uint8_t frequency_code(Frequency frequency) { return frequency == Frequency{50} ? 2 : 4; }

}  // namespace

ActiveEnergy energy_quantum(const MeterType& type) {
  const double products = static_cast<double>(1U << kQuantumBits) / kBlock;
  return ActiveEnergy{products * front_end::kVoltsPerCount * front_end::amperes_per_count(type) /
                      kSampleRate};
}

CalibrationRecord factory_calibration(const MeterType& type, Seconds delay) {
  const PhaseCalibration phase = calibrate_phase(type.nominal_frequency);
  const auto fixed_point = [](double value, unsigned bits) {
    return std::llround(std::ldexp(value, static_cast<int>(bits)));
  };
  // Three-wire forms register U·(I1 − I2)/2, two-wire forms U·I1: the gains of the elements say which.
  const double gain = (is_three_wire(type.form) ? 0.5 : 1.0) / phase.gain;
  const auto first = static_cast<std::int32_t>(fixed_point(gain, kGainBits));
  const std::int64_t registration = std::llround(delay.value() * kSampleRate) - kInherentDelay;

  CalibrationRecord record{};
  record.magic = kCalibrationMagic;
  record.form = form_number(type.form);
  record.nanovolts_per_count = static_cast<std::uint32_t>(std::llround(front_end::kVoltsPerCount * 1e9));
  record.nanoamperes_per_count =
      static_cast<std::uint32_t>(std::llround(front_end::amperes_per_count(type) * 1e9));
  record.gain[0] = first;
  record.gain[1] = is_three_wire(type.form) ? -first : 0;
  record.phase_delay = static_cast<std::uint32_t>(fixed_point(phase.delay, kPhaseBits));
  record.registration_delay = static_cast<std::uint32_t>(std::max<std::int64_t>(registration, 0));
  record.kt = static_cast<std::uint64_t>(std::llround(type.kt / energy_quantum(type)));
  record.checksum = checksum_of(record);
  if (!is_valid(record))
    throw std::invalid_argument{"meter type " + type.id + ": its firmware cannot hold Kt or class"};
  return record;
}

ConfigurationRecord factory_configuration(const MeterType& type) {
  const double starting_watts = 1e-4 * type.class_amperes.value() * type.nominal_voltage.value();

  ConfigurationRecord record{};
  record.magic = kConfigurationMagic;
  record.time_format = 3;
  record.ni_1 = 0;  // double
  record.ni_2 = 8;  // INT32
  record.options =
      static_cast<std::uint8_t>((type.disconnect ? kHasDisconnect : 0) | (type.recorder ? kHasRecorder : 0));
  record.subinterval_minutes = 15;
  record.subintervals = 1;
  record.clock_source = ClockSource::line;
  record.line_hertz = static_cast<std::uint8_t>(std::lround(type.nominal_frequency.value()));
  record.led_milliseconds = 10;
  record.test_mode_divisor = 10;
  record.starting_milliwatts = static_cast<std::uint32_t>(std::lround(starting_watts * 1000));
  record.checksum = checksum_of(record);
  return record;
}

IdentityRecord factory_identity(const MeterType& type, std::string_view position) {
  IdentityRecord record{};
  record.magic = kIdentityMagic;
  record.layout = kIdentityLayout;
  record.kt_nanowatthours = static_cast<std::uint64_t>(std::llround(watt_hours(type.kt) * 1e9));
  put_text(record.serial_number,
           type.certificate ? type.certificate->serial_number : "VIRTUAL-" + std::string{position},
           sizeof record.serial_number);
  put_text(record.device_id, "METERBENCH SOCKET " + std::string{position}, sizeof record.device_id);

  constexpr std::uint8_t kInputScalar = 1;
  constexpr std::uint8_t kOneElement = 1U << 3U;
  std::uint8_t* place = record.nameplate;
  place = put_text(place, number_text(watt_hours(type.kh)), 6);
  place = put_text(place, number_text(watt_hours(type.kt)), 6);
  *place++ = kInputScalar;
  place = put_text(place, to_text(type.form), 5);
  *place++ = static_cast<std::uint8_t>(frequency_code(type.nominal_frequency) | kOneElement);
  *place++ = 0;  // base and accuracy class: not stated
  *place++ = 0;  // volts: the codes are not known
  place = put_text(place, number_text(type.class_amperes.value()), 6);
  put_text(place, number_text(type.test_amperes.value()), 6);
  record.checksum = checksum_of(record);
  return record;
}

SecurityRecord factory_security() {
  constexpr std::uint8_t kEverybody = 0, kReader = 1U << 0U, kShop = 1U << 1U, kMaster = 1U << 2U;
  constexpr std::uint16_t kMaker = 1U << 11U;

  SecurityRecord record{};
  record.magic = kSecurityMagic;
  record.default_read = kEverybody;
  record.default_write = kMaster;
  // As the example of optical-port.md 6.10: a higher password opens what the lower ones do.
  for (const auto& [password, groups] : {std::pair{"READER", kReader},
                                         {"SHOP", std::uint8_t{kReader | kShop}},
                                         {"MASTER", std::uint8_t{kReader | kShop | kMaster}}}) {
    PasswordEntry& entry = record.password[record.passwords++];
    std::ranges::copy(std::string_view{password}, entry.password);
    entry.groups = groups;
  }
  const auto allow = [&](std::uint16_t idc, std::uint8_t groups) {
    record.entry[record.entries++] = {.idc = idc, .read = kEverybody, .write = groups};
  };
  const auto allow_procedures = [&](std::initializer_list<std::uint16_t> numbers, std::uint8_t groups) {
    for (const std::uint16_t number : numbers) allow(number | kIdcProcedure, groups);
  };
  allow(7, kEverybody);  // ST-07: each procedure has its own rights
  allow_procedures({18, 19, kMaker | 0}, kEverybody);
  allow_procedures({5}, kReader);
  allow_procedures({4, 6, 7, 9, 10, kMaker | 1, kMaker | 2}, kShop);
  record.checksum = checksum_of(record);
  return record;
}

ClockCell clock_cell(UtcTime utc) {
  using namespace std::chrono;
  const auto since = utc - sys_days{2000y / January / 1};
  if (since.count() < 0) return {};
  const auto second = floor<seconds>(since);
  return {.known = 1,
          .second = static_cast<std::uint32_t>(second.count()),
          .samples = static_cast<std::uint32_t>(duration<double>(since - second).count() * kSampleRate)};
}

}  // namespace meterbench::virtual_lab
