// A meter at the far end of a scripted link, for the tests of the driver.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/simulated_reactor.h"
#include "drivers/c1218_meter/driver.h"
#include "drivers/link/memory_link.h"
#include "drivers/protocol/c1218/framing.h"
#include "tests/support/optical_packets.h"
#include "tests/support/scripted_far_end.h"

namespace meterbench::c1218_meter {

using golden::from_hex;
using Hex = golden::packets::Hex;

inline constexpr std::uint8_t kAckByte = 0x06;

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Turn {
  Bytes request;   ///< data of the packet
  Bytes response;  ///< data of the packet; empty: the meter does not answer
};

/// A session by optical-port.md 1 and 2: both toggles begin at 0, every packet is acknowledged.
inline ScriptedFarEnd::Script script_of(const std::vector<Turn>& turns) {
  ScriptedFarEnd::Script script;
  bool toggle = false;
  for (const auto& [request, response] : turns) {
    const Bytes acknowledge = script.empty() ? Bytes{} : Bytes{kAckByte};
    script.push_back({acknowledge + c1218::encode({.toggle = toggle, .data = request}),
                      Bytes{kAckByte} + c1218::encode({.toggle = toggle, .data = response})});
    toggle = !toggle;
  }
  script.push_back({{kAckByte}, {}});
  return script;
}

/// Table data behind `ok` (optical-port.md 3.2).
inline Bytes table(Hex content) {
  const Bytes data = from_hex(content);
  unsigned sum = 0;
  for (const auto byte : data) sum += byte;
  return Bytes{0, static_cast<std::uint8_t>(data.size() >> 8U), static_cast<std::uint8_t>(data.size())} +
         data + Bytes{static_cast<std::uint8_t>(0x100 - (sum & 0xFFU))};
}
inline Turn read(std::uint8_t number, Hex content) { return {{0x30, 0, number}, table(content)}; }

inline const Turn kIdentifyTurn{{0x20}, from_hex("00 00 01 00 00")};
inline const Turn kLogOnTurn{from_hex("50 00 02 42 45 4E 43 48 20 20 20 20 20"), {0}};
inline const Turn kLogOffTurn{{0x52}, {0}};
inline const Turn kTerminateTurn{{0x21}, {0}};

// The meter of optical-port.md 6.
inline const Turn kSt00 =
    read(0,
         "02 1A 80 54 45 53 54 02 00 16 16 01 00 0A 02 02 00 01 00 AB B9 E1 1E 00 16 90 E0 81 14 00 20 "
         "DB 06 A0 00 00 00 00 00 00 00 00 00 00 00");
inline const Turn kSt01Turn = read(
    1, "54 45 53 54 56 4D 45 54 45 52 31 20 01 00 05 22 30 30 30 30 30 30 30 30 31 32 33 34 35 36 37 38");
inline const Turn kSt05 = read(5, "55 4E 49 54 2D 30 30 30 31 20 20 20 20 20 20 20 20 20 20 20");
inline const Turn kSt11 = read(11, "06 04 01 00 00 02 02 04");
inline const Turn kSt12 = read(12, "00 50 02 00 00 90 01 00 00 44 02 00 08 02 28 00");
inline const Turn kSt15 =
    read(15,
         "92 CB 7F 48 BF 7D 7D 3F 00 00 00 00 00 00 00 00 92 CB 7F 48 BF 7D 7D 3F 00 00 00 00 00 00 00 "
         "00");
inline const Turn kSt16 = read(16, "29 29 13 11");
inline const Turn kSt21 = read(21, "16 02 01 02 01 00 01 00 01 01");
inline const Turn kSt22 = read(22, "00 01 02 01");
inline const Turn kSt23Turn =
    read(23,
         "03 00 00 00 00 EA 29 3A 41 00 00 00 00 00 40 5F 40 18 06 0E 11 1E 00 00 00 00 40 C7 D7 40 "
         "C9 14 00 00");

inline const Turn kSt02 =
    read(2,
         "37 2E 32 20 20 20 37 2E 32 20 20 20 01 32 53 20 20 20 0C 00 33 32 30 30 20 20 20 33 "
         "30 20 20 20 20");
inline const Turn kSt13 = read(13, "05 0F 00");
inline const Turn kSt27 = read(27, "02 03");
inline const Turn kSt61 = read(61, "34 00 00 00 10 0C 02 02 00 04 00 01 0F");
inline const Turn kSt62 = read(62, "01 00 00 02");
inline const Turn kSt71 = read(71, "06 04 00 00 00 02 00 02 00");
/// The same with ST-02.
inline const Turn kSt00WithNameplate =
    read(0,
         "02 1A 80 54 45 53 54 02 00 16 16 01 00 0A 02 02 00 01 00 AF B9 E1 1E 00 16 90 E0 81 14 00 20 "
         "DB 06 A0 00 00 00 00 00 00 00 00 00 00 00");

// The virtual meter (quirks.md): its own maker, MT-01 and MP-00.
inline const Turn kOwnSt00 =
    read(0, "02 08 80 4D 54 42 4E 02 00 16 00 01 00 03 02 00 01 01 00 AF 99 E1 02 20 01 A0 00 00 00 00");
inline const Turn kOwnConstants{{0x30, 0x08, 0x01}, table("D1 DC A7 01 00 00 00 00")};  // 27,778,257 nWh

/// What ST-07 is written with, and what ST-08 says.
inline const Turn kSignalTurn{from_hex("40 00 07 00 04 00 08 01 05 F2"), {0}};
inline Turn answer_in_st08(Hex content) { return read(8, content); }

class ScriptedMeter : public testing::Test {
 protected:
  using Contents = std::map<std::uint16_t, Bytes>;

