#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "drivers/far_end/far_end.h"
#include "drivers/link/descriptor.h"
#include "drivers/virtual_lab/host/dialogue.h"
#include "drivers/virtual_lab/host/lab_clock.h"

namespace meterbench::virtual_lab {

/// The pace of a serial line; always 8 data bits, no parity.
struct SerialWire {
  double baud = 9600;
  int stop_bits = 1;
  bool follows_client = false;  ///< at whatever speed the client has set, for devices that negotiate it

  [[nodiscard]] Duration byte_time() const;
};

/// How far a direction of a line is: bytes that begin at an instant pass one after the other.
class LinePace {
 public:
  void begin(Instant now, Duration byte_time);
  /// When so many more bytes will have passed.
  [[nodiscard]] Instant after(std::size_t bytes) const {
    return begin_ + (passed_ + static_cast<std::int64_t>(bytes)) * byte_time_;
  }
  /// How many more bytes have passed by now, at most `most`; they count as taken.
  [[nodiscard]] std::size_t take(Instant now, std::size_t most);

 private:
  Instant begin_{};
  Duration byte_time_{};
  std::int64_t passed_ = 0;
};

/// A far end at a serial port, which a pseudo-terminal stands for. A pseudo-terminal has no speed of its own:
/// the bytes of both directions are held back here until a line would have carried them. A client gets them
/// one by one, the far end what it was sent at once, but none later than 10 ms after it has passed.
///
/// The far end is opened when the first program opens the port, which inotify(7) tells, and closed when the
/// last has closed it and all that it wrote has been carried: then the master hangs up, since our own
/// descriptor of the slave is kept only while nobody else has one. When the far end is unplugged the port is
/// gone.
class PtyHost {
 public:
  PtyHost(LabClock& clock, FarEnd& far_end, const SerialWire& wire);
  ~PtyHost();
  PtyHost(const PtyHost&) = delete;
  PtyHost& operator=(const PtyHost&) = delete;

  /// /dev/pts/N
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void wait_for_client();
  void begin();
  void hang_up();
  void unplug();
  void watch_line();
  void begin_to_hear();
  void hear_next();
  void hear();
  [[nodiscard]] std::size_t waiting() const;
  void say(const Bytes& bytes);
  void speak();
  [[nodiscard]] Duration byte_time() const;

  LabClock& clock_;
  FarEnd& far_end_;
  SerialWire wire_;
  Descriptor master_;
  std::string path_;
  Descriptor slave_;                  // while there is no client
  Descriptor notices_;                // inotify: somebody opens the slave
  std::optional<Dialogue> dialogue_;  // while a client is there, or bytes of it are on the line
  LinePace inbound_;
  std::optional<LabClock::Timer> hearing_;
  LinePace outbound_;
  std::optional<LabClock::Timer> speaking_;
  Bytes outgoing_;
  std::optional<Reactor::TimerId> unplugging_;
};

}  // namespace meterbench::virtual_lab
