#include "drivers/zera_mt786/simulator.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "drivers/far_end/far_end.h"
#include "drivers/protocol/zera_serial/framing.h"
#include "drivers/zera_mt786/simulator_dosage.h"
#include "drivers/zera_mt786/simulator_error_calculator.h"
#include "drivers/zera_mt786/simulator_output.h"
#include "drivers/zera_mt786/simulator_reference.h"

namespace meterbench::zera_mt786 {

namespace {

using virtual_lab::SimulatorSettings;

constexpr Duration kHang = std::chrono::seconds{30};
constexpr Duration kBoot = std::chrono::seconds{5};  ///< after a power cycle (`made`)
constexpr std::string_view kNoise = "\xF3\x1B}";

class Simulator final : public FarEnd, public virtual_lab::Observer {
 public:
  Simulator(virtual_lab::World& world, const SimulatorSettings& settings)
      : script_{settings.faults},
        output_{
            *settings.output,
            {from_seconds(settings.number("switch_on_s")), from_seconds(settings.number("switch_off_s"))}},
        reference_{world.seed(),
                   {.gain_percent = settings.number("reference_gain_percent"),
                    .phase_error_arcmin = settings.number("reference_phase_error_arcmin"),
                    .range_error_percent = settings.number("reference_range_error_percent"),
                    .noise_percent = settings.number("reference_noise_percent"),
                    .definition = virtual_lab::ReferenceInput::Definition::two_wire}},
        error_calculator_{world, wire_of(settings), [this](Instant t) { return reference_.energy_until(t); }},
        dosage_{[this, &world] {
                  return watt_hours(reference_.energy_until(world.now())) / 1000 * reference_.constant();
                },
                [this, &world] { output_.end_dosage(world.now()); }} {
    world.attach(*this);
  }

  /// What it does without being asked goes on while nobody is connected.
  void on_segment(const virtual_lab::Segment& segment) override {
    run(segment.begin);
    reference_.on_segment(segment);
    error_calculator_.on_segment(segment);
    dosage_.on_segment();
  }

  void opened(Instant now) override {
    run(now);
    outbox_.clear();  // sent while nobody listened
  }
  void closed(Instant) override {}

  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    run(now);
    if (now >= booted_)
      for (std::string& line : lines_.take(bytes))
        if (!line.empty()) commands_.push_back(std::move(line));
    on_time(now, reply);
  }

  void on_time(Instant now, Bytes& reply) override {
    run(now);
    reply.insert(reply.end(), outbox_.begin(), outbox_.end());
    outbox_.clear();
  }

  [[nodiscard]] std::optional<Instant> next_event() const override {
    std::optional<Instant> next = script_.next();
    if (pending_ || !commands_.empty()) {
      const Instant due = std::max(pending_ ? pending_->due : awake_, awake_);
      next = next ? std::min(*next, due) : due;
    }
    return next;
  }

 private:
  struct Pending {
    Instant due;
    Bytes bytes;
  };

  static std::string wire_of(const SimulatorSettings& settings) {
    const auto wire = settings.wiring.find("input_0");
    return wire == settings.wiring.end() ? std::string{} : wire->second;
  }

  /// One command after the other.
  void run(Instant now) {
    while (const auto what = script_.due(now)) strike(now, *what);
    while (now >= awake_) {
      if (pending_) {
        if (pending_->due > now) return;
        outbox_.insert(outbox_.end(), pending_->bytes.begin(), pending_->bytes.end());
        pending_.reset();
      } else if (!commands_.empty()) {
        const std::string line = std::move(commands_.front());
        commands_.pop_front();
        work_on(now, line);
      } else {
        return;
      }
    }
  }

