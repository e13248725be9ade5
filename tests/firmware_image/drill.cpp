#include "tests/firmware_image/drill.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <fmt/format.h>

#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "tests/optical_port/meter_type.h"
#include "tests/support/optical_client.h"

namespace meterbench::testing {

namespace {

using firmware::Board;
using firmware::kSampleRate;

struct Load {
  double u, i1, i2, lag;  // counts of the peak; radians
};

constexpr std::uint64_t seconds(double s) { return static_cast<std::uint64_t>(s * kSampleRate); }

}  // namespace

/// One run of it.
class Drill::Life {
 public:
  Life(virtual_lab::Processor& processor, std::uint32_t block) : processor_{processor}, block_{block} {
    outputs_.eeprom = virtual_lab::VirtualMeter::factory_eeprom(meter_type(), {}, "A");
    reset({.known = 1, .second = 803'000'000, .samples = 17});
  }

  void until(std::uint64_t sample) {
    while (now_ < sample) {
      if (!alive_) {
        now_ = sample;
        return;
      }
      const std::uint64_t end = std::min(sample, now_ + block_);
      Board& b = board();
      for (; now_ < end; ++now_) b.samples.slot(static_cast<std::uint32_t>(now_ - began_)) = converted();
      firmware::share(b.samples.written, static_cast<std::uint32_t>(now_ - began_));
      firmware::share(b.run_until, static_cast<std::uint32_t>(now_ - began_));
      work();
    }
  }

  void look() {
    if (!alive_) return outputs_.seen.push_back("dead");
    const Board& b = board();
    outputs_.seen.push_back(fmt::format(
        "{} display '{}' of {} ({}), relay {} of {}, fault {:x}, clock {} {}, LED {}, rest {}, wake {}, "
        "watchdog {}",
        now_, std::string{b.display}.c_str(), b.display_sample, b.display_changes, b.relay, b.relay_sample,
        b.fault_word, b.cell.known, b.cell.second, b.led_until, b.rest_until, b.port_wake, b.watchdog));
  }

  void say(const Octets& bytes) {
    if (!alive_) return;
    for (const auto byte : bytes)
      if (!firmware::push(board().uart_in, {now_ - began_, byte, 0})) throw std::logic_error{"too much said"};
    ring();
  }
  void press(std::uint32_t word) { set(board().switches, word); }
  void open_cover(bool open) { set(board().cover, open ? 1 : 0); }
  void warm(std::int32_t millikelvin) {
    if (alive_) board().thermometer = millikelvin;
  }
  void apply(const Load& load) { load_ = load; }
  void fail_supply() { set(board().power_good, 0); }
  void die() {
    if (!alive_) return;
    alive_ = false;
    died_ = now_;
    cell_ = board().cell;
    processor_.stop();
  }
  void return_supply() {
    if (alive_) return;
    cell_.second += static_cast<std::uint32_t>((now_ - died_) / kSampleRate);
    reset(cell_);
  }

  [[nodiscard]] Outputs take_outputs() { return std::move(outputs_); }

 private:
  [[nodiscard]] Board& board() { return processor_.board(); }

  void reset(const firmware::ClockCell& cell) {
    processor_.stop();
    const std::uint32_t switches = board().switches, cover = board().cover;
    board() = Board{};
    board().magic = firmware::kBoardMagic;
    board().version = firmware::kBoardVersion;
    board().reset_cause = static_cast<std::uint32_t>(firmware::ResetCause::power_on);
    board().cell_at_reset = cell;
    board().power_good = 1;
    board().switches = switches;
    board().cover = cover;
    board().thermometer = 23'000;
    std::ranges::copy(outputs_.eeprom, board().eeprom);
    began_ = now_;
    alive_ = true;
    processor_.reset();
    take();
  }

  void set(std::uint32_t& word, std::uint32_t value) {
    if (!alive_) return;
    firmware::share(word, value);
    ring();
  }
  void ring() {
    firmware::share(board().doorbell, board().doorbell + 1);
    work();
  }
  void work() {
    processor_.start();
    if (processor_.finish() != virtual_lab::Processor::Finished::done)
      throw std::runtime_error{processor_.whereabouts()};
    take();
  }
  void take() {
    Board& b = board();
    for (firmware::LedEdge e; firmware::pop(b.led_edges, e);)
      outputs_.led.emplace_back(began_ + e.sample, e.fraction, e.pulse);
    for (firmware::UartByte u; firmware::pop(b.uart_out, u);)
      outputs_.said.emplace_back(began_ + u.sample, 0, u.byte);
    for (firmware::EepromWrite w; firmware::pop(b.eeprom_writes, w);) {
      outputs_.written.emplace_back(began_ + w.sample, w.address, w.byte);
      outputs_.eeprom.at(w.address) = static_cast<std::uint8_t>(w.byte);
    }
  }

