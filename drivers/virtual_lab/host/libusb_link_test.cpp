// LibusbLink and UsbHost against each other in one process: the real libusb between them, and umockdev below
// it.
#include "drivers/link/libusb_link.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <deque>
#include <map>

#include "bench/core/real_reactor.h"
#include "drivers/virtual_lab/host/usb_host.h"

#ifdef __SANITIZE_THREAD__
/// Debian's GLib and umockdev are not built for the thread sanitizer, which does not see how they hand memory
/// of their own from thread to thread.
extern "C" const char* __tsan_default_suppressions() {  // NOLINT: the sanitizer's name
  return "race:g_malloc\nrace:g_slice_alloc\nrace:g_strdup\nrace_top:pthread_mutex_lock\n";
}
#endif

namespace meterbench::virtual_lab {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint8_t kOut = 0x01, kIn = 0x82, kNotices = 0x83;

/// A USB488 device that does what the test put into it.
class ScriptedUsb final : public UsbFarEnd {
 public:
  explicit ScriptedUsb(std::string serial) {
    using Kind = UsbDescription::Endpoint::Kind;
    about_ = {0x0957,
              0x1907,
              "Maker",
              "Counter",
              std::move(serial),
              0xFE,
              3,
              1,
              {{kOut, Kind::bulk, 512}, {kIn, Kind::bulk, 512}, {kNotices, Kind::interrupt, 8}}};
  }
  [[nodiscard]] const UsbDescription& description() const override { return about_; }
  void opened(Instant) override { log.push_back("opened"); }
  void closed(Instant) override {
    log.push_back("closed");
    data_of.clear();
  }
  std::optional<Bytes> control(Instant, const UsbSetup& setup, ByteView data) override {
    log.push_back("control " + std::to_string(setup.request) + " '" + to_string(data) + "'");
    if (setup.request == 0xFF) return std::nullopt;
    if (setup.request == 0xFE) gone = true;
    return setup.device_to_host() ? to_bytes("answer") : Bytes{};
  }
  bool bulk_out(Instant, std::uint8_t, ByteView data) override {
    log.push_back("out " + std::to_string(data.size()));
    last_out = {data.begin(), data.end()};
    return true;
  }
  std::optional<Bytes> bulk_in(Instant now, std::uint8_t endpoint, std::size_t most) override {
    auto& queue = data_of[endpoint];
    if (queue.empty() || queue.front().first > now) return std::nullopt;
    Bytes data = std::move(queue.front().second);
    queue.pop_front();
    EXPECT_LE(data.size(), most);
    return data;
  }
  [[nodiscard]] bool halted(std::uint8_t endpoint) const override { return endpoint == halted_endpoint; }
  void clear_halt(Instant, std::uint8_t endpoint) override {
    log.push_back("clear halt " + std::to_string(endpoint));
    halted_endpoint = 0;
  }
  [[nodiscard]] bool unplugged() const override { return gone; }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    std::optional<Instant> next;
    for (const auto& [endpoint, queue] : data_of)
      if (!queue.empty() && (!next || queue.front().first < *next)) next = queue.front().first;
    return next;
  }

  std::vector<std::string> log;
  std::map<std::uint8_t, std::deque<std::pair<Instant, Bytes>>> data_of;  ///< from when on
  std::uint8_t halted_endpoint = 0;
  bool gone = false;
  Bytes last_out;

 private:
  UsbDescription about_;
};

class LibusbLinkTest : public testing::Test {
 protected:
  auto note(const std::string& name) {
    return [this, name](Result<Bytes> result) {
      outcome_.push_back(name + "→" + (result ? to_string(*result) : result.error().text()));
    };
  }
  void in(const std::string& name, Duration timeout = 2s, std::uint8_t endpoint = kIn) {
    link_.start_bulk_in(name, endpoint, 512, timeout, note(name));
  }
  void out(const std::string& name, std::size_t length) {
    link_.start_bulk_out(name, kOut, Bytes(length, 'x'), 2s, [this, name](Result<void> result) {
      outcome_.push_back(name + "→" + (result ? "sent" : result.error().text()));
    });
  }
  void control(std::uint8_t request_type, std::uint8_t request, std::string_view data = "") {
    link_.start_control("control", {request_type, request, 0, 0, 24}, to_bytes(data), 2s, note("control"));
  }
  /// Until there are so many outcomes, for at most a second.
  void until(std::size_t outcomes) {
    reactor_.run_until([&] { return outcome_.size() >= outcomes; }, reactor_.now() + 1s);
  }
  void wait(Duration time) { reactor_.wait_until(reactor_.now() + time); }
  void have(const std::string& text, Duration in = {}, std::uint8_t endpoint = kIn) {
    device_.data_of[endpoint].emplace_back(clock_.now() + in, to_bytes(text));
  }

