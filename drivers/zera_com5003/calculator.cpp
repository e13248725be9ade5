#include "drivers/zera_com5003/calculator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "bench/core/quantity_text.h"
#include "drivers/zera_com5003/answers.h"

namespace meterbench::zera_com5003 {
namespace {

constexpr std::uint64_t kMostPulses = std::numeric_limits<std::uint32_t>::max();
/// DUTCONSTANT in Wh/I.
constexpr double kLeastConstant = 1e-6;
constexpr double kMostConstant = 1e20;
/// A constant may be held with steps of 1e-6.
constexpr double kConstantStep = 1e-6;
constexpr Duration kPollPeriod = std::chrono::milliseconds{500};
constexpr std::int64_t kReady = 4, kAborted = 8;  // bits of STATUS?
constexpr const char* kCompare = "compare";

std::string node(std::string_view rest) { return fmt::format("CALCULATE:EC01:0001:{}", rest); }

}  // namespace

struct Com5003Calculator::Run {
  ActiveEnergy kt;
  std::uint64_t pulses;
  Instant deadline;
  OnProgress progress;
  Done<Comparison> done;
  bool over = false;
  std::uint64_t seen = 0;  ///< LED pulses so far
  double target = 0;       ///< reference pulses at error 0
  double constant = 0;     ///< imp/kWh
};

ErrorCalculatorCapabilities Com5003Calculator::capabilities() { return {kMostPulses}; }

template <class T, class Next>
Done<T> Com5003Calculator::on(const RunPtr& run, Next next) {
  return [this, run, next](const Result<T>& result) {
    if (run->over) return;
    if (!result) return end(run, tl::unexpected{result.error()});
    if constexpr (std::is_void_v<T>)
      next();
    else
      next(*result);
  };
}

void Com5003Calculator::end(const RunPtr& run, Result<Comparison> result) {
  run->over = true;
  if (run_ == run) run_.reset();
  run->done(std::move(result));
}

void Com5003Calculator::start_compare(ActiveEnergy kt, std::uint64_t pulses, Duration limit,
                                      OnProgress progress, Done<Comparison> done) {
  const double wh = watt_hours(kt);
  if (run_) return done(conversation_.failed(Errc::refused, kCompare, "another comparison is under way"));
  if (pulses < 1 || pulses > kMostPulses)
    return done(conversation_.failed(Errc::out_of_range, kCompare,
                                     fmt::format("{} pulses are not within 1 to {}", pulses, kMostPulses)));
  if (!(wh >= kLeastConstant && wh <= kMostConstant))
    return done(conversation_.failed(Errc::out_of_range, kCompare,
                                     to_text(kt) + " a pulse is not within 1e-6 to 1e20 Wh"));

  const Instant deadline = conversation_.link().reactor().now() + limit;
  run_ = std::make_shared<Run>(Run{kt, pulses, deadline, std::move(progress), std::move(done)});
  // The end of one that an earlier session has left behind comes first.
  std::vector<std::string> settings{node("START 0;"),
                                    node("DUTSOURCE SC1;"),
                                    node("REFSOURCE P;"),
                                    node("DCUNIT Wh/I;"),
                                    node(fmt::format("DUTCONSTANT {};", number_text(wh))),
                                    node(fmt::format("MRATE {};", pulses)),
                                    node("CONTINUOUS 0;"),
                                    node("MCOUNT 1;"),
                                    node("RESULTUNIT %;")};
  conversation_.set(
      kCompare, std::move(settings), on<void>(run_, [this, run = run_] {
        conversation_.ask(
            kCompare,
            {node("DUTSOURCE?"), node("REFSOURCE?"), node("DCUNIT?"), node("CONTINUOUS?"),
             node("RESULTUNIT?"), node("MRATE?"), node("DUTCONSTANT?"), node("REFCONSTANT?"), node("TARGET?"),
             "CONFIGURATION:POW1:M0CONSTANT?"},
            on<Answers>(run, [this, run](const Answers& answers) { check_settings(run, answers); }));
      }));
}

void Com5003Calculator::check_settings(const RunPtr& run, const Answers& answers) {
  const Answers wanted{"SC1", "P", "Wh/I", "0", "%", std::to_string(run->pulses)};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (answers[i] != wanted[i])
      return end(run, conversation_.failed(Errc::refused, kCompare,
                                           fmt::format("it keeps '{}', not '{}'", answers[i], wanted[i])));
  const auto dut = parse_number(answers[6]);
  const auto reference = parse_number(answers[7]);
  const auto target = whole_number(answers[8]);
  const auto output = parse_number(answers[9]);
  if (!dut || !reference || !target || !output || !(*reference > 0))
    return end(run,
               conversation_.garbled(kCompare, fmt::format("no constants: '{}', '{}', '{}', '{}'", answers[6],
                                                           answers[7], answers[8], answers[9])));
  const double wh = watt_hours(run->kt);
  if (!(std::abs(*dut - wh) <= kConstantStep * std::max(1.0, wh)))
    return end(run, conversation_.failed(
                        Errc::refused, kCompare,
                        fmt::format("it keeps {} Wh a pulse, not {}", answers[6], number_text(wh))));
  if (*reference != *output)
    return end(run, conversation_.failed(Errc::implausible, kCompare,
                                         fmt::format("the calculator reckons with {} imp/kWh, the pulse "
                                                     "output has {}",
                                                     answers[7], answers[9])));
  const double expected = static_cast<double>(run->pulses) * *reference * *dut / 1000;
  if (!(expected < static_cast<double>(kMostPulses)) || *target < 1)
    return end(run, conversation_.failed(
                        Errc::out_of_range, kCompare,
                        fmt::format("{:.0f} reference pulses are not within 1 to {}; take fewer LED pulses",
                                    expected, kMostPulses)));
  // It is rounded down, and reckoned in double.
  if (!(std::abs(static_cast<double>(*target) - expected) <= 1 + 1e-9 * expected))
    return end(run, conversation_.failed(Errc::implausible, kCompare,
                                         fmt::format("its target is {} reference pulses, {:.1f} expected",
                                                     *target, expected)));
  run->target = static_cast<double>(*target);
  run->constant = *reference;
  launch(run);
}

void Com5003Calculator::launch(const RunPtr& run) {
  conversation_.set(kCompare, {node("START 1;")}, on<void>(run, [this, run] { poll(run); }));
}

void Com5003Calculator::poll(const RunPtr& run) {
  if (run->over) return;
  conversation_.ask(kCompare, {node("STATUS?"), node("MEASNUM?"), node("PROGRESS?")},
                    on<Answers>(run, [this, run](const Answers& answers) { look(run, answers); }));
}

void Com5003Calculator::look(const RunPtr& run, const Answers& answers) {
  const auto status = whole_number(answers[0]);
  const auto results = whole_number(answers[1]);
  const auto percent_done = parse_number(answers[2]);
  if (!status || !results || !percent_done)
    return end(run, conversation_.garbled(kCompare, fmt::format("no status: '{}', '{}', '{}'", answers[0],
                                                                answers[1], answers[2])));
  if (*status == 0 || (*status & kAborted) != 0)
    return end(run, conversation_.failed(Errc::implausible, kCompare,
                                         fmt::format("its error test was ended from elsewhere (status {}): a "
                                                     "range has changed, or a hand was at it",
                                                     *status)));
  // READY alone may be left over from an earlier test; the number of results begins anew with each.
  if ((*status & kReady) != 0 && *results > 0) return collect(run);

  const double done = std::clamp(*percent_done / 100, 0.0, 1.0) * static_cast<double>(run->pulses);
  run->seen = static_cast<std::uint64_t>(done + 1e-6);
  if (run->progress) run->progress(run->seen);
  if (run->over) return;
  const Instant now = conversation_.link().reactor().now();
  if (now >= run->deadline) return expire(run);
  conversation_.at(std::min(now + kPollPeriod, run->deadline), [this, run] { poll(run); });
}

void Com5003Calculator::expire(const RunPtr& run) {
  conversation_.set(kCompare, {node("START 0;")}, on<void>(run, [this, run] {
                      end(run, conversation_.failed(Errc::refused, kCompare,
                                                    fmt::format("no result in time: {} of {} LED pulses came",
                                                                run->seen, run->pulses)));
                    }));
}

void Com5003Calculator::collect(const RunPtr& run) {
  conversation_.ask(
      kCompare, {node("RESULT?"), node("TARGET?"), node("REFCONSTANT?"), "CONFIGURATION:POW1:M0CONSTANT?"},
      on<Answers>(run, [this, run](const Answers& answers) { report(run, answers); }));
}

void Com5003Calculator::report(const RunPtr& run, const Answers& answers) {
  if (answers[0] == "nan" || answers[0] == "NaN")
    return end(run, conversation_.failed(Errc::implausible, kCompare,
                                         "its result is NaN: it has counted no pulse of its own"));
  const auto result = parse_number(answers[0]);
  const auto target = parse_number(answers[1]);
  const auto constant = parse_number(answers[2]);
  const auto output = parse_number(answers[3]);
  if (!result || !target || !constant || !output || !(*result > -100))
    return end(run,
               conversation_.garbled(kCompare, fmt::format("no result: '{}', '{}', '{}', '{}'", answers[0],
                                                           answers[1], answers[2], answers[3])));
  if (*target != run->target || *constant != run->constant || *output != run->constant)
    return end(run, conversation_.failed(
                        Errc::implausible, kCompare,
                        fmt::format("its constant was {} imp/kWh at the beginning and is {} at the end",
                                    number_text(run->constant), answers[3])));
  const Ratio error = from_percent(*result);
  // The instrument's rule is error = (TARGET − M)/M.
  end(run, Comparison{error, run->target / (1 + error.value()), from_watt_hours(1000 / run->constant)});
}

void Com5003Calculator::start_abort(Done<void> done) {
  if (!run_) return done({});
  const RunPtr run = run_;  // end() lets go of it
  end(run, conversation_.failed(Errc::stopped, kCompare, "aborted"));
  conversation_.set("abort", {node("START 0;")}, std::move(done));
}

}  // namespace meterbench::zera_com5003
