// The driver with the optical port of a virtual meter, over a serial line of 9,600 baud in simulated time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "bench/core/simulated_reactor.h"
#include "drivers/c1218_meter/driver.h"
#include "drivers/link/memory_link.h"
#include "drivers/virtual_lab/meter/faulty_port.h"
#include "drivers/virtual_lab/meter/optical_port.h"
#include "tests/optical_port/meter_type.h"

namespace meterbench::c1218_meter {
namespace {

using virtual_lab::FaultScript;
using virtual_lab::FaultyPort;
using virtual_lab::OpticalPort;
using virtual_lab::Phasor;
using virtual_lab::ScriptedFault;
using virtual_lab::VirtualMeter;

using Contents = std::map<std::uint16_t, Bytes>;

/// Dies after so many bytes of either direction have passed: no more comes through, nor does the link open
/// anew before revive().
class Mortal final : public FarEnd {
 public:
  explicit Mortal(FarEnd& far_end) : far_end_{far_end} {}
  void die_after(std::size_t bytes) { left_ = bytes; }
  void revive() { left_.reset(); }
  [[nodiscard]] std::size_t passed() const { return passed_; }

  void opened(Instant now) override { far_end_.opened(now); }
  void closed(Instant now) override { far_end_.closed(now); }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    Bytes said;
    far_end_.on_bytes(now, bytes.first(pass(bytes.size())), said);
    say(said, reply);
  }
  void on_time(Instant now, Bytes& reply) override {
    Bytes said;
    far_end_.on_time(now, said);
    say(said, reply);
  }
  [[nodiscard]] std::optional<Instant> next_event() const override { return far_end_.next_event(); }

 private:
  std::size_t pass(std::size_t bytes) {
    const std::size_t through = left_ ? std::min(*left_, bytes) : bytes;
    if (left_) *left_ -= through;
    passed_ += through;
    return through;
  }
  void say(const Bytes& said, Bytes& reply) {
    const std::size_t through = pass(said.size());
    reply.insert(reply.end(), said.begin(), said.begin() + static_cast<std::ptrdiff_t>(through));
  }

  FarEnd& far_end_;
  std::optional<std::size_t> left_;
  std::size_t passed_ = 0;
};

class OpticalPortSession : public testing::Test {
 protected:
  OpticalPortSession() {
    world.attach(host);
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
    connect({});
  }
  void connect(const Options& options, std::vector<ScriptedFault> faults = {}) {
    meter.reset();
    link.reset();
    faulty = std::make_unique<FaultyPort>(port, FaultScript{std::move(faults)});
    mortal = std::make_unique<Mortal>(*faulty);
    link = std::make_unique<MemoryLink>(reactor, "optical.A", *mortal, WireTime::serial(9600, 1));
    meter = std::make_unique<C1218Meter>(*link, options);
  }
  void load(double amperes) {
    const Phasor current{amperes};
    world.source().apply(world.now(), {Frequency{60}, {Phasor{120}, Phasor{-120}}, {current, -current}});
  }
  void pass(double seconds) { ASSERT_TRUE(reactor.wait_until(reactor.now() + from_seconds(seconds))); }

