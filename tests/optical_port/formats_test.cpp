// Whatever formats a meter is programmed for, the bench reads the same of it: the firmware's tables, and the
// driver's reading of them, in each byte order, number and time format.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "bench/core/simulated_reactor.h"
#include "drivers/c1218_meter/billing_readings.h"
#include "drivers/c1218_meter/readings.h"
#include "drivers/c1218_meter/status_readings.h"
#include "drivers/virtual_lab/meter/firmware/calendar.h"
#include "drivers/virtual_lab/meter/firmware/energy_registers.h"
#include "drivers/virtual_lab/meter/firmware/led_signal.h"
#include "drivers/virtual_lab/meter/firmware/meter_tables.h"
#include "tests/support/recorded_functions.h"

namespace meterbench::c1218_meter {
namespace {

struct Formats {
  bool big_endian;
  std::uint8_t time, ni_1, ni_2, integer;
};

std::string name_of(const ::testing::TestParamInfo<Formats>& info) {
  const Formats& f = info.param;
  return std::string{f.big_endian ? "big" : "little"} + "_time" + std::to_string(f.time) + "_ni" +
         std::to_string(f.ni_1) + "_" + std::to_string(f.ni_2) + "_int" + std::to_string(f.integer);
}

class Programmed : public ::testing::TestWithParam<Formats> {
 protected:
  Programmed() {
    using namespace firmware;
    IdentityRecord identity{};
    identity.magic = kIdentityMagic;
    identity.layout = kIdentityLayout;
    identity.kt_nanowatthours = 500'000'000;
    std::ranges::fill(identity.serial_number, ' ');
    std::ranges::fill(identity.device_id, ' ');
    std::ranges::fill(identity.nameplate, std::uint8_t{' '});
    identity.checksum = checksum_of(identity);
    put(identity, kIdentityAddress);
    ConfigurationRecord configuration = unprogrammed();
    configuration.magic = kConfigurationMagic;
    configuration.big_endian = GetParam().big_endian ? 1 : 0;
    configuration.time_format = GetParam().time;
    configuration.ni_1 = GetParam().ni_1;
    configuration.ni_2 = GetParam().ni_2;
    configuration.integer_form = GetParam().integer;
    configuration.subinterval_minutes = 5;
    configuration.subintervals = 3;
    configuration.checksum = checksum_of(configuration);
    EXPECT_TRUE(is_valid(configuration));
    put(configuration, kConfigurationAddress);

    data.mode = Mode::metering;
    data.registers = empty_registers();
    data.registers.demand_resets = 7;
    data.registers.total.pulses[kDelivered] = 2'000;  // of 0.5 Wh
    data.registers.total.pulses[kReceived] = 3'500;
    data.registers.tier[1].pulses[kDelivered] = 400;
    data.registers.total.peak[kDelivered] = {5'321, at(14, 17, 30), 24'349};
    data.previous = {at(1, 0, 0), 0, empty_registers()};
    data.previous.registers.total.pulses[kDelivered] = 1'000;
    data.self_reads = {};
    data.now = at(15, 13, 45) + 30;
    data.present.millivolts = 240'125;
    data.present.milliamperes[0] = 12'500;
    data.present.watts = -3'000;
    data.present.millihertz = 59'990;
    data.present.demand_watts[kDelivered] = 1'250;
    data.events.count = 1;
    data.events.entries[0] = {at(2, 3, 4), 41, 2, kEventDemandReset, 0};
    data.history = {};
  }

  static firmware::LocalTime at(std::uint32_t day, std::uint32_t hour, std::uint32_t minute) {
    return firmware::local_time({2024, 6, day, hour, minute, 0});
  }

  template <class Record>
  void put(const Record& record, std::size_t address) {
    struct Raw {
      std::uint8_t bytes[sizeof(Record)];
    };
    std::ranges::copy(std::bit_cast<Raw>(record).bytes, board->eeprom + address);
  }

  /// All of its tables, as if they had been read.
  Tables tables() {
    firmware::Programming programming{*board};
    testing::RecordedFunctions functions;
    firmware::LedSignal signal;
    firmware::Security security{programming, functions};
    firmware::Procedures procedures{functions, signal, programming, security};
    firmware::MeterTables meter{programming, procedures};
    Tables all;
    for (std::uint16_t number = 0; number < 80; ++number) {
      if (meter.take(number, data) != firmware::MeterTables::Taken::yes) continue;
      Table& table = all[number];
      table.content.assign(meter.image().from(0), meter.image().from(0) + meter.image().size());
    }
    return all;
  }

