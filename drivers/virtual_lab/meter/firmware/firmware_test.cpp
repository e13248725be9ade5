#include "drivers/virtual_lab/meter/firmware/firmware.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <memory>
#include <numbers>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/optical_packets.h"

namespace meterbench::firmware {
namespace {

constexpr std::int32_t kOne = 1 << 24;

CalibrationRecord two_wire(std::uint64_t kt) {
  CalibrationRecord record{};
  record.magic = kCalibrationMagic;
  record.form = 1;
  record.gain[0] = kOne;
  record.kt = kt;
  record.checksum = checksum_of(record);
  return record;
}

CalibrationRecord sealed(CalibrationRecord record) {
  record.checksum = checksum_of(record);
  return record;
}

/// A board with a firmware on it that can be fed.
struct Bench {
  explicit Bench(const CalibrationRecord& calibration, std::uint32_t first_index = 0)
      : board{std::make_unique<Board>()} {
    board->samples.written = board->samples.read = board->run_until = board->passed = first_index;
    const auto raw = std::bit_cast<CalibrationBytes>(calibration);
    std::ranges::copy(raw.bytes, board->eeprom + kCalibrationAddress);
    firmware = std::make_unique<MeterFirmware>(*board);
  }

  void feed(std::size_t count, const std::function<Sample(std::size_t)>& sample) {
    for (std::size_t n = 0; n < count; ++n) {
      ASSERT_TRUE(push(board->samples, sample(n)));
      board->run_until = board->samples.written;
      firmware->run();
    }
  }
  void feed(std::size_t count, const Sample& sample) {
    feed(count, [&](std::size_t) { return sample; });
  }

  /// Times of all LED edges, in samples.
  std::vector<double> edges() {
    std::vector<double> times;
    LedEdge edge;
    while (pop(board->led_edges, edge))
      times.push_back(static_cast<double>(edge.sample) + edge.fraction * 0x1p-32);
    return times;
  }

  /// What the port says within a tenth of a second, at a steady load meanwhile.
  std::vector<std::uint8_t> ask(golden::packets::Hex packet, const Sample& load = {}) {
    for (const std::uint8_t byte : golden::from_hex(packet)) {
      EXPECT_TRUE(push(board->uart_in, UartByte{0, byte, 0}));
    }
    feed(kSampleRate / 10, load);
    std::vector<std::uint8_t> said;
    UartByte out;
    while (pop(board->uart_out, out)) said.push_back(static_cast<std::uint8_t>(out.byte));
    return said;
  }
  void log_on(const Sample& load = {}) {
    using namespace golden::packets;
    for (const Hex packet : {kIdentify, kAck, kLogOn, kAck}) ask(packet, load);
  }

