#include "bench/cli/limit_json.h"

namespace meterbench {

nlohmann::ordered_json limit_json(const Limit& limit) {
  return {{"text", to_text(limit)},
          {"citation", citation(limit)},
          {"lower_percent", percent(lower(limit))},
          {"upper_percent", percent(upper(limit))},
          {"terms", limit.terms},
          {"source", limit.source},
          {"clause", limit.clause},
          {"edition", limit.edition},
          {"mark", to_text(limit.mark)}};
}

}  // namespace meterbench
