// The tables of one consistent meter, as optical-port.md 6 has them, cut short and damaged.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "drivers/protocol/c1219/general_tables.h"
#include "drivers/protocol/c1219/scaling.h"
#include "tests/support/optical_packets.h"

namespace meterbench::c1219 {
namespace {

using golden::from_hex;
using namespace std::chrono;

const Bytes kSt00 = from_hex(
    "02 1A 80 54 45 53 54 02 00 16 16 01 00 0A 02 02 00 01 00 AB B9 E1 1E 00 16 90 E0 81 14 00 20 DB 06 A0 "
    "00 00 00 "
    "00 00 00 00 00 00 00 00");
const Bytes kSt01 = from_hex(
    "54 45 53 54 56 4D 45 54 45 52 31 20 01 00 05 22 30 30 30 30 30 30 30 30 31 32 33 34 35 36 37 38");
const Bytes kSt02 = from_hex(
    "37 2E 32 20 20 20 37 2E 32 20 20 20 01 32 53 20 20 20 0C 00 33 32 30 30 20 20 20 33 30 20 20 20 20");
const Bytes kSt03 = from_hex("02 00 20 00 00");
const Bytes kSt05 = from_hex("55 4E 49 54 2D 30 30 30 31 20 20 20 20 20 20 20 20 20 20 20");
const Bytes kSt11 = from_hex("06 04 01 00 00 02 02 04");
const Bytes kSt12 = from_hex("00 50 02 00 00 90 01 00 00 44 02 00 08 02 28 00");
const Bytes kSt15 = from_hex(
    "92 CB 7F 48 BF 7D 7D 3F 00 00 00 00 00 00 00 00 92 CB 7F 48 BF 7D 7D 3F 00 00 00 00 00 00 00 00");
const Bytes kSt16 = from_hex("29 29 13 11");
const Bytes kSt21 = from_hex("16 02 01 02 01 00 01 00 01 01");
const Bytes kSt22 = from_hex("00 01 02 01");
const Bytes kSt23 = from_hex(
    "03 00 00 00 00 EA 29 3A 41 00 00 00 00 00 40 5F 40 18 06 0E 11 1E 00 00 00 00 40 C7 D7 40 C9 14 00 00");

const Formats kFormats{.time = 2, .ni_1 = 0, .ni_2 = 8};

template <class T>
T sound(Decoded<T> decoded) {
  if (!decoded) {
    ADD_FAILURE() << decoded.error();
    return {};
  }
  return *decoded;
}

TEST(C1219Tables, ReadsTheGeneralConfiguration) {
  const auto st00 = sound(decode_st00(kSt00));
  EXPECT_FALSE(st00.formats.big_endian);
  EXPECT_EQ(st00.formats.time, 2);
  EXPECT_EQ(st00.formats.ni_1, 0);
  EXPECT_EQ(st00.formats.ni_2, 8);
  EXPECT_EQ(st00.formats.integer, 0);
  EXPECT_FALSE(st00.formats.bcd_identifiers);
  EXPECT_EQ(st00.access, 3);
  EXPECT_EQ(st00.manufacturer, "TEST");
  EXPECT_EQ(st00.nameplate, 2);
  EXPECT_EQ(st00.standard_version, 1);
  EXPECT_EQ(st00.status_bytes, 1);
  std::vector<unsigned> tables;
  for (std::uint16_t n = 0; n < 8192; ++n)
    if (st00.has_table(n)) tables.push_back(n);
  EXPECT_EQ(tables,
            (std::vector<unsigned>{0,  1,  3,  5,  7,  8,  11, 12, 13, 15, 16, 21, 22, 23, 25,       26,
                                   27, 28, 41, 42, 44, 52, 55, 61, 62, 63, 64, 71, 74, 76, 2048 + 13}));
  std::vector<unsigned> procedures;
  for (std::uint16_t n = 0; n < 8192; ++n)
    if (st00.has_procedure(n)) procedures.push_back(n);
  EXPECT_EQ(procedures, (std::vector<unsigned>{0, 1, 3, 4, 6, 7, 9, 10}));
}

TEST(C1219Tables, KnowsTheProceduresOfTheManufacturer) {
  Bytes with = kSt00;
  with[16] = 1;  // bytes of that set
  with.insert(with.begin() + 19 + 10 + 2 + 2, 0x05);
  const auto st00 = sound(decode_st00(with));
  EXPECT_TRUE(st00.has_procedure(2048));
  EXPECT_FALSE(st00.has_procedure(2049));
  EXPECT_TRUE(st00.has_procedure(2050));
  EXPECT_FALSE(st00.has_procedure(2048 + 8));
}

TEST(C1219Tables, ReadsTheByteOrderBeforeItKnowsIt) {
  Bytes big = kSt00;
  big[0] |= 1U;
  EXPECT_TRUE(sound(decode_st00(big)).formats.big_endian);
}

TEST(C1219Tables, ReadsTheIdentity) {
  const auto st01 = sound(decode_st01(kSt01, kFormats));
  EXPECT_EQ(st01.manufacturer, "TEST");
  EXPECT_EQ(st01.model, "VMETER1");
  EXPECT_EQ(st01.hardware_version, 1);
  EXPECT_EQ(st01.hardware_revision, 0);
  EXPECT_EQ(st01.firmware_version, 5);
  EXPECT_EQ(st01.firmware_revision, 34);
  EXPECT_EQ(st01.serial_number, "0000000012345678");
  EXPECT_EQ(sound(decode_st05(kSt05, kFormats)), "UNIT-0001");
}

TEST(C1219Tables, ReadsTheNameplateInTheFormThatIsKnown) {
  const auto st02 = sound(decode_st02(kSt02, kFormats));
  EXPECT_EQ(st02.kh, "7.2");
  EXPECT_EQ(st02.kt, "7.2");
  EXPECT_EQ(st02.input_scalar, 1);
  EXPECT_EQ(st02.form, "2S");
  EXPECT_EQ(st02.frequency, 4);
  EXPECT_EQ(st02.elements, 1);
  EXPECT_EQ(st02.element_volts, 3);
  EXPECT_EQ(st02.supply_volts, 3);
  EXPECT_EQ(st02.class_amperes, "200");
  EXPECT_EQ(st02.test_amperes, "30");
  EXPECT_FALSE(decode_st02(Bytes(43), kFormats));
}

TEST(C1219Tables, ReadsModeAndStatus) {
  const auto st03 = sound(decode_st03(kSt03, sound(decode_st00(kSt00))));
  EXPECT_EQ(st03.mode, 2);
  EXPECT_EQ(st03.status, 1U << 13U);
  EXPECT_EQ(st03.manufacturer_status, Bytes{0});
}

TEST(C1219Tables, ReadsUnitsConstantsAndSources) {
  const auto st11 = sound(decode_st11(kSt11, kFormats));
  EXPECT_FALSE(st11.power_fail_exclusion);
  EXPECT_TRUE(st11.reset_exclusion);
  EXPECT_FALSE(st11.sliding_demand);
  EXPECT_EQ(st11.demand_controls, 1);
  EXPECT_EQ(st11.units, 4);
  EXPECT_EQ(st11.constants, 2);
  EXPECT_EQ(st11.sources, 4);
  const auto units = sound(decode_st12(kSt12, kFormats, st11));
  ASSERT_EQ(units.size(), 4U);
  EXPECT_TRUE(is_energy(units[0]));
  EXPECT_EQ(flow_of(units[0]), Flow::delivered);
  EXPECT_TRUE(is_energy(units[1]));
  EXPECT_EQ(flow_of(units[1]), Flow::received);
  EXPECT_EQ(units[0].multiplier(), 1000);
  EXPECT_FALSE(is_energy(units[2])) << "a demand";
  EXPECT_EQ(flow_of(units[2]), Flow::delivered);
  EXPECT_EQ(units[2].time_base(), 4U);
  EXPECT_EQ(units[3].id(), 8U);
  EXPECT_EQ(units[3].time_base(), 2U);
  EXPECT_EQ(units[3].segmentation(), 5U) << "A-N";
  EXPECT_EQ(flow_of(units[3]), std::nullopt);
  const auto constants = sound(decode_st15(kSt15, kFormats, st11));
  ASSERT_EQ(constants.size(), 2U);
  EXPECT_DOUBLE_EQ(constants[1].multiplier, 0.0072);
  EXPECT_EQ(constants[1].offset, 0);
  EXPECT_EQ(constants[1].ratio, 1);
  const auto sources = sound(decode_st16(kSt16, kFormats, st11));
  ASSERT_EQ(sources.size(), 4U);
  EXPECT_TRUE(sources[0].has_unit() && sources[0].has_constants() && sources[0].constants_to_apply());
  EXPECT_FALSE(sources[0].engineering_units());
  EXPECT_TRUE(sources[3].engineering_units());
}

TEST(C1219Tables, TellsTheFlowOfAUnit) {
  EXPECT_EQ(flow_of({0x00067000}), Flow::net) << "bulk, all quadrants, net";
  EXPECT_EQ(flow_of({0x00025500}), Flow::net) << "net bulk";
  EXPECT_TRUE(is_energy({0x00025500}));
  EXPECT_EQ(flow_of({0x0003D000}), std::nullopt) << "all quadrants without a sign";
  EXPECT_EQ(flow_of({0x00025001}), std::nullopt) << "var";
  EXPECT_EQ(flow_of({0x002A5000}), std::nullopt) << "of one line";
  EXPECT_EQ(flow_of({0x00425000}), std::nullopt) << "of a harmonic";
  EXPECT_EQ(flow_of({0x80025000}), std::nullopt) << "not as the standard says";
}

TEST(C1219Tables, ReadsHowDemandsAreFormed) {
  // optical-port.md 6.7: 5 min exclusion, 15 min block.
  const auto block = sound(decode_st13(from_hex("05 0F 00"), kFormats, sound(decode_st11(kSt11, kFormats))));
  EXPECT_EQ(block.reset_exclusion_min, 5);
  EXPECT_FALSE(block.power_failure);
  ASSERT_EQ(block.intervals.size(), 1U);
  EXPECT_EQ(block.intervals[0].subinterval_min, 15);
  EXPECT_EQ(block.intervals[0].subintervals, 1);
  // All flags: exclusions after reset and power failure, sliding demand of 3 times 5 min.
  const auto sliding = sound(decode_st13(
      from_hex("02 03 04 06 05 03"), kFormats,
      {.power_fail_exclusion = true, .reset_exclusion = true, .sliding_demand = true, .demand_controls = 1}));
  EXPECT_EQ(sliding.reset_exclusion_min, 2);
  ASSERT_TRUE(sliding.power_failure);
  EXPECT_EQ(sliding.power_failure->recognition_s, 3);
  EXPECT_EQ(sliding.power_failure->exclusion_min, 4);
  EXPECT_EQ(sliding.power_failure->cold_load_min, 6);
  EXPECT_EQ(sliding.intervals.at(0).subinterval_min, 5);
  EXPECT_EQ(sliding.intervals.at(0).subintervals, 3);
  const Formats big{.big_endian = true};
  EXPECT_EQ(
      sound(decode_st13(from_hex("00 0F"), big, {.demand_controls = 1})).intervals.at(0).subinterval_min, 15);
}

TEST(C1219Tables, LeavesDataControlToItsMaker) {
  const auto st14 =
      sound(decode_st14(from_hex("01 02 03 04"), kFormats, {.data_control_length = 2, .data_controls = 2}));
  EXPECT_EQ(st14, (std::vector<Bytes>{{1, 2}, {3, 4}}));
  EXPECT_FALSE(decode_st14(from_hex("01"), kFormats, {.data_control_length = 2, .data_controls = 1}));
}

TEST(C1219Tables, ReadsWhatIsPending) {
  GeneralConfiguration st00 = sound(decode_st00(kSt00));
  st00.pending = 1;
  // 10 and 2 bytes of sets, activated 2024-06-15 00:00, one entry: ST-05 pending.
  const Bytes st04 =
      from_hex("20 00 00 00 00 00 00 00 00 00 00 00 18 06 0F 00 00 01 01 02 03 04 05 06 05 10");
  const auto pending = sound(decode_st04(st04, st00));
  EXPECT_EQ(pending.standard.at(0), 0x20);
  EXPECT_EQ(pending.last_activation, local_days{2024y / June / 15});
  EXPECT_EQ(pending.pending, 1);
  ASSERT_EQ(pending.entries.size(), 1U);
  EXPECT_EQ(pending.entries[0].event, from_hex("01 02 03 04 05 06"));
  EXPECT_EQ(pending.entries[0].table, 4096 + 5);
  for (std::size_t size = 0; size < st04.size(); ++size)
    EXPECT_FALSE(decode_st04(ByteView{st04}.first(size), st00)) << size;
}

TEST(C1219Tables, ReadsTheUtilityInformation) {
  Bytes st06;
  const auto add = [&](std::string_view text, std::size_t size) {
    for (std::size_t n = 0; n < size; ++n)
      st06.push_back(static_cast<std::uint8_t>(n < text.size() ? text[n] : ' '));
  };
  for (const char* text : {"OWNER", "DIVISION", "POINT", "ELECTRICAL", "DEVICE", "SERIAL", "CUSTOMER"})
    add(text, 20);
  for (const char* text : {"N 45", "W 73", "30 m"}) add(text, 10);
  add("TARIFF-1", 8);
  add("LGYR", 4);
  st06.insert(st06.end(), {3, 4});
  add("MTBN", 4);
  st06.insert(st06.end(), {1, 2});
  add("PROGRAMMER", 10);
  add("MISC", 30);
  ASSERT_EQ(st06.size(), 230U);
  const auto utility = sound(decode_st06(st06, kFormats));
  EXPECT_EQ(utility.owner, "OWNER");
  EXPECT_EQ(utility.customer_id, "CUSTOMER");
  EXPECT_EQ(utility.coordinates[2], "30 m");
  EXPECT_EQ(utility.tariff, "TARIFF-1");
  EXPECT_EQ(utility.software[0].vendor, "LGYR");
  EXPECT_EQ(utility.software[0].revision, 4);
  EXPECT_EQ(utility.software[1].vendor, "MTBN");
  EXPECT_EQ(utility.software[1].version, 1);
  EXPECT_EQ(utility.programmer, "PROGRAMMER");
  EXPECT_EQ(utility.miscellaneous, "MISC");
  st06.pop_back();
  EXPECT_FALSE(decode_st06(st06, kFormats));
}

TEST(C1219Tables, SaysModeAndStatusInWords) {
  EXPECT_EQ(mode_text(1), "metering");
  EXPECT_EQ(mode_text(2), "test mode");
  EXPECT_EQ(mode_text(0x81), "metering, bit 7, which no document tells");
  EXPECT_EQ(status_texts(0), std::vector<std::string>{});
  EXPECT_EQ(status_texts(1U << 13U), std::vector<std::string>{"reverse rotation"});
  // optical-port.md 6.4, in the order of its bits.
  EXPECT_EQ(status_texts(0x3FFF),
            (std::vector<std::string>{"unprogrammed", "configuration error", "self check error",
                                      "RAM failure", "ROM failure", "non-volatile memory failure",
                                      "clock error", "measurement error", "low battery", "low loss potential",
                                      "demand overload", "power failure", "tamper", "reverse rotation"}));
}

TEST(C1219Tables, NamesEveryMultiplier) {
  const double expected[] = {1, 1e2, 1e3, 1e6, 1e9, 1e-2, 1e-3, 1e-6};
  for (std::uint32_t code = 0; code < 8; ++code) EXPECT_EQ(Unit{code << 11U}.multiplier(), expected[code]);
}

TEST(C1219Tables, TakesRatiosThatAreInUse) {
  // multiplier 1, offset 0; set 1: not in use, 20, 2; set 2: in use, 40, 3
  const Bytes st15 =
      from_hex("00 00 80 3F 00 00 00 00 00 00 00 A0 41 00 00 00 40 01 00 00 20 42 00 00 40 40");
  const ActualSources actual{.ratio_set_1 = true, .ratio_set_2 = true, .constants = 1, .constants_kind = 2};
  const auto constants = sound(decode_st15(st15, {.ni_1 = 1}, actual));
  ASSERT_EQ(constants.size(), 1U);
  EXPECT_EQ(constants[0].ratio, 120);
}

TEST(C1219Tables, ReadsTheRegisters) {
  const auto st21 = sound(decode_st21(kSt21, kFormats));
  const auto st22 = sound(decode_st22(kSt22, kFormats, st21));
  EXPECT_EQ(st22.summations, (std::vector<std::uint8_t>{0, 1}));
  EXPECT_EQ(st22.demands, std::vector<std::uint8_t>{2});
  EXPECT_EQ(st22.maxima, Bytes{1});
  const auto st23 = sound(decode_st23(kSt23, kFormats, st21));
  EXPECT_EQ(st23.resets, 3);
  ASSERT_EQ(st23.total.summations.size(), 2U);
  EXPECT_EQ(st23.total.summations[0].value, 1714666);
  EXPECT_EQ(st23.total.summations[1].value, 125);
  ASSERT_EQ(st23.total.demands.size(), 1U);
  const Demand& demand = st23.total.demands[0];
  EXPECT_EQ(demand.times.at(0), local_days{2024y / June / 14} + 17h + 30min);
  EXPECT_EQ(demand.cumulative->value, 24349);
  EXPECT_FALSE(demand.continuous_cumulative);
  EXPECT_EQ(demand.values.at(0).value, 5321);
}

TEST(C1219Tables, ComputesTheLayoutFromTheFlags) {
  // No dates, resets or cumulative values; continuous ones; two occurrences, one coincident, one tier.
  const auto st21 = sound(decode_st21(from_hex("20 00 00 01 01 01 02 01 00 00"), kFormats));
  const Formats formats{.ni_1 = 8, .ni_2 = 7};
  const Bytes block = from_hex("01 00 00 00 02 00 00 00 03 00 00 04 00 00 05 00 00 06 00 00");
  Bytes st23 = block;
  st23.insert(st23.end(), block.begin(), block.end());
  const auto registers = sound(decode_st23(st23, formats, st21));
  EXPECT_FALSE(registers.resets);
  ASSERT_EQ(registers.tiers.size(), 1U);
  const RegisterBlock& tier = registers.tiers[0];
  EXPECT_EQ(tier.summations.at(0).value, 1);
  EXPECT_EQ(tier.demands.at(0).continuous_cumulative->value, 2);
  EXPECT_TRUE(tier.demands[0].times.empty());
  EXPECT_EQ(tier.demands[0].values.at(1).value, 4);
  EXPECT_EQ(tier.coincidents.at(0).at(1).value, 6);
}

EnergyRegisters energies(const Bytes& st12, const Bytes& st16, const Bytes& st22, const Bytes& st23) {
  const auto st11 = sound(decode_st11(kSt11, kFormats));
  const auto st21 = sound(decode_st21(kSt21, kFormats));
  const auto sources =
      sound(join_sources(sound(decode_st16(st16, kFormats, st11)), sound(decode_st12(st12, kFormats, st11)),
                         sound(decode_st15(kSt15, kFormats, st11))));
  return sound(energy_registers(sound(decode_st22(st22, kFormats, st21)),
                                sound(decode_st23(st23, kFormats, st21)), sources));
}

// optical-port.md 6.7: 1714666 pulses of 7.2 Wh.
TEST(C1219Scaling, TurnsPulsesIntoWattHours) {
  const auto [delivered, received] = energies(kSt12, kSt16, kSt22, kSt23);
  ASSERT_TRUE(delivered && received);
  EXPECT_NEAR(delivered->value, 12'345'595.2, 1e-6);
  EXPECT_NEAR(received->value, 125 * 7.2, 1e-9);
  EXPECT_NEAR(delivered->step, 7.2, 1e-12);
}

TEST(C1219Scaling, FollowsTheSelection) {
  const auto [delivered, received] = energies(kSt12, kSt16, from_hex("01 FF 02 01"), kSt23);
  EXPECT_FALSE(delivered);
  ASSERT_TRUE(received);
  EXPECT_NEAR(received->value, 12'345'595.2, 1e-6);
}

TEST(C1219Scaling, LeavesOutWhatIsNoWholeEnergy) {
  // Net, phase A to neutral.
  const auto [delivered, received] =
      energies(from_hex("00 50 06 00 00 90 29 00 00 44 02 00 08 02 28 00"), kSt16, kSt22, kSt23);
  EXPECT_FALSE(delivered || received);
}

TEST(C1219Scaling, AppliesNoConstantsToEngineeringUnits) {
  const Source source{SourceFlags{0x11}, Unit{0x00025000}, {}};
  const auto value = sound(engineering_value({12345.5952, 1e-4}, source));
  EXPECT_NEAR(value.value, 12'345'595.2, 1e-6);
  EXPECT_NEAR(value.step, 0.1, 1e-12);
}

TEST(C1219Scaling, AppliesOffsetAndRatio) {
  const Source source{SourceFlags{0x29}, Unit{0x00024000}, Constants{0.5, 10, 20}};
  EXPECT_EQ(sound(engineering_value({100, 0.125}, source)).value, 1200);
  EXPECT_EQ(sound(engineering_value({100, 0.125}, source)).step, 10) << "a whole pulse at least";
  EXPECT_EQ(sound(engineering_value({1e9, 64}, source)).step, 640) << "or what the format resolves";
}

TEST(C1219Scaling, InventsNoWorthOfAPulse) {
  EXPECT_FALSE(engineering_value({100, 1}, Source{SourceFlags{0x01}, Unit{0x00025000}, {}}));
  EXPECT_FALSE(engineering_value({100, 1}, Source{SourceFlags{0x21}, Unit{0x00025000}, {}}));
  EXPECT_FALSE(engineering_value({100, 1}, Source{SourceFlags{0x10}, {}, {}}));
}

TEST(C1219Scaling, RefusesSourcesWithoutTheirEntries) {
  EXPECT_FALSE(join_sources({SourceFlags{0x01}}, {}, {}));
  EXPECT_FALSE(join_sources({SourceFlags{0x08}}, {Unit{}}, {}));
}

TEST(C1219Scaling, RefusesASelectionBeyondTheSources) {
  const CurrentRegisters registers{
      .resets = {}, .total = {.summations = {{1, 1}}, .demands = {}, .coincidents = {}}, .tiers = {}};
  EXPECT_FALSE(energy_registers(
      {.summations = {4}, .demands = {}, .maxima = {}, .coincidents = {}, .coincident_demands = {}},
      registers, {}));
}

using Decode = std::function<std::optional<std::string>(ByteView)>;

template <class T>
std::optional<std::string> failure_of(const Decoded<T>& decoded) {
  return decoded ? std::nullopt : std::optional{decoded.error()};
}

struct NamedTable {
  const char* name;
  const Bytes* bytes;
  Decode decode;
};

std::vector<NamedTable> all_tables() {
  static const GeneralConfiguration st00 = sound(decode_st00(kSt00));
  static const ActualSources st11 = sound(decode_st11(kSt11, kFormats));
  static const ActualRegisters st21 = sound(decode_st21(kSt21, kFormats));
  return {{"ST-01", &kSt01, [](ByteView t) { return failure_of(decode_st01(t, kFormats)); }},
          {"ST-02", &kSt02, [](ByteView t) { return failure_of(decode_st02(t, kFormats)); }},
          {"ST-03", &kSt03, [](ByteView t) { return failure_of(decode_st03(t, st00)); }},
          {"ST-05", &kSt05, [](ByteView t) { return failure_of(decode_st05(t, kFormats)); }},
          {"ST-11", &kSt11, [](ByteView t) { return failure_of(decode_st11(t, kFormats)); }},
          {"ST-12", &kSt12, [](ByteView t) { return failure_of(decode_st12(t, kFormats, st11)); }},
          {"ST-15", &kSt15, [](ByteView t) { return failure_of(decode_st15(t, kFormats, st11)); }},
          {"ST-16", &kSt16, [](ByteView t) { return failure_of(decode_st16(t, kFormats, st11)); }},
          {"ST-21", &kSt21, [](ByteView t) { return failure_of(decode_st21(t, kFormats)); }},
          {"ST-22", &kSt22, [](ByteView t) { return failure_of(decode_st22(t, kFormats, st21)); }},
          {"ST-23", &kSt23, [](ByteView t) { return failure_of(decode_st23(t, kFormats, st21)); }}};
}

TEST(C1219Tables, RefusesEveryTableThatIsCutShort) {
  for (const auto& [name, bytes, decode] : all_tables()) {
    EXPECT_FALSE(decode(*bytes)) << name;
    for (std::size_t size = 0; size < bytes->size(); ++size) {
      const auto failure = decode(ByteView{*bytes}.first(size));
      ASSERT_TRUE(failure) << name << " cut to " << size;
      EXPECT_TRUE(failure->starts_with(name)) << *failure;
    }
  }
  // Of ST-00 the last sets tell what can be written; nobody here asks.
  for (std::size_t size = 0; size < 19 + 10 + 2 + 2; ++size)
    EXPECT_FALSE(decode_st00(ByteView{kSt00}.first(size)));
}

TEST(C1219Tables, RefusesATableOfComputedLayoutThatIsTooLong) {
  for (const auto& [name, bytes, decode] : all_tables()) {
    const std::string_view computed = "ST-12 ST-15 ST-16 ST-22 ST-23";
    if (computed.find(name) == std::string_view::npos) continue;
    Bytes longer = *bytes;
    longer.push_back(0);
    EXPECT_TRUE(decode(longer)) << name;
  }
}

TEST(C1219Tables, SurvivesAnyBytes) {
  std::mt19937 random{1};
  const auto noise = [&](std::size_t most) {
    Bytes bytes(random() % most);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
  };
  for (int round = 0; round < 20'000; ++round) {
    const auto st00 = decode_st00(noise(64));
    const Formats formats = st00 ? st00->formats : kFormats;
    const auto st11 = decode_st11(noise(12), formats);
    const auto st21 = decode_st21(noise(14), formats);
    if (!st11 || !st21) continue;
    const auto sources = decode_st16(noise(300), formats, *st11);
    const auto units = decode_st12(noise(400), formats, *st11);
    const auto constants = decode_st15(noise(400), formats, *st11);
    const auto selection = decode_st22(noise(400), formats, *st21);
    const auto registers = decode_st23(noise(400), formats, *st21);
    if (sources && units && constants && selection && registers)
      if (const auto joined = join_sources(*sources, *units, *constants))
        static_cast<void>(energy_registers(*selection, *registers, *joined));
  }
}

}  // namespace
}  // namespace meterbench::c1219
