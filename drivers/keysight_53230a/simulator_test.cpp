#include "drivers/keysight_53230a/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <sstream>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"

namespace meterbench::keysight_53230a {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using virtual_lab::ScriptedFault;

/// Edges at n·period from the start of the world.
class Steady final : public virtual_lab::PulseSignal {
 public:
  explicit Steady(Duration period) : period_{period} {}
  std::uint64_t edges_until(Instant t) override {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(t.time_since_epoch() / period_, 0));
  }
  std::vector<Instant> edges_between(Instant after, Instant until) override {
    std::vector<Instant> edges;
    for (auto n = edges_until(after) + 1; n <= edges_until(until); ++n)
      edges.push_back(Instant{static_cast<std::int64_t>(n) * period_});
    return edges;
  }

 private:
  Duration period_;
};

Bytes hex(const std::string& text) {
  Bytes bytes;
  std::istringstream stream{text};
  for (unsigned byte = 0; stream >> std::hex >> byte;) bytes.push_back(static_cast<std::uint8_t>(byte));
  return bytes;
}

// Set-up stages of instruments.md 7: type, request, wValue, wIndex, wLength.
constexpr UsbSetup kCapabilities{0xA1, 7, 0, 0, 24};
constexpr UsbSetup kInitiateClear{0xA1, 5, 0, 0, 1};
constexpr UsbSetup kCheckClear{0xA1, 6, 0, 0, 2};
constexpr UsbSetup kCheckAbortIn{0xA2, 4, 0, 0x82, 8};
UsbSetup abort_in(std::uint8_t tag) { return {0xA2, 3, tag, 0x82, 2}; }
UsbSetup abort_out(std::uint8_t tag) { return {0xA2, 1, tag, 0x01, 2}; }
UsbSetup read_status_byte(std::uint8_t tag) { return {0xA1, 128, tag, 0, 3}; }

class Counter53230aSimulator : public testing::Test {
 protected:
  /// `signal` is what input 0 is wired to.
  void make(std::vector<ScriptedFault> faults = {}, const std::map<std::string, double>& changed = {},
            const std::string& signal = "led.A") {
    const auto model = simulator_model();
    virtual_lab::SimulatorSettings settings;
    settings.role = "counter";
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    settings.numbers["jitter_ps"] = 0;
    for (const auto& [key, value] : changed) settings.numbers.at(key) = value;
    settings.wiring = {{"input_0", signal}, {"input_1", "reference.pulses"}};
    for (const ScriptedFault& fault : faults) EXPECT_THAT(model.faults, testing::Contains(fault.what));
    settings.faults = std::move(faults);
    device = std::get<std::shared_ptr<UsbFarEnd>>(model.make(world, settings));
    world.add_signal("led.A", led);
    world.add_signal("led.slow", slow);
    world.add_signal("reference.pulses", fast);
    device->opened(now);
    pass(995ms);  // half-way between edges of the LED
  }
  static ScriptedFault at_command(std::uint64_t command, std::string what) {
    return {.at = {}, .command = command, .what = std::move(what)};
  }
  void pass(Duration time) {
    now += time;
    world.advance_to(now);
  }
  bool send(const std::string& text, bool end = true) {
    ++tag;
    Bytes bytes{1,
                tag,
                static_cast<std::uint8_t>(~tag),
                0,
                static_cast<std::uint8_t>(text.size()),
                0,
                0,
                0,
                static_cast<std::uint8_t>(end ? 1 : 0),
                0,
                0,
                0};
    bytes.insert(bytes.end(), text.begin(), text.end());
    bytes.resize((bytes.size() + 3) / 4 * 4);
    return device->bulk_out(now, 0x01, bytes);
  }
  bool request(std::uint16_t most = 60000) {
    ++tag;
    return device->bulk_out(now, 0x01,
                            Bytes{2, tag, static_cast<std::uint8_t>(~tag), 0, static_cast<std::uint8_t>(most),
                                  static_cast<std::uint8_t>(most >> 8U), 0, 0, 0, 0, 0, 0});
  }
  /// The next transfer, waiting as long as the device names an instant.
  std::optional<Bytes> receive(Duration limit = 100s, std::size_t most = 60928) {
    for (const Instant begin = now; now - begin < limit;) {
      if (auto transfer = device->bulk_in(now, 0x82, most)) return transfer;
      const auto next = device->next_event();
      if (!next) return std::nullopt;
      pass(std::max(*next - now, Duration{0}));
    }
    return std::nullopt;
  }
  /// Text of a good answer, without its line end; else what is wrong with it.
  std::string read() {
    const auto transfer = receive();
    if (!transfer) return "nothing";
    if (transfer->size() < 12 || (*transfer)[0] != 2 || (*transfer)[1] != tag) return hex_text(*transfer);
    const std::size_t size = (*transfer)[4] | (*transfer)[5] << 8U;
    if ((*transfer)[8] != 1 || transfer->size() < 12 + size) return hex_text(*transfer);
    std::string text(transfer->begin() + 12, transfer->begin() + 12 + static_cast<std::ptrdiff_t>(size));
    if (text.back() == '\n') text.pop_back();
    return text;
  }
  std::string ask(const std::string& query) {
    EXPECT_TRUE(send(query + "\n"));
    EXPECT_TRUE(request());
    return read();
  }
  void tell(const std::vector<std::string>& commands) {
    for (const std::string& command : commands) EXPECT_TRUE(send(command + "\n"));
  }
  /// Sets input 1 up as it must be, after a CONF.
  void set_level() { tell({"INP1:COUP DC", "INP1:LEV 2.5"}); }
  /// By the interrupt endpoint, past service requests.
  unsigned status() {
    ++status_tag;
    EXPECT_EQ(device->control(now, read_status_byte(status_tag), {}), (Bytes{0x01, status_tag, 0x00}));
    while (const auto packet = device->bulk_in(now, 0x83, 8))
      if ((*packet)[0] == (status_tag | 0x80U)) return (*packet)[1];
    return 0xFFFF;
  }