  void use_script(ScriptedFarEnd::Script script, Options options = {}) {
    meter.reset();
    link.reset();
    reactor.emplace(stop, UtcTime{});
    far_end = std::make_unique<ScriptedFarEnd>(std::move(script));
    link = std::make_unique<MemoryLink>(*reactor, "optical.A", *far_end, WireTime::serial(9600, 1));
    meter = std::make_unique<C1218Meter>(*link, std::move(options));
  }
  void use(const std::vector<Turn>& turns, Options options = {}) {
    use_script(script_of(turns), std::move(options));
  }

  template <class T, class Start>
  Result<T> finish(Start start) {
    auto result = await<T>(*reactor, "optical.A", "test", std::chrono::minutes{2}, start);
    EXPECT_TRUE(reactor->wait_until(reactor->now() + std::chrono::seconds{1}));  // the last acknowledge
    return result;
  }
  Result<MeterIdentity> identify() {
    return finish<MeterIdentity>([&](auto done) { meter->start_identify(std::move(done)); });
  }
  Result<MeterRegisters> registers() {
    return finish<MeterRegisters>([&](auto done) { meter->start_read_registers(std::move(done)); });
  }
  Result<Contents> tables(std::vector<std::uint16_t> numbers) {
    return finish<Contents>(
        [&](auto done) { meter->start_read_tables(std::move(numbers), std::move(done)); });
  }
  Result<MeterState> state() {
    return finish<MeterState>([&](auto done) { meter->start_read_state(std::move(done)); });
  }
  Result<void> procedure(const MeterCommand& command) {
    return finish<void>([&](auto done) { meter->start_procedure(command, std::move(done)); });
  }
  Result<void> signal(unsigned pulses = 5) {
    return finish<void>([&](auto done) { meter->start_signal(pulses, std::move(done)); });
  }
  /// A session that writes ST-07 at the virtual meter.
  Result<void> signal_with(std::vector<Turn> turns) {
    turns.insert(turns.begin(), {kIdentifyTurn, kLogOnTurn, kOwnSt00});
    turns.insert(turns.end(), {kLogOffTurn, kTerminateTurn});
    use(turns);
    return signal();
  }
  Result<bool> echo() {
    return finish<bool>([&](auto done) { meter->start_probe_echo(std::move(done)); });
  }

  StopSignal stop;
  std::optional<SimulatedReactor> reactor{std::in_place, stop, UtcTime{}};
  std::unique_ptr<ScriptedFarEnd> far_end;
  std::unique_ptr<ByteLink> link;
  std::unique_ptr<C1218Meter> meter;
};

}  // namespace meterbench::c1218_meter
