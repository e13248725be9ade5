// One question to many optical ports at once.
#pragma once

#include <memory>
#include <string_view>

#include "bench/runner/identify.h"

namespace meterbench {

/// One session with all its repeats; ports are asked together. made
inline constexpr Duration kMeterLimit = std::chrono::seconds{60};

/// Answers of ports that are still talking; shared with them, since they may answer after we have given up
/// waiting.
template <class T>
struct PortAnswers {
  MeterAnswers<T> by_position;
  std::size_t open = 0;
};

/// Calls ask(name, meter, done) for each of `positions` that has a port; each stands as not done in time
/// until it has answered. Does not wait.
template <class T, class Ask>
[[nodiscard]] std::shared_ptr<PortAnswers<T>> ask_ports(Station& station,
                                                        const std::vector<std::size_t>& positions,
                                                        std::string_view command, Ask ask) {
  auto answers = std::make_shared<PortAnswers<T>>();
  for (const std::size_t position : positions) {
    const std::string& name = station.positions[position].name;
    const auto meter = station.meters.find(name);
    if (meter == station.meters.end()) continue;
    const auto place = answers->by_position
                           .emplace(name, fault(Errc::timeout, "optical " + name, std::string{command},
                                                "not done in time", kMeterLimit))
                           .first;
    ++answers->open;
    ask(name, *meter->second, Done<T>{[answers, place](Result<T> result) {
          place->second = std::move(result);
          --answers->open;
        }});
  }
  return answers;
}

}  // namespace meterbench
