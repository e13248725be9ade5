#include "drivers/virtual_lab/meter/optical_port.h"

#include <gtest/gtest.h>

#include <random>

#include "drivers/virtual_lab/meter/factory.h"
#include "tests/support/optical_client.h"
#include "tests/support/optical_packets.h"

namespace meterbench::virtual_lab {
namespace {

using namespace golden::packets;
using golden::from_hex;

MeterType meter_type() {
  MeterType type;
  type.id = "test";
  type.form = Form::s2;
  type.class_amperes = Current{200};
  type.test_amperes = Current{30};
  type.nominal_voltage = Voltage{240};
  type.nominal_frequency = Frequency{60};
  type.kh = from_watt_hours(7.2);
  type.kt = from_watt_hours(0.05);
  return type;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// A meter with a clock of its own behind a line without delay.
class OpticalPortTest : public ::testing::Test {
 protected:
  OpticalPortTest() {
    world.attach(meter);
    world.advance_to(instant_at(3.3333));
    port.opened(world.now());
  }
  /// Called by the port's own events only, as a host does.
  Bytes pass(Duration duration) {
    const Instant end = world.now() + duration;
    Bytes said;
    while (true) {
      const auto event = port.next_event();
      if (!event || *event > end) break;
      world.advance_to(*event);
      port.on_time(world.now(), said);
    }
    world.advance_to(end);
    return said;
  }
  Bytes tell(ByteView bytes) {
    Bytes said;
    port.on_bytes(world.now(), bytes, said);
    return said + pass(std::chrono::milliseconds{2});
  }
  Bytes tell(Hex hex) { return tell(from_hex(hex)); }

  World world{1, {.settle_s = 0}};
  VirtualMeter meter{meter_type(), {.clock_ppm = 700}, [](Instant) {}, "A"};
  OpticalPort port{meter};
};

TEST_F(OpticalPortTest, AnswersWithinTwoMilliseconds) {
  EXPECT_FALSE(port.next_event());
  EXPECT_EQ(tell(kIdentify), from_hex(kAck) + from_hex(kIdentified));
}

TEST_F(OpticalPortTest, DoesNothingByItselfWhileNobodyTalks) {
  tell(kIdentify);
  tell(kAck);
  EXPECT_TRUE(port.next_event());
  EXPECT_EQ(pass(std::chrono::milliseconds{5900}), Bytes{});
  EXPECT_TRUE(port.next_event()) << "silence is about to end the session";
  EXPECT_EQ(pass(std::chrono::milliseconds{150}), Bytes{});
  EXPECT_FALSE(port.next_event());
}

TEST_F(OpticalPortTest, KeepsItsTimeOutsWhenNobodyIsConnected) {
  tell(kIdentify);
  port.closed(world.now());
  world.advance_to(world.now() + std::chrono::seconds{3});  // it has repeated its answer to nobody
  port.opened(world.now());
  EXPECT_EQ(pass(std::chrono::milliseconds{500}), Bytes{}) << "what was said to nobody is gone";
  EXPECT_EQ(tell(kAck), Bytes{});
  EXPECT_EQ(tell(kNegotiate64), from_hex(kAck) + from_hex(kNegotiated64));
}

TEST_F(OpticalPortTest, TakesAnyAmountOfNoise) {
  std::mt19937 random{1};
  Bytes noise(20'000);
  for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
  tell(noise);
  pass(std::chrono::seconds{20});
  EXPECT_FALSE(port.next_event());
  EXPECT_EQ(tell(kIdentify), from_hex(kAck) + from_hex(kIdentified));
}

TEST_F(OpticalPortTest, DoesNotDependOnHowOftenTheWorldMoves) {
  VirtualMeter other{meter_type(), {.clock_ppm = 700}, [](Instant) {}, "A"};
  World slow{1, {.settle_s = 0}};
  slow.attach(other);
  slow.advance_to(world.now());
  other.hear(from_hex(kIdentify));
  slow.advance_to(slow.now() + std::chrono::seconds{10});  // in one step
  meter.hear(from_hex(kIdentify));
  for (int n = 0; n < 10'000; ++n) world.advance_to(world.now() + std::chrono::milliseconds{1});
  const Bytes said = meter.take_said();
  EXPECT_EQ(said.size(), 1 + 4 * 13U);  // once, and three times again
  EXPECT_EQ(other.take_said(), said);
}

TEST_F(OpticalPortTest, KeepsWhatIsWrittenHoweverOften) {
  for (const Hex packet : {kIdentify, kAck, kNegotiate64, kAck, kLogOn, kAck}) tell(packet);
  tell(testing::packet(testing::security("MASTER"), 0x20));
  for (const Hex packet : {kAck, kWait30, kAck}) tell(packet);
  for (int n = 0; n < 60; ++n) {  // more than the board's ring of EEPROM writes holds
    EXPECT_EQ(tell(kWriteSt05), from_hex(kAck) + from_hex(kOk1)) << n;
    tell(kAck);
    EXPECT_EQ(tell(kOffsetWriteSt05), from_hex(kAck) + from_hex(kOk)) << n;
    tell(kAck);
  }
}

TEST(FactoryIdentity, WritesTheNameplateOfTheType) {
  const auto record = factory_identity(meter_type(), "B");
  EXPECT_TRUE(is_valid(record));
  EXPECT_EQ(record.kt_nanowatthours, 50'000'000U);
  EXPECT_EQ((std::string{record.serial_number, sizeof record.serial_number}), "VIRTUAL-B       ");
  EXPECT_EQ((std::string{record.device_id, sizeof record.device_id}), "METERBENCH SOCKET B ");
  // optical-port.md 6.3 with Kt 0.05 and no volts.
  EXPECT_EQ(
      Bytes(std::begin(record.nameplate), std::end(record.nameplate)),
      from_hex(
          "37 2E 32 20 20 20 30 2E 30 35 20 20 01 32 53 20 20 20 0C 00 00 32 30 30 20 20 20 33 30 20 20 20 "
          "20"));
}

TEST(FactoryIdentity, CutsWhatIsTooLong) {
  MeterType type = meter_type();
  type.kt = ActiveEnergy{100};  // 0.02777777777777778 Wh
  const auto record = factory_identity(type, "a position with a long name");
  EXPECT_EQ((std::string{record.serial_number, sizeof record.serial_number}), "VIRTUAL-a positi");
  EXPECT_EQ(Bytes(record.nameplate + 6, record.nameplate + 13), from_hex("30 2E 30 32 37 37 01"));
  EXPECT_EQ(record.kt_nanowatthours, 27'777'778U);
}

TEST(FactoryIdentity, FindsEveryDamagedByte) {
  const auto good = std::bit_cast<firmware::IdentityBytes>(factory_identity(meter_type(), "A"));
  for (std::size_t n = 0; n < sizeof good.bytes; ++n) {
    firmware::IdentityBytes bad = good;
    bad.bytes[n] ^= 0x10U;
    EXPECT_FALSE(is_valid(std::bit_cast<firmware::IdentityRecord>(bad))) << n;
  }
}

}  // namespace
}  // namespace meterbench::virtual_lab
