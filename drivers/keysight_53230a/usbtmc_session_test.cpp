#include "drivers/keysight_53230a/usbtmc_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "tests/support/scripted_usb_far_end.h"

namespace meterbench::keysight_53230a {
namespace {

using namespace std::chrono_literals;
using namespace usb_script;
using testing::HasSubstr;

constexpr std::uint8_t kOut = 0x04;
constexpr std::uint8_t kIn = 0x85;
constexpr std::uint8_t kInterrupt = 0x86;

UsbDescription description(bool with_interrupt = true) {
  UsbDescription device;
  device.interface_class = 0xFE;
  device.interface_subclass = 3;
  device.interface_protocol = 1;
  device.endpoints = {{.address = kIn, .most_packet = 64}, {.address = kOut, .most_packet = 64}};
  if (with_interrupt)
    device.endpoints.push_back(
        {.address = kInterrupt, .kind = UsbDescription::Endpoint::Kind::interrupt, .most_packet = 2});
  return device;
}

// Requests of instruments.md 7, as set-up stages: type, request, wValue, wIndex, wLength.
const std::string kCapabilities = "A1 07 00 00 00 00 18 00";
const std::string kInitiateClear = "A1 05 00 00 00 00 01 00";
const std::string kCheckClear = "A1 06 00 00 00 00 02 00";
const std::string kCheckAbortOut = "A2 02 00 00 04 00 08 00";
const std::string kCheckAbortIn = "A2 04 00 00 85 00 08 00";
std::string hex_byte(unsigned byte) { return hex_text(Bytes{static_cast<std::uint8_t>(byte)}); }
std::string abort_out(unsigned tag) { return "A2 01 " + hex_byte(tag) + " 00 04 00 02 00"; }
std::string abort_in(unsigned tag) { return "A2 03 " + hex_byte(tag) + " 00 85 00 02 00"; }
std::string status_byte(unsigned tag) { return "A1 80 " + hex_byte(tag) + " 00 00 00 03 00"; }

const ScriptedUsbFarEnd::Script kOpening{
    control(kCapabilities, "01 00 00 01 04 01 00 00 00 00 00 00 00 01 07 0F 00 00 00 00 00 00 00 00"),
    control(kInitiateClear, "01"), control(kCheckClear, "01 00"), clear_halt(kOut)};

// `*IDN?` with LF at tag 1, and what is answered to tag 2 (instruments.md 7).
const std::string kIdentify = "01 01 FE 00 06 00 00 00 01 00 00 00 2A 49 44 4E 3F 0A 00 00";
std::string request(unsigned tag, const std::string& size = "80 00 00 00") {
  return "02 " + hex_byte(tag) + " " + hex_byte(255 - tag) + " 00 " + size + " 00 00 00 00";
}
Bytes answer(unsigned tag, const std::string& text, bool end = true) {
  Bytes bytes = from_hex("02 " + hex_byte(tag) + " " + hex_byte(255 - tag) + " 00 " +
                         hex_byte(static_cast<unsigned>(text.size())) + " 00 00 00 0" + (end ? "1" : "0") +
                         " 00 00 00");
  for (const char c : text) bytes.push_back(static_cast<std::uint8_t>(c));
  while (bytes.size() % 4 != 0) bytes.push_back(0);
  return bytes;
}

class Usbtmc : public testing::Test {
 protected:
  /// The opening, then `script`; the session asks for 128 bytes at a time and sends 16.
  void make(const ScriptedUsbFarEnd::Script& script, bool with_interrupt = true) {
    device.emplace(kOpening, description(with_interrupt));
    device->append(script);
    link.emplace(reactor, "counter", *device);
    session.emplace(*link, UsbtmcSession::Settings{.most_out = 16, .most_in = 128, .longest_answer = 1000});
  }
  Result<void> open() {
    return await<void>(reactor, "t", "open", 100s, [&](auto done) { session->start_open(std::move(done)); });
  }
  Result<std::string> query(const std::string& text, Duration patience = 2s) {
    return await<Bytes>(reactor, "t", "query", 100s,
                        [&](auto done) { session->start_query(text, to_bytes(text + "\n"), patience, done); })
        .map([](const Bytes& bytes) { return to_string(bytes); });
  }
  Result<std::uint8_t> ask_status(Duration patience = 2s) {
    return await<std::uint8_t>(reactor, "t", "status", 100s,
                               [&](auto done) { session->start_status_byte(patience, done); });
  }
  /// Whatever a fault of the query says, after the steps that belong to it the link is closed.
  Fault failed_query(Duration patience = 2s) {
    EXPECT_TRUE(open());
    const auto result = query("*IDN?", patience);
    EXPECT_FALSE(result);
    EXPECT_FALSE(link->is_open());
    EXPECT_TRUE(device->all_said());
    return result ? Fault{} : result.error();
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  std::optional<ScriptedUsbFarEnd> device;
  std::optional<MemoryUsbLink> link;
  std::optional<UsbtmcSession> session;
};

TEST_F(Usbtmc, OpensWithTheCapabilitiesAndAClear) {
  make({});
  ASSERT_TRUE(open());
  EXPECT_TRUE(session->is_open());
  EXPECT_TRUE(session->capabilities().ieee_488_2);
  EXPECT_TRUE(session->capabilities().service_request);
  EXPECT_FALSE(session->capabilities().talk_only);
  ASSERT_TRUE(open()) << "harmless when open";
}

TEST_F(Usbtmc, AClearThatIsPendingIsAskedForAgainAndWaitingDataAreReadAway) {
  device.emplace(ScriptedUsbFarEnd::Script{kOpening[0], kOpening[1], control(kCheckClear, "02 00"),
                                           control(kCheckClear, "02 01"), in(kIn, Bytes(20, 7)), kOpening[2],
                                           kOpening[3]},
                 description());
  link.emplace(reactor, "counter", *device);
  session.emplace(*link);
  EXPECT_TRUE(open());
}

TEST_F(Usbtmc, AnInstrumentThatRefusesToBeClearedIsNotUsed) {
  device.emplace(ScriptedUsbFarEnd::Script{kOpening[0], control(kInitiateClear, "80")}, description());
  link.emplace(reactor, "counter", *device);
  session.emplace(*link);
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::refused);
  EXPECT_FALSE(link->is_open());
}

TEST_F(Usbtmc, CapabilitiesThatAreNoneAreGarbled) {
  device.emplace(ScriptedUsbFarEnd::Script{control(kCapabilities, "01 00 00")}, description());
  link.emplace(reactor, "counter", *device);
  session.emplace(*link);
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::garbled);
}

TEST_F(Usbtmc, ADeviceWithoutTheInterfaceIsRefusedBeforeAByteLeaves) {
  for (int spoilt = 0; spoilt < 3; ++spoilt) {
    UsbDescription other = description();
    if (spoilt == 0) other.interface_class = 0xFF;
    if (spoilt == 1) other.interface_subclass = 1;
    if (spoilt == 2) other.endpoints.erase(other.endpoints.begin());
    ScriptedUsbFarEnd stranger{{}, other};
    MemoryUsbLink its_link{reactor, "counter", stranger};
    UsbtmcSession its_session{its_link};
    const auto opened =
        await<void>(reactor, "t", "open", 1s, [&](auto done) { its_session.start_open(std::move(done)); });
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::refused);
  }
}