  firmware::Sample converted() const {
    if (load_.u == 0) return {};
    // Not synchronous with the blocks, so that each differs.
    const double angle = 2 * std::numbers::pi * 60.013 / kSampleRate * static_cast<double>(now_);
    return {static_cast<std::int32_t>(load_.u * std::sin(angle)),
            static_cast<std::int32_t>(load_.i1 * std::sin(angle - load_.lag)),
            static_cast<std::int32_t>(load_.i2 * std::sin(angle - load_.lag))};
  }

  virtual_lab::Processor& processor_;
  std::uint32_t block_;
  Outputs outputs_;
  Load load_{};
  bool alive_ = false;
  std::uint64_t now_ = 0, began_ = 0, died_ = 0;
  firmware::ClockCell cell_{};
};

Drill::Drill(double minutes, std::uint32_t seed) : state_{seed}, end_{seconds(minutes * 60)} {
  add_loads(end_);
  std::size_t turn = 0;
  for (std::uint64_t at = seconds(7); at + seconds(30) < end_; at += seconds(25) + dice(seconds(30))) {
    switch (turn++ % 4) {
      case 0:
      case 2: add_session(at); break;
      case 1: add_switches(at); break;
      default: add_power_cut(at); break;
    }
  }
}

Outputs Drill::run(virtual_lab::Processor& processor, std::uint32_t block) const {
  Life life{processor, block};
  for (const auto& [sample, action] : actions_) {
    life.until(sample);
    action(life);
    life.look();
  }
  life.until(end_);
  life.look();
  return life.take_outputs();
}

std::uint32_t Drill::dice(std::uint32_t below) {
  state_ ^= state_ << 13U;
  state_ ^= state_ >> 17U;
  state_ ^= state_ << 5U;
  return state_ % below;
}

/// From nothing over creep to the class current, delivered and received, one coil alone too; with it the
/// temperature.
void Drill::add_loads(std::uint64_t end) {
  constexpr double kVolts = 4'848'000, kClass = 5'657'000;
  for (std::uint64_t at = 0; at < end; at += seconds(5) + dice(seconds(40))) {
    const double share = std::array{0.0, 0.00005, 0.003, 0.1, 0.5, 1.0}[dice(6)];
    const double lag = std::array{0.0, 1.047, -0.6, 3.14159}[dice(4)];
    const Load load{dice(5) == 0 ? 0 : kVolts, share * kClass, dice(4) == 0 ? 0 : -share * kClass, lag};
    const auto temperature = static_cast<std::int32_t>(dice(93'000)) - 40'000;
    actions_.emplace(at, [=](Life& life) {
      life.apply(load);
      life.warm(temperature);
    });
  }
}

/// A reader that acknowledges and asks by the clock, whatever it hears.
void Drill::add_session(std::uint64_t begin) {
  ++sessions_;
  std::vector<Octets> requests{{0x20},
                               {0x61, 0x00, 0x40, 0x01, 0x06},
                               Octets{0x50, 0x00, 0x02} + text("DRILL", 10, ' '),
                               security("MASTER")};
  for (const std::uint16_t table : {1, 3, 5, 21, 23, 28, 52, 76, 2061}) requests.push_back(full_read(table));
  const Octets procedure = dice(2) == 0 ? Octets{0x09, 0x00, 0x06, 0x01} : Octets{0x06, 0x00, 0x07, 0x02};
  requests.push_back(full_write(7, procedure));
  requests.push_back(full_read(8));
  requests.push_back(full_write(5, text("DRILLED " + std::to_string(dice(1000)), 20, ' ')));
  requests.push_back({0x52});
  if (dice(3) != 0) requests.push_back({0x21});  // else it leaves the meter to its time-outs
  std::uint8_t control = 0;
  for (const Octets& request : requests) {
    begin += seconds(0.31) + dice(50);
    actions_.emplace(begin, [bytes = packet(request, control)](Life& life) { life.say(bytes); });
    control ^= 0x20U;
    begin += seconds(0.35) + dice(20);
    if (dice(15) != 0) actions_.emplace(begin, [](Life& life) { life.say({0x06}); });
  }
}

void Drill::add_switches(std::uint64_t begin) {
  const std::uint32_t which = 1U << dice(4);
  actions_.emplace(begin, [=](Life& life) { life.press(which); });
  actions_.emplace(begin + seconds(0.2) + dice(4000), [](Life& life) { life.press(0); });
  actions_.emplace(begin + seconds(3), [](Life& life) { life.open_cover(true); });
  actions_.emplace(begin + seconds(4) + dice(9999), [](Life& life) { life.open_cover(false); });
}

void Drill::add_power_cut(std::uint64_t begin) {
  ++power_cuts_;
  begin += dice(kSampleRate);
  actions_.emplace(begin, [](Life& life) { life.fail_supply(); });
  actions_.emplace(begin + kSampleRate / 10, [](Life& life) { life.die(); });
  actions_.emplace(begin + seconds(1) + dice(seconds(20)), [](Life& life) { life.return_supply(); });
}

}  // namespace meterbench::testing
