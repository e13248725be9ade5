#pragma once

namespace meterbench::virtual_lab {

/// Which sample a converter takes when: its crystal's rate may change, but not for what has passed.
class SampleClock {
 public:
  /// From sample 0 at 0 s on; `rate` in Hz of true time, above 0.
  explicit SampleClock(double rate) : rate_{rate} {}

  /// From `now_s` on, not before the last change.
  void set_rate(double now_s, double rate) {
    samples_ = at(now_s);
    time_s_ = now_s;
    rate_ = rate;
  }

  [[nodiscard]] double rate() const { return rate_; }
  /// Samples by `time_s`, with their fraction.
  [[nodiscard]] double at(double time_s) const { return samples_ + (time_s - time_s_) * rate_; }
  /// When sample `number` is taken.
  [[nodiscard]] double time_of(double number) const { return time_s_ + (number - samples_) / rate_; }

 private:
  double rate_;
  double time_s_ = 0, samples_ = 0;  // of the last change
};

}  // namespace meterbench::virtual_lab
