// The counting that lasts as long as a load: opened before it comes on, closed after it has gone off.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/guardian/interlock_keeper.h"
#include "bench/model/edge.h"
#include "bench/station/station.h"

namespace meterbench {

/// One scan on each counter that is able to and sees a meter in use: every pulse of every LED is counted. The
/// edges themselves are kept while somebody asks for them. A counter that cannot scan may count one LED
/// within a gate; else it counts nothing, and all calls succeed.
class LoadPeriod {
 public:
  /// `positions`: indexes of Station::positions; a place is an index into them.
  LoadPeriod(Station& station, const std::vector<std::size_t>& positions);
  /// Late edges are dropped; what still runs goes on (see close()).
  ~LoadPeriod();
  LoadPeriod(const LoadPeriod&) = delete;
  LoadPeriod& operator=(const LoadPeriod&) = delete;

  /// `gate`: of counters that cannot scan; 0: they do not count.
  [[nodiscard]] Result<void> open(InterlockKeeper& interlock, Duration gate = {});
  /// Ends all scans, and waits for gates to end; no stop request cuts that short. A gate that has ended
  /// before has counted nothing of use: what came after it is not known. The first fault of several.
  [[nodiscard]] Result<void> close();

  /// The first thing wrong with a scan: not all pulses are counted any more.
  [[nodiscard]] const std::optional<Fault>& fault() const { return scans_->fault; }
  /// Whether the LED at `place` is counted.
  [[nodiscard]] bool counts(std::size_t place) const { return scans_->places.at(place).counted; }
  /// Pulses of the LED at `place` since open().
  [[nodiscard]] std::uint64_t pulses(std::size_t place) const { return scans_->places.at(place).pulses; }

  /// Keeps the edges from that instant on; those of before are forgotten, but for the last one of an LED that
  /// came at `opened_by` or later.
  void keep_edges_from(Instant begin, Instant opened_by = Instant::max());
  /// Those of before stay.
  void keep_no_more() { scans_->keep_from = Instant::max(); }
  /// Edges of the LED at `place` since keep_edges_from(), in the order of time.
  [[nodiscard]] const std::vector<Edge>& edges(std::size_t place) const {
    return scans_->places.at(place).edges;
  }

  [[nodiscard]] const std::vector<std::size_t>& positions() const { return positions_; }
  /// Of a position by its name; std::out_of_range when it is not in use.
  [[nodiscard]] std::size_t place_of(const std::string& position) const;

 private:
  struct Place {
    bool counted = false;
    std::uint64_t pulses = 0;
    std::optional<Edge> last{};  ///< before the first of `edges`
    std::vector<Edge> edges;

    void take(const Edge& edge, Instant keep_from, Instant opened_by);
  };
  /// Shared with the counters, which may still report after we are gone.
  struct Scans {
    std::vector<Place> places;
    Instant keep_from = Instant::max();
    Instant opened_by = Instant::max();
    std::optional<Fault> fault;
    bool over = false;
  };

  [[nodiscard]] Result<void> open_scan(const CounterBox& box, const std::vector<std::size_t>& places,
                                       InterlockKeeper& interlock);
  void open_gate(const CounterBox& box, std::size_t place, Duration gate);
  [[nodiscard]] Result<void> close_gates();

  /// The count of one LED within a gate, as far as it has come.
  struct Gate {
    std::size_t place = 0;
    Instant end{};
    std::string role;  ///< of the counter
    std::shared_ptr<std::optional<Result<std::uint64_t>>> total =
        std::make_shared<std::optional<Result<std::uint64_t>>>();
  };

  Station& station_;
  const std::vector<std::size_t>& positions_;
  std::shared_ptr<Scans> scans_ = std::make_shared<Scans>();
  std::vector<const CounterBox*> open_;
  std::vector<Gate> gates_;
};

}  // namespace meterbench
