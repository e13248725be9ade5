#include "drivers/mcc_usb_ctr08/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"

namespace meterbench::mcc_usb_ctr08 {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint16_t kHealthy = 0x0102;  // FPGA configured, pacer running

/// A device that keeps the requests it gets, as the eight bytes of their set-up stage and their data, and
/// sends what a test puts down.
class ScriptedDevice final : public UsbFarEnd {
 public:
  std::vector<std::string> requests;  ///< without those for the status
  std::uint16_t status = kHealthy;
  std::optional<std::string> stalls_at;  ///< beginning of the request that stalls
  std::string serial = "01ABCDEF";
  int openings = 0;

  void send(Instant when, Bytes transfer) { transfers_.emplace_back(when, std::move(transfer)); }

  const UsbDescription& description() const override { return description_; }
  void opened(Instant) override { ++openings; }
  void closed(Instant) override {}
  std::optional<Bytes> control(Instant, const UsbSetup& setup, ByteView data) override {
    Bytes stage{setup.request_type, setup.request};
    for (const std::uint16_t word : {setup.value, setup.index, setup.length}) {
      stage.push_back(static_cast<std::uint8_t>(word));
      stage.push_back(static_cast<std::uint8_t>(word >> 8U));
    }
    std::string text = hex_text(stage);
    if (text == "C0 40 00 00 00 00 02 00")
      return Bytes{static_cast<std::uint8_t>(status), static_cast<std::uint8_t>(status >> 8U)};
    if (!data.empty()) text += " | " + hex_text(data);
    requests.push_back(text);
    if (stalls_at && text.starts_with(*stalls_at)) return std::nullopt;
    if (setup.request == 0x48) return to_bytes(serial);
    return Bytes{};
  }
  bool bulk_out(Instant, std::uint8_t, ByteView) override { return false; }
  std::optional<Bytes> bulk_in(Instant now, std::uint8_t endpoint, std::size_t most) override {
    EXPECT_EQ(endpoint, 0x86);
    if (transfers_.empty() || transfers_.front().first > now) return std::nullopt;
    Bytes transfer = std::move(transfers_.front().second);
    transfers_.pop_front();
    EXPECT_LE(transfer.size(), most);
    EXPECT_EQ(most % 512, 0U);
    return transfer;
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (transfers_.empty()) return std::nullopt;
    return transfers_.front().first;
  }

 private:
  UsbDescription description_;
  std::deque<std::pair<Instant, Bytes>> transfers_;
};

/// One transfer of `scans` scans in which the reference counts `per_scan` each and no LED lights, but for one
/// edge of LED 0 before scan `edge` (none: 0). Counts go on from `scan`, the number of scans before.
Bytes transfer(std::size_t leds, std::size_t scans, std::uint32_t per_scan, std::size_t edge = 0,
               std::uint32_t scan = 0) {
  Bytes bytes;
  const auto put = [&](std::uint32_t word) {
    bytes.push_back(static_cast<std::uint8_t>(word & 0xFFU));
    bytes.push_back(static_cast<std::uint8_t>((word >> 8U) & 0xFFU));
  };
  for (std::size_t i = 1; i <= scans; ++i) {
    const std::uint32_t reference = (scan + static_cast<std::uint32_t>(i)) * per_scan;
    put(reference);
    put(reference >> 16U);
    for (std::size_t led = 0; led < leds; ++led) put(led == 0 && edge != 0 && i >= edge ? 1 : 0);
  }
  return bytes;
}

class UsbCtr08Driver : public testing::Test {
 protected:
  Result<void> start(std::vector<int> leds = {1, 2}) {
    return await<void>(reactor, "counter", "start", 1s, [&](auto done) {
      counter.start_scan(
          {0, std::move(leds)}, [this](std::size_t led, const Edge& edge) { on_edge(led, edge); },
          [this](Fault fault) { faults.push_back(std::move(fault)); }, std::move(done));
    });
  }
  Result<void> stop_scan() {
    return await<void>(reactor, "counter", "stop", 1s,
                       [&](auto done) { counter.start_stop(std::move(done)); });
  }
  void run_for(Duration time) { ASSERT_TRUE(reactor.wait_until(reactor.now() + time)); }

