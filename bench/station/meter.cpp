#include "bench/station/meter.h"

#include "bench/core/quantity_text.h"
#include "bench/core/sha256.h"

namespace meterbench {

std::string MeterState::sha256() const {
  std::string all;
  // Each part with its length, so that nothing can move from one to the next unseen.
  const auto add = [&](std::string_view part) {
    all += std::to_string(part.size());
    all += ':';
    all += part;
  };
  for (const std::string* part : {&identity.manufacturer, &identity.model, &identity.hardware,
                                  &identity.firmware, &identity.serial_number, &identity.device_id})
    add(*part);
  add(identity.kt ? to_text(*identity.kt) : std::string{});
  for (const auto& [table, content] : configuration) {
    add(std::to_string(table));
    add(to_string(content));
  }
  return sha256_hex(all);
}

}  // namespace meterbench
