// The device side of USB that knows its part by heart: each transfer must come as written, in order, and gets
// what is written. What was left unsaid at the end, or said otherwise, fails the test.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "drivers/far_end/usb_far_end.h"

namespace meterbench {

class ScriptedUsbFarEnd final : public UsbFarEnd {
 public:
  enum class Kind { control, bulk_out, bulk_in, clear_halt };
  struct Step {
    Kind kind;
    std::string host;  ///< hexadecimal: set-up stage or transfer; of bulk_in and clear_halt the endpoint
    std::optional<Bytes> device;  ///< the answer; of a control request or a transfer nothing: it stalls
    Duration delay{};             ///< of bulk_in: from the step before it
  };
  using Script = std::vector<Step>;

  explicit ScriptedUsbFarEnd(Script script, UsbDescription description)
      : script_{std::move(script)}, description_{std::move(description)} {}
  ScriptedUsbFarEnd(const ScriptedUsbFarEnd&) = delete;
  ScriptedUsbFarEnd& operator=(const ScriptedUsbFarEnd&) = delete;
  ~ScriptedUsbFarEnd() override {
    for (std::size_t i = spoken_; i < script_.size(); ++i)
      ADD_FAILURE() << "left unsaid: " << script_[i].host;
  }

  void append(const Script& more) { script_.insert(script_.end(), more.begin(), more.end()); }
  /// What has not been said by now need not be.
  void drop_rest() { script_.resize(spoken_); }
  [[nodiscard]] bool all_said() const { return spoken_ == script_.size(); }
  [[nodiscard]] int openings() const { return openings_; }
  UsbDescription& described() { return description_; }

  [[nodiscard]] const UsbDescription& description() const override { return description_; }
  void opened(Instant) override { ++openings_; }
  void closed(Instant) override {}

  std::optional<Bytes> control(Instant now, const UsbSetup& setup, ByteView) override {
    Bytes stage{setup.request_type, setup.request};
    for (const std::uint16_t word : {setup.value, setup.index, setup.length}) {
      stage.push_back(static_cast<std::uint8_t>(word));
      stage.push_back(static_cast<std::uint8_t>(word >> 8U));
    }
    const Step* step = next(now, Kind::control, hex_text(stage));
    return step ? step->device : std::nullopt;
  }
  bool bulk_out(Instant now, std::uint8_t, ByteView data) override {
    const Step* step = next(now, Kind::bulk_out, hex_text(data));
    return step && step->device;
  }
  std::optional<Bytes> bulk_in(Instant now, std::uint8_t endpoint, std::size_t most) override {
    if (!is_due(now, endpoint)) return std::nullopt;
    const Step& step = script_[spoken_];
    if (!step.device) return std::nullopt;  // halted() tells it
    EXPECT_LE(step.device->size(), most) << "no room";
    take(now);
    return step.device;
  }
  [[nodiscard]] bool halted(std::uint8_t endpoint) const override {
    return spoken_ < script_.size() && is_at(endpoint) && !script_[spoken_].device;
  }
  void clear_halt(Instant now, std::uint8_t endpoint) override {
    if (halted(endpoint)) ++spoken_;
    static_cast<void>(next(now, Kind::clear_halt, hex_text(Bytes{endpoint})));
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (spoken_ == script_.size() || script_[spoken_].kind != Kind::bulk_in) return std::nullopt;
    return latest_ + script_[spoken_].delay;
  }

 private:
  [[nodiscard]] bool is_at(std::uint8_t endpoint) const {
    return script_[spoken_].kind == Kind::bulk_in && script_[spoken_].host == hex_text(Bytes{endpoint});
  }
  [[nodiscard]] bool is_due(Instant now, std::uint8_t endpoint) const {
    return spoken_ < script_.size() && is_at(endpoint) && now >= latest_ + script_[spoken_].delay;
  }
  void take(Instant now) {
    ++spoken_;
    latest_ = now;
  }
  const Step* next(Instant now, Kind kind, const std::string& said) {
    if (spoken_ == script_.size() || script_[spoken_].kind != kind || script_[spoken_].host != said) {
      ADD_FAILURE() << "step " << spoken_ + 1 << ": expected "
                    << (spoken_ == script_.size() ? "nothing more" : script_[spoken_].host) << ", came "
                    << said;
      return nullptr;
    }
    take(now);
    return &script_[spoken_ - 1];
  }

  Script script_;
  UsbDescription description_;
  std::size_t spoken_ = 0;
  int openings_ = 0;
  Instant latest_{};
};

/// `A1 07` as bytes.
[[nodiscard]] inline Bytes from_hex(const std::string& text) {
  Bytes bytes;
  std::istringstream stream{text};
  for (unsigned byte = 0; stream >> std::hex >> byte;) bytes.push_back(static_cast<std::uint8_t>(byte));
  return bytes;
}

// Steps, in the words of a script.
namespace usb_script {
using Step = ScriptedUsbFarEnd::Step;
using Kind = ScriptedUsbFarEnd::Kind;
[[nodiscard]] inline Step control(std::string setup, const std::string& answer) {
  return {Kind::control, std::move(setup), from_hex(answer), {}};
}
[[nodiscard]] inline Step control_stalls(std::string setup) {
  return {Kind::control, std::move(setup), std::nullopt, {}};
}
[[nodiscard]] inline Step out(std::string transfer) {
  return {Kind::bulk_out, std::move(transfer), Bytes{}, {}};
}
[[nodiscard]] inline Step out_stalls(std::string transfer) {
  return {Kind::bulk_out, std::move(transfer), std::nullopt, {}};
}
[[nodiscard]] inline Step in(std::uint8_t endpoint, Bytes transfer, Duration delay = {}) {
  return {Kind::bulk_in, hex_text(Bytes{endpoint}), std::move(transfer), delay};
}
[[nodiscard]] inline Step in_stalls(std::uint8_t endpoint) {
  return {Kind::bulk_in, hex_text(Bytes{endpoint}), std::nullopt, {}};
}
[[nodiscard]] inline Step clear_halt(std::uint8_t endpoint) {
  return {Kind::clear_halt, hex_text(Bytes{endpoint}), Bytes{}, {}};
}
}  // namespace usb_script

}  // namespace meterbench