  std::unique_ptr<Board> board;
  std::unique_ptr<MeterFirmware> firmware;
};

// One quantum is 2^20/64 counts² × samples: this product gives 1,000 quanta a sample.
constexpr Sample kThousandQuanta{16384, 1000, 0};

TEST(MeterFirmware, RegistersTheSumOfTheProductsWhateverTheirPattern) {
  Bench bench{two_wire(1U << 30U)};
  double sum = 0;
  std::uint32_t random = 1;
  bench.feed(10'000, [&](std::size_t) {
    const auto draw = [&] {
      random = random * 1664525 + 1013904223;  // any sequence does
      return static_cast<std::int32_t>(random >> 8U) - (1 << 23);
    };
    const Sample sample{draw(), draw(), draw()};
    sum += static_cast<double>(sample.u) * sample.i1;
    return sample;
  });
  bench.feed(256, Sample{});  // empties the filter
  const double net =
      static_cast<double>(bench.firmware->delivered()) - static_cast<double>(bench.firmware->received());
  EXPECT_NEAR(net, sum * 64 / 1048576, 2.0);
}

TEST(MeterFirmware, LosesNoEnergyAtLoadsFarBelowOneQuantumASample) {
  Bench bench{two_wire(1U << 30U)};
  bench.feed(1'048'576, Sample{1, 1, 0});  // 2^20 products of 1: 64 quanta
  bench.feed(128, Sample{});
  EXPECT_NEAR(static_cast<double>(bench.firmware->delivered()), 64, 1);
}

TEST(MeterFirmware, CountsReceivedEnergyApart) {
  Bench bench{two_wire(1U << 30U)};
  bench.feed(6400, Sample{16384, -1000, 0});
  bench.feed(128, Sample{});
  EXPECT_EQ(bench.firmware->delivered(), 0U);
  EXPECT_EQ(bench.firmware->received(), 6'400'000U);
}

TEST(MeterFirmware, SumsTheElementsBeforeItLooksAtTheDirection) {
  CalibrationRecord record = two_wire(1U << 30U);
  record.gain[0] = kOne / 2;
  record.gain[1] = -kOne / 2;
  Bench bench{sealed(record)};
  bench.feed(6400, Sample{16384, 1000, 1000});  // opposed coils
  bench.feed(128, Sample{});
  EXPECT_EQ(bench.firmware->delivered(), 0U);
  EXPECT_EQ(bench.firmware->received(), 0U);
  bench.feed(6400, Sample{16384, 1000, -1000});  // coils in series
  bench.feed(128, Sample{});
  EXPECT_EQ(bench.firmware->delivered(), 6'400'000U);
}

TEST(MeterFirmware, AppliesTheGainOfTheRecord) {
  CalibrationRecord record = two_wire(1U << 30U);
  record.gain[0] = kOne + kOne / 100;
  Bench bench{sealed(record)};
  bench.feed(6400, kThousandQuanta);
  bench.feed(128, Sample{});
  EXPECT_NEAR(static_cast<double>(bench.firmware->delivered()), 6'464'000, 1.5);
}

TEST(MeterFirmware, FollowsTheThermometerOfItsBoard) {
  CalibrationRecord record = two_wire(1U << 30U);
  record.gain_slope = 100'000;
  Bench bench{sealed(record)};
  bench.board->thermometer = 53'000;
  bench.feed(6400, kThousandQuanta);
  bench.feed(128, Sample{});
  EXPECT_NEAR(static_cast<double>(bench.firmware->delivered()), 6'400'000 * 1.003, 1.5);
}

TEST(MeterFirmware, DelaysTheVoltageByTheFractionOfASample) {
  CalibrationRecord record = two_wire(1U << 30U);
  record.phase_delay = 1U << 22U;  // a quarter
  Bench bench{sealed(record)};
  // A voltage that rises by 4 a sample is 1 lower a quarter of a sample later.
  double expected = 0;
  bench.feed(64'000, [&](std::size_t n) {
    const auto u = static_cast<std::int32_t>(4 * n);
    expected += n == 0 ? 0 : (u - 1.0) * 8192;
    return Sample{u, 8192, 0};
  });
  bench.feed(128, Sample{});
  // The first sample after the ramp still has a quarter of the last voltage, but no current.
  EXPECT_NEAR(static_cast<double>(bench.firmware->delivered()), expected * 64 / 1048576, 2);
}

TEST(MeterFirmware, LightsTheLedOnceForEachKtOfEitherDirection) {
  const std::uint64_t kt = 123'457;
  Bench bench{two_wire(kt)};
  bench.feed(3200, kThousandQuanta);
  bench.feed(3200, Sample{16384, -1000, 0});
  bench.feed(128, Sample{});
  const std::uint64_t total = bench.firmware->delivered() + bench.firmware->received();
  EXPECT_GT(total, 6'200'000U);
  EXPECT_EQ(bench.edges().size(), total / kt);
}

