// Decisions that are taken back.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// What events `void` say, taken as the ledger takes them: whenever they come, no decision of their position
/// stands.
class Voids {
 public:
  /// `position` empty: of all.
  void add(const std::string& position, const std::string& reason) { reasons_[position].push_back(reason); }
  void apply(std::vector<PointRecord>& points) const;

 private:
  std::map<std::string, std::vector<std::string>> reasons_;
};

}  // namespace meterbench
