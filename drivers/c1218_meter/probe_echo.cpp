#include "drivers/c1218_meter/probe_echo.h"

#include <utility>

namespace meterbench::c1218_meter {
namespace {

/// No start byte among them: a meter drops them without a word.
const Bytes kPattern{0x55, 0xAA, 0x33, 0xCC};
/// Far more than an adapter holds bytes back (16 ms) beside the line's own 4 ms.
constexpr Duration kPatience = std::chrono::milliseconds{200};

}  // namespace

ProbeEcho::~ProbeEcho() {
  if (timer_) link_.reactor().cancel(*timer_);
  if (done_) link_.end_stream();
}

void ProbeEcho::start(Done<bool> done) {
  if (auto opened = link_.open(); !opened) return done(tl::unexpected{std::move(opened).error()});
  done_ = std::move(done);
  heard_.clear();
  link_.start_stream(
      [this](ByteView bytes) {
        if (heard_.size() <= kPattern.size()) heard_.insert(heard_.end(), bytes.begin(), bytes.end());
      },
      [this](Fault fault) {
        fault.command = "probe echo";
        finish(tl::unexpected{std::move(fault)});
      });
  timer_ = link_.reactor().after(kPatience, [this] {
    timer_.reset();
    link_.end_stream();
    finish(heard_ == kPattern);
  });
  link_.stream_out(kPattern, [] {});
}

void ProbeEcho::finish(Result<bool> result) {
  if (timer_) link_.reactor().cancel(*timer_);
  timer_.reset();
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace meterbench::c1218_meter
