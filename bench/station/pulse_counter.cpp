#include "bench/station/pulse_counter.h"

namespace meterbench {
namespace {

tl::unexpected<Fault> unable(std::string command) {
  return fault(Errc::refused, "counter", std::move(command), "this counter is not able to do that");
}

}  // namespace

void PulseCounter::start_scan(const Inputs&, OnEdge, OnFault, Done<void> done) { done(unable("scan")); }

void PulseCounter::start_timestamps(int, std::uint64_t, Duration, Done<std::vector<Seconds>> done) {
  done(unable("time stamps"));
}

void PulseCounter::start_total(int, Duration, Done<std::uint64_t> done) { done(unable("gated total")); }

}  // namespace meterbench
