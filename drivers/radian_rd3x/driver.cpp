#include "drivers/radian_rd3x/driver.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "bench/core/quantity_text.h"

namespace meterbench::radian_rd3x {
namespace {

using radian::Frame;
using radian::Kind;
using radian::Metric;
using radian::Packet;
using radian::Slot;

/// Known clients look for the answer up to five times, 300 ms apart.
constexpr Duration kPatience = std::chrono::milliseconds{1500};
/// Port 1 of an RD-3x, and the sum over its elements.
constexpr std::uint8_t kPulsePort = 1;
constexpr std::uint8_t kNet = 0;
/// A float of the instrument has 24 significant bits: what it reads back may differ from what was told by
/// this much, relatively.
constexpr double kFloatStep = 1.0 / (1 << 23);

struct MetricName {
  Metric metric;
  std::string_view name;
};
/// What a reading is made of, in the order of asking.
constexpr std::array<MetricName, 5> kReading{{{Metric::volts, "volts"},
                                              {Metric::amperes, "amperes"},
                                              {Metric::watts, "watts"},
                                              {Metric::vars, "vars"},
                                              {Metric::hertz, "hertz"}}};
constexpr std::size_t kVolts = 0, kAmperes = 1, kWatts = 2, kVars = 3, kHertz = 4;  // places in kReading

constexpr std::string_view slot_name(Slot slot) {
  constexpr std::array<std::string_view, radian::kSlots> names{"A", "B", "C", "N", "net"};
  return names[static_cast<std::size_t>(slot)];
}

/// Whether the answer got lost on its way, rather than being no.
bool is_loss(const Fault& fault) { return fault.code == Errc::timeout || fault.code == Errc::garbled; }

}  // namespace

RadianReference::RadianReference(ByteLink& link, ActiveEnergy pulse, ReferenceDefinition definition)
    : link_{link}, pulse_{pulse}, definition_{definition} {
  const double as_told = radian::decode_float(radian::encode_float(watt_hours(pulse))).value_or(0);
  if (!(as_told > 0))
    throw std::invalid_argument{"the energy of a reference pulse must be positive: " + to_text(pulse)};
}

RadianReference::~RadianReference() { link_.close(); }

void RadianReference::start_identify(Done<std::string> done) {
  ask({{"NOP", Packet::nop, {}}}, Repeat::once, [done = std::move(done)](Result<Answers> answers) {
    done(std::move(answers).map([](const Answers&) {
      return std::string{"Radian RD-3x; model and serial number: no command known"};
    }));
  });
}

void RadianReference::start_prepare(const LoadPoint&, Done<ActiveEnergy> done) {
  Bytes constant{0, radian::kWattHours, 0};
  const radian::Float32 wh_per_pulse = radian::encode_float(watt_hours(pulse_));
  constant.insert(constant.end(), wh_per_pulse.begin(), wh_per_pulse.end());
  ask({{"NOP", Packet::nop, {}},
       {"pulse output: net Wh", Packet::pulse_output, {kPulsePort, radian::kWattHours, kNet}},
       {"pulse constant: " + to_text(pulse_), Packet::pulse_output_constant, std::move(constant)}},
      Repeat::never, [this, done = std::move(done)](Result<Answers> answers) {
        done(std::move(answers).and_then([this](const Answers& all) { return accepted_pulse(all.back()); }));
      });
}

Result<ActiveEnergy> RadianReference::accepted_pulse(const Frame& answer) const {
  const auto refuse = [&](Errc code, std::string why) {
    return fault(code, link_.device(), "pulse constant: " + to_text(pulse_), std::move(why));
  };
  if (answer.data.size() != std::tuple_size_v<radian::Float32>)
    return refuse(Errc::garbled, "the answer holds no constant: " + hex_text(answer.data));
  const auto wh = radian::decode_float(std::span<const std::uint8_t, 4>{answer.data});
  if (!wh || !(std::abs(*wh / watt_hours(pulse_) - 1) <= kFloatStep))
    return refuse(Errc::refused, "the standard keeps another constant: " + hex_text(answer.data));
  return from_watt_hours(*wh);
}

RadianReference::Question RadianReference::instantaneous(std::string text, Metric metric) {
  return {std::move(text), Packet::instantaneous, {0x00, static_cast<std::uint8_t>(metric), 0xFF, 0xFD}};
}

void RadianReference::start_read(Done<ReferenceReading> done) {
  std::vector<Question> questions;
  for (const auto& [metric, name] : kReading) {
    // An answer does not say which metric it is. With a NOP between, one that belongs to an earlier question
    // is known by its type.
    questions.push_back({"NOP", Packet::nop, {}});
    questions.push_back(instantaneous(fmt::format("read {}", name), metric));
  }
  ask(questions, Repeat::once, [this, done = std::move(done)](Result<Answers> answers) {
    done(std::move(answers).and_then([this](const Answers& all) { return reading_of(all); }));
  });
}

Result<ReferenceReading> RadianReference::reading_of(const Answers& answers) const {
  std::array<radian::Slots, kReading.size()> metrics;
  for (std::size_t i = 0; i < kReading.size(); ++i) {
    const Frame& answer = answers[2 * i + 1];
    const auto slots = radian::decode_slots(answer.data);
    if (!slots)
      return fault(Errc::garbled, link_.device(), fmt::format("read {}", kReading[i].name),
                   fmt::format("{} bytes of data are not five floats", answer.data.size()));
    metrics[i] = *slots;
  }
  std::optional<Fault> invalid;
  const auto value = [&](std::size_t metric, Slot slot) {
    const auto number = metrics[metric][static_cast<std::size_t>(slot)];
    if (!number && !invalid)
      invalid = Fault{Errc::refused,
                      link_.device(),
                      fmt::format("read {}", kReading[metric].name),
                      fmt::format("no valid value for {}", slot_name(slot)),
                      {}};
    return number.value_or(0);  // never leaves this function: `invalid` is set
  };
  ReferenceReading reading;
  constexpr std::array<Slot, LoadPoint::kCircuits> elements{Slot::a, Slot::b};
  for (std::size_t i = 0; i < elements.size(); ++i)
    reading.circuits[i] = {Voltage{value(kVolts, elements[i])}, Current{value(kAmperes, elements[i])},
                           ActivePower{value(kWatts, elements[i])}, ReactivePower{value(kVars, elements[i])}};
  reading.active = ActivePower{value(kWatts, Slot::net)};
  reading.frequency = Frequency{value(kHertz, Slot::a)};
  if (invalid) return tl::unexpected{*invalid};
  return reading;
}

void RadianReference::ask(const std::vector<Question>& questions, Repeat repeat, Done<Answers> done) {
  ask_once(questions, [this, questions, repeat, done = std::move(done)](Result<Answers> first) {
    if (first || repeat == Repeat::never || !is_loss(first.error())) return done(std::move(first));
    repeated(first.error());
    ask_once(questions, [first = first.error(), done](Result<Answers> second) {
      if (!second) second.error().detail += "; asked twice, at first: " + first.detail;
      done(std::move(second));
    });
  });
}

void RadianReference::ask_once(const std::vector<Question>& questions, Done<Answers> done) {
  if (auto opened = link_.open(); !opened) return done(tl::unexpected{std::move(opened).error()});
  struct Gathering {
    std::vector<Result<Frame>> answers;
    std::size_t outstanding;
    Done<Answers> done;
  };
  // Shared by the callbacks of all questions: the last of them reports.
  const auto gathering = std::make_shared<Gathering>(
      Gathering{std::vector<Result<Frame>>(questions.size(), Frame{}), questions.size(), std::move(done)});
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& question = questions[i];
    const auto type = static_cast<std::uint8_t>(question.packet);
    const auto answered = [this, gathering, i, text = question.text](Result<Bytes> reply) {
      gathering->answers[i] = std::move(reply).and_then([&](const Bytes& bytes) -> Result<Frame> {
        Frame frame = radian::decode(bytes);
        if (frame.kind == Kind::error)
          return fault(Errc::refused, link_.device(), text,
                       "error acknowledge, code " + hex_text(frame.data));
        return frame;
      });
      if (--gathering->outstanding > 0) return;
      // A failure closes the link, so that all questions behind it fail too: the first one is the cause.
      Answers answers;
      for (Result<Frame>& answer : gathering->answers) {
        if (!answer) return gathering->done(tl::unexpected{std::move(answer).error()});
        answers.push_back(std::move(*answer));
      }
      gathering->done(std::move(answers));
    };
    link_.start_exchange({question.text, radian::encode({Kind::request, type, question.data}),
                          [type](ByteView received) { return radian::reply_end(type, received); }, kPatience},
                         answered);
  }
}

}  // namespace meterbench::radian_rd3x
