#pragma once

#include "bench/core/quantity.h"
#include "bench/core/time.h"

namespace meterbench::virtual_lab {

/// The air around the meters: a room, or a chamber that is told where to go.
class Climate {
 public:
  /// Of the air at `t`; `t` never goes back.
  [[nodiscard]] Temperature air(Instant t);

 private:
  Temperature room_{23};
};

}  // namespace meterbench::virtual_lab