  virtual_lab::World world{1, {}};
  Steady led{10ms};  // fast enough for an automatic level
  Steady slow{100ms};
  Steady fast{800ns};
  std::shared_ptr<UsbFarEnd> device;
  Instant now{};
  std::uint8_t tag = 0;
  std::uint8_t status_tag = 1;
};

TEST_F(Counter53230aSimulator, DescribesItself) {
  make();
  const UsbDescription& d = device->description();
  EXPECT_EQ(d.vendor, 0x0957);
  EXPECT_EQ(d.product, 0x1907);
  EXPECT_EQ(d.interface_class, 0xFE);
  EXPECT_EQ(d.interface_subclass, 3);
  EXPECT_EQ(d.interface_protocol, 1);
  EXPECT_EQ(d.endpoints.size(), 3U);
  EXPECT_EQ(d.serial, "MY50001484");
}

TEST_F(Counter53230aSimulator, AnswersItsIdentityInTheBytesOfTheFactsFile) {
  make();
  EXPECT_TRUE(device->bulk_out(now, 1, hex("01 01 FE 00 06 00 00 00 01 00 00 00 2A 49 44 4E 3F 0A 00 00")));
  EXPECT_TRUE(device->bulk_out(now, 1, hex("02 02 FD 00 00 04 00 00 00 00 00 00")));
  EXPECT_FALSE(device->bulk_in(now, 0x82, 2048)) << "not at once";
  const auto answer = receive();
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->size(), 12U + 75 + 1);
  EXPECT_EQ(hex_text(ByteView{*answer}.first(12)), "02 02 FD 00 4B 00 00 00 01 00 00 00");
  EXPECT_EQ(to_string(ByteView{*answer}.subspan(12, 75)),
            "Agilent Technologies,53230A,MY50001484,02.05-1519.666-1.19-4.15-127-155-35\n");
}

