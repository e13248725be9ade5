// meterbench-usb-host: the verb `lab` of meterbench with emulated USB devices. A program of its own, so that
// umockdev is part of no other.
#include "bench/cli/lab_server.h"
#include "bench/cli/program.h"
#include "drivers/virtual_lab/host/usb_host.h"

namespace meterbench {
namespace {

class EmulatedUsb final : public UsbPlugs {
 public:
  [[nodiscard]] std::shared_ptr<void> plug_in(virtual_lab::LabClock& clock, UsbFarEnd& far_end) override {
    return std::make_shared<virtual_lab::UsbHost>(bus_, clock, far_end);
  }
  [[nodiscard]] Environment environment() const override { return bus_.environment(); }

 private:
  virtual_lab::UsbBus bus_;
};

}  // namespace
}  // namespace meterbench

int main(int argc, char** argv) {
  return meterbench::run_program("meterbench-usb-host", argc, argv,
                                 [](CLI::App& app, meterbench::VerbAction& chosen) {
                                   static meterbench::EmulatedUsb usb;
                                   meterbench::add_lab(app, chosen, &usb);
                                 });
}