TEST(MeterFirmware, SpacesTheEdgesOfASteadyLoadEvenly) {
  Bench bench{two_wire(100'000)};  // 100 samples at 1,000 quanta a sample
  bench.feed(20'000, kThousandQuanta);
  const std::vector<double> edges = bench.edges();
  ASSERT_GT(edges.size(), 150U);
  for (std::size_t n = 3; n < edges.size(); ++n) EXPECT_NEAR(edges[n] - edges[n - 1], 100.0, 1e-6) << n;
}

TEST(MeterFirmware, StopsTheDoubleLineFrequency) {
  // 64 samples a period: the product swings between 0 and twice its mean.
  Bench bench{two_wire(100'300'000)};
  bench.feed(20'000, [](std::size_t n) {
    const double wave = std::sqrt(2.0) * std::cos(2 * std::numbers::pi * static_cast<double>(n) / 64);
    return Sample{static_cast<std::int32_t>(std::lround(1'638'400 * wave)),
                  static_cast<std::int32_t>(std::lround(10'000 * wave)), 0};
  });
  const std::vector<double> edges = bench.edges();
  ASSERT_GT(edges.size(), 150U);
  const double mean = (edges.back() - edges[3]) / static_cast<double>(edges.size() - 4);
  for (std::size_t n = 4; n < edges.size(); ++n) EXPECT_NEAR(edges[n] - edges[n - 1], mean, 1e-5) << n;
}

TEST(MeterFirmware, TellsOfAStepAfterItsDelay) {
  CalibrationRecord record = two_wire(100'000);
  record.registration_delay = 288;
  Bench bench{sealed(record)};
  bench.feed(1000, Sample{});
  bench.feed(20'000, kThousandQuanta);
  const std::vector<double> edges = bench.edges();
  ASSERT_GT(edges.size(), 10U);
  // Edge n tells of (n + 1) · 100 samples of energy. A sample stands for half a period to either side, so the
  // load begins at 999.5.
  EXPECT_NEAR(edges[9] - (999.5 + 1000), 288 + kInherentDelay, 0.5 + 1e-6);
}

TEST(MeterFirmware, NeverLightsInThePast) {
  Bench bench{two_wire(1000)};
  for (std::size_t fed = 1; fed <= 1000; ++fed) {
    bench.feed(1, kThousandQuanta);
    for (const double edge : bench.edges()) EXPECT_GE(edge, static_cast<double>(fed) - 1);
  }
}

TEST(MeterFirmware, TakesNoSampleBeyondRunUntil) {
  Bench bench{two_wire(1000)};
  for (int n = 0; n < 100; ++n) ASSERT_TRUE(push(bench.board->samples, kThousandQuanta));
  bench.board->run_until = 40;
  bench.firmware->run();
  EXPECT_EQ(bench.board->samples.read, 40U);
  bench.board->run_until = 200;  // further than the ring reaches
  bench.firmware->run();
  EXPECT_EQ(bench.board->samples.read, 100U);
}

TEST(MeterFirmware, GoesOnWhenTheIndexesWrap) {
  Bench bench{two_wire(1U << 30U), 0xFFFFFF00U};
  bench.feed(6400, kThousandQuanta);
  bench.feed(128, Sample{});
  EXPECT_EQ(bench.firmware->delivered(), 6'400'000U);
}

TEST(MeterFirmware, FindsEveryDamagedByteOfItsCalibration) {
  for (std::size_t n = 0; n < sizeof(CalibrationRecord); ++n) {
    auto raw = std::bit_cast<CalibrationBytes>(two_wire(1000));
    raw.bytes[n] ^= 0x10U;
    EXPECT_FALSE(is_valid(std::bit_cast<CalibrationRecord>(raw))) << "byte " << n;
  }
}

TEST(MeterFirmware, RefusesConstantsThatCouldOverflow) {
  EXPECT_TRUE(is_valid(two_wire(1000)));
  EXPECT_FALSE(is_valid(two_wire(0)));
  CalibrationRecord record = two_wire(1000);
  record.gain[0] = kOne;
  record.gain[1] = -kOne;
  EXPECT_FALSE(is_valid(sealed(record)));
  record = two_wire(1000);
  record.phase_delay = 1U << 24U;
  EXPECT_FALSE(is_valid(sealed(record)));
  for (const std::int32_t gain : {500'001, -500'001}) {
    record = two_wire(1000);
    record.register_gain_ppm = gain;
    EXPECT_FALSE(is_valid(sealed(record))) << gain;
  }
  record = two_wire(1000);
  record.register_options = 1U << 2U;
  EXPECT_FALSE(is_valid(sealed(record))) << "an option that nobody knows";
}

// --- Its configuration ---

ConfigurationRecord configured() {
  ConfigurationRecord record{};
  record.magic = kConfigurationMagic;
  record.time_format = 3;
  record.subinterval_minutes = 15;
  record.subintervals = 1;
  record.line_hertz = 60;
  record.led_milliseconds = 5;
  record.led_inverted = 1;
  record.test_mode_divisor = 1;
  record.starting_milliwatts = 4'800;
  record.checksum = checksum_of(record);
  return record;
}

/// With a damaged configuration record, or with a sound one.
std::unique_ptr<Bench> programmed(bool damaged) {
  CalibrationRecord calibration = two_wire(100'000'000);
  calibration.nanovolts_per_count = 70'000;
  calibration.nanoamperes_per_count = 50'000;
  auto bench = std::make_unique<Bench>(sealed(calibration));
  auto raw = std::bit_cast<ConfigurationBytes>(configured());
  if (damaged) raw.bytes[20] ^= 1U;
  std::ranges::copy(raw.bytes, bench->board->eeprom + kConfigurationAddress);
  bench->firmware = std::make_unique<MeterFirmware>(*bench->board);
  return bench;
}

TEST(MeterFirmware, HasTheStartingThresholdOfItsConfiguration) {
  // 60,000 counts are 4.2 V, with 20,000 counts of current 4.2 W: 73,242 quanta a sample.
  const Sample below{60'000, 20'000, 0};
  for (const bool damaged : {false, true}) {
    const auto bench = programmed(damaged);
    bench->feed(60'000, below);
    EXPECT_EQ(bench->firmware->delivered() > 0, damaged);
    EXPECT_EQ(bench->edges().size(), damaged ? 43U : 0U) << "of 43.9 Kt";
    bench->feed(60'000, {60'000, 40'000, 0});
    EXPECT_GT(bench->firmware->delivered(), 0U);
  }
}

TEST(MeterFirmware, GivesLedPulsesAsItsConfigurationHasThem) {
  for (const bool damaged : {false, true}) {
    const auto bench = programmed(damaged);
    bench->feed(6400, {600'000, 400'000, 0});
    LedEdge edge{};
    while (pop(bench->board->led_edges, edge)) {
    }
    EXPECT_EQ((edge.pulse & kLedInverted) != 0, !damaged);
    // Pulses every 6.8 samples.
    EXPECT_NEAR((edge.pulse & ~kLedInverted) * 0x1p-16, 1e8 / (6e5 * 4e5 * 64 / 1048576) / 2, 0.01);
  }
}

// --- The LED by itself ---

constexpr double kSignalPeriod = 192;  // samples: 20 Hz

TEST(MeterFirmware, SignalsWithTheLedWithoutEnergy) {
  Bench bench{two_wire(1000)};
  bench.log_on();
  EXPECT_EQ(bench.ask(golden::packets::kSignalFive).size(), 10U) << "acknowledged and ok";
  bench.feed(4 * 192, Sample{});
  const std::vector<double> edges = bench.edges();
  ASSERT_EQ(edges.size(), 5U);
  for (std::size_t n = 1; n < edges.size(); ++n) EXPECT_EQ(edges[n] - edges[n - 1], kSignalPeriod);
  EXPECT_EQ(bench.firmware->delivered() + bench.firmware->received(), 0U);
  bench.feed(kSampleRate, Sample{});
  EXPECT_TRUE(bench.edges().empty());
}

TEST(MeterFirmware, SignalsBesideMeteringWithoutAChangeOfItsPulses) {
  CalibrationRecord record = two_wire(123'457);
  record.registration_delay = 288;
  Bench plain{sealed(record)}, signalling{sealed(record)};
  for (Bench* bench : {&plain, &signalling}) {
    bench->log_on(kThousandQuanta);
    bench->ask(bench == &signalling ? golden::packets::kSignalFive : golden::packets::kReadSt03,
               kThousandQuanta);
    bench->feed(10'000, kThousandQuanta);
  }
  EXPECT_EQ(signalling.firmware->delivered(), plain.firmware->delivered());
  const std::vector<double> metering = plain.edges();
  const std::vector<double> all = signalling.edges();
  ASSERT_GT(metering.size(), 50U);
  EXPECT_TRUE(std::ranges::is_sorted(all)) << "in the order of time";
  std::vector<double> signal;
  std::ranges::set_difference(all, metering, std::back_inserter(signal));
  ASSERT_EQ(signal.size(), 5U);
  EXPECT_EQ(all.size(), metering.size() + signal.size());
  for (std::size_t n = 1; n < signal.size(); ++n) EXPECT_EQ(signal[n] - signal[n - 1], kSignalPeriod);
}

TEST(MeterFirmware, NeverSignalsInThePast) {
  Bench bench{two_wire(1000)};
  bench.log_on();
  bench.ask(golden::packets::kSignalFive);
  bench.edges();
  for (int fed = 0; fed < 400; ++fed) {
    const auto before = static_cast<double>(bench.board->samples.written);
    bench.feed(1, Sample{});
    for (const double edge : bench.edges()) EXPECT_GE(edge, before);
  }
}

TEST(MeterFirmware, SignalsWithoutAValidCalibrationToo) {
  Bench bench{CalibrationRecord{}};
  bench.log_on();
  bench.ask(golden::packets::kSignalFive);
  bench.feed(kSampleRate, Sample{});
  EXPECT_EQ(bench.edges().size(), 5U);
}

// --- A defective meter's registers ---

/// Pulses delivered and received.
std::pair<double, double> registers(const Bench& bench) {
  const auto& pulses = bench.firmware->data().registers.total.pulses;
  return {static_cast<double>(pulses[kDelivered]), static_cast<double>(pulses[kReceived])};
}

TEST(MeterFirmware, ScalesTheRegistersAloneByTheirGain) {
  for (const auto& [ppm, delivered, received] : {std::tuple{0, 64'000.0, 6'400.0},
                                                 {2000, 64'128.0, 6'412.0},
                                                 {-2000, 63'872.0, 6'387.0},
                                                 {1, 64'000.0, 6'400.0},
                                                 {-1, 63'999.0, 6'399.0}}) {
    CalibrationRecord record = two_wire(1'000);
    record.register_gain_ppm = ppm;
    Bench bench{sealed(record)};
    for (const auto& [samples, load] : {std::pair{64'000, kThousandQuanta}, {6'400, {16384, -1000, 0}}}) {
      bench.feed(static_cast<std::size_t>(samples), load);
      bench.feed(128, Sample{});  // empties the filter
    }
    EXPECT_EQ(bench.firmware->delivered(), 64'000'000U) << ppm;
    EXPECT_EQ(registers(bench), std::pair(delivered, received)) << ppm;
  }
}

TEST(MeterFirmware, ItsRegisterOptionsChangeTheRegistersAndNotTheLed) {
  std::vector<double> of_none;
  for (const auto& [options, delivered, received] : {std::tuple{0U, 64.0, 6.0},
                                                     {kDetent, 64.0, 0.0},
                                                     {kDirectionSwapped, 6.0, 64.0},
                                                     {kDetent | kDirectionSwapped, 0.0, 64.0}}) {
    CalibrationRecord record = two_wire(1'000'000);
    record.register_options = static_cast<std::uint16_t>(options);
    Bench bench{sealed(record)};
    for (const auto& [samples, load] : {std::pair{64'000, kThousandQuanta}, {6'400, {16384, -1000, 0}}}) {
      bench.feed(static_cast<std::size_t>(samples), load);
      bench.feed(128, Sample{});  // empties the filter
    }
    EXPECT_EQ(registers(bench), std::pair(delivered, received)) << options;
    const std::vector<double> edges = bench.edges();
    EXPECT_EQ(edges.size(), 70U) << options;
    if (options == 0) of_none = edges;
    EXPECT_EQ(edges, of_none) << options;
  }
}

TEST(MeterFirmware, MetersNothingWithoutAValidCalibrationAndSaysSo) {
  Bench bench{CalibrationRecord{}};
  EXPECT_EQ(bench.board->fault_word, kFaultCalibration);
  bench.feed(6400, kThousandQuanta);
  EXPECT_EQ(bench.board->samples.read, 6400U);
  EXPECT_EQ(bench.firmware->delivered(), 0U);
  EXPECT_TRUE(bench.edges().empty());
}

TEST(MeterFirmware, SaysWhenAnEdgeIsLost) {
  Bench bench{two_wire(500)};
  bench.feed(256, kThousandQuanta);
  EXPECT_EQ(bench.board->fault_word, 0U);
  bench.feed(1024, kThousandQuanta);  // nobody takes the edges out
  EXPECT_EQ(bench.board->fault_word, kFaultLedRing);
  EXPECT_EQ(bench.edges().size(), 1024U);
}

TEST(MeterFirmware, SurvivesSquareWavesAtFullScale) {
  CalibrationRecord record = two_wire(1ULL << 40U);
  record.gain[0] = record.gain[1] = 3 * kOne / 4;
  Bench bench{sealed(record)};
  bench.feed(64'000, Sample{8388607, 8388607, 8388607});
  bench.feed(128, Sample{});
  const double expected = 1.5 * 8388607.0 * 8388607.0 * 64'000 * 64 / 1048576;
  EXPECT_NEAR(static_cast<double>(bench.firmware->delivered()) / expected, 1, 1e-12);
}

}  // namespace
}  // namespace meterbench::firmware