  std::vector<std::string> outcome_;  // outlives the link, which reports when it closes
  StopSignal stop_;
  RealReactor reactor_{stop_};
  LabClock clock_{reactor_, 1, [](Instant) {}};
  UsbBus bus_;
  ScriptedUsb device_{"MY5001"};
  std::optional<UsbHost> host_{std::in_place, bus_, clock_, device_};
  LibusbLink link_{reactor_, "counter", {0x0957, 0x1907, "MY5001"}};
};

TEST_F(LibusbLinkTest, TellsThatNoSuchDeviceIsAttachedAndWhichIs) {
  LibusbLink nothing{reactor_, "counter", {0x0957, 0x1234}};
  EXPECT_THAT(nothing.open().error().text(), HasSubstr("no USB device 0957:1234 is attached"));
  LibusbLink other{reactor_, "counter", {0x0957, 0x1907, "MY9999"}};
  const auto opened = other.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::disconnected);
  EXPECT_EQ(opened.error().detail,
            "no USB device 0957:1907 with serial number MY9999 is attached; there is serial number MY5001");
  EXPECT_TRUE(device_.log.empty());
}

TEST_F(LibusbLinkTest, TellsTwoDevicesOfOneModelApartByTheirSerialNumber) {
  ScriptedUsb second{"MY5002"};
  const UsbHost host{bus_, clock_, second};
  LibusbLink link{reactor_, "counter", {0x0957, 0x1907, "MY5002"}};
  ASSERT_TRUE(link.open());
  ASSERT_TRUE(link_.open());
  wait(50ms);
  link.close();
  wait(50ms);
  EXPECT_THAT(device_.log, ElementsAre("opened"));
  EXPECT_THAT(second.log, ElementsAre("opened", "closed"));
}

TEST_F(LibusbLinkTest, LeavesADeviceAloneThatAnotherProgramUses) {
  ASSERT_TRUE(link_.open());
  LibusbLink second{reactor_, "counter", {0x0957, 0x1907, "MY5001"}};
  const auto opened = second.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::refused);
  EXPECT_THAT(opened.error().detail, HasSubstr("another program uses the device"));
  link_.close();
  EXPECT_TRUE(second.open());
}

TEST_F(LibusbLinkTest, TellsWhatTheDeviceSaysOfItself) {
  EXPECT_EQ(link_.description(), nullptr);
  ASSERT_TRUE(link_.open());
  const UsbDescription& about = *link_.description();
  EXPECT_EQ(about.manufacturer + "/" + about.name + "/" + about.serial, "Maker/Counter/MY5001");
  EXPECT_EQ(about.interface_class, 0xFE);
  ASSERT_EQ(about.endpoints.size(), 3U);
  EXPECT_EQ(about.endpoints[2].address, kNotices);
  EXPECT_EQ(about.endpoints[2].kind, UsbDescription::Endpoint::Kind::interrupt);
  EXPECT_EQ(about.endpoints[2].most_packet, 8);
}

TEST_F(LibusbLinkTest, CarriesControlTransfersBothWays) {
  ASSERT_TRUE(link_.open());
  control(0xA1, 7);
  until(1);
  control(0x21, 9, "data");
  until(2);
  EXPECT_THAT(outcome_, ElementsAre("control→answer", "control→"));
  EXPECT_THAT(device_.log, ElementsAre("opened", "control 7 ''", "control 9 'data'"));
}

TEST_F(LibusbLinkTest, ReportsAStalledRequestAsRefusedAndStaysOpen) {
  ASSERT_TRUE(link_.open());
  control(0xA1, 0xFF);
  until(1);
  EXPECT_THAT(outcome_.front(), HasSubstr("the device stalled the request (refused"));
  EXPECT_TRUE(link_.is_open());
}

