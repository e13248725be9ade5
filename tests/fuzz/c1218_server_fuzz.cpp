// The optical port of a meter against clients that say anything at any time: noise, damaged packets, requests
// in any order with any content, acknowledges that are late, wrong or missing, while switches are pressed and
// the load changes. Whatever it has heard, after a second of silence the meter answers Identify at once.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <string_view>

#include "bench/core/real_reactor.h"
#include "drivers/protocol/c1218/framing.h"
#include "drivers/protocol/c1218/services.h"
#include "drivers/virtual_lab/meter/optical_port.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;
using virtual_lab::OpticalPort;
using virtual_lab::Phasor;
using virtual_lab::VirtualMeter;
using virtual_lab::World;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_{seed} {}
  [[nodiscard]] std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  [[nodiscard]] bool one_in(std::size_t n) { return below(n) == 0; }
  [[nodiscard]] std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }
  [[nodiscard]] std::uint16_t word() { return static_cast<std::uint16_t>(random_()); }
  template <class List>
  [[nodiscard]] auto one_of(const List& list) {
    return list[below(std::size(list))];
  }
  [[nodiscard]] Bytes bytes(std::size_t most) {
    Bytes result(below(most + 1));
    for (auto& one : result) one = one_in(4) ? byte() : static_cast<std::uint8_t>(below(8));
    return result;
  }

 private:
  std::mt19937_64 random_;
};

struct Tally {
  std::uint64_t meters = 0, packets = 0, noise = 0;
  std::array<std::uint64_t, 11> codes{};  // answers by their code
};

MeterType meter_type(Dice& dice) {
  MeterType type;
  type.id = "fuzz";
  type.form = dice.one_in(2) ? Form::s2 : Form::s1;
  type.class_amperes = type.maximum_current = Current{200};
  type.test_amperes = Current{30};
  type.nominal_voltage = Voltage{type.form == Form::s2 ? 240.0 : 120.0};
  type.nominal_frequency = Frequency{60};
  type.kh = from_watt_hours(7.2);
  type.kt = from_watt_hours(1);
  type.disconnect = dice.one_in(2);
  return type;
}

/// What a client could say.
class Phrases {
 public:
  explicit Phrases(Dice& dice) : dice_{dice} {}

  /// The services that lead into a session, as sound clients use them.
  [[nodiscard]] std::vector<Bytes> prelude() {
    constexpr std::string_view kPasswords[] = {"READER", "SHOP", "MASTER", "WRONG"};
    std::vector<Bytes> result{c1218::identify()};
    if (dice_.one_in(2))
      result.push_back(c1218::negotiate(static_cast<std::uint16_t>(32 + dice_.below(600)),
                                        static_cast<std::uint8_t>(1 + dice_.below(255)),
                                        Bytes{c1218::kBaud9600}));
    result.push_back(c1218::log_on(dice_.word(), "FUZZ"));
    if (!dice_.one_in(4)) result.push_back(c1218::security(dice_.one_of(kPasswords), '\0'));
    return result;
  }

  [[nodiscard]] Bytes request() {
    switch (dice_.below(8)) {
      case 0: return anything();
      case 1: return c1218::full_read(table());
      case 2:
        return c1218::offset_read(table(), number(24), static_cast<std::uint16_t>(1 + number(16) % 0xFFFF));
      case 3: return index_read();
      case 4: return spoilt(c1218::full_write(table(), dice_.bytes(80)));
      case 5: return spoilt(c1218::offset_write(table(), number(24), dice_.bytes(30)));
      case 6: return c1218::full_read(8);
      default: return spoilt(c1218::full_write(7, procedure()));
    }
  }

 private:
  /// Any service, with as many bytes as it may have or any other number of them.
  Bytes anything() {
    constexpr std::uint8_t kServices[] = {0x20, 0x21, 0x22, 0x30, 0x31, 0x39, 0x3E, 0x3F, 0x40, 0x41, 0x49,
                                          0x4E, 0x4F, 0x50, 0x51, 0x52, 0x53, 0x60, 0x61, 0x6B, 0x70, 0x71};
    Bytes request{dice_.one_in(10) ? dice_.byte() : dice_.one_of(kServices)};
    const Bytes rest = dice_.bytes(dice_.one_in(3) ? 60 : 3);
    request.insert(request.end(), rest.begin(), rest.end());
    return request;
  }

  Bytes index_read() {
    const std::size_t indices = 1 + dice_.below(9);
    Bytes request{static_cast<std::uint8_t>(0x30 + indices)};
    const std::uint16_t of = table();
    request.insert(request.end(), {static_cast<std::uint8_t>(of >> 8U), static_cast<std::uint8_t>(of)});
    for (std::size_t n = 0; n <= indices; ++n) {
      const std::uint32_t index = number(16);
      request.insert(request.end(),
                     {static_cast<std::uint8_t>(index >> 8U), static_cast<std::uint8_t>(index)});
    }
    return request;
  }

