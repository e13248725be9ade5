#include "bench/cli/meter_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/cli/meter_arguments.h"

namespace meterbench {
namespace {

using namespace std::chrono;
using ::testing::HasSubstr;

const MeterTime kTime = local_days{2024y / June / 15} + 13h + 45min + 30s;

TEST(MeterArguments, NameTables) {
  EXPECT_EQ(parse_table_number("23"), 23);
  EXPECT_EQ(parse_table_number("ST-05"), 5);
  EXPECT_EQ(parse_table_number("MT-13"), 2061);
  EXPECT_EQ(parse_table_number("2061"), 2061);
  EXPECT_EQ(table_name_text(2061), "MT-13");
  EXPECT_EQ(table_name_text(5), "ST-05");
  for (const char* wrong : {"", "ST-", "ST-2048", "4096", "-1", "23x", "st-23", "MT", "0x17"})
    EXPECT_FALSE(parse_table_number(wrong)) << wrong;
}

TEST(MeterArguments, ShowNoPasswords) {
  EXPECT_EQ(parse_table_number("42").error(), "ST-42 holds passwords and is not shown");
  EXPECT_EQ(parse_table_number("ST-45").error(), "ST-45 holds keys and is not shown");
  EXPECT_TRUE(parse_table_number("MT-42"));
}

TEST(MeterArguments, NameProcedures) {
  EXPECT_EQ(parse_meter_command("demand-reset", "")->procedure, MeterProcedure::demand_reset);
  EXPECT_EQ(parse_meter_command("test-mode", "on")->procedure, MeterProcedure::test_mode_on);
  EXPECT_EQ(parse_meter_command("disconnect", "close")->procedure, MeterProcedure::close_disconnect);
  const auto clock = parse_meter_command("set-clock", "2024-06-15 13:45:30");
  ASSERT_TRUE(clock) << clock.error();
  EXPECT_EQ(clock->procedure, MeterProcedure::set_clock);
  EXPECT_EQ(clock->time, kTime);
  EXPECT_EQ(parse_meter_time("2024-06-15T13:45:30"), kTime);
  for (const auto& [name, parameter] : {std::pair{"test-mode", ""},
                                        {"demand-reset", "now"},
                                        {"set-clock", ""},
                                        {"set-clock", "noon"},
                                        {"set-clock", "2024-06-15T13:45:30Z"},
                                        {"9", ""}})
    EXPECT_FALSE(parse_meter_command(name, parameter)) << name << ' ' << parameter;
}

TEST(MeterArguments, KnowZones) {
  EXPECT_EQ(parse_zone(-3.5), -210min);
  EXPECT_EQ(parse_zone(0), 0min);
  EXPECT_FALSE(parse_zone(15));
  EXPECT_FALSE(parse_zone(-12.5));
  EXPECT_FALSE(parse_zone(0.001));
}

RegisterSet sample_set() {
  return {.demand_resets = 3,
          .energies = {{.flow = RegisterFlow::delivered,
                        .energy = from_watt_hours(12'345'595.2),
                        .step = from_watt_hours(7.2)},
                       {.flow = RegisterFlow::net,
                        .tier = 2,
                        .energy = from_watt_hours(-900),
                        .step = from_watt_hours(7.2)}},
          .demands = {{.flow = RegisterFlow::delivered,
                       .extreme = ActivePower{5321},
                       .at = kTime,
                       .cumulative = ActivePower{24349}}}};
}

TEST(MeterView, ShowsRegistersInTheUnitsOfTheTrade) {
  MeterBilling billing{.present = sample_set()};
  billing.intervals = {{15min, 1}, {5min, 3}};
  const MeterView shown = view(billing);
  EXPECT_THAT(shown.text, HasSubstr("present registers, 3 demand resets\n"));
  EXPECT_THAT(shown.text, HasSubstr("all   delivered        12345.5952\n"));
  EXPECT_THAT(shown.text, HasSubstr("2     net                 -0.9000\n"));
  EXPECT_THAT(shown.text, HasSubstr("5.321  maximum  2024-06-15 13:45:30            24.349\n"));
  EXPECT_THAT(shown.text, HasSubstr("block of 15 min"));
  EXPECT_THAT(shown.text, HasSubstr("rolling, 3 times 5 min"));
  const auto& present = shown.json.at("present");
  EXPECT_DOUBLE_EQ(present.at("energies").at(0).at("energy_wh").get<double>(), 12'345'595.2);
  EXPECT_EQ(present.at("energies").at(1).at("tier"), 2);
  EXPECT_EQ(present.at("demands").at(0).at("maximum_w"), 5321);
  EXPECT_EQ(present.at("demands").at(0).at("at"), "2024-06-15 13:45:30");
  EXPECT_TRUE(present.at("ended").is_null());
  EXPECT_TRUE(shown.json.at("before_reset").is_null());
}

TEST(MeterView, ShowsEarlierPeriods) {
  MeterBilling billing{.present = sample_set(), .before_reset = sample_set(), .self_reads = {sample_set()}};
  billing.before_reset->ended = kTime;
  billing.self_reads[0].sequence = 7;
  const MeterView shown = view(billing);
  EXPECT_THAT(shown.text,
              HasSubstr("before the last demand reset, ended 2024-06-15 13:45:30, 3 demand resets\n"));
  EXPECT_THAT(shown.text, HasSubstr("self read 7, 3 demand resets\n"));
  EXPECT_EQ(shown.json.at("self_reads").at(0).at("sequence"), 7);
}

TEST(MeterView, ShowsPresentValuesWithTheirUnits) {
  const MeterPresent present{
      .demands = {{.flow = RegisterFlow::delivered, .value = ActivePower{1250}, .remaining = 90s}},
      .values = {{.value = Voltage{240.5}, .line = "A-N"},
                 {.value = Ratio{-0.5}},
                 {.value = ActivePower{1200}, .flow = RegisterFlow::received, .demand = true}}};
  const MeterView shown = view(present);
  EXPECT_THAT(shown.text, HasSubstr("present demand   1.25 kW delivered, 90 s of its interval are left\n"));
  EXPECT_THAT(shown.text, HasSubstr("voltage A-N      240.5 V\n"));
  EXPECT_THAT(shown.text, HasSubstr("power factor     -0.5\n"));
  EXPECT_THAT(shown.text, HasSubstr("last demand      1200 W received\n"));
  EXPECT_EQ(shown.json.at("present_values").at(0).at("voltage_v"), 240.5);
  EXPECT_EQ(shown.json.at("present_values").at(1).at("power_factor"), -0.5);
  EXPECT_EQ(shown.json.at("present_values").at(2).at("active_power_w"), 1200);
  EXPECT_EQ(shown.json.at("present_demands").at(0).at("remaining_s"), 90);
}

TEST(MeterView, ShowsTheClockWithItsReadingInterval) {
  const UtcTime bench{sys_days{2024y / June / 15} + 17h + 45min + 30s};
  const MeterClock clock{.time = kTime, .asked_utc = bench, .answered_utc = bench + 200ms};
  const MeterView shown = view(clock, -4h);
  EXPECT_THAT(shown.text, HasSubstr("meter            2024-06-15 13:45:30\n"));
  EXPECT_THAT(shown.text, HasSubstr("difference       +0.40 s ± 0.60 s, meter less bench at UTC-04:00\n"));
  EXPECT_NEAR(shown.json.at("difference_s").get<double>(), 0.4, 1e-9);
  EXPECT_NEAR(shown.json.at("half_width_s").get<double>(), 0.6, 1e-9);
  const MeterView never = view(MeterClock{}, 0min);
  EXPECT_THAT(never.text, HasSubstr("never set"));
  EXPECT_TRUE(never.json.at("difference_s").is_null());
}

TEST(MeterView, ShowsTheLog) {
  const MeterLog log{.events = {{.time = kTime,
                                 .number = 2,
                                 .user = 1,
                                 .code = 20,
                                 .text = "demand reset (20)",
                                 .argument = {9, 0}}},
                     .events_lost = true};
  const MeterView shown = view(log);
  EXPECT_THAT(shown.text, HasSubstr("2024-06-15 13:45:30       2     1  demand reset (20)"));
  EXPECT_THAT(shown.text, HasSubstr("Older events have been lost.\n"));
  EXPECT_THAT(shown.text, HasSubstr("history: nothing\n"));
  EXPECT_EQ(shown.json.at("events").at(0).at("code"), 20);
  EXPECT_EQ(shown.json.at("events").at(0).at("argument"), "09 00");
}

TEST(MeterView, SaysThatThereIsNoProfile) {
  EXPECT_EQ(view(MeterProfile{}).text,
            "This meter has no load profile: its ST-00 lists no profile tables.\n");
  EXPECT_EQ(view(MeterProfile{{.number = 1, .channels = 2}}).json.at("profiles").at(0).at("channels"), 2);
}

TEST(MeterView, ShowsTablesByteForByte) {
  const MeterView shown = view(std::map<std::uint16_t, Bytes>{{23, Bytes(17, 0xAB)}});
  EXPECT_THAT(shown.text, HasSubstr("ST-23  17 bytes\n"));
  EXPECT_THAT(shown.text, HasSubstr("    16  AB\n"));
  EXPECT_EQ(shown.json.at("tables").at(0).at("name"), "ST-23");
  EXPECT_EQ(shown.json.at("tables").at(0).at("sha256").get<std::string>().size(), 64U);
}

TEST(MeterView, JoinsIdentityAndStatus) {
  MeterView shown = view(MeterIdentity{.manufacturer = "TEST",
                                       .model = "VMETER1",
                                       .hardware = "1.0",
                                       .firmware = "5.34",
                                       .serial_number = "12345678",
                                       .device_id = "",
                                       .kt = from_watt_hours(7.2)});
  shown.add(view(MeterStatus{.mode = "test mode", .flags = {"tamper", "reverse rotation"}}));
  EXPECT_THAT(shown.text, HasSubstr("meter            TEST VMETER1\n"));
  EXPECT_THAT(shown.text, HasSubstr("Kt               7.2 Wh\n"));
  EXPECT_THAT(shown.text, HasSubstr("status           tamper, reverse rotation\n"));
  EXPECT_EQ(shown.json.at("mode"), "test mode");
  EXPECT_EQ(shown.json.at("kt_wh"), 7.2);
}

}  // namespace
}  // namespace meterbench
