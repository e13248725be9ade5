#include "drivers/virtual_lab/host/usb_host.h"

#include <algorithm>
#include <cerrno>
#include <set>

namespace meterbench::virtual_lab {

UsbHost::UsbHost(UsbBus& bus, LabClock& clock, UsbFarEnd& far_end)
    : clock_{clock}, far_end_{far_end}, node_{bus, far_end.description()} {
  clock_.reactor().watch(node_.wake_descriptor(), POLLIN, [this](short) {
    node_.clear_wake();
    serve();
  });
}

UsbHost::~UsbHost() { unplug(); }

void UsbHost::unplug() {
  if (!plugged_) return;
  plugged_ = false;
  clock_.reactor().unwatch(node_.wake_descriptor());
  if (event_) clock_.cancel(*event_);
  event_.reset();
  node_.unplug();
  if (open_) far_end_.closed(clock_.present());
  open_ = false;
}

void UsbHost::serve() {
  while (UsbJob* const job = node_.exchange().take_new()) {
    carry_out(*job);
    if (far_end_.unplugged()) return unplug();
  }
  ask_for_data();
}

void UsbHost::carry_out(UsbJob& job) {
  UrbExchange& exchange = node_.exchange();
  const auto finish = [&](int status, Bytes data = {}) {
    if (far_end_.unplugged())
      exchange.leave(&job);  // and unplug() ends it
    else
      exchange.finish(&job, status, std::move(data));
  };
  const Instant now = clock_.present();
  switch (job.kind) {
    case UsbJob::Kind::in: return exchange.leave(&job);  // ask_for_data() comes to it
    case UsbJob::Kind::opened:
      open_ = true;
      far_end_.opened(now);
      return finish(0);
    case UsbJob::Kind::closed:
      open_ = false;
      far_end_.closed(now);
      return finish(0);
    case UsbJob::Kind::clear_halt: far_end_.clear_halt(now, job.endpoint); return finish(0);
    case UsbJob::Kind::control: {
      auto answer =
          far_end_.control(now, job.setup, job.setup.device_to_host() ? ByteView{} : ByteView{job.data});
      if (!answer) return finish(-EPIPE);
      answer->resize(std::min<std::size_t>(answer->size(), job.setup.length));
      return finish(0, std::move(*answer));
    }
    case UsbJob::Kind::out:
      if (ends_with_zero_length_packet(job)) ++zero_length_packets_;
      const bool taken = !far_end_.halted(job.endpoint) && far_end_.bulk_out(now, job.endpoint, job.data);
      return finish(taken ? 0 : -EPIPE);
  }
}

/// A host system sends it where it was asked to and the last packet is a full one.
bool UsbHost::ends_with_zero_length_packet(const UsbJob& job) const {
  if (job.data.empty()) return true;
  const auto& endpoints = far_end_.description().endpoints;
  const auto endpoint = std::ranges::find(endpoints, job.endpoint, &UsbDescription::Endpoint::address);
  return job.may_end_with_zero_length_packet && job.data.size() % endpoint->most_packet == 0;
}

void UsbHost::ask_for_data() {
  if (event_) clock_.cancel(*event_);
  event_.reset();
  UrbExchange& exchange = node_.exchange();
  const Instant now = clock_.present();
  std::set<std::uint8_t> empty;  // endpoints without data: what waits behind waits on
  while (UsbJob* const job = exchange.take_waiting(empty)) {
    if (far_end_.halted(job->endpoint)) {
      exchange.finish(job, -EPIPE);
    } else if (auto data = far_end_.bulk_in(now, job->endpoint, job->most); far_end_.unplugged()) {
      exchange.leave(job);
      return unplug();
    } else if (data) {
      exchange.finish(job, 0, std::move(*data));
    } else {
      empty.insert(job->endpoint);
      exchange.leave(job);
    }
  }
  if (empty.empty()) return;  // nobody waits for data
  if (const auto next = far_end_.next_event())
    event_ = clock_.at(*next, [this] {
      event_.reset();
      ask_for_data();
    });
}

}  // namespace meterbench::virtual_lab
