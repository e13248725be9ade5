// How the interpreter waits for the bench: without its lock, and hearing Ctrl-C.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <future>

#include "python/engine/bench_thread.h"

namespace meterbench::python {

inline constexpr std::chrono::milliseconds kHearSignals{50};

/// Waits until `ready(patience)`. A signal whose handler raises, as Ctrl-C's does, asks `bench` to stop; what
/// is under way ends first, the source off, then the exception goes on.
template <class Ready>
void wait_for_bench(BenchThread& bench, Ready ready) {
  std::optional<pybind11::error_already_set> raised;
  while (true) {
    const bool done = [&] {
      const pybind11::gil_scoped_release without_lock;
      return ready(kHearSignals);
    }();
    if (done) break;
    if (PyErr_CheckSignals() == 0) continue;
    raised.emplace();
    bench.stop().request();
  }
  if (!raised) return;
  bench.stop().withdraw();
  throw *raised;
}

/// What `act` answers on the bench thread.
template <class Act>
auto on_bench(BenchThread& bench, Act act) {
  auto answer = bench.ask(std::move(act));
  wait_for_bench(bench,
                 [&](auto patience) { return answer.wait_for(patience) == std::future_status::ready; });
  return answer.get();
}

}  // namespace meterbench::python
