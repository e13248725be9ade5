#include <optional>

#include "drivers/virtual_lab/meter/firmware/firmware.h"
#include "drivers/virtual_lab/meter/firmware/firmware_version.h"
#include "drivers/virtual_lab/meter/processor.h"

namespace meterbench::virtual_lab {

namespace {

class HostProcessor final : public Processor {
 public:
  [[nodiscard]] firmware::Board& board() override { return *board_; }
  void reset() override { firmware_.emplace(*board_); }
  void stop() override {}  // whoever looks inside still sees how it ended
  void start() override { firmware_->run(); }
  Finished finish() override { return Finished::done; }
  [[nodiscard]] std::string whereabouts() override { return {}; }
  [[nodiscard]] std::uint32_t handy_block() const override { return decltype(board_->samples)::capacity; }
  [[nodiscard]] bool immediate() const override { return true; }
  [[nodiscard]] std::string description() const override {
    return std::string{firmware::kFirmwareName} + ", host build";
  }
  [[nodiscard]] const firmware::MeterFirmware* inside() const override {
    return firmware_ ? &*firmware_ : nullptr;
  }

 private:
  std::unique_ptr<firmware::Board> board_ = std::make_unique<firmware::Board>();
  std::optional<firmware::MeterFirmware> firmware_;  // since the first reset
};

}  // namespace

std::unique_ptr<Processor> host_processor() { return std::make_unique<HostProcessor>(); }

}  // namespace meterbench::virtual_lab