TEST_F(Usbtmc, OnAClosedSessionNothingIsSent) {
  device.emplace(ScriptedUsbFarEnd::Script{}, description());
  link.emplace(reactor, "counter", *device);
  session.emplace(*link);
  EXPECT_EQ(query("*IDN?").error().code, Errc::disconnected);
  EXPECT_EQ(ask_status().error().code, Errc::disconnected);
  EXPECT_TRUE(
      await<void>(reactor, "t", "clear", 1s, [&](auto done) { session->start_clear(std::move(done)); }));
  EXPECT_EQ(device->openings(), 0);
}

TEST_F(Usbtmc, AsksWithTheBytesOfTheFactsFile) {
  std::string identity = "Agilent Technologies,53230A,MY50001484,02.05-1519.666-1.19-4.15-127-155-35\n";
  ASSERT_EQ(identity.size(), 75U);
  make({out(kIdentify), out(request(2)), in(kIn, answer(2, identity), 300ms)});
  ASSERT_TRUE(open());
  EXPECT_EQ(query("*IDN?"), identity);
}

TEST_F(Usbtmc, ALongMessageGoesInSeveralTransfersAndOnlyTheLastEndsIt) {
  // 16, 16 and 3 bytes.
  make({out("01 01 FE 00 10 00 00 00 00 00 00 00 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41"),
        out("01 02 FD 00 10 00 00 00 00 00 00 00 42 42 42 42 42 42 42 42 42 42 42 42 42 42 42 42"),
        out("01 03 FC 00 03 00 00 00 01 00 00 00 43 43 0A 00")});
  ASSERT_TRUE(open());
  EXPECT_TRUE(await<void>(reactor, "t", "write", 10s, [&](auto done) {
    session->start_write("long", to_bytes(std::string(16, 'A') + std::string(16, 'B') + "CC\n"), 1s, done);
  }));
}