  void work_on(Instant now, const std::string& line) {
    if (const auto what = script_.on_command()) strike(now, *what);
    if (now < awake_) {  // hung by this very command
      commands_.push_front(line);
      return;
    }
    if (now < booted_) return;
    const std::string spoil = std::exchange(spoil_, {});
    if (spoil == "silence") return;
    Answer answer;
    if (spoil == "nak")
      answer = {{line.substr(0, 3) + "NAK"}};
    else if (spoil == "er_line")
      answer = {{"ER-17"}};
    else if (spoil == "error_line")
      answer = {{"ERROR"}};
    else
      answer = answer_to(now, line);
    if (answer.lines.empty()) return;  // not known: silence
    if (spoil == "spontaneous_status") answer.lines.insert(answer.lines.begin(), output_.status_line());
    if (spoil == "noise_line") answer.lines.insert(answer.lines.begin(), std::string{kNoise});
    Bytes bytes = spoil == "line_noise" ? to_bytes(kNoise) : Bytes{};
    for (const std::string& text : answer.lines) {
      const Bytes sent = zera_serial::line_bytes(text);
      bytes.insert(bytes.end(), sent.begin(), sent.end());
    }
    if (spoil == "lost_cr") bytes.pop_back();
    pending_ = {now + answer.busy, std::move(bytes)};
  }

  Answer answer_to(Instant now, const std::string& line) {
    if (line == "AAV") return {{"MT786V05.52", "AAVACK"}};
    if (line == "STS") return {{"STSMT786"}};
    if (line == "SAW") return {{"CPU;0;FPGA;0", "VU786;0;0;0", "VI786;0;0;0", "SOKAW"}};
    if (auto answer = output_.take(now, line)) return *answer;
    if (auto answer = reference_.take(now, line)) return *answer;
    if (auto answer = error_calculator_.take(now, line)) return *answer;
    if (auto answer = dosage_.take(line)) return *answer;
    return {};
  }

  void strike(Instant now, const std::string& what) {
    if (output_.strike(now, what)) return;
    if (what == "value_refused")
      output_.refuse_next_value();
    else if (what == "stays_stored")
      output_.skip_next_switching();
    else if (what == "no_first_pulse")
      error_calculator_.blind();
    else if (what == "error_test_abort")
      error_calculator_.abort();
    else if (what == "hang")
      awake_ = now + kHang;
    else if (what == "power_cycle")
      power_cycle(now);
    else
      spoil_ = what;
  }

  void power_cycle(Instant now) {
    output_.power_cycle(now);
    reference_.power_cycle();
    error_calculator_.power_cycle();
    dosage_.power_cycle();
    lines_.forget();
    commands_.clear();
    pending_.reset();
    booted_ = now + kBoot;
  }

  virtual_lab::FaultScript script_;
  OutputPart output_;
  ReferencePart reference_;
  ErrorCalculatorPart error_calculator_;
  DosagePart dosage_;
  zera_serial::LineCollector lines_;
  std::deque<std::string> commands_;
  std::optional<Pending> pending_;
  Bytes outbox_;
  std::string spoil_;  // what happens to the next answer
  Instant awake_{};
  Instant booted_{};
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  virtual_lab::SimulatorModel model;
  model.name = "zera_mt786";
  model.source = true;
  model.inputs = 1;
  model.parameters = virtual_lab::power_stage_parameters();
  for (const auto& own : std::initializer_list<virtual_lab::Parameter>{
           {"switch_on_s", 1, 0, 15, "from a command that switches anything on to its answer"},
           {"switch_off_s", 0.2, 0, 5, "from all off to its answer"},
           {"reference_gain_percent", 0, -10, 10, "error of its own power readings; positive: reads high"},
           {"reference_phase_error_arcmin", 0, -60, 60, "positive: sees the current lag less"},
           {"reference_range_error_percent", 0, 0, 5,
            "half-width of an extra gain error of each current range"},
           {"reference_noise_percent", 0, 0, 5, "standard deviation of its power over 20 ms"}})
    model.parameters.push_back(own);
  model.faults = {"silence",
                  "nak",
                  "er_line",
                  "error_line",
                  "value_refused",
                  "stays_stored",
                  "spontaneous_status",
                  "line_noise",
                  "noise_line",
                  "lost_cr",
                  "hang",
                  "power_cycle",
                  "emergency_stop",
                  "short",
                  "open",
                  "overload",
                  "over_temperature",
                  "no_first_pulse",
                  "error_test_abort"};
  model.make = [](virtual_lab::World& world, const SimulatorSettings& settings) {
    return virtual_lab::AnyFarEnd{std::make_shared<Simulator>(world, settings)};
  };
  return model;
}

}  // namespace meterbench::zera_mt786