  std::unique_ptr<firmware::Board> board = std::make_unique<firmware::Board>();
  firmware::MeterData data{};
};

MeterTime time_of(int day, int hour, int minute, int second = 0) {
  using namespace std::chrono;
  return local_days{2024y / June / day} + hours{hour} + minutes{minute} + seconds{second};
}

TEST_P(Programmed, ItsRegistersAreReadTheSame) {
  const auto billing = billing_from(tables());
  ASSERT_TRUE(billing) << billing.error();
  const RegisterSet& now = billing->present;
  const double resolution = GetParam().ni_1 == 1 ? 1e-4 : 1e-6;
  EXPECT_NEAR(watt_hours(now.energy(RegisterFlow::delivered).value()), 1'000, resolution);
  EXPECT_NEAR(watt_hours(now.energy(RegisterFlow::received).value()), 1'750, resolution);
  EXPECT_NEAR(watt_hours(now.energy(RegisterFlow::net).value()), -750, resolution);
  EXPECT_NEAR(watt_hours(now.energy(RegisterFlow::delivered, 2).value()), 200, resolution)
      << "the second tier";
  EXPECT_EQ(now.demand_resets, 7U);
  const DemandRegister* const peak = now.demand(RegisterFlow::delivered);
  ASSERT_NE(peak, nullptr);
  EXPECT_NEAR(peak->extreme.value(), 5'321, 1e-3);
  EXPECT_NEAR(peak->cumulative.value().value(), 24'349, 1e-2);
  EXPECT_EQ(peak->at, time_of(14, 17, 30));
  ASSERT_TRUE(billing->before_reset);
  EXPECT_NEAR(watt_hours(billing->before_reset->energy(RegisterFlow::delivered).value()), 500, resolution);
  EXPECT_EQ(billing->before_reset->ended, time_of(1, 0, 0));
  ASSERT_FALSE(billing->intervals.empty());
  EXPECT_EQ(billing->intervals.front(), (DemandInterval{std::chrono::minutes{5}, 3}));
}

TEST_P(Programmed, ItsPresentValuesAreReadTheSame) {
  const auto present = present_from(tables());
  ASSERT_TRUE(present) << present.error();
  EXPECT_NEAR(present->demands.at(0).value.value(), 1'250, 1e-3);
  const auto has = [&](const PresentQuantity& wanted, double within) {
    return std::ranges::any_of(present->values, [&](const PresentValue& one) {
      return std::visit(
          [&](const auto& a) {
            const auto* const b = std::get_if<std::decay_t<decltype(a)>>(&wanted);
            return b != nullptr && std::abs(a.value() - b->value()) <= within;
          },
          one.value);
    });
  };
  EXPECT_TRUE(has(Voltage{240.125}, 1e-4));
  EXPECT_TRUE(has(Current{12.5}, 1e-5));
  EXPECT_TRUE(has(ActivePower{-3'000}, 1e-3));
  EXPECT_TRUE(has(Frequency{59.99}, 1e-5));
}

TEST_P(Programmed, ItsClockAndItsLogAreReadTheSame) {
  StopSignal stop;
  const SimulatedReactor reactor{stop, UtcTime{}};
  const auto clock = clock_from(tables(), reactor);
  ASSERT_TRUE(clock) << clock.error();
  EXPECT_EQ(clock->time, time_of(15, 13, 45, 30));
  const auto log = log_from(tables());
  ASSERT_TRUE(log) << log.error();
  ASSERT_EQ(log->events.size(), 1U);
  EXPECT_EQ(log->events[0].number, 41U);
  EXPECT_EQ(log->events[0].user, 2U);
  EXPECT_EQ(log->events[0].code, 20U);
  EXPECT_EQ(log->events[0].time, time_of(2, 3, 4));
}

INSTANTIATE_TEST_SUITE_P(As, Programmed,
                         ::testing::Values(Formats{false, 2, 0, 8, 0}, Formats{true, 1, 0, 8, 0},
                                           Formats{false, 3, 11, 11, 0}, Formats{true, 4, 10, 8, 1},
                                           Formats{true, 2, 8, 8, 2}, Formats{false, 4, 12, 5, 0},
                                           Formats{false, 1, 1, 1, 0}, Formats{true, 3, 9, 7, 0},
                                           Formats{false, 2, 11, 6, 2}),
                         name_of);

}  // namespace
}  // namespace meterbench::c1218_meter