  struct Seen {
    std::size_t led;
    Edge edge;
    Instant reported;
  };
  std::function<void(std::size_t, const Edge&)> on_edge = [this](std::size_t led, const Edge& edge) {
    edges.push_back({led, edge, reactor.now()});
  };
  std::vector<Seen> edges;
  std::vector<Fault> faults;

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  ScriptedDevice device;
  MemoryUsbLink link{reactor, "counter", device};
  UsbCtr08 counter{link};
};

const std::string kZeros29 = [] {
  std::string zeros;
  for (int i = 0; i < 29; ++i) zeros += " 00";
  return zeros;
}();

TEST_F(UsbCtr08Driver, SaysWhatItCanDo) {
  EXPECT_EQ(counter.capabilities().methods, std::vector{CountingMethod::scanned});
  EXPECT_EQ(counter.capabilities().inputs, 8);
  EXPECT_EQ(counter.capabilities().scan_period, 1ms);
}

TEST_F(UsbCtr08Driver, IdentifiesByItsSerialNumber) {
  const auto identity = await<std::string>(reactor, "counter", "identify", 1s,
                                           [&](auto done) { counter.start_identify(std::move(done)); });
  ASSERT_TRUE(identity);
  EXPECT_EQ(*identity, "Measurement Computing USB-CTR08, serial number 01ABCDEF");
  EXPECT_THAT(device.requests, ElementsAre("C0 48 00 00 00 00 08 00"));
}

TEST_F(UsbCtr08Driver, AnUnconfiguredFpgaIsFoundWhenItIdentifies) {
  device.status = 0x0000;
  const auto identity = await<std::string>(reactor, "counter", "identify", 1s,
                                           [&](auto done) { counter.start_identify(std::move(done)); });
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, Errc::refused);
  EXPECT_THAT(identity.error().detail, HasSubstr("bitstream"));
}

TEST_F(UsbCtr08Driver, ASerialNumberThatIsNoTextOrTooShortIsGarbled) {
  for (const std::string& serial : {std::string("01AB\nDEF"), std::string("01ABC")}) {
    device.serial = serial;
    const auto identity = await<std::string>(reactor, "counter", "identify", 1s,
                                             [&](auto done) { counter.start_identify(std::move(done)); });
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().code, Errc::garbled);
  }
}

TEST_F(UsbCtr08Driver, OpensAScanOfTwoBanksOfTheReferenceAndOneOfEachLed) {
  ASSERT_TRUE(start({1, 2}));
  const std::string zeros = " | 00 00 00 00 00 00 00 00";
  EXPECT_THAT(device.requests,
              ElementsAre("40 22 00 00 00 00 00 00", "40 23 00 00 00 00 00 00",
                          // Input 0: totalise rising edges, no debounce, no gate, from 0.
                          "40 11 00 00 00 00 00 00", "40 12 00 00 00 00 00 00", "40 13 00 00 00 00 00 00",
                          "40 14 00 00 00 00 00 00", "40 10 00 00 00 00 08 00" + zeros,
                          // Inputs 1 and 2: with debounce 8, 127.5 µs, before stable (bit 5).
                          "40 11 00 00 01 00 00 00", "40 12 00 00 01 00 00 00", "40 13 28 00 01 00 00 00",
                          "40 14 00 00 01 00 00 00", "40 10 00 00 01 00 08 00" + zeros,
                          "40 11 00 00 02 00 00 00", "40 12 00 00 02 00 00 00", "40 13 28 00 02 00 00 00",
                          "40 14 00 00 02 00 00 00", "40 10 00 00 02 00 08 00" + zeros,
                          // Counter in bits 0–2, bank in bits 3–4; last entry 3.
                          "40 20 00 00 03 00 21 00 | 00 08 01 02" + kZeros29,
                          // Without end, no retrigger, pacer 95 999, packets of 200 samples, clear at start.
                          "40 21 00 00 00 00 0E 00 | 00 00 00 00 00 00 00 00 FF 76 01 00 C7 00"));
}

