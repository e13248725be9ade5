#include "bench/cli/firmware_examination.h"

#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/core/real_reactor.h"
#include "drivers/virtual_lab/meter/emulator.h"
#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench {
namespace {

using Grade = Diagnosis::Grade;
using virtual_lab::VirtualMeter;

constexpr double kWarmUp = 5, kLong = 60, kDark = 60;  // s of the world
/// A firmware that is further off does not know the scales of its EEPROM.
constexpr double kNear = 1;        // %
constexpr double kMostAstray = 2;  // pulses at either end of a minute
/// C12.18: Identification, and the acknowledge that it is answered with first.
constexpr std::uint8_t kIdentify[] = {0xEE, 0x00, 0x00, 0x00, 0x00, 0x01, 0x20, 0x13, 0x10};
constexpr std::uint8_t kAcknowledge = 0x06;

class FirmwareExamination {
 public:
  FirmwareExamination(const std::shared_ptr<const virtual_lab::ElfImage>& image, const MeterType& type)
      : type_{type},
        world_{1, {.settle_s = 0}},
        meter_{type,
               {},
               [this](Instant t) { edges_.push_back(t); },
               VirtualMeter::Idle::skip,
               UtcTime{std::chrono::sys_days{std::chrono::year{2025} / 6 / 2}},
               image ? virtual_lab::emulator(image) : virtual_lab::host_processor(),
               VirtualMeter::factory_eeprom(type, {}, "A")} {
    world_.attach(meter_);
    meter_.on_failure([this](const std::string& why) { failed_ = why; });
    meter_.on_reset([this](const std::string& how) { failed_ = how; });
    add(Grade::fit, "begins", meter_.firmware_description());
  }

  std::vector<Diagnosis> findings() && {
    for (const auto examine :
         {&FirmwareExamination::blinks, &FirmwareExamination::stays_dark, &FirmwareExamination::answers,
          &FirmwareExamination::shows, &FirmwareExamination::rests, &FirmwareExamination::survives}) {
      (this->*examine)();
      if (!failed_) continue;
      add(Grade::unfit, "runs", *failed_);
      break;
    }
    return std::move(findings_);
  }

 private:
  void add(Grade grade, std::string subject, std::string text, std::string remedy = {}) {
    findings_.push_back({grade, std::move(subject), std::move(text), std::move(remedy)});
  }
  void advance(double seconds) {
    world_.advance_to(world_.now() + from_seconds(seconds));
    meter_.settle();
  }
  void apply(double share) {
    const LoadPoint load =
        make_load_point(type_.form, type_.nominal_voltage, type_.nominal_frequency,
                        Current{share * type_.maximum_current.value()}, {}, Direction::delivered);
    power_ = std::abs(metered_power(type_.form, load).value());
    world_.source().apply(world_.now(), virtual_lab::terminals_of(load));
  }

  /// At Imax; and how quickly that went.
  void blinks() {
    StopSignal never;
    const RealReactor machine{never};
    apply(1);
    advance(kWarmUp);
    edges_.clear();
    const Instant began = machine.now();
    advance(kLong);
    const double took = in_seconds(machine.now() - began);
    if (failed_) return;
    add(Grade::fit, "speed", fmt::format("{:.0f} times real time under load", kLong / took));
    if (edges_.size() < 2)
      return add(Grade::unfit, "test LED", fmt::format("{} pulses in a minute at Imax", edges_.size()),
                 "write LED edges into the board's ring: board.md, Outputs");
    const double led = static_cast<double>(edges_.size() - 1) * type_.kt.value() /
                       in_seconds(edges_.back() - edges_.front());
    const double error = 100 * (led / power_ - 1);
    if (const double due = power_ * kLong / type_.kt.value();
        std::abs(static_cast<double>(edges_.size()) - due) > kMostAstray + kNear / 100 * due)
      return add(Grade::unfit, "test LED",
                 fmt::format("{} pulses in a minute at Imax, where {:.0f} are due", edges_.size(), due),
                 "it stops, or its Kt is another");
    const std::string text =
        fmt::format("{} pulses in a minute at Imax: {:+.3f} % of {}", edges_.size(), error, type_.id);
    if (std::abs(error) > kNear)
      add(Grade::unfit, "test LED", text,
          "check Kt and the scales of the calibration record: board.md, EEPROM");
    else
      add(Grade::fit, "test LED", text);
  }