TEST_F(Usbtmc, AnAnswerWithoutEndIsAskedForAgainAndPutTogether) {
  make({out(kIdentify), out(request(2)), in(kIn, answer(2, "+1.2", false)), out(request(3)),
        in(kIn, answer(3, "5E+0", false)), out(request(4)), in(kIn, answer(4, "00\n"))});
  ASSERT_TRUE(open());
  EXPECT_EQ(query("*IDN?"), "+1.25E+000\n");
}

TEST_F(Usbtmc, AnAnswerOfWholePacketsHasRoomForThePacketThatEndsIt) {
  // 12 bytes of header and 116 are two packets of 64.
  make({out(kIdentify), out(request(2)), in(kIn, answer(2, std::string(116, 'x')))});
  ASSERT_TRUE(open());
  EXPECT_EQ(query("*IDN?"), std::string(116, 'x'));
}

TEST_F(Usbtmc, OneEmptyPacketBeforeAnAnswerIsPassedOver) {
  make({out(kIdentify), out(request(2)), in(kIn, {}), in(kIn, answer(2, "ok\n"))});
  ASSERT_TRUE(open());
  EXPECT_EQ(query("*IDN?"), "ok\n");
}

TEST_F(Usbtmc, TheTagsGoOnFromMessageToMessage) {
  make({out(kIdentify), out(request(2)), in(kIn, answer(2, "a\n")),
        out("01 03 FC 00 03 00 00 00 01 00 00 00 42 3F 0A 00"), out(request(4)), in(kIn, answer(4, "b\n"))});
  ASSERT_TRUE(open());
  EXPECT_EQ(query("*IDN?"), "a\n");
  EXPECT_EQ(query("B?"), "b\n");
}

struct Spoilt {
  const char* name;
  Bytes transfer;

  friend std::ostream& operator<<(std::ostream& stream, const Spoilt& s) { return stream << s.name; }
};
class UsbtmcSpoilt : public Usbtmc, public testing::WithParamInterface<Spoilt> {};