  template <class T, class Start>
  Result<T> finish(Start start) {
    return await<T>(reactor, "optical.A", "test", std::chrono::minutes{5}, start);
  }
  Result<MeterIdentity> identify() {
    return finish<MeterIdentity>([&](auto done) { meter->start_identify(std::move(done)); });
  }
  Result<MeterRegisters> registers() {
    return finish<MeterRegisters>([&](auto done) { meter->start_read_registers(std::move(done)); });
  }
  Result<MeterState> state() {
    return finish<MeterState>([&](auto done) { meter->start_read_state(std::move(done)); });
  }
  Result<void> signal(unsigned pulses) {
    return finish<void>([&](auto done) { meter->start_signal(pulses, std::move(done)); });
  }
  Result<Contents> tables(std::vector<std::uint16_t> numbers) {
    return finish<Contents>(
        [&](auto done) { meter->start_read_tables(std::move(numbers), std::move(done)); });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  virtual_lab::World world{1, {.settle_s = 0}};
  std::vector<Instant> lit;  // the test LED
  VirtualMeter host{meter_type(), {}, [this](Instant at) { lit.push_back(at); }, "A"};
  OpticalPort port{host};
  std::unique_ptr<FaultyPort> faulty;
  std::unique_ptr<Mortal> mortal;
  std::unique_ptr<MemoryLink> link;
  std::unique_ptr<C1218Meter> meter;
};

Options wishing(std::uint16_t packet_size, std::uint8_t packets = 255) {
  Options options;
  options.negotiate = Options::Wish{packet_size, packets};
  return options;
}

TEST_F(OpticalPortSession, TellsWhoseFirmwareItIs) {
  const auto identity = identify();
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(identity->manufacturer, "MTBN");
  EXPECT_EQ(identity->model, "VIRTUAL");
  EXPECT_EQ(identity->firmware, "5.34");
  EXPECT_EQ(identity->serial_number, "VIRTUAL-A");
  EXPECT_EQ(meter->retries(), 0U);
}

TEST_F(OpticalPortSession, ReadsTheEnergyThatTheMeterHasRegisteredByThen) {
  load(100);  // 24 kW: 6.7 Wh a second
  pass(100);
  const Instant before = reactor.now();
  const auto reading = registers();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_GE(reading->asked, before);
  const auto at = [](Instant t) { return 24000 * in_seconds(t) / 3600; };
  EXPECT_EQ(watt_hours(reading->step), 1);
  const double delivered = watt_hours(reading->delivered.value());
  EXPECT_EQ(delivered, std::floor(delivered));
  // Whole pulses, half a block behind the filter.
  EXPECT_GT(delivered, at(reading->asked) - 1.5);
  EXPECT_LT(delivered, at(reading->answered));
  EXPECT_EQ(reading->received, ActiveEnergy{0});
}

TEST_F(OpticalPortSession, CountsReceivedEnergyApart) {
  load(-100);
  pass(60);
  const auto reading = registers();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_EQ(reading->delivered, ActiveEnergy{0});
  EXPECT_NEAR(watt_hours(reading->received.value()), 400, 10);
}

TEST_F(OpticalPortSession, TellsKtToTheNanowatthour) {
  EXPECT_EQ(identify().value().kt, from_watt_hours(1));
  MeterType type = meter_type();
  type.kt = from_watt_hours(1.0 / 36);  // six characters of a nameplate do not hold it
  VirtualMeter other{type, {}, [](Instant) {}, "B"};
  world.attach(other);
  OpticalPort its_port{other};
  MemoryLink its_link{reactor, "optical.B", its_port, WireTime::serial(9600, 1)};
  C1218Meter its_meter{its_link, {}};
  const auto identity = finish<MeterIdentity>([&](auto done) { its_meter.start_identify(std::move(done)); });
  ASSERT_TRUE(identity) << identity.error().text();
  ASSERT_TRUE(identity->kt);
  EXPECT_NEAR(watt_hours(*identity->kt), 1.0 / 36, 0.6e-9);
}

TEST_F(OpticalPortSession, ReadsTheSameStateWhileTheMeterRegisters) {
  load(100);
  const auto before = state();
  ASSERT_TRUE(before) << before.error().text();
  EXPECT_EQ(before->identity, identify().value());
  std::vector<unsigned> numbers;
  for (const auto& [number, content] : before->configuration) numbers.push_back(number);
  EXPECT_EQ(numbers, (std::vector<unsigned>{0,  1,  2,  5,  6,  10, 11, 12, 13, 14, 15,       16,      20,
                                            21, 22, 27, 50, 51, 70, 71, 72, 73, 75, 2048 + 1, 2048 + 2}));
  pass(100);
  ASSERT_TRUE(registers());
  ASSERT_TRUE(signal(3));
  const auto after = state();
  ASSERT_TRUE(after) << after.error().text();
  EXPECT_EQ(after->sha256(), before->sha256());
}

TEST_F(OpticalPortSession, ReadsAnotherStateOnceTheNameplateHasChanged) {
  const auto before = state();
  ASSERT_TRUE(before) << before.error().text();
  connect({}, {{.at = reactor.now() + std::chrono::seconds{5}, .command = {}, .what = "changed_nameplate"}});
  EXPECT_EQ(state().value().sha256(), before->sha256());
  pass(5);
  const auto after = state();
  ASSERT_TRUE(after) << after.error().text();
  EXPECT_NE(after->sha256(), before->sha256());
  EXPECT_EQ(after->identity, before->identity) << "only the hash tells";
}

TEST_F(OpticalPortSession, TellsASilentMeterByItsTimeOut) {
  connect({}, {{.at = {}, .command = 4, .what = "silent"}});
  const auto read = state();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::timeout);
  EXPECT_FALSE(link->is_open());
}

// --- The LED on request ---

TEST_F(OpticalPortSession, SignalsWithItsLedWithoutEnergy) {
  pass(1);
  const auto done = signal(7);
  ASSERT_TRUE(done) << done.error().text();
  pass(1);
  ASSERT_EQ(lit.size(), 7U);
  for (std::size_t n = 1; n < lit.size(); ++n) EXPECT_NEAR(in_seconds(lit[n] - lit[n - 1]), 0.05, 1e-8);
  EXPECT_EQ(host.delivered() + host.received(), ActiveEnergy{0});
  pass(10);
  EXPECT_EQ(lit.size(), 7U);
}

TEST_F(OpticalPortSession, SignalsBesideMetering) {
  std::vector<Instant> undisturbed_lit;
  VirtualMeter undisturbed{meter_type(), {}, [&](Instant at) { undisturbed_lit.push_back(at); }, "B"};
  world.attach(undisturbed);
  load(100);
  pass(20);
  ASSERT_TRUE(signal(20));
  pass(20);
  EXPECT_EQ(lit.size(), undisturbed_lit.size() + 20);
  EXPECT_TRUE(std::ranges::is_sorted(lit));
  EXPECT_TRUE(std::ranges::includes(lit, undisturbed_lit)) << "each in its place";
  EXPECT_EQ(host.delivered(), undisturbed.delivered());
}

TEST_F(OpticalPortSession, RefusesASignalWhileTheLastIsUnderWay) {
  ASSERT_TRUE(signal(100));
  const auto refused = signal(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(refused.error().detail, "MP-00: not at this time (4)");
  EXPECT_TRUE(link->is_open());
  pass(5);
  EXPECT_TRUE(signal(1));
  pass(1);
  EXPECT_EQ(lit.size(), 101U);
}

TEST_F(OpticalPortSession, SignalsOnceThoughARequestIsRepeated) {
  for (const char* fault : {"nak", "drop_ack", "response_twice", "bad_crc", "slow_answer", "busy"}) {
    for (const std::uint64_t command : {4, 5}) {  // the write, the look at the answer
      connect({}, {{.at = {}, .command = command, .what = fault}});
      lit.clear();
      const auto done = signal(4);
      ASSERT_TRUE(done) << fault << command << ": " << done.error().text();
      pass(1);
      EXPECT_EQ(lit.size(), 4U) << fault << command;
    }
  }
}

TEST_F(OpticalPortSession, KeepsARegisterGainOutOfItsLed) {
  VirtualMeter defective{meter_type(), {.register_gain_percent = 0.2}, [](Instant) {}, "B"};
  world.attach(defective);
  OpticalPort its_port{defective};
  MemoryLink its_link{reactor, "optical.B", its_port, WireTime::serial(9600, 1)};
  C1218Meter its_meter{its_link, {}};
  load(200);
  pass(600);
  load(0);
  pass(1);
  const auto reading =
      finish<MeterRegisters>([&](auto done) { its_meter.start_read_registers(std::move(done)); });
  ASSERT_TRUE(reading) << reading.error().text();
  const double sound = watt_hours(registers().value().delivered.value());
  EXPECT_NEAR(watt_hours(reading->delivered.value()), 1.002 * sound, 1);
  EXPECT_NEAR(static_cast<double>(lit.size()), sound, 1);
}

TEST_F(OpticalPortSession, ReadsALongTableInPacketsOfAnySize) {
  Bytes expected;
  for (unsigned word = 0; word < 512; ++word) {
    expected.push_back(static_cast<std::uint8_t>(word));
    expected.push_back(static_cast<std::uint8_t>(word >> 8U));
  }
  std::vector<Options> all{Options{}, wishing(32), wishing(64), wishing(512), wishing(1024), wishing(128, 2)};
  for (const Options& options : all) {
    connect(options);
    const auto read = tables({2048 + 13});
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->at(2048 + 13), expected);
    EXPECT_EQ(meter->retries(), 0U);
  }
}

TEST_F(OpticalPortSession, IsRefusedWhatTheMeterDoesNotHave) {
  const auto read = tables({1, 42});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().command, "Full read ST-42");
  EXPECT_TRUE(link->is_open());
  EXPECT_TRUE(tables({1}));
}