TEST_F(Counter53230aSimulator, TellsItsCapabilities) {
  make();
  const auto answer = device->control(now, kCapabilities, {});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->size(), 24U);
  EXPECT_EQ((*answer)[0], 0x01);
  EXPECT_EQ((*answer)[4], 0);
  EXPECT_EQ((*answer)[14] & 0x04, 0x04);  // IEEE 488.2
  EXPECT_EQ((*answer)[15] & 0x0C, 0x0C);  // service requests, SCPI
}

TEST_F(Counter53230aSimulator, RequestsThatItDoesNotKnowStall) {
  make();
  EXPECT_FALSE(device->control(now, {0xA1, 99, 0, 0, 1}, {}));
  EXPECT_FALSE(device->control(now, {0xA2, 7, 0, 0, 24}, {})) << "capabilities are the interface's";
  EXPECT_FALSE(device->control(now, {0xC0, 7, 0, 0, 24}, {}));
}

TEST_F(Counter53230aSimulator, AMessageMayComeInPartsAndATransferInPackets) {
  make();
  EXPECT_TRUE(send("*ID", false));
  EXPECT_TRUE(device->bulk_out(now, 1, hex("01 09 F6 00 03 00 00 00 01 00 00 00 4E")));
  EXPECT_TRUE(device->bulk_out(now, 1, hex("3F 0A 00")));
  EXPECT_TRUE(request());
  EXPECT_THAT(read(), StartsWith("Agilent"));
}

TEST_F(Counter53230aSimulator, AnAnswerLongerThanAskedForComesInParts) {
  make();
  send("*IDN?\n");
  request(40);
  auto part = receive();
  ASSERT_TRUE(part);
  EXPECT_EQ(part->size(), 52U);
  EXPECT_EQ((*part)[4], 40);
  EXPECT_EQ((*part)[8], 0) << "not the end";
  request(40);
  part = receive();
  ASSERT_TRUE(part);
  EXPECT_EQ((*part)[4], 35);
  EXPECT_EQ((*part)[8], 1);
}

TEST_F(Counter53230aSimulator, ATransferLargerThanTheHostsBufferGoesOnInTheNextOne) {
  make();
  tell({"CONF:ARR:TST (100),(@1)"});
  set_level();
  send("READ?\n");
  request();
  auto first = receive(100s, 1024);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->size(), 1024U);
  const std::size_t announced = (*first)[4] | (*first)[5] << 8U;
  std::size_t bytes = first->size();
  while (const auto more = device->bulk_in(now, 0x82, 1024)) bytes += more->size();
  EXPECT_EQ(bytes, (12 + announced + 3) / 4 * 4);
}

TEST_F(Counter53230aSimulator, ABufferThatIsFilledByAWholeTransferIsFollowedByAnEmptyPacket) {
  make();
  send("*IDN?\n");
  request(500);  // 88 bytes in all: not whole packets
  EXPECT_TRUE(receive(1s, 88));
  EXPECT_FALSE(device->bulk_in(now, 0x82, 512));
  tell({"CONF:ARR:TST (100),(@1)"});
  set_level();
  send("READ?\n");
  request(500);  // header and 500 bytes: one packet
  const auto whole = receive(100s, 512);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->size(), 512U);
  EXPECT_EQ(device->bulk_in(now, 0x82, 512), Bytes{});
}

TEST_F(Counter53230aSimulator, GarbageHaltsTheBulkOutEndpointUntilTheHaltIsCleared) {
  make();
  EXPECT_FALSE(device->bulk_out(now, 1, hex("01 05 05 00 00 00 00 00 01 00 00 00")));
  EXPECT_TRUE(device->halted(0x01));
  device->clear_halt(now, 0x01);
  EXPECT_FALSE(device->halted(0x01));
  EXPECT_THAT(ask("*IDN?"), StartsWith("Agilent"));
}