TEST_P(UsbtmcSpoilt, IsGarbledAndTheTransferIsAbortedBeforeTheLinkCloses) {
  make({out(kIdentify), out(request(2)), in(kIn, GetParam().transfer), control(abort_in(2), "80 02")});
  EXPECT_EQ(failed_query().code, Errc::garbled);
}
INSTANTIATE_TEST_SUITE_P(
    Each, UsbtmcSpoilt,
    testing::Values(Spoilt{"LateAnswerOfAnEarlierRequest", answer(1, "ok\n")},
                    Spoilt{"WrongInverse", from_hex("02 02 FE 00 01 00 00 00 01 00 00 00 41 00 00 00")},
                    Spoilt{"WrongMessage", from_hex("7F 02 FD 00 01 00 00 00 01 00 00 00 41 00 00 00")},
                    Spoilt{"MoreAnnounced", from_hex("02 02 FD 00 09 00 00 00 01 00 00 00 41 00 00 00")},
                    Spoilt{"MoreSent", from_hex("02 02 FD 00 01 00 00 00 01 00 00 00 41 42 43 44 45")},
                    Spoilt{"MoreThanAskedFor", answer(2, std::string(129, 'x'))},
                    Spoilt{"HalfAHeader", from_hex("02 02 FD 00 09 00")},
                    Spoilt{"EmptyPartWithoutEnd", answer(2, "", false)}),
    [](const auto& spoilt) { return std::string{spoilt.param.name}; });

TEST_F(Usbtmc, TwoEmptyPacketsBeforeAnAnswerAreGarbled) {
  make({out(kIdentify), out(request(2)), in(kIn, {}), in(kIn, {}), control(abort_in(2), "80 02")});
  EXPECT_EQ(failed_query().code, Errc::garbled);
}

TEST_F(Usbtmc, AnAnswerThatNeverEndsIsGarbled) {
  ScriptedUsbFarEnd::Script script{out(kIdentify)};
  for (unsigned tag = 2; tag <= 9; ++tag) {
    script.push_back(out(request(tag)));
    script.push_back(in(kIn, answer(tag, std::string(128, 'x'), false)));
  }
  script.push_back(control(abort_in(9), "80 09"));
  make(script);
  EXPECT_EQ(failed_query().code, Errc::garbled);
}

TEST_F(Usbtmc, AfterATimeOutNothingButTheAbortIsSentAndTheNextOpeningClears) {
  make({out(kIdentify), out(request(2)), control(abort_in(2), "01 02"), in(kIn, Bytes(5, 0)),
        control(kCheckAbortIn, "01 00 00 00 05 00 00 00")});
  const Instant begin = reactor.now();
  const Fault fault = failed_query();
  EXPECT_EQ(fault.code, Errc::timeout);
  EXPECT_EQ(fault.command, "*IDN?");
  EXPECT_GE(reactor.now() - begin, 2s);
  EXPECT_LT(reactor.now() - begin, 2100ms);
  device->append(kOpening);
  EXPECT_TRUE(open());
}

TEST_F(Usbtmc, TheTimeOutIsThatOfTheCall) {
  make({out(kIdentify), out(request(2)), in(kIn, answer(2, "ok\n"), 59s)});
  ASSERT_TRUE(open());
  EXPECT_EQ(query("*IDN?", 60s), "ok\n");
}

TEST_F(Usbtmc, AnAbortReadsAwayWhatTheInstrumentStillHas) {
  // The first read of the abort is full (4 packets of 64): there is more.
  make({out(kIdentify), out(request(2)), control(abort_in(2), "81 02"), in(kIn, Bytes(256, 1)), in(kIn, {}),
        control(abort_in(2), "01 02"), in(kIn, Bytes(3, 1)),
        control(kCheckAbortIn, "02 01 00 00 00 00 00 00"), in(kIn, Bytes(3, 1)),
        control(kCheckAbortIn, "02 00 00 00 00 00 00 00"),
        control(kCheckAbortIn, "01 00 00 00 00 00 00 00")});
  EXPECT_EQ(failed_query().code, Errc::timeout);
}

TEST_F(Usbtmc, AnAbortThatNeverSucceedsIsGivenUp) {
  ScriptedUsbFarEnd::Script script{out(kIdentify), out(request(2)), control(abort_in(2), "01 02"),
                                   in(kIn, {})};
  for (int i = 0; i < 41; ++i) script.push_back(control(kCheckAbortIn, "02 00 00 00 00 00 00 00"));
  make(script);
  const Instant begin = reactor.now();
  const Fault fault = failed_query();
  EXPECT_EQ(fault.code, Errc::timeout);
  EXPECT_THAT(fault.detail, HasSubstr("could not be aborted"));
  EXPECT_LT(reactor.now() - begin, 4200ms);
}

