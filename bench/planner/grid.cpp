#include "bench/planner/grid.h"

#include <algorithm>

namespace meterbench {
namespace {

struct Supply {
  Frequency frequency{};
  Voltage voltage{};
};

bool same(const Supply& a, const Supply& b) {
  return same(a.frequency, b.frequency) && same(a.voltage, b.voltage);
}

template <class T>
bool has(const std::vector<T>& list, const T& item) {
  return std::any_of(list.begin(), list.end(), [&](const T& known) { return same(known, item); });
}

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (!has(list, item)) list.push_back(item);
}

/// What one meter asks for.
struct Wish {
  const Seat* seat = nullptr;
  std::vector<Supply> supplies;
  std::vector<Current> currents;
};

Wish wish_of(const LoadStep& step, const Seat& seat) {
  Wish wish{&seat, {}, {}};
  const Frequency frequency = step.frequency.value_or(seat.type->nominal_frequency);
  for (const VoltageSpec& spec : step.voltages)
    for (const Voltage voltage : voltages_of(spec, *seat.type)) wish.supplies.push_back({frequency, voltage});
  for (const CurrentSpec& spec : step.currents) wish.currents.push_back(current_of(spec, *seat.type));
  return wish;
}

/// In the order of the step; what one entry of it means for different meters rises.
std::vector<Supply> all_supplies(const LoadStep& step, const std::vector<Seat>& seats) {
  std::vector<Supply> all;
  for (const VoltageSpec& spec : step.voltages) {
    std::vector<Supply> entry;
    for (const Seat& seat : seats)
      for (const Voltage voltage : voltages_of(spec, *seat.type))
        entry.push_back({step.frequency.value_or(seat.type->nominal_frequency), voltage});
    std::stable_sort(entry.begin(), entry.end(),
                     [](const Supply& a, const Supply& b) { return a.voltage < b.voltage; });
    for (const Supply& supply : entry) add_once(all, supply);
  }
  return all;
}

std::vector<Current> rising_currents(const std::vector<Wish>& wishes) {
  std::vector<Current> all;
  for (const Wish& wish : wishes)
    for (const Current current : wish.currents) add_once(all, current);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

std::vector<GridLoad> grid_of(const LoadStep& step, const std::vector<Seat>& seats) {
  std::vector<Wish> wishes;
  for (const Seat& seat : seats) wishes.push_back(wish_of(step, seat));
  const std::vector<Current> currents = rising_currents(wishes);
  std::vector<GridLoad> grid;
  for (const Supply& supply : all_supplies(step, seats))
    for (const Circuit circuit : step.circuits)
      for (const PowerFactor& pf : step.power_factors)
        for (const Direction direction : step.directions)
          for (const Current current : currents) {
            GridLoad load{supply.frequency, supply.voltage, circuit, pf, direction, current, {}};
            for (const Wish& wish : wishes)
              if (has(wish.supplies, supply) && has(wish.currents, current))
                load.asked_by.push_back(wish.seat);
            if (!load.asked_by.empty()) grid.push_back(std::move(load));
          }
  return grid;
}

}  // namespace meterbench