TEST_F(LibusbLinkTest, EndsATransferOfWholePacketsWithAnEmptyOne) {
  ASSERT_TRUE(link_.open());
  out("short", 20);
  until(1);
  EXPECT_EQ(host_->zero_length_packets(), 0U);
  out("whole", 1024);
  until(2);
  EXPECT_THAT(outcome_, ElementsAre("short→sent", "whole→sent"));
  EXPECT_EQ(device_.last_out, Bytes(1024, 'x'));
  EXPECT_EQ(host_->zero_length_packets(), 1U);
}

TEST_F(LibusbLinkTest, LetsATransferWaitForItsDataWhileOthersGoOn) {
  have("late", 100ms);
  ASSERT_TRUE(link_.open());
  in("in");
  control(0xA1, 7);
  out("out", 20);
  until(2);
  EXPECT_EQ(outcome_.size(), 2U);
  until(3);
  EXPECT_EQ(outcome_.back(), "in→late");
}

TEST_F(LibusbLinkTest, WaitsWithoutWorking) {
  const auto worked = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto time = [](const timeval& t) { return t.tv_sec * 1s + t.tv_usec * 1us; };
    return time(usage.ru_utime) + time(usage.ru_stime);
  };
  ASSERT_TRUE(link_.open());
  in("in");
  wait(20ms);
  const auto before = worked();
  wait(200ms);
  EXPECT_LT(worked() - before, 50ms);
  EXPECT_TRUE(outcome_.empty());
}

TEST_F(LibusbLinkTest, CompletesTransfersInTheOrderOfTheirSubmission) {
  ASSERT_TRUE(link_.open());
  for (const char* name : {"a", "b", "c"}) in(name);
  for (const char* data : {"1", "", "3"}) have(data);
  control(0x21, 9);
  until(4);
  EXPECT_THAT(outcome_, ElementsAre("control→", "a→1", "b→", "c→3"));
}

TEST_F(LibusbLinkTest, ReadsFromAnInterruptEndpointWithRoomForAWholePacket) {
  have("\x81\x40", {}, kNotices);
  ASSERT_TRUE(link_.open());
  link_.start_bulk_in("notice", kNotices, 2, 1s, note("notice"));
  until(1);
  EXPECT_THAT(outcome_, ElementsAre("notice→\x81\x40"));
}

TEST_F(LibusbLinkTest, TakesMoreThanWasAskedForAsGarbled) {
  have("12345678", {}, kNotices);
  ASSERT_TRUE(link_.open());
  link_.start_bulk_in("notice", kNotices, 2, 1s, note("notice"));
  until(1);
  EXPECT_THAT(outcome_.front(), HasSubstr("more than was asked for (garbled"));
  EXPECT_FALSE(link_.is_open());
}

TEST_F(LibusbLinkTest, KnowsTheEndpointsOfTheDevice) {
  ASSERT_TRUE(link_.open());
  in("in", 1s, 0x86);
  EXPECT_THAT(outcome_, ElementsAre("in→counter: in: the device has no endpoint 86 (refused)"));
}

TEST_F(LibusbLinkTest, ReportsAStalledEndpointAsRefusedUntilTheHaltIsCleared) {
  ASSERT_TRUE(link_.open());
  device_.halted_endpoint = kIn;
  in("a");
  until(1);
  EXPECT_THAT(outcome_.front(), HasSubstr("the endpoint stalled (refused"));
  EXPECT_TRUE(link_.is_open());
  link_.start_clear_halt("clear", kIn, 1s, [this](const Result<void>& done) { EXPECT_TRUE(done); });
  have("data");
  in("b");
  until(2);
  EXPECT_EQ(outcome_.back(), "b→data");
  EXPECT_THAT(device_.log, ElementsAre("opened", "clear halt 130"));
}

TEST_F(LibusbLinkTest, ClosesOnATimeOutAndEndsTheOthersAsDisconnected) {
  ASSERT_TRUE(link_.open());
  in("a", 50ms);
  in("b", 2s, kNotices);
  until(2);
  ASSERT_EQ(outcome_.size(), 2U);
  EXPECT_THAT(outcome_[0], StartsWith("a→counter: a: no answer (timeout after "));
  EXPECT_THAT(outcome_[1],
              StartsWith("b→counter: b: the link was closed after a failed transfer (disconnected"));
  EXPECT_FALSE(link_.is_open());
  wait(50ms);
  EXPECT_THAT(device_.log, ElementsAre("opened", "closed"));
}

