#include "drivers/pickup_box/simulator.h"

#include <fmt/format.h>

#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "bench/core/quantity_text.h"
#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/protocol/pickup_box/framing.h"
#include "drivers/protocol/scpi/framing.h"

namespace meterbench::pickup_box {
namespace {

using virtual_lab::Light;

constexpr Duration kProcessing = std::chrono::milliseconds{5};
constexpr double kMostDebounceUs = 100'000;

const std::map<std::string, Light::Disturbance>& disturbances() {
  static const std::map<std::string, Light::Disturbance> table{
      {"missed_pulse", Light::Disturbance::missed_pulse},
      {"double_pulse", Light::Disturbance::double_pulse},
      {"bounce", Light::Disturbance::bounce},
      {"flicker", Light::Disturbance::flicker},
      {"wrong_led", Light::Disturbance::wrong_led},
      {"level_drift", Light::Disturbance::level_drift}};
  return table;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream{text};
  return {std::istream_iterator<std::string>{stream}, {}};
}

// Clause 3.
const std::string kUnreadable = "ERR 1 checksum";
const std::string kNoPosition = "ERR 2 no such position";
const std::string kUnknown = "ERR 3 unknown request";
const std::string kOutOfRange = "ERR 4 out of range";
const std::string kNotReady = "ERR 5 not ready";

class Simulator final : public FarEnd, public virtual_lab::Observer {
 public:
  Simulator(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
      : world_{world}, faults_{settings.faults} {
    world.attach(*this);
  }

  void on_segment(const virtual_lab::Segment& segment) override { take_timed_faults(segment.end); }

  void opened(Instant) override { silent_ = false; }
  void closed(Instant) override {
    lines_.forget();
    answers_.clear();
  }

  void on_bytes(Instant now, ByteView bytes, Bytes&) override {
    for (const auto& line : lines_.take(bytes)) take_line(now, line);
  }
  void on_time(Instant now, Bytes& reply) override {
    while (!answers_.empty() && answers_.front().first <= now) {
      reply.insert(reply.end(), answers_.front().second.begin(), answers_.front().second.end());
      answers_.pop_front();
    }
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (answers_.empty()) return std::nullopt;
    return answers_.front().first;
  }

 private:
  void take_timed_faults(Instant now) {
    while (const auto fault = faults_.due(now)) take_fault(now, *fault);
  }

  void take_fault(Instant now, const std::string& what) {
    if (const auto found = disturbances().find(what); found != disturbances().end())
      for (const auto& [position, light] : world_.lights()) light->disturb(now, found->second);
    else if (what == "silence")
      silent_ = true;
    else
      spoil_ = what;
  }

  void take_line(Instant now, const scpi::LineCollector::Line& line) {
    take_timed_faults(now);
    if (const auto fault = faults_.on_command()) take_fault(now, *fault);
    if (silent_) return;
    const std::string spoil = std::exchange(spoil_, {});
    const auto request = line.overlong ? tl::unexpected{std::string{"too long"}} : decode(line.text);
    Bytes answer = !request            ? encode({0, kUnreadable})
                   : spoil == "refuse" ? encode({request->number, kNotReady})
                                       : encode({request->number, answer_to(now, request->text)});
    const Bytes before = std::exchange(previous_, answer);
    if (spoil == "garble") answer.front() ^= 0x01U;
    if (spoil == "cut_short") answer.resize(answer.size() / 2);
    if (spoil == "stale") answer = before;
    answers_.emplace_back(now + kProcessing, std::move(answer));
  }

  /// Clause 2.
  std::string answer_to(Instant now, const std::string& text) {
    const auto words = words_of(text);
    if (words.size() == 1 && words[0] == "IDN") return "OK Meterbench pickup box,1.0";
    const std::size_t expected = !words.empty() && words[0] == "DEBOUNCE" ? 3 : 2;
    if (words.size() != expected) return kUnknown;
    Light* const light = world_.light(words[1]);
    if (light == nullptr) return kNoPosition;
    if (words[0] == "LIGHT") return light_text(*light);
    if (words[0] == "TEXT") return light->display().empty() ? "OK" : "OK " + light->display();
    if (words[0] == "DEBOUNCE") return set_debounce(now, *light, words[2]);
    return kUnknown;
  }

  static std::string light_text(const Light& light) {
    return fmt::format("OK {} {} {} {}", scpi::fixed_text(light.level_percent(), 1),
                       scpi::fixed_text(light.flicker_percent(), 1), light.inverted() ? '-' : '+',
                       std::llround(light.debounce().value() * 1e6));
  }

  static std::string set_debounce(Instant now, Light& light, const std::string& text) {
    const auto us = parse_number(text);
    if (!us || *us != std::floor(*us) || !(*us >= 0 && *us <= kMostDebounceUs)) return kOutOfRange;
    light.set_debounce(now, Seconds{*us * 1e-6});
    return "OK " + text;
  }

  virtual_lab::World& world_;
  virtual_lab::FaultScript faults_;
  scpi::LineCollector lines_{kLongestLine};
  std::deque<std::pair<Instant, Bytes>> answers_;
  Bytes previous_;
  std::string spoil_;  // what happens to the next answer
  bool silent_ = false;
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  virtual_lab::SimulatorModel model;
  model.name = "pickup_box";
  model.faults = {"silence", "garble", "cut_short", "stale", "refuse"};
  for (const auto& [name, what] : disturbances()) model.faults.push_back(name);
  model.make = [](virtual_lab::World& world,
                  const virtual_lab::SimulatorSettings& settings) -> virtual_lab::AnyFarEnd {
    return std::shared_ptr<FarEnd>{std::make_shared<Simulator>(world, settings)};
  };
  return model;
}

}  // namespace meterbench::pickup_box