TEST_F(OpticalPortSession, GivesAPassword) {
  Options options;
  options.access.password = "READER";
  connect(options);
  EXPECT_TRUE(tables({1}));
}

/// How a session goes with a fault in its way.
struct Course {
  const char* fault;
  std::uint64_t command;  // 1 Identify, 2 Negotiate, 3 Logon, 4 read
  std::optional<Errc> fails;
  unsigned retries;
};

class OpticalPortFaults : public OpticalPortSession, public testing::WithParamInterface<Course> {};

TEST_P(OpticalPortFaults, GoesAsItShould) {
  const auto& [name, command, fails, retries] = GetParam();
  connect(wishing(512), {{.at = {}, .command = command, .what = name}});
  const auto read = tables({1});
  if (fails) {
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, *fails) << read.error().text();
  } else {
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->at(1).size(), 32U);
  }
  EXPECT_EQ(meter->retries(), retries);
  connect({});
  pass(1);
  const auto next = tables({1});
  EXPECT_TRUE(next) << next.error().text();
}
INSTANTIATE_TEST_SUITE_P(
    All, OpticalPortFaults,
    testing::Values(Course{"nak", 1, {}, 1}, Course{"nak", 4, {}, 1}, Course{"bad_crc", 1, {}, 1},
                    Course{"bad_crc", 4, {}, 1}, Course{"drop_ack", 1, {}, 0}, Course{"drop_ack", 4, {}, 0},
                    Course{"response_twice", 1, {}, 0}, Course{"response_twice", 4, {}, 0},
                    Course{"slow_answer", 1, {}, 0}, Course{"slow_answer", 4, {}, 0},
                    Course{"late_answer", 4, Errc::timeout, 0}, Course{"bad_checksum", 4, Errc::garbled, 0},
                    Course{"junk", 4, {}, 0}, Course{"junk", 1, {}, 0}, Course{"cut_packet", 4, {}, 1},
                    Course{"busy", 4, {}, 0}, Course{"busy", 1, {}, 0},
                    Course{"early_time_out", 4, Errc::refused, 0}, Course{"refuse_negotiate", 2, {}, 0},
                    Course{"small_packets", 2, {}, 0}, Course{"echo", 1, {}, 0},
                    Course{"identity_05", 1, {}, 0}, Course{"swapped_crc", 1, Errc::garbled, 3}),
    [](const auto& course) {
      return std::string{course.param.fault} + "_at_" + std::to_string(course.param.command);
    });