TEST_F(LibusbLinkTest, DoesNotTakeLateDataOfAnEarlierSessionForThatOfTheNext) {
  ASSERT_TRUE(link_.open());
  in("a", 30ms);
  until(1);
  ASSERT_FALSE(link_.is_open());
  have("late");  // the device forgets it when it is closed
  ASSERT_TRUE(link_.open());
  in("b");
  wait(30ms);
  have("new");
  control(0x21, 9);
  until(3);
  EXPECT_EQ(outcome_.back(), "b→new");
}

TEST_F(LibusbLinkTest, TellsCancelledTransfersAtOnceAndGoesOn) {
  ASSERT_TRUE(link_.open());
  in("a");
  in("b");
  wait(20ms);
  link_.cancel_bulk_in(kIn);
  EXPECT_THAT(outcome_, ElementsAre(HasSubstr("a: cancelled (stopped"), HasSubstr("b: cancelled (stopped")));
  have("data");
  in("c");
  until(3);
  EXPECT_EQ(outcome_.back(), "c→data");
}

TEST_F(LibusbLinkTest, EndsAllTransfersWhenItIsClosedAndCanBeOpenedAgain) {
  ASSERT_TRUE(link_.open());
  in("a");
  wait(20ms);
  out("b", 20);
  link_.close();
  EXPECT_THAT(outcome_, ElementsAre(HasSubstr("a: the link was closed (disconnected"),
                                    HasSubstr("b: the link was closed (disconnected")));
  in("c");
  EXPECT_EQ(outcome_.back(), "c→counter: c: the link is closed (disconnected)");
  ASSERT_TRUE(link_.open());
  control(0xA1, 7);
  until(4);
  EXPECT_EQ(outcome_.back(), "control→answer");
}

TEST_F(LibusbLinkTest, LetsACallbackCloseIt) {
  ASSERT_TRUE(link_.open());
  link_.start_control("control", {0xA1, 7, 0, 0, 24}, {}, 1s,
                      [this](const Result<Bytes>&) { link_.close(); });
  in("in");
  until(1);
  EXPECT_THAT(outcome_, ElementsAre(HasSubstr("in: the link was closed (disconnected")));
}

TEST_F(LibusbLinkTest, NoticesThatTheDeviceIsUnpluggedInTheMiddleOfATransfer) {
  ASSERT_TRUE(link_.open());
  in("a");
  in("b", 2s, kNotices);
  wait(20ms);
  host_->unplug();
  until(2);
  EXPECT_THAT(outcome_,
              ElementsAre(HasSubstr("a: the device was unplugged (disconnected"),
                          HasSubstr("b: the link was closed after a failed transfer (disconnected")));
  EXPECT_FALSE(link_.is_open());
  EXPECT_THAT(device_.log, ElementsAre("opened", "closed"));
  EXPECT_THAT(link_.open().error().detail, EndsWith("is it switched on and plugged in?"));
}

TEST_F(LibusbLinkTest, NoticesThatTheDeviceIsUnpluggedWhileNothingIsUnderWay) {
  ASSERT_TRUE(link_.open());
  wait(20ms);
  host_->unplug();
  reactor_.run_until([&] { return !link_.is_open(); }, reactor_.now() + 1s);
  EXPECT_FALSE(link_.is_open());
}

TEST_F(LibusbLinkTest, NoticesADeviceThatUnplugsItselfAtARequest) {
  ASSERT_TRUE(link_.open());
  control(0xA1, 0xFE);
  in("in");
  until(2);
  EXPECT_THAT(outcome_, ElementsAre(HasSubstr("control: the device was unplugged (disconnected"),
                                    HasSubstr("in: the link was closed after a failed transfer")));
}

TEST_F(LibusbLinkTest, FindsTheDeviceAgainOnceItIsPluggedIn) {
  ASSERT_TRUE(link_.open());
  in("a");
  wait(20ms);
  host_->unplug();
  until(1);
  host_.emplace(bus_, clock_, device_);
  ASSERT_TRUE(link_.open());
  control(0xA1, 7);
  until(2);
  EXPECT_EQ(outcome_.back(), "control→answer");
}

}  // namespace
}  // namespace meterbench::virtual_lab
