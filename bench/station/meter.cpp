#include "bench/station/meter.h"

#include "bench/core/quantity_text.h"
#include "bench/core/sha256.h"

namespace meterbench {
namespace {

tl::unexpected<Fault> unable(const char* command) {
  return fault(Errc::refused, "meter", command, "this driver has no means for it");
}

}  // namespace

void Meter::start_read_tables_as(std::string, std::vector<std::uint16_t>,
                                 Done<std::map<std::uint16_t, Bytes>> done) {
  done(unable("read tables as somebody else"));
}
void Meter::start_read_status(Done<MeterStatus> done) { done(unable("read status")); }
void Meter::start_read_billing(Done<MeterBilling> done) { done(unable("read billing")); }
void Meter::start_read_present(Done<MeterPresent> done) { done(unable("read present values")); }
void Meter::start_read_clock(Done<MeterClock> done) { done(unable("read clock")); }
void Meter::start_read_log(Done<MeterLog> done) { done(unable("read log")); }
void Meter::start_read_profile(Done<MeterProfile> done) { done(unable("read profile")); }
void Meter::start_procedure(const MeterCommand&, Done<void> done) { done(unable("procedure")); }

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