  /// ST-07: mostly procedures that there are, with parameters of any length.
  Bytes procedure() {
    const std::size_t which = dice_.one_in(3) ? 2048 + dice_.below(4) : dice_.below(34);
    Bytes content{static_cast<std::uint8_t>(which), static_cast<std::uint8_t>(which >> 8U), dice_.byte()};
    if (dice_.one_in(8)) content[1] |= static_cast<std::uint8_t>(dice_.below(16) << 4U);
    const Bytes parameters = dice_.bytes(dice_.one_in(4) ? 30 : 2);
    content.insert(content.end(), parameters.begin(), parameters.end());
    if (which == 10 && !dice_.one_in(4)) {  // the clock, to a date that there is
      content.resize(3);
      content.insert(
          content.end(),
          {7, static_cast<std::uint8_t>(dice_.below(100)), static_cast<std::uint8_t>(1 + dice_.below(12)),
           static_cast<std::uint8_t>(1 + dice_.below(31)), static_cast<std::uint8_t>(dice_.below(24)),
           static_cast<std::uint8_t>(dice_.below(60)), static_cast<std::uint8_t>(dice_.below(60)),
           dice_.byte()});
      if (dice_.one_in(2)) content.erase(content.end() - 2);  // five bytes, in other time formats
    }
    return content;
  }

  Bytes spoilt(Bytes request) {
    if (dice_.one_in(6)) request[dice_.below(request.size())] ^= dice_.byte();
    if (dice_.one_in(12)) request.resize(dice_.below(request.size()) + 1);
    return request;
  }

  std::uint16_t table() {
    switch (dice_.below(6)) {
      case 0: return dice_.word();
      case 1: return static_cast<std::uint16_t>(2048 + dice_.below(16));
      case 2: return static_cast<std::uint16_t>(4096 + dice_.below(80));
      default: return static_cast<std::uint16_t>(dice_.below(80));
    }
  }

  /// Mostly small.
  std::uint32_t number(unsigned bits) {
    const std::uint32_t any = static_cast<std::uint32_t>(dice_.word()) << 8U | dice_.byte();
    return dice_.one_in(5) ? any & ((1U << bits) - 1U) : static_cast<std::uint32_t>(dice_.below(70));
  }

  Dice& dice_;
};

/// A meter and one client after the other, none of them quite sane.
class Trial {
 public:
  Trial(std::uint64_t seed, Tally& tally) : dice_{seed}, tally_{tally} {
    world_.attach(meter_);
    port_.opened(world_.now());
  }

  /// False when the meter is not there any more.
  bool run() {
    for (std::size_t clients = 1 + dice_.below(4); clients > 0; --clients) {
      toggle_ = false;
      if (!dice_.one_in(4))
        for (const Bytes& request : phrases_.prelude()) say(request);
      for (std::size_t words = dice_.below(30); words > 0; --words) {
        touch();
        dice_.one_in(12) ? rave() : say(phrases_.request());
        if (stuck_) return false;
      }
      if (!is_there()) return false;
    }
    return true;
  }

 private:
  /// Silence that is long enough for any packet cut short to be given up.
  bool is_there() {
    pass(1s);
    toggle_ = dice_.one_in(2);
    c1218::Packet packet;
    packet.data = c1218::identify();
    packet.toggle = toggle_;
    hear(c1218::encode(packet));
    const Bytes said = pass(20ms);
    // Identity and version of C12.18 in one packet, behind the acknowledge of the request.
    constexpr std::uint8_t kAnswer[] = {0, 0, 5, 0, 0, 1, 0, 0};  // from its sequence number on
    const auto found = std::ranges::search(said, kAnswer);
    const bool acknowledged = std::ranges::find(said, c1218::kAcknowledge) < found.begin();
    hear({c1218::kAcknowledge});
    return !stuck_ && !found.empty() && acknowledged;
  }

  /// One request in as many packets as it takes, and what a client might do with the answer.
  void say(const Bytes& request) {
    const std::size_t size =
        dice_.one_in(6) ? c1218::kLeastPacket : std::max(request.size() + 8, std::size_t{64});
    for (Bytes packet : c1218::encode_message(request, size, toggle_)) {
      if (dice_.one_in(30)) packet[dice_.below(packet.size())] = dice_.byte();
      if (dice_.one_in(60)) packet.resize(dice_.below(packet.size()) + 1);
      hear(packet);
      if (dice_.one_in(40)) hear(packet);
      ++tally_.packets;
      answer(pass(10ms));
    }
    if (dice_.one_in(30)) toggle_ = !toggle_;
    if (dice_.one_in(10)) linger();
  }

