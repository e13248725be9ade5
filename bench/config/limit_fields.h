// Fields of a row of config/limits.
#pragma once

#include "bench/config/yaml.h"
#include "bench/model/limit_row.h"

namespace meterbench {

/// `limit`: `0.5 %`, `+2 % / -3 %`, `0.05 %/K`, `1 pulse` (at most so many) or `starts`.
void read_limit(YamlMap& map, LimitRow& row);

/// `power_factor`, `current`, `temperature`, `voltage` and `connection`; none of them must be there.
void read_conditions(YamlMap& map, LimitRow& row);

}  // namespace meterbench
