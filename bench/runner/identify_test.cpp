#include "bench/runner/identify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "tests/support/fake_station.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;

/// Answers after `delay`, or never.
class SlowMeter final : public Meter {
 public:
  SlowMeter(Reactor& reactor, std::string serial_number, std::optional<Duration> delay)
      : reactor_{reactor}, serial_number_{std::move(serial_number)}, delay_{delay} {}
  void start_read_state(Done<MeterState> done) override {
    MeterState state;
    state.identity.serial_number = serial_number_;
    answer(std::move(state), std::move(done));
  }
  void start_read_registers(Done<MeterRegisters> done) override {
    MeterRegisters registers;
    registers.delivered = from_watt_hours(std::stod(serial_number_));
    answer(registers, std::move(done));
  }
  void start_probe_echo(Done<bool>) override {}
  void start_identify(Done<MeterIdentity>) override {}
  void start_read_tables(std::vector<std::uint16_t>, Done<std::map<std::uint16_t, Bytes>>) override {}
  void start_signal(unsigned, Done<void>) override {}

 private:
  template <class T>
  void answer(T value, Done<T> done) {
    if (delay_) reactor_.after(*delay_, [value, done = std::move(done)] { done(value); });
  }
  Reactor& reactor_;
  std::string serial_number_;
  std::optional<Duration> delay_;
};

class MetersTest : public ::testing::Test {
 protected:
  void stand(const std::string& name, const std::string& serial_number, std::optional<Duration> delay) {
    Position position;
    position.name = name;
    station_.positions.push_back(position);
    station_.meters[name] = std::make_unique<SlowMeter>(reactor_, serial_number, delay);
  }
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  Station station_{"fake", reactor_};
};

TEST_F(MetersTest, AreAskedAllAtOnce) {
  for (int i = 1; i <= 40; ++i) stand(std::to_string(i), std::to_string(100 + i), std::chrono::seconds{5});
  std::vector<std::size_t> all(40);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const auto states = read_meter_states(station_, all);
  EXPECT_EQ(reactor_.now(), Instant{std::chrono::seconds{5}});
  ASSERT_EQ(states.size(), 40U);
  EXPECT_EQ(states.at("7")->identity.serial_number, "107");
  EXPECT_EQ(states.at("40")->identity.serial_number, "140");
}

TEST_F(MetersTest, OneThatDoesNotAnswerCostsOnlyItself) {
  stand("A", "1", std::chrono::seconds{5});
  stand("B", "2", std::nullopt);
  const auto registers = read_meter_registers(station_, {0, 1});
  EXPECT_EQ(registers.at("A")->delivered, from_watt_hours(1));
  ASSERT_FALSE(registers.at("B"));
  EXPECT_EQ(registers.at("B").error().code, Errc::timeout);
  EXPECT_THAT(registers.at("B").error().text(), HasSubstr("optical B: read registers: not done in time"));
}

TEST_F(MetersTest, OnlyThoseAskedForThatHaveAPortAnswer) {
  stand("A", "1", std::chrono::seconds{1});
  stand("B", "2", std::chrono::seconds{1});
  stand("C", "3", std::chrono::seconds{1});
  station_.meters.erase("C");
  const auto states = read_meter_states(station_, {1, 2});
  ASSERT_EQ(states.size(), 1U);
  EXPECT_TRUE(states.contains("B"));
}

TEST_F(MetersTest, AnAnswerAfterTheTimeIsOverIsNobodysLoss) {
  stand("A", "1", std::chrono::seconds{100});
  EXPECT_FALSE(read_meter_states(station_, {0}).at("A"));
  EXPECT_TRUE(reactor_.wait_until(Instant{std::chrono::seconds{200}}));
}

TEST_F(MetersTest, AStopRequestEndsTheQuestion) {
  stand("A", "1", std::nullopt);
  reactor_.after(std::chrono::seconds{2}, [this] { stop_.request(); });
  EXPECT_FALSE(read_meter_states(station_, {0}).at("A"));
  EXPECT_EQ(reactor_.now(), Instant{std::chrono::seconds{2}});
}

TEST(Instruments, EachCounterIsKnownByItsRole) {
  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  testing::FakeBench bench;
  Station station{"fake", reactor};
  station.source = std::make_unique<testing::FakeSource>(reactor, bench);
  station.reference = std::make_unique<testing::FakeReference>(reactor, bench);
  for (const char* role : {"counter", "counter_2"}) {
    station.counters.push_back({role, std::make_unique<testing::FakeCounter>(reactor, bench), 0});
    station.instruments.push_back({role, "fake", "fake:", "test", true, "", ""});
  }
  ASSERT_TRUE(identify_instruments(station));
  EXPECT_EQ(station.instruments[0].identity, "fake counter");
  EXPECT_EQ(station.instruments[1].identity, "fake counter");
  bench.lost_after["counter"] = bench.requests["counter"];
  const auto lost = identify_instruments(station);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::disconnected);
}

/// A reference and what its certificate says of it.
class ReferenceIdentity : public ::testing::Test {
 protected:
  ReferenceIdentity() {
    station_.source = std::make_unique<testing::FakeSource>(reactor_, bench_);
    station_.reference = std::make_unique<testing::FakeReference>(reactor_, bench_);
    station_.instruments.push_back({"reference", "fake", "fake:", "test", true, "", "C-7", "4711"});
    station_.reference_calibration.certificate = "C-7";
    station_.reference_calibration.serial_number = "4711";
  }
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  Station station_{"fake", reactor_};
};

TEST_F(ReferenceIdentity, IsItsCertificatesSerialNumberWhereItTellsNone) {
  ASSERT_TRUE(identify_instruments(station_));
  EXPECT_EQ(station_.instruments[0].identity, "fake reference; serial number 4711 by its certificate");
}

TEST_F(ReferenceIdentity, IsWhatItTellsWhereItTellsItsSerialNumber) {
  bench_.reference_serial_number = "4711";
  ASSERT_TRUE(identify_instruments(station_));
  EXPECT_EQ(station_.instruments[0].identity, "fake reference");
}

TEST_F(ReferenceIdentity, OfAnotherStandardIsImplausible) {
  bench_.reference_serial_number = "4712";
  const auto other = identify_instruments(station_);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::implausible);
  EXPECT_THAT(other.error().text(), HasSubstr("its serial number is 4712, certificate C-7 is of 4711"));
}

}  // namespace
}  // namespace meterbench
