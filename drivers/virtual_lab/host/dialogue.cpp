#include "drivers/virtual_lab/host/dialogue.h"

namespace meterbench::virtual_lab {

Dialogue::Dialogue(LabClock& clock, FarEnd& far_end, std::function<void(Bytes)> said)
    : clock_{clock}, far_end_{far_end}, said_{std::move(said)} {
  far_end_.opened(clock_.present());
  ask_for_next_event();
}

Dialogue::~Dialogue() {
  if (event_) clock_.cancel(*event_);
  far_end_.closed(clock_.present());
}

void Dialogue::hear(ByteView bytes) {
  Bytes reply;
  far_end_.on_bytes(clock_.present(), bytes, reply);
  ask_for_next_event();
  said_(std::move(reply));
}

void Dialogue::ask_for_next_event() {
  if (event_) clock_.cancel(*event_);
  event_.reset();
  const auto next = far_end_.next_event();
  if (!next) return;
  event_ = clock_.at(*next, [this] {
    event_.reset();
    Bytes reply;
    far_end_.on_time(clock_.present(), reply);
    ask_for_next_event();
    said_(std::move(reply));
  });
}

}  // namespace meterbench::virtual_lab
