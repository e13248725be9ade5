// The bench's side of an optical port against meters that say anything at any time: noise, packets that mean
// nothing, tables that are cut, changed or endless, and silence. Whatever they say, each question must come
// to an answer or a failure, in simulated time and in memory that have a limit.
#include <sys/resource.h>

#include <cstdio>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench/core/real_reactor.h"
#include "bench/core/simulated_reactor.h"
#include "drivers/c1218_meter/driver.h"
#include "drivers/link/memory_link.h"
#include "drivers/protocol/c1218/framing.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;

/// Far more than any question takes that ends by its own limits: an endless table at 9,600 Bd, three times.
constexpr Duration kLongest = 6h;
constexpr long kMostMemoryKb = 512L * 1024;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_{seed} {}
  [[nodiscard]] std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  [[nodiscard]] bool one_in(std::size_t n) { return below(n) == 0; }
  [[nodiscard]] std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }
  [[nodiscard]] Bytes bytes(std::size_t most) {
    Bytes result(below(most + 1));
    for (auto& one : result) one = byte();
    return result;
  }

 private:
  std::mt19937_64 random_;
};

/// A meter out of its mind, more or less so by session.
class MadMeter final : public FarEnd {
 public:
  explicit MadMeter(Dice& dice)
      : dice_{dice}, madness_{1 + dice.below(40)}, endless_{dice.one_in(40)}, silent_{dice.one_in(40)} {}

  void opened(Instant) override {}
  void closed(Instant) override { said_.clear(); }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    for (const std::uint8_t byte : bytes)
      if (collector_.add(byte, c1218::kMostData) == c1218::PacketCollector::State::whole)
        answer(now, collector_.packet());
    if (mad()) say(now, dice_.bytes(40));
    on_time(now, reply);
  }
  void on_time(Instant now, Bytes& reply) override {
    while (!said_.empty() && said_.begin()->first <= now) {
      const Bytes& bytes = said_.begin()->second;
      reply.insert(reply.end(), bytes.begin(), bytes.end());
      said_.erase(said_.begin());
    }
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    return said_.empty() ? std::nullopt : std::optional{said_.begin()->first};
  }

 private:
  [[nodiscard]] bool mad() { return dice_.one_in(madness_); }

  void say(Instant now, Bytes bytes) {
    if (silent_ && dice_.one_in(3)) return;
    const Duration delay = mad() ? std::chrono::milliseconds{dice_.below(9000)} : 2ms;
    said_.emplace(now + delay, std::move(bytes));
  }

  void answer(Instant now, const c1218::Packet& request) {
    if (request.sequence > 0) return say(now, {c1218::kAcknowledge});
    Bytes reply;
    if (!mad()) reply.push_back(mad() ? dice_.byte() : c1218::kAcknowledge);
    const Bytes message = mad() ? dice_.bytes(300) : response_to(request.data);
    const std::size_t size = c1218::kLeastPacket + dice_.below(600);
    if (mad()) toggle_ = !toggle_;
    for (Bytes packet : c1218::encode_message(message, mad() ? size : c1218::kDefaultPacket, toggle_)) {
      if (mad()) packet[dice_.below(packet.size())] = dice_.byte();
      if (mad()) packet.resize(dice_.below(packet.size()) + 1);
      reply.insert(reply.end(), packet.begin(), packet.end());
      if (mad()) reply.insert(reply.end(), packet.begin(), packet.end());
    }
    say(now, std::move(reply));
  }

  Bytes response_to(const Bytes& request) {
    if (request.empty()) return {1};
    if (mad()) return {static_cast<std::uint8_t>(dice_.below(0x14))};
    switch (request[0]) {
      case 0x20: return {0, 0, 1, 0, 0};
      case 0x61: return {0, 0, static_cast<std::uint8_t>(dice_.one_in(3) ? dice_.byte() : 64), 1, 6};
      case 0x30: return full_read(request);
      case 0x3F: return slice(request);
      default: return {0};
    }
  }

  Bytes full_read(const Bytes& request) {
    if (request.size() < 3) return {1};
    if (endless_ && request[2] != 0) return {4};
    return table_data(table(static_cast<std::uint16_t>(request[1] << 8U | request[2])));
  }

  Bytes slice(const Bytes& request) {
    if (request.size() < 8) return {1};
    const std::size_t offset = std::size_t{request[3]} << 16U | std::size_t{request[4]} << 8U | request[5];
    const std::size_t count = std::size_t{request[6]} << 8U | request[7];
    if (endless_) return table_data(Bytes(count));
    const Bytes whole = table(static_cast<std::uint16_t>(request[1] << 8U | request[2]));
    if (offset + count > whole.size()) return {5};
    const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(offset);
    return table_data({begin, begin + static_cast<std::ptrdiff_t>(count)});
  }

  static Bytes table_data(const Bytes& content) {
    Bytes block{0, static_cast<std::uint8_t>(content.size() >> 8U),
                static_cast<std::uint8_t>(content.size())};
    unsigned sum = 0;
    for (const std::uint8_t byte : content) {
      block.push_back(byte);
      sum += byte;
    }
    block.push_back(static_cast<std::uint8_t>(0U - sum));
    return block;
  }

  /// The same in one session, unless it is mad.
  Bytes table(std::uint16_t number) {
    auto [place, is_new] = tables_.try_emplace(number);
    if (is_new) place->second = number == 0 ? configuration() : anything(number);
    Bytes content = place->second;
    if (mad() && !content.empty()) content[dice_.below(content.size())] = dice_.byte();
    if (mad()) content.resize(dice_.below(content.size() + 1));
    return content;
  }

  /// An ST-00 that has every table, in any formats.
  Bytes configuration() {
    const auto code = [&](std::size_t end) { return static_cast<std::uint8_t>(dice_.below(end)); };
    Bytes st00{static_cast<std::uint8_t>(2 + code(2)),
               static_cast<std::uint8_t>(code(5) + 8 * code(4) + 32 * code(2) + 64 * code(3)),
               static_cast<std::uint8_t>(code(14) + 16 * code(14))};
    const std::string maker = dice_.one_in(2) ? "MTBN" : "TEST";
    st00.insert(st00.end(), maker.begin(), maker.end());
    st00.insert(st00.end(), {2, 0, 22, 22, code(3), 0, 10, 2, 4, 1, 1, 0});
    st00.insert(st00.end(), 17, 0xFF);
    st00.insert(st00.end(), 12, 0);
    return st00;
  }

  /// Small numbers where a dimension stands, since large ones end at once.
  Bytes anything(std::uint16_t number) {
    const bool dimensions = number == 11 || number == 21 || number == 61 || number == 71;
    Bytes content = dice_.bytes(dimensions ? 16 : 250);
    if (dimensions && !dice_.one_in(4))
      for (auto& byte : content) byte %= 4;
    return content;
  }

  Dice& dice_;
  std::size_t madness_;  // one in so many things goes wrong
  bool endless_, silent_;
  bool toggle_ = false;
  c1218::PacketCollector collector_;
  std::multimap<Instant, Bytes> said_;
  std::map<std::uint16_t, Bytes> tables_;
};