TEST_F(OpticalPortSession, RefusesARegisterTableShorterThanItsLayout) {
  // ST-23 comes in slices of 52 bytes. The first of them, a byte short, passes for its end: 1 byte of resets,
  // 3 sums of 8, a demand of 16, and of the next 4 bytes of time and 6 of the 8 that are cumulative.
  connect({}, {{.at = {}, .command = 10, .what = "short_table"}});
  const auto reading = registers();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().detail, "ST-23: the table is too short: 2 bytes missing");
}

TEST_F(OpticalPortSession, NoticesTheEchoOfItsProbe) {
  const auto echo = [&] {
    return finish<bool>([&](auto done) { meter->start_probe_echo(std::move(done)); });
  };
  EXPECT_FALSE(echo().value());
  connect({}, {{.at = Instant{}, .command = {}, .what = "echo"}});
  EXPECT_TRUE(echo().value());
  EXPECT_TRUE(tables({1}));
}

// Whoever is cut off comes again at once, with both toggles at 0 and the meter wherever it was left.
TEST_F(OpticalPortSession, BeginsAnewAfterASessionThatDiedAtAnyByte) {
  ASSERT_TRUE(tables({3}));
  const std::size_t whole = mortal->passed();
  ASSERT_GT(whole, 100U);
  for (std::size_t bytes = 0; bytes < whole; ++bytes) {
    SCOPED_TRACE(bytes);
    connect({});
    mortal->die_after(bytes);
    bool told = false;
    meter->start_read_tables({3}, [&](const Result<Contents>&) { told = true; });
    pass(0.4);  // longer than a whole session
    link->close();
    EXPECT_TRUE(told);
    mortal->revive();
    const auto read = tables({3});
    ASSERT_TRUE(read) << read.error().text();
  }
}

// The same with the driver's own patience: until it has given up.
TEST_F(OpticalPortSession, GivesUpASessionThatDiedAtAnyByte) {
  ASSERT_TRUE(tables({3}));
  const std::size_t whole = mortal->passed();
  for (std::size_t bytes = 0; bytes < whole; ++bytes) {
    SCOPED_TRACE(bytes);
    connect({});
    mortal->die_after(bytes);
    const auto read = tables({3});
    if (!read) {
      EXPECT_TRUE(read.error().code == Errc::timeout || read.error().code == Errc::garbled)
          << read.error().text();
      EXPECT_FALSE(link->is_open());
    }
    mortal->revive();
    const auto next = tables({3});
    EXPECT_TRUE(next) << next.error().text();
  }
}

TEST_F(OpticalPortSession, LeavesTheMetersEnergyAsItIs) {
  VirtualMeter undisturbed{meter_type(), {}, [](Instant) {}, "B"};
  world.attach(undisturbed);
  load(37);
  for (int n = 0; n < 20; ++n) {
    ASSERT_TRUE(registers());
    pass(0.3);
  }
  EXPECT_EQ(host.delivered(), undisturbed.delivered());
}

}  // namespace
}  // namespace meterbench::c1218_meter