TEST(UsbCtr08DebounceSetting, IsTheShortestTimeThatIsLongEnough) {
  // Settings 1 to 8: 500 ns to 127.5 µs; 9 to 16: 100 µs to 25.5 ms (instruments.md 5.2); bit 5.
  EXPECT_EQ(debounce_setting(0ns), 0);
  EXPECT_EQ(debounce_setting(1ns), 0x20 | 1);
  EXPECT_EQ(debounce_setting(500ns), 0x20 | 1);
  EXPECT_EQ(debounce_setting(501ns), 0x20 | 2);
  EXPECT_EQ(debounce_setting(127'500ns), 0x20 | 8);
  EXPECT_EQ(debounce_setting(127'501ns), 0x20 | 10);
  EXPECT_EQ(debounce_setting(25'500us), 0x20 | 16);
  EXPECT_THROW(static_cast<void>(debounce_setting(25'501us)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(debounce_setting(-1ns)), std::invalid_argument);
}

TEST_F(UsbCtr08Driver, TheDebounceOfTheLedsIsAnOptionAndTheReferenceHasNone) {
  UsbCtr08 other{link, 5ms};
  ASSERT_TRUE(await<void>(reactor, "counter", "start", 1s, [&](auto done) {
    other.start_scan(
        {3, {4}}, [](std::size_t, const Edge&) {}, [](const Fault&) {}, std::move(done));
  }));
  EXPECT_THAT(device.requests, testing::Contains("40 13 2E 00 04 00 00 00"));  // 14: 6.3 ms
  EXPECT_THAT(device.requests, testing::Contains("40 13 00 00 03 00 00 00"));
}

TEST_F(UsbCtr08Driver, AnUnconfiguredFpgaIsRefusedWithTheRemedyAndNothingIsSent) {
  device.status = 0x0000;
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::refused);
  EXPECT_THAT(started.error().detail, HasSubstr("bitstream"));
  EXPECT_TRUE(device.requests.empty());
  device.status = kHealthy;
  EXPECT_TRUE(start()) << "no scan was open";
}

TEST_F(UsbCtr08Driver, InputsThatCannotBeAreRefusedBeforeAByteLeaves) {
  for (const std::vector<int>& leds : {std::vector<int>{}, {0}, {1, 1}, {8}, {-1}}) {
    const auto started = start(leds);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::out_of_range);
  }
  EXPECT_EQ(device.openings, 0);
}

TEST_F(UsbCtr08Driver, AStallWhileOpeningEndsTheScanBeforeItRuns) {
  device.stalls_at = "40 20";
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::refused);
  EXPECT_EQ(started.error().command, "scan list");
  EXPECT_THAT(device.requests.back(), testing::StartsWith("40 20"));
  device.stalls_at.reset();
  EXPECT_TRUE(start());
}

TEST_F(UsbCtr08Driver, OneScanAtATime) {
  ASSERT_TRUE(start());
  const auto second = start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::refused);
}

TEST_F(UsbCtr08Driver, ReportsAnEdgeOnceACleanStatusHasFollowedItsSamples) {
  ASSERT_TRUE(start());
  const Instant began = reactor.now();
  device.send(began + 50ms, transfer(2, 50, 100, 21));
  run_for(1s);
  ASSERT_EQ(edges.size(), 1U);
  EXPECT_EQ(edges[0].led, 0U);
  EXPECT_EQ(edges[0].edge.number, 0U);
  EXPECT_EQ(edges[0].edge.time, began + 20500us);    // between scans 20 and 21
  EXPECT_EQ(edges[0].edge.reference_count, 1950);    // 19.5 periods after the first scan
  EXPECT_EQ(edges[0].reported, began + 50ms + 2ms);  // a frame for the samples, one for the status
  EXPECT_TRUE(faults.empty());
}

TEST_F(UsbCtr08Driver, SamplesThatComeWhileTheStatusIsAskedAreConfirmedByTheNext) {
  ASSERT_TRUE(start());
  const Instant began = reactor.now();
  device.send(began + 50ms, transfer(2, 50, 100));
  device.send(began + 50500us, transfer(2, 50, 100, 1, 50));
  run_for(1s);
  ASSERT_EQ(edges.size(), 1U);
  EXPECT_EQ(edges[0].edge.time, began + 50500us);
  // The first status, asked at 51 ms, is not after its samples; the second is asked 100 ms later.
  EXPECT_EQ(edges[0].reported, began + 152ms);
}

TEST_F(UsbCtr08Driver, AnOverrunEndsTheScanOnceAndItsSamplesGiveNoEdge) {
  ASSERT_TRUE(start());
  const Instant began = reactor.now();
  device.send(began + 50ms, transfer(2, 50, 100, 21));
  device.send(began + 51ms, transfer(2, 50, 100, 0, 50));
  device.status = kHealthy | 0x0004;
  run_for(1s);
  EXPECT_TRUE(edges.empty());
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].detail, HasSubstr("overrun"));
  EXPECT_EQ(device.requests.back(), "40 22 00 00 00 00 00 00");
  device.status = kHealthy;
  EXPECT_TRUE(start()) << "the scan is over";
}

TEST_F(UsbCtr08Driver, AScanThatStopsByItselfIsAFault) {
  ASSERT_TRUE(start());
  device.send(reactor.now() + 50ms, transfer(2, 50, 100));
  device.status = 0x0100;
  run_for(1s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].code, Errc::refused);
}

TEST_F(UsbCtr08Driver, AnFpgaThatIsLostIsAFaultWithTheRemedy) {
  ASSERT_TRUE(start());
  device.send(reactor.now() + 50ms, transfer(2, 50, 100));
  device.status = 0x0002;
  run_for(1s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].detail, HasSubstr("bitstream"));
}

TEST_F(UsbCtr08Driver, ShortDataAreAFault) {
  ASSERT_TRUE(start());
  device.send(reactor.now() + 50ms, transfer(2, 49, 100, 21));
  run_for(1s);
  EXPECT_TRUE(edges.empty());
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].code, Errc::garbled);
}

