#include "drivers/zera_mt786/simulator_dosage.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "bench/core/quantity_text.h"

namespace meterbench::zera_mt786 {

void DosagePart::on_segment() {
  if (!state_.running) return;
  state_.done = std::min(pulses_until_() - state_.start, state_.total);
  if (state_.done < state_.total) return;
  state_.running = false;
  end_();
}

std::optional<Answer> DosagePart::take(const std::string& line) {
  static const std::regex total{R"(S3PS46;(\d{10}))"};
  std::smatch match;
  if (std::regex_match(line, match, total)) {
    state_.total = parse_number(match[1].str()).value();
    return Answer{{"SOK3PS46"}};
  }
  const auto tell = [&](double value) {
    return Answer{{fmt::format("SOK{};{:.0f}", line.substr(1), value)}};
  };
  if (line.size() == 5 && line.starts_with("S3CM") && line[4] >= '1' && line[4] <= '4')
    return control(line[4]);
  if (line == "S3SA1") return tell(state_.running ? 2 : 1);
  if (line == "S3SA3") return tell(state_.mode ? 1 : 0);
  if (line == "S3SA5") return tell(state_.total);
  if (line == "S3MA4") return tell(state_.total - state_.done);
  if (line == "S3MA5") return tell(state_.done);
  return std::nullopt;
}

Answer DosagePart::control(char what) {
  switch (what) {
    case '1':
      if (!state_.mode || state_.total == 0) return {{"S3CMNAK"}};
      state_.running = true;
      state_.start = pulses_until_();
      state_.done = 0;
      break;
    case '2':
      if (state_.running) end_();
      state_.running = false;
      break;
    default: state_.mode = what == '3'; state_.running = state_.running && state_.mode;
  }
  return {{fmt::format("SOK3CM{}", what)}};
}

}  // namespace meterbench::zera_mt786