TEST_F(Usbtmc, AnAbortThatStallsClosesTheLinkToo) {
  make({out(kIdentify), out(request(2)), control_stalls(abort_in(2))});
  EXPECT_EQ(failed_query().code, Errc::timeout);
}

TEST_F(Usbtmc, AStalledAnswerFreesTheEndpointThenAborts) {
  make({out(kIdentify), out(request(2)), in_stalls(kIn), clear_halt(kIn), control(abort_in(2), "80 02")});
  EXPECT_EQ(failed_query().code, Errc::refused);
}

TEST_F(Usbtmc, AStalledMessageIsAbortedThenItsEndpointFreed) {
  make({out_stalls(kIdentify), control(abort_out(1), "01 01"),
        control(kCheckAbortOut, "02 00 00 00 00 00 00 00"),
        control(kCheckAbortOut, "01 00 00 00 00 00 00 00"), clear_halt(kOut)});
  EXPECT_EQ(failed_query().code, Errc::refused);
}

TEST_F(Usbtmc, AStalledMessageThatTheInstrumentKnowsNothingOfOnlyFreesTheEndpoint) {
  make({out_stalls(kIdentify), control(abort_out(1), "81 01"), clear_halt(kOut)});
  EXPECT_EQ(failed_query().code, Errc::refused);
}

TEST_F(Usbtmc, ALinkThatIsLostEndsTheCallAndNothingIsSent) {
  make({out(kIdentify), out(request(2))});
  ASSERT_TRUE(open());
  reactor.after(500ms, [&] { link->close(); });
  const auto result = query("*IDN?");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::disconnected);
  device->append(kOpening);
  EXPECT_TRUE(open());
}

TEST_F(Usbtmc, AClearEndsTheCallUnderWayAsStopped) {
  make({out(kIdentify), out(request(2)), control(kInitiateClear, "01"), control(kCheckClear, "01 00"),
        clear_halt(kOut), out("01 03 FC 00 03 00 00 00 01 00 00 00 42 3F 0A 00"), out(request(4)),
        in(kIn, answer(4, "b\n"))});
  ASSERT_TRUE(open());
  std::optional<Result<void>> cleared;
  reactor.after(500ms,
                [&] { session->start_clear([&](Result<void> result) { cleared = std::move(result); }); });
  const auto result = query("*IDN?");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::stopped);
  EXPECT_FALSE(cleared) << "not before the instrument is clear";
  reactor.wait_until(reactor.now() + 1s);
  ASSERT_TRUE(cleared);
  EXPECT_TRUE(*cleared);
  EXPECT_EQ(query("B?"), "b\n");
}

TEST_F(Usbtmc, AClearDuringAnAbortIsDoneWhenTheLinkHasClosed) {
  make({out(kIdentify), out(request(2)), control(abort_in(2), "01 02"),
        control(kCheckAbortIn, "01 00 00 00 00 00 00 00")});
  ASSERT_TRUE(open());
  std::optional<Result<void>> cleared;
  reactor.after(2100ms,
                [&] { session->start_clear([&](Result<void> result) { cleared = std::move(result); }); });
  EXPECT_EQ(query("*IDN?").error().code, Errc::timeout);
  ASSERT_TRUE(cleared);
  EXPECT_TRUE(*cleared);
  EXPECT_FALSE(link->is_open());
}