TEST_F(Counter53230aSimulator, AMessageWhileAnAnswerIsAskedForAndMissingIsAgainstTheRules) {
  make();
  tell({"*CLS"});
  request();
  EXPECT_FALSE(receive());
  EXPECT_FALSE(send("*IDN?\n"));
  EXPECT_TRUE(device->halted(0x01));
}

TEST_F(Counter53230aSimulator, AnAbortEndsTheRequestWithAnEmptyPacket) {
  make();
  tell({"*CLS"});
  request();
  EXPECT_EQ(device->control(now, abort_in(static_cast<std::uint8_t>(tag + 1)), {}),
            (Bytes{0x81, static_cast<std::uint8_t>(tag + 1)}))
      << "another tag";
  EXPECT_EQ(device->control(now, abort_in(tag), {}), (Bytes{0x01, tag}));
  EXPECT_EQ(device->bulk_in(now, 0x82, 512), Bytes{});
  EXPECT_EQ(device->control(now, kCheckAbortIn, {}), (Bytes{0x01, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(device->control(now, abort_in(tag), {}), (Bytes{0x80, tag})) << "nothing is under way any more";
  EXPECT_EQ(device->control(now, abort_out(tag), {}), (Bytes{0x81, tag}));
  EXPECT_THAT(ask("*IDN?"), StartsWith("Agilent"));
}

TEST_F(Counter53230aSimulator, AnAbortOfAMessageForgetsItsBeginning) {
  make();
  EXPECT_TRUE(send("*RS", false));
  EXPECT_EQ(device->control(now, abort_out(tag), {}), (Bytes{0x01, tag}));
  EXPECT_THAT(ask("*IDN?"), StartsWith("Agilent"));
}

TEST_F(Counter53230aSimulator, AClearEmptiesItsQueuesAndKeepsItsSettings) {
  make();
  tell({"SYST:TIM 3", "CONF:TOT:TIM 1000,(@1)", "INIT"});
  send("FETC?\n");
  request();
  EXPECT_EQ(device->control(now, kInitiateClear, {}), Bytes{0x01});
  EXPECT_EQ(device->control(now, kCheckClear, {}), (Bytes{0x01, 0x00}));
  EXPECT_FALSE(receive(1s));
  EXPECT_EQ(ask("SYST:TIM?"), "+2.00000000000000E+003") << "twice the gate";
}

// --- Status ---

TEST_F(Counter53230aSimulator, TheStatusByteComesByTheInterruptEndpoint) {
  make();
  EXPECT_EQ(device->control(now, read_status_byte(5), {}), (Bytes{0x01, 0x05, 0x00}));
  EXPECT_EQ(device->control(now, read_status_byte(6), {}), (Bytes{0x20, 0x06, 0x00})) << "not fetched: busy";
  EXPECT_EQ(device->bulk_in(now, 0x83, 8), (Bytes{0x85, 0x00}));
  EXPECT_FALSE(device->bulk_in(now, 0x83, 8));
}

TEST_F(Counter53230aSimulator, TheStatusByteSumsUp) {
  make();
  tell({"*CLS"});
  EXPECT_EQ(status(), 0U);
  tell({"NONSENSE"});
  EXPECT_EQ(status(), 4U);  // error queue
  send("*IDN?\n");
  EXPECT_EQ(status(), 4U + 16);  // message available
  request();
  read();
  EXPECT_EQ(ask("*ESR?"), "+32");  // command error
  EXPECT_EQ(ask("*ESR?"), "+0") << "reading it clears it";
  tell({"*ESE 1", "*OPC"});
  EXPECT_EQ(status(), 4U + 32);  // event summary
}

TEST_F(Counter53230aSimulator, AsksForServiceOnceWhenItIsToldTo) {
  make();
  tell({"*CLS", "*ESE 1", "*SRE 32"});
  EXPECT_FALSE(device->bulk_in(now, 0x83, 8));
  tell({"*OPC"});
  EXPECT_EQ(device->bulk_in(now, 0x83, 8), (Bytes{0x81, 0x60}));
  EXPECT_FALSE(device->bulk_in(now, 0x83, 8));
  EXPECT_EQ(ask("*ESR?"), "+1");
  tell({"*OPC"});
  EXPECT_TRUE(device->bulk_in(now, 0x83, 8)) << "again";
}

TEST_F(Counter53230aSimulator, QueuesItsErrors) {
  make();
  EXPECT_EQ(ask("SYST:ERR?"), "+0,\"No error\"");
  tell({"NONSENSE", "SYST:TIM 1E9", "SYST:TIM x", "INP1:COUP XC", "SYST:TIM", "*RST 1"});
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-113,"));
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-222,"));
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-104,"));
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-224,"));
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-109,"));
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-108,"));
  EXPECT_EQ(ask("SYST:ERR?"), "+0,\"No error\"");
  for (int i = 0; i < 40; ++i) tell({"NONSENSE"});
  std::string last;
  for (std::string entry; (entry = ask("SYST:ERR?")).front() == '-';) last = entry;
  EXPECT_THAT(last, StartsWith("-350,")) << "the newest gave way";
}

TEST_F(Counter53230aSimulator, AnAnswerThatNobodyFetchedIsInterrupted) {
  make();
  send("*IDN?\n");
  pass(1s);
  EXPECT_EQ(ask("*OPC?"), "1");
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-410,"));
}

TEST_F(Counter53230aSimulator, TakesTheHeadersThatTheFactsFileGives) {
  make();
  tell({"*CLS", ":SYST:TIM INF", "SENS:TST:RATE 100e3", "INP:SLOP NEG", "INP:IMP 50", "INP:RANG 50",
        "INP:LEV -0.02", "TOT:GATE:SOUR TIME", "ROSC:SOUR EXT", "*SRE 0", "*WAI"});
  EXPECT_EQ(ask("SYST:ERR?"), "+0,\"No error\"");
  EXPECT_EQ(ask("INP1:SLOP?"), "NEG");
  EXPECT_EQ(ask("INP1:LEV?"), "-2.00000000000000E-002");
  EXPECT_EQ(ask("*TST?"), "+0");
}

// --- Measurements ---

TEST_F(Counter53230aSimulator, CountsWithinAGateInTheFormOfTheFactsFile) {
  make();
  tell({"*RST", "CONF:TOT:TIM 10,(@2)", "INP2:COUP DC", "INP2:LEV 2.5", "INIT", "*WAI"});
  const Instant begin = now;
  EXPECT_EQ(ask("FETC?"), "+1.25000000000000E+007");  // 10 s of 800 ns
  EXPECT_NEAR(in_seconds(now - begin), 10.002, 1e-3) << "the gate, then input and output";
  EXPECT_EQ(ask("FETC?"), "+1.25000000000000E+007") << "as often as asked";
}

TEST_F(Counter53230aSimulator, ReadsInOneGo) {
  make();
  tell({"CONF:TOT:TIM 0.5"});
  set_level();
  EXPECT_EQ(ask("READ?"), "+5.00000000000000E+001");
}

TEST_F(Counter53230aSimulator, OperationCompletesWithTheMeasurement) {
  make();
  tell({"*CLS", "*ESE 1", "CONF:TOT:TIM 2,(@1)", "INIT", "*OPC"});
  EXPECT_EQ(status(), 0U);
  pass(1999ms);
  EXPECT_EQ(status(), 0U);
  pass(2ms);
  EXPECT_EQ(status(), 32U);
}

TEST_F(Counter53230aSimulator, GivesThePrescalerAndOneTimeStampMoreThanItWasToldTo) {
  make();
  tell({"CONF:ARR:TST (3),(@1)", "TST:RATE 1E6"});
  set_level();
  // At 995 ms; edges at 1.00, 1.01, … s.
  EXPECT_EQ(ask("READ?"),
            "+1,+5.00000000000000E-003,+1.50000000000000E-002,+2.50000000000000E-002,+3.50000000000000E-002");
}

TEST_F(Counter53230aSimulator, TimeStampsJitter) {
  make({}, {{"jitter_ps", 100'000}});
  tell({"CONF:ARR:TST (999),(@1)"});
  set_level();
  std::istringstream record{ask("READ?")};
  std::string field;
  std::getline(record, field, ',');
  double variance = 0;
  for (int n = 0; std::getline(record, field, ','); ++n) {
    const double error = std::stod(field) - (0.005 + 0.01 * n);
    variance += error * error / 1000;
  }
  EXPECT_NEAR(std::sqrt(variance), 100e-9, 10e-9);
}

TEST_F(Counter53230aSimulator, ItsClockMayBeFast) {
  make({}, {{"time_base_ppm", 100}});
  tell({"CONF:ARR:TST (1),(@1)"});
  set_level();
  EXPECT_EQ(ask("READ?"), "+1,+5.00050000000000E-003,+1.50015000000000E-002");
  tell({"CONF:TOT:TIM 100,(@2)", "INP2:COUP DC", "INP2:LEV 2.5"});
  EXPECT_EQ(std::stod(ask("READ?")), 124'987'501);  // a gate of 99.990001 s
}

TEST_F(Counter53230aSimulator, TheOtherSlopeComesAPulseLater) {
  make({}, {{"pulse_width_ms", 2}});
  tell({"CONF:ARR:TST (1),(@1)", "INP1:SLOP NEG"});
  set_level();
  EXPECT_EQ(ask("READ?"), "+1,+7.00000000000000E-003,+1.70000000000000E-002");
}

TEST_F(Counter53230aSimulator, ALevelBesideThePulsesSeesNone) {
  make();
  tell({"CONF:TOT:TIM 1,(@1)", "INP1:LEV 5"});
  EXPECT_EQ(ask("READ?"), "+0.00000000000000E+000");
  tell({"CONF:TOT:TIM 1,(@1)", "INP1:LEV -1"});
  EXPECT_EQ(ask("READ?"), "+0.00000000000000E+000");
}

TEST_F(Counter53230aSimulator, ConfPutsTheAutomaticLevelBackOn) {
  make();
  EXPECT_EQ(ask("INP1:LEV:AUTO?"), "1");
  set_level();
  EXPECT_EQ(ask("INP1:LEV:AUTO?"), "0");
  tell({"CONF:TOT:TIM 50,(@1)"});
  EXPECT_EQ(ask("INP1:LEV:AUTO?"), "1");
  EXPECT_EQ(std::stod(ask("READ?")), 5000) << "100 Hz are fast enough";
}

TEST_F(Counter53230aSimulator, AnAutomaticLevelLosesSlowPulses) {
  make({}, {}, "led.slow");
  tell({"CONF:TOT:TIM 50,(@1)"});
  const double counted = std::stod(ask("READ?"));
  EXPECT_GT(counted, 150);
  EXPECT_LT(counted, 350);
  tell({"CONF:TOT:TIM 50,(@1)"});
  set_level();
  EXPECT_EQ(std::stod(ask("READ?")), 500);
}

TEST_F(Counter53230aSimulator, EdgesThatDoNotComeInTimeAreTheNumberOfATimeOut) {
  make();
  tell({"SYST:TIM 0.02", "CONF:ARR:TST (3),(@1)"});
  set_level();
  EXPECT_EQ(ask("READ?"),
            "+1,+5.00000000000000E-003,+1.50000000000000E-002,+9.91000000000000E+037,+9.91000000000000E+037");
}

TEST_F(Counter53230aSimulator, GoesOnMeasuringThoughNobodyAsks) {
  make();
  tell({"CONF:ARR:TST (2000),(@1)"});
  set_level();
  tell({"INIT"});
  pass(60s);
  const std::string record = ask("FETC?");
  EXPECT_EQ(std::ranges::count(record, ','), 2001);
  EXPECT_THAT(record, testing::Not(HasSubstr("E+037")));
}

TEST_F(Counter53230aSimulator, WhereNothingIsWiredNothingIsCounted) {
  make({}, {}, "nothing.there");
  tell({"CONF:TOT:TIM 1,(@1)"});
  EXPECT_EQ(ask("READ?"), "+0.00000000000000E+000");
}

TEST_F(Counter53230aSimulator, WithoutAMeasurementThereIsNothingToFetch) {
  make();
  send("FETC?\n");
  request();
  EXPECT_FALSE(receive(10s));
  device->control(now, kInitiateClear, {});
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-230,"));
}

// --- The script of faults ---

TEST_F(Counter53230aSimulator, AReadingTimesOut) {
  make({at_command(1, "reading_timeout")});
  tell({"CONF:TOT:TIM 1,(@1)"});
  EXPECT_EQ(ask("READ?"), "+9.91000000000000E+037");
  EXPECT_EQ(ask("READ?"), "+1.00000000000000E+002");
}

TEST_F(Counter53230aSimulator, TheAutomaticLevelComesOn) {
  make({at_command(4, "auto_level")});
  tell({"CONF:TOT:TIM 1,(@1)"});
  set_level();
  EXPECT_EQ(ask("INP1:LEV:AUTO?"), "1");
}

TEST_F(Counter53230aSimulator, TheProtectionRelayOpensUntilItIsArmedAgain) {
  make({{.at = Instant{2s}, .command = {}, .what = "protection"}});
  tell({"CONF:TOT:TIM 10,(@1)"});
  set_level();
  EXPECT_LT(std::stod(ask("READ?")), 150);
  EXPECT_EQ(ask("STAT:QUES:COND?"), "+1");
  EXPECT_EQ(ask("STAT:QUES?"), "+1");
  EXPECT_EQ(ask("STAT:QUES?"), "+0") << "an event";
  EXPECT_EQ(ask("STAT:QUES:COND?"), "+1") << "a condition";
  tell({"INP1:PROT:CLE"});
  EXPECT_EQ(ask("STAT:QUES:COND?"), "+0");
  EXPECT_EQ(std::stod(ask("READ?")), 1000);
}

TEST_F(Counter53230aSimulator, TheTotalRollsOver) {
  make({at_command(1, "rollover")});
  tell({"CONF:TOT:TIM 1,(@1)"});
  ask("READ?");
  EXPECT_EQ(ask("STAT:QUES?"), "+512");
}

TEST_F(Counter53230aSimulator, TheTimeBaseLosesItsReferenceAndDrifts) {
  make({at_command(1, "time_base")});
  tell({"CONF:ARR:TST (1),(@1)"});
  set_level();
  EXPECT_EQ(ask("READ?"), "+1,+5.00050000000000E-003,+1.50015000000000E-002");
  EXPECT_EQ(ask("STAT:QUES:COND?"), "+1024");
}

TEST_F(Counter53230aSimulator, APrescalerDivides) {
  make({at_command(1, "prescaler")});
  tell({"CONF:ARR:TST (1),(@1)"});
  set_level();
  EXPECT_THAT(ask("READ?"), StartsWith("+13,"));
}

TEST_F(Counter53230aSimulator, RefusesACommandOrAnswersNonsense) {
  make({at_command(1, "refuse"), at_command(3, "garble")});
  tell({"CONF:TOT:TIM 1,(@1)"});
  EXPECT_THAT(ask("SYST:ERR?"), StartsWith("-221,"));
  EXPECT_EQ(ask("*IDN?"), "%#@!");
  EXPECT_THAT(ask("*IDN?"), StartsWith("Agilent"));
}

TEST_F(Counter53230aSimulator, FallsSilentUntilItIsCleared) {
  make({at_command(1, "silence")});
  send("*IDN?\n");
  request();
  EXPECT_FALSE(receive(10s));
  device->control(now, kInitiateClear, {});
  EXPECT_THAT(ask("*IDN?"), StartsWith("Agilent"));
}

TEST_F(Counter53230aSimulator, BendsTheHeaderOfOneAnswer) {
  make({at_command(1, "wrong_tag"), at_command(2, "wrong_msgid"), at_command(3, "eom_missing"),
        at_command(4, "transfer_size")});
  const auto next = [&] {
    send("*OPC?\n");
    request();
    return hex_text(receive().value_or(Bytes{}));
  };
  EXPECT_EQ(next(), "02 03 FC 00 02 00 00 00 01 00 00 00 31 0A 00 00");  // to request 2
  EXPECT_EQ(next(), "7F 04 FB 00 02 00 00 00 01 00 00 00 31 0A 00 00");
  EXPECT_EQ(next(), "02 06 F9 00 02 00 00 00 00 00 00 00 31 0A 00 00");
  EXPECT_EQ(next(), "02 08 F7 00 42 00 00 00 01 00 00 00 31 0A 00 00");
  EXPECT_EQ(next(), "02 0A F5 00 02 00 00 00 01 00 00 00 31 0A 00 00");
}

TEST_F(Counter53230aSimulator, BeginsAnAnswerWithAnEmptyPacket) {
  make({at_command(1, "empty_packet")});
  send("*OPC?\n");
  request();
  EXPECT_EQ(receive(), Bytes{});
  EXPECT_EQ(read(), "1");
}

TEST_F(Counter53230aSimulator, StallsItsAnswersUntilTheHaltIsCleared) {
  make({at_command(1, "stall")});
  send("*OPC?\n");
  EXPECT_TRUE(device->halted(0x82));
  EXPECT_FALSE(device->halted(0x01));
  device->clear_halt(now, 0x82);
  EXPECT_FALSE(device->halted(0x82));
}

TEST_F(Counter53230aSimulator, NeverComesToTheEndOfAnAbort) {
  make({at_command(1, "abort_never")});
  tell({"*CLS"});
  request();
  EXPECT_EQ(device->control(now, abort_in(tag), {}), (Bytes{0x01, tag}));
  for (int i = 0; i < 10; ++i, pass(1s))
    EXPECT_EQ(device->control(now, kCheckAbortIn, {}), (Bytes{0x02, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(device->control(now, kCheckClear, {}), (Bytes{0x02, 0x00}));
}

TEST_F(Counter53230aSimulator, StormsWithServiceRequests) {
  make({at_command(1, "srq_storm")});
  tell({"*CLS"});
  EXPECT_EQ(device->control(now, read_status_byte(2), {}), (Bytes{0x01, 0x02, 0x00}));
  int requests = 0;
  for (std::optional<Bytes> packet; (packet = device->bulk_in(now, 0x83, 8)) && (*packet)[0] == 0x81;)
    ++requests;
  EXPECT_EQ(requests, 300);
}

TEST_F(Counter53230aSimulator, TakesAnyBytes) {
  make();
  std::uint32_t state = 1;
  const auto random = [&state] {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::uint8_t>(state >> 24U);
  };
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes(random() % 40);
    for (auto& byte : bytes) byte = random();
    if (bytes.size() > 12) {
      bytes[0] = static_cast<std::uint8_t>(1 + random() % 2);
      bytes[2] = static_cast<std::uint8_t>(~bytes[1]);
      bytes[4] = static_cast<std::uint8_t>(bytes.size() - 12);
      bytes[5] = bytes[6] = bytes[7] = 0;
    }
    static_cast<void>(device->bulk_out(now, 0x01, bytes));
    static_cast<void>(device->bulk_in(now, 0x82, 512));
    static_cast<void>(device->bulk_in(now, 0x83, 8));
    static_cast<void>(device->control(now, {random(), random(), random(), random(), random()}, {}));
    if (device->halted(0x01)) device->clear_halt(now, 0x01);
    pass(1ms);
  }
  device->control(now, kInitiateClear, {});
  while (device->bulk_in(now, 0x82, 512)) {
  }
  EXPECT_THAT(ask("*IDN?"), StartsWith("Agilent"));
}

}  // namespace
}  // namespace meterbench::keysight_53230a