  void answer(Bytes said) {
    if (said.size() > c1218::kOverhead) note(said);
    // All parts of a long answer, unless the client is of another mind.
    for (int parts = 0; said.size() > 1 && parts < 300; ++parts) {
      if (dice_.one_in(25)) return;
      const std::uint8_t control = dice_.one_in(25)   ? c1218::kRefuse
                                   : dice_.one_in(40) ? dice_.byte()
                                                      : c1218::kAcknowledge;
      hear({control});
      said = pass(5ms);
    }
  }

  /// The code of the response that begins behind an acknowledge.
  void note(const Bytes& said) {
    constexpr std::size_t kCode = 1 + c1218::kHeader;
    if (said[1] == c1218::kStart && said[kCode] < tally_.codes.size()) ++tally_.codes[said[kCode]];
  }

  void rave() {
    Bytes noise = dice_.bytes(700);
    for (auto& byte : noise) byte = dice_.one_in(5) ? c1218::kStart : dice_.byte();
    tally_.noise += noise.size();
    hear(noise);
    linger();
  }

  /// Silence around each of the link's limits, or far beyond all of them.
  void linger() {
    constexpr Duration kLimits[] = {500ms, 2s, 6s};
    const auto any = [&](int end) { return static_cast<int>(dice_.below(static_cast<std::size_t>(end))); };
    pass(dice_.one_in(8) ? any(400) * 1s : dice_.one_of(kLimits) + any(41) * 1ms - 20ms);
  }

  /// What goes on around the port.
  void touch() {
    using Switch = VirtualMeter::Switch;
    constexpr Switch kSwitches[] = {Switch::display_scroll, Switch::demand_reset, Switch::test_mode,
                                    Switch::disconnect};
    if (dice_.one_in(10)) meter_.press(dice_.one_of(kSwitches), dice_.one_in(2));
    if (!dice_.one_in(20)) return;
    const Phasor current{static_cast<double>(dice_.below(401)) - 200};
    world_.source().apply(world_.now(), {Frequency{60}, {Phasor{120}, Phasor{-120}}, {current, -current}});
  }

  void hear(const Bytes& bytes) { port_.on_bytes(world_.now(), bytes, said_); }

  /// Lets time pass; what was said until then, since the last time.
  Bytes pass(Duration duration) {
    const Instant end = world_.now() + duration;
    constexpr int kMostAtOnce = 10'000;
    int at_once = 0;
    while (const auto next = port_.next_event()) {
      if (*next > end) break;
      at_once = *next > world_.now() ? 0 : at_once + 1;
      if (at_once > kMostAtOnce) {
        stuck_ = true;
        break;
      }
      world_.advance_to(std::max(*next, world_.now() + 1us));
      port_.on_time(world_.now(), said_);
    }
    world_.advance_to(std::max(end, world_.now()));
    port_.on_time(world_.now(), said_);
    return std::exchange(said_, {});
  }

  Dice dice_;
  Tally& tally_;
  Phrases phrases_{dice_};
  World world_{1, {.settle_s = 0}};
  VirtualMeter meter_{meter_type(dice_), {}, [](Instant) {}, "A"};
  OpticalPort port_{meter_};
  Bytes said_;
  bool toggle_ = false;
  bool stuck_ = false;
};

int fuzz(double seconds, std::uint64_t seed) {
  StopSignal stop;
  const RealReactor wall{stop};
  const Instant end = wall.now() + from_seconds(seconds);
  Tally tally;
  do {
    if (!Trial{seed + tally.meters, tally}.run()) {
      fmt::print(stderr, "seed {}: the meter does not answer any more\n", seed + tally.meters);
      return 1;
    }
    ++tally.meters;
  } while (wall.now() < end);
  fmt::print("{} meters from seed {}: {} packets, {} bytes of noise; answers", tally.meters, seed,
             tally.packets, tally.noise);
  for (std::size_t code = 0; code < tally.codes.size(); ++code)
    if (tally.codes[code] > 0) fmt::print(" {:02X}h {}", code, tally.codes[code]);
  fmt::print("\n");
  if (tally.codes[0] == 0 || tally.codes[1] == 0) {
    fmt::print(stderr, "there must be both answers and refusals, or nothing was tried\n");
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace meterbench

int main(int argc, char** argv) {
  CLI::App app{"Clients that say anything at any time, against the optical port of a meter"};
  double seconds = 3;
  std::uint64_t seed = 1;
  app.add_option("--seconds", seconds, "How long")->capture_default_str();
  app.add_option("--seed", seed, "Of the first meter; the next have the next")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return meterbench::fuzz(seconds, seed);
}