struct Tally {
  std::uint64_t answers = 0, failures = 0, questions = 0;
};

/// One meter and a few questions to it; false when one of them did not end.
bool play(std::uint64_t seed, Tally& tally) {
  Dice dice{seed};
  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  MadMeter mad{dice};
  MemoryLink link{reactor, "optical", mad, WireTime::serial(9600, 1)};
  c1218_meter::Options options;
  if (dice.one_in(2)) options.negotiate.emplace();
  if (dice.one_in(2)) options.access.password = "READER";
  c1218_meter::C1218Meter meter{link, options};
  std::size_t open = 0;
  const auto note = [&](const auto& result) {
    --open;
    ++(result ? tally.answers : tally.failures);
  };
  const std::vector<std::function<void()>> questions{
      [&] { meter.start_identify(note); },
      [&] { meter.start_read_state(note); },
      [&] { meter.start_read_registers(note); },
      [&] {
        meter.start_read_tables({0, 4, 23, 2061}, note);
      },
      [&] { meter.start_signal(5, note); },
      [&] { meter.start_probe_echo(note); },
      [&] { meter.start_read_status(note); },
      [&] { meter.start_read_billing(note); },
      [&] { meter.start_read_present(note); },
      [&] { meter.start_read_clock(note); },
      [&] { meter.start_read_log(note); },
      [&] { meter.start_read_profile(note); },
      [&] {
        meter.start_procedure({MeterProcedure::set_clock, MeterTime{24h * 20000}}, note);
      },
      [&] { meter.start_procedure({.procedure = MeterProcedure::demand_reset}, note); }};
  for (int n = 0; n < 4; ++n) {
    ++open;
    ++tally.questions;
    questions[dice.below(questions.size())]();
  }
  return reactor.run_until([&] { return open == 0; }, instant_at(in_seconds(kLongest))) ==
         Reactor::Waited::done;
}

int fuzz(double seconds, std::uint64_t seed) {
  StopSignal stop;
  const RealReactor wall{stop};
  const Instant end = wall.now() + from_seconds(seconds);
  Tally tally;
  std::uint64_t meters = 0;
  do {
    if (!play(seed + meters, tally)) {
      fmt::print(stderr, "seed {}: a question had no end within {} h\n", seed + meters,
                 std::chrono::hours{6}.count());
      return 1;
    }
    ++meters;
  } while (wall.now() < end);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  fmt::print("{} meters from seed {}: {} questions, {} answers, {} failures, {} MB at most\n", meters, seed,
             tally.questions, tally.answers, tally.failures, used.ru_maxrss / 1024);
  if (tally.answers == 0 || tally.failures == 0) {
    fmt::print(stderr, "there must be both answers and failures, or nothing was tried\n");
    return 1;
  }
  return used.ru_maxrss > kMostMemoryKb ? 1 : 0;
}

}  // namespace
}  // namespace meterbench

int main(int argc, char** argv) {
  CLI::App app{"Meters that say anything at any time, against the client of the optical port"};
  double seconds = 3;
  std::uint64_t seed = 1;
  app.add_option("--seconds", seconds, "How long")->capture_default_str();
  app.add_option("--seed", seed, "Of the first meter; the next have the next")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return meterbench::fuzz(seconds, seed);
}