TEST_F(Usbtmc, TwoCallsAtATimeAreAMistakeOfTheProgram) {
  make({out(kIdentify), out(request(2)), in(kIn, answer(2, "ok\n"))});
  ASSERT_TRUE(open());
  std::optional<Result<Bytes>> first;
  session->start_query("*IDN?", to_bytes("*IDN?\n"), 1s,
                       [&](Result<Bytes> result) { first = std::move(result); });
  EXPECT_THROW(session->start_read("again", 1s, [](const Result<Bytes>&) {}), std::logic_error);
  reactor.wait_until(reactor.now() + 1s);
  ASSERT_TRUE(first);
  EXPECT_TRUE(*first);
}

// --- Status byte ---

TEST_F(Usbtmc, TheStatusByteComesByTheInterruptEndpointBehindServiceRequestsAndLateAnswers) {
  make({control(status_byte(2), "01 02 00"), in(kInterrupt, {0x81, 0x40}), in(kInterrupt, {0xFF, 0x11}),
        in(kInterrupt, {0x82, 0x20}, 100ms), control(status_byte(3), "01 03 00"),
        in(kInterrupt, {0x83, 0x00})});
  ASSERT_TRUE(open());
  EXPECT_EQ(ask_status(), 0x20);
  EXPECT_EQ(ask_status(), 0x00);
}

TEST_F(Usbtmc, TheStatusByteIsInTheAnswerWhereThereIsNoInterruptEndpoint) {
  make({control(status_byte(2), "01 02 44")}, false);
  ASSERT_TRUE(open());
  EXPECT_EQ(ask_status(), 0x44);
}

TEST_F(Usbtmc, ABusyInterruptEndpointIsEmptiedAndTheStatusAskedForAgain) {
  make({control(status_byte(2), "20 02 00"), in(kInterrupt, {0x85, 0x10}),
        control(status_byte(3), "01 03 00"), in(kInterrupt, {0x83, 0x20})});
  ASSERT_TRUE(open());
  EXPECT_EQ(ask_status(), 0x20);
}

TEST_F(Usbtmc, AStatusThatDoesNotComeIsATimeOutThatClosesTheLink) {
  make({control(status_byte(2), "01 02 00")});
  ASSERT_TRUE(open());
  EXPECT_EQ(ask_status().error().code, Errc::timeout);
  EXPECT_FALSE(link->is_open());
}

TEST_F(Usbtmc, AStormOfServiceRequestsEndsWithTheTimeOfTheCall) {
  ScriptedUsbFarEnd::Script script{control(status_byte(2), "01 02 00")};
  for (int i = 0; i < 3000; ++i) script.push_back(in(kInterrupt, {0x81, 0x40}));
  make(script);
  ASSERT_TRUE(open());
  const auto status = ask_status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::timeout);
  EXPECT_FALSE(link->is_open());
  EXPECT_FALSE(device->all_said()) << "it was raging still";
  device->drop_rest();
  device->append(kOpening);
  EXPECT_TRUE(open());
}

TEST_F(Usbtmc, AMalformedNotificationOrStatusIsGarbled) {
  make({control(status_byte(2), "01 02 00"), in(kInterrupt, {0x82})});
  ASSERT_TRUE(open());
  EXPECT_EQ(ask_status().error().code, Errc::garbled);
  device->append(kOpening);
  device->append({control(status_byte(3), "01 07 00")});
  ASSERT_TRUE(open());
  EXPECT_EQ(ask_status().error().code, Errc::garbled) << "another tag";
  device->append(kOpening);
  device->append({control(status_byte(4), "80 04 00")});
  ASSERT_TRUE(open());
  EXPECT_EQ(ask_status().error().code, Errc::refused);
}

TEST_F(Usbtmc, ASessionMayEndWithACallUnderWay) {
  make({out(kIdentify), out(request(2))});
  ASSERT_TRUE(open());
  bool told = false;
  session->start_query("*IDN?", to_bytes("*IDN?\n"), 1s, [&](const Result<Bytes>&) { told = true; });
  reactor.wait_until(reactor.now() + 100ms);
  session.reset();
  EXPECT_FALSE(link->is_open());
  reactor.wait_until(reactor.now() + 10s);
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace meterbench::keysight_53230a
