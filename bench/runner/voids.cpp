#include "bench/runner/voids.h"

#include <algorithm>

namespace meterbench {

void Voids::apply(std::vector<PointRecord>& points) const {
  for (PointRecord& p : points)
    for (const auto& [position, reasons] : reasons_) {
      if (!position.empty() && position != p.position) continue;
      p.verdict.decision = Decision::inconclusive;
      std::vector<std::string>& known = p.verdict.basis.reasons;
      for (const std::string& reason : reasons)
        if (std::ranges::find(known, "void: " + reason) == known.end()) known.push_back("void: " + reason);
    }
}

}  // namespace meterbench