  void stays_dark() {
    apply(0);
    advance(kWarmUp);
    edges_.clear();
    advance(kLong);
    if (failed_) return;
    if (edges_.empty())
      add(Grade::fit, "no load", "no pulse in a minute of voltage alone");
    else
      add(Grade::remark, "no load", fmt::format("{} pulses in a minute of voltage alone", edges_.size()),
          "a no-load scenario will fail");
  }

  void answers() {
    const bool tells = meter_.board().port_wake != 0;
    meter_.hear(kIdentify);
    Bytes said;
    for (int step = 0; step < 400 && !failed_; ++step) {  // 2 s
      const Bytes more = meter_.take_said();
      said.insert(said.end(), more.begin(), more.end());
      advance(0.005);
    }
    if (failed_) return;
    if (said.empty())
      return add(
          Grade::remark, "optical port", "silent",
          "points have errors and no verified passes; `register_account: waived` leaves the registers out");
    if (said.front() != kAcknowledge)
      return add(Grade::unfit, "optical port",
                 fmt::format("answers Identification by {:#04x}", said.front()));
    add(Grade::fit, "optical port", fmt::format("answers Identification with {} bytes", said.size()));
    if (!tells)
      add(Grade::remark, "optical port", "does not tell when it will say something by itself",
          "sessions run in steps of four samples: board.md, port_wake");
  }

  void shows() {
    const std::string text = meter_.display();
    if (text.empty())
      add(Grade::remark, "display", "dark", "display steps will fail");
    else
      add(Grade::fit, "display", fmt::format("shows '{}'", text));
    const auto& board = meter_.board();
    if (board.fault_word != 0) add(Grade::remark, "fault word", fmt::format("{:#010x}", board.fault_word));
    add(board.watchdog != 0 ? Grade::fit : Grade::remark, "watchdog",
        board.watchdog != 0 ? "armed" : "none: a firmware that hangs ends the run");
    add(board.cell.known != 0 ? Grade::fit : Grade::remark, "clock",
        board.cell.known != 0 ? "kept by the cell" : "not kept while the supply is off");
  }

  void rests() {
    world_.source().off(world_.now());
    advance(kDark);
    if (failed_) return;
    const bool rests = meter_.board().rest_until > 0;
    add(rests ? Grade::fit : Grade::remark, "rest",
        rests ? "samples of 0 are passed over" : "every sample of a soak is computed");
  }

  void survives() {
    const auto before = meter_.eeprom();
    meter_.set_supply(false);
    advance(2);
    if (failed_) return;
    const bool saved = meter_.eeprom() != before;
    add(saved ? Grade::fit : Grade::remark, "power cut", saved ? "saves in the EEPROM" : "saves nothing");
    meter_.set_supply(true);
    apply(1);
    advance(kWarmUp);
    edges_.clear();
    advance(kWarmUp);
    if (failed_) return;
    if (edges_.empty())
      add(Grade::unfit, "power cut", "no pulse after it");
    else
      add(Grade::fit, "power cut", "measures again after it");
  }

  MeterType type_;
  std::vector<Diagnosis> findings_;
  std::vector<Instant> edges_;
  std::optional<std::string> failed_;
  double power_ = 0;  // W
  virtual_lab::World world_;
  VirtualMeter meter_;
};

}  // namespace

std::vector<Diagnosis> examine_firmware(const std::shared_ptr<const virtual_lab::ElfImage>& image,
                                        const MeterType& type) {
  return FirmwareExamination{image, type}.findings();
}

}  // namespace meterbench