TEST_F(UsbCtr08Driver, AnEmptyTransferThatNothingCallsForIsAFault) {
  ASSERT_TRUE(start());
  device.send(reactor.now() + 50ms, {});
  run_for(1s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].code, Errc::garbled);
}

TEST_F(UsbCtr08Driver, AnEmptyTransferMayFollowAWholeUsbPacketOrBeLeftOut) {
  // Six LEDs: 8 samples a scan, 32 scans in a packet of 512 bytes.
  ASSERT_TRUE(start({1, 2, 3, 4, 5, 6}));
  EXPECT_THAT(device.requests.back(), testing::EndsWith("FF 76 01 00 FF 00"));
  const Instant began = reactor.now();
  device.send(began + 32ms, transfer(6, 32, 100));
  device.send(began + 32ms, {});
  device.send(began + 64ms, transfer(6, 32, 100, 0, 32));
  device.send(began + 96ms, transfer(6, 32, 100, 11, 64));
  device.send(began + 96ms, {});
  run_for(1s);
  EXPECT_TRUE(faults.empty());
  ASSERT_EQ(edges.size(), 1U);
  EXPECT_EQ(edges[0].edge.time, began + 74500us);
}

TEST_F(UsbCtr08Driver, ImplausiblyManyPulsesAreAFault) {
  ASSERT_TRUE(start());
  device.send(reactor.now() + 50ms, transfer(2, 50, 5001));
  run_for(1s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].code, Errc::implausible);
}

TEST_F(UsbCtr08Driver, ASilentDeviceIsOneTimeOutThatClosesTheLink) {
  ASSERT_TRUE(start());
  run_for(10s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].code, Errc::timeout);
  EXPECT_FALSE(link.is_open());
  EXPECT_TRUE(stop_scan()) << "none runs";
  EXPECT_FALSE(link.is_open());
}

TEST_F(UsbCtr08Driver, ALinkThatIsLostIsOneFault) {
  ASSERT_TRUE(start());
  run_for(10ms);
  link.close();
  run_for(1s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].code, Errc::disconnected);
  EXPECT_TRUE(start()) << "opens the link again";
}

TEST_F(UsbCtr08Driver, AStopIsSentAndNoEdgeComesAfterIt) {
  ASSERT_TRUE(start());
  device.requests.clear();
  device.send(reactor.now() + 50ms, transfer(2, 50, 100, 21));
  run_for(51ms + 500us);  // the samples are here, their status is not
  ASSERT_TRUE(stop_scan());
  EXPECT_THAT(device.requests,
              ElementsAre("40 22 00 00 00 00 00 00", "40 23 00 00 00 00 00 00", "40 24 05 00 00 00 00 00"));
  run_for(10s);
  EXPECT_TRUE(edges.empty());
  EXPECT_TRUE(faults.empty());
  EXPECT_TRUE(link.is_open());
  EXPECT_TRUE(start());
}

TEST_F(UsbCtr08Driver, AStopWithoutAScanIsHarmlessAndSendsNothing) {
  EXPECT_TRUE(stop_scan());
  EXPECT_EQ(device.openings, 0);
}

TEST_F(UsbCtr08Driver, AStopWhileTheScanOpensEndsTheOpening) {
  std::optional<Result<void>> started;
  counter.start_scan(
      {0, {1}}, [](std::size_t, const Edge&) {}, [](const Fault&) {},
      [&](Result<void> result) { started = std::move(result); });
  run_for(3500us);
  ASSERT_TRUE(stop_scan());
  ASSERT_TRUE(started);
  ASSERT_FALSE(*started);
  EXPECT_EQ(started->error().code, Errc::stopped);
  for (const std::string& request : device.requests) EXPECT_FALSE(request.starts_with("40 21")) << request;
}

TEST_F(UsbCtr08Driver, AScanMayBeStoppedFromItsOwnEdge) {
  int seen = 0;
  on_edge = [&](std::size_t, const Edge&) {
    ++seen;
    counter.start_stop([](const Result<void>&) {});
  };
  ASSERT_TRUE(start());
  Bytes samples = transfer(2, 50, 100, 21);
  for (std::size_t i = 30; i < 50; ++i) samples[8 * i + 6] = 1;  // LED 1 lights later
  device.send(reactor.now() + 50ms, samples);
  run_for(1s);
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace meterbench::mcc_usb_ctr08
