// How long it takes to read the 1,024 bytes of MT-13 from a virtual meter over a pseudo-terminal at 9,600 Bd
// with packets of 512 bytes, against the time that all bytes of both sides need on such a line with 1 ms a
// turn-around. Ends with 1 when the median of three readings is more than 5 % longer. Tells the time of a
// reading of the meter's state too.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "bench/core/real_reactor.h"
#include "drivers/c1218_meter/driver.h"
#include "drivers/link/serial_link.h"
#include "drivers/virtual_lab/host/lab_clock.h"
#include "drivers/virtual_lab/host/pty_host.h"
#include "drivers/virtual_lab/meter/optical_port.h"

namespace meterbench {
namespace {

constexpr std::uint16_t kTestTable = 2048 + 13;
constexpr double kByteTime = 10.0 / 9600;
constexpr double kTurnAround = 1e-3;
constexpr double kMostRatio = 1.05;

/// Counts what passes.
class CountedLine final : public FarEnd {
 public:
  explicit CountedLine(FarEnd& far_end) : far_end_{far_end} {}
  void opened(Instant now) override { far_end_.opened(now); }
  void closed(Instant now) override { far_end_.closed(now); }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    count(bytes.size(), true);
    far_end_.on_bytes(now, bytes, reply);
    count(reply.size(), false);
  }
  void on_time(Instant now, Bytes& reply) override {
    far_end_.on_time(now, reply);
    count(reply.size(), false);
  }
  [[nodiscard]] std::optional<Instant> next_event() const override { return far_end_.next_event(); }

  void restart() {
    bytes_ = turns_ = 0;
    inward_.reset();
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t turns() const { return turns_; }
  [[nodiscard]] double ideal_seconds() const {
    return static_cast<double>(bytes_) * kByteTime + static_cast<double>(turns_) * kTurnAround;
  }

 private:
  void count(std::size_t bytes, bool inward) {
    if (bytes == 0) return;
    bytes_ += bytes;
    if (inward_ && *inward_ != inward) ++turns_;
    inward_ = inward;
  }

  FarEnd& far_end_;
  std::size_t bytes_ = 0;
  std::size_t turns_ = 0;
  std::optional<bool> inward_;
};

MeterType meter_type() {
  MeterType type;
  type.form = Form::s2;
  type.class_amperes = Current{200};
  type.nominal_frequency = Frequency{60};
  type.kt = from_watt_hours(1);
  return type;
}

int run() {
  StopSignal stop;
  RealReactor reactor{stop};
  virtual_lab::World world{1, {}};
  virtual_lab::VirtualMeter host{meter_type(), {}, [](Instant) {}};
  world.attach(host);
  virtual_lab::OpticalPort port{host};
  CountedLine line{port};
  virtual_lab::LabClock clock{reactor, 1, [&](Instant t) { world.advance_to(t); }};
  virtual_lab::PtyHost pty{clock, line, {.baud = 9600, .stop_bits = 1}};

  SerialSettings settings;
  settings.baud = 9600;
  SerialLink link{reactor, "optical port", pty.path(), settings};
  c1218_meter::Options options;
  options.negotiate = c1218_meter::Options::Wish{512, 4};
  c1218_meter::C1218Meter meter{link, options};
  const auto read = [&](std::vector<std::uint16_t> tables) {
    using Contents = std::map<std::uint16_t, Bytes>;
    return await<Contents>(reactor, "optical port", "read", std::chrono::seconds{30},
                           [&](auto done) { meter.start_read_tables(std::move(tables), std::move(done)); });
  };

  // Opens the port, so that its warm-up is not measured.
  if (const auto first = read({3}); !first) {
    fmt::print(stderr, "{}\n", first.error().text());
    return 2;
  }
  fmt::print("reading MT-13 (1024 bytes), packets of 512 bytes, 9600 Bd\n");
  std::array<double, 3> ratios{};
  for (double& ratio : ratios) {
    line.restart();
    const Instant begin = reactor.now();
    const auto content = read({kTestTable});
    const double seconds = in_seconds(reactor.now() - begin);
    if (!content || content->at(kTestTable).size() != 1024) {
      fmt::print(stderr, "{}\n", content ? "not 1024 bytes" : content.error().text());
      return 2;
    }
    ratio = seconds / line.ideal_seconds();
    fmt::print("  {} bytes, {} turn-arounds: {:.4f} s, ideal {:.4f} s, ratio {:.4f}, {} packets again\n",
               line.bytes(), line.turns(), seconds, line.ideal_seconds(), ratio, meter.retries());
  }

  line.restart();
  const Instant begin = reactor.now();
  const auto state = await<MeterState>(reactor, "optical port", "state", std::chrono::seconds{30},
                                       [&](auto done) { meter.start_read_state(std::move(done)); });
  if (!state) {
    fmt::print(stderr, "{}\n", state.error().text());
    return 2;
  }
  fmt::print("state, {} tables: {:.4f} s, ideal {:.4f} s\n", state->configuration.size(),
             in_seconds(reactor.now() - begin), line.ideal_seconds());

  std::ranges::sort(ratios);
  fmt::print("median ratio {:.4f}, at most {}\n", ratios[1], kMostRatio);
  return ratios[1] <= kMostRatio ? 0 : 1;
}

}  // namespace
}  // namespace meterbench

int main() { return meterbench::run(); }
