#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "bench/core/reactor.h"

namespace meterbench {

/// The bookkeeping of a driver whose operations take several exchanges: what callers have asked for and have
/// not heard of yet. A driver derives from it privately.
class Operations {
 protected:
  struct Operation {
    std::string text;  ///< for people
    Instant begin;
    std::function<void(Fault)> on_fault;
    std::shared_ptr<const bool> driver_alive;
    bool over = false;

    /// Steps that belong to one that is over do nothing.
    [[nodiscard]] bool goes_on() const { return !over && *driver_alive; }
  };
  using Op = std::shared_ptr<Operation>;

  /// Both must outlive the driver.
  Operations(Reactor& reactor, const std::string& device) : reactor_{reactor}, device_{device} {}
  ~Operations() = default;
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;

  [[nodiscard]] Op begin(std::string text, std::function<void(Fault)> on_fault) const {
    return std::make_shared<Operation>(
        Operation{std::move(text), reactor_.now(), std::move(on_fault), alive_, false});
  }

  /// One that bears no other of its kind beside it. Null, and `done` has heard why, while there is one, or a
  /// `hindrance` (a sentence; empty: none).
  template <class T>
  [[nodiscard]] Op begin_alone(std::string text, const Done<T>& done, std::string_view hindrance) {
    if (alone_ || !hindrance.empty()) {
      done(fault(Errc::refused, device_, std::move(text),
                 alone_ ? fmt::format("'{}' is still under way", alone_->text) : std::string{hindrance}));
      return nullptr;
    }
    alone_ = begin(std::move(text), [done](Fault born) { done(tl::unexpected<Fault>{std::move(born)}); });
    return alone_;
  }
  /// The one under way, or null.
  [[nodiscard]] const Op& alone() const { return alone_; }

  void end(const Op& op) {
    op->over = true;
    if (op == alone_) alone_.reset();
  }
  void fail(const Op& op, Fault born) {
    const Op kept = op;  // end() may drop the last other reference
    end(kept);
    kept->on_fault(std::move(born));
  }
  void fail(const Op& op, Errc code, std::string command, std::string detail) {
    fail(op, Fault{code, device_, std::move(command), std::move(detail), reactor_.now() - op->begin});
  }

  /// First in the driver's destructor: whoever waits hears nothing.
  void abandon() { *alive_ = false; }
  [[nodiscard]] const std::shared_ptr<bool>& alive() const { return alive_; }

 private:
  Reactor& reactor_;
  const std::string& device_;
  Op alone_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace meterbench
