#include "drivers/link/serial_line.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <thread>

namespace meterbench {
namespace {

struct Rate {
  int baud;
  speed_t code;
};
constexpr std::array kRates{Rate{300, B300},       Rate{600, B600},       Rate{1200, B1200},
                            Rate{2400, B2400},     Rate{4800, B4800},     Rate{9600, B9600},
                            Rate{19200, B19200},   Rate{38400, B38400},   Rate{57600, B57600},
                            Rate{115200, B115200}, Rate{230400, B230400}, Rate{460800, B460800},
                            Rate{921600, B921600}};

std::optional<speed_t> speed_code(int baud) {
  for (const Rate& rate : kRates)
    if (rate.baud == baud) return rate.code;
  return std::nullopt;
}

/// Raw bytes (termios(3)); a read without data is told from a lost line only with VMIN above 0.
void make_raw(termios& line, const SerialSettings& settings) {
  ::cfmakeraw(&line);
  line.c_cflag |= CLOCAL | CREAD;
  line.c_cflag &= ~static_cast<tcflag_t>(CRTSCTS | CSTOPB);
  if (settings.stop_bits == 2) line.c_cflag |= CSTOPB;
  line.c_cc[VMIN] = 1;
  line.c_cc[VTIME] = 0;
  const speed_t speed = *speed_code(settings.baud);
  ::cfsetispeed(&line, speed);
  ::cfsetospeed(&line, speed);
}

/// False with errno; a port without modem lines (a pty, some adapters) is none the worse.
bool set_modem_line(int descriptor, int line, bool level) {
  return ::ioctl(descriptor, level ? TIOCMBIS : TIOCMBIC, &line) == 0 || errno == ENOTTY || errno == EINVAL;
}

std::string opening_text(int error) {
  switch (error) {
    case EBUSY:
    case EWOULDBLOCK: return "in use by another program";
    case ENOENT: return "no such port; `meterbench discover` lists those that there are";
    case EACCES: return "no permission; join the group that owns it (`dialout`)";
    default: return system_text(error);
  }
}

/// 0, or errno.
int set_up(int descriptor, const SerialSettings& settings) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return errno;
  termios line{};
  if (::tcgetattr(descriptor, &line) != 0) return errno;  // ENOTTY: no terminal
  make_raw(line, settings);
  if (::tcsetattr(descriptor, TCSANOW, &line) != 0) return errno;
  if (!set_modem_line(descriptor, TIOCM_DTR, settings.dtr) ||
      !set_modem_line(descriptor, TIOCM_RTS, settings.rts))
    return errno;
  return 0;
}

/// tcsetattr() succeeds when it could do any of what was asked.
bool has_speed(int descriptor, int baud) {
  termios line{};
  return ::tcgetattr(descriptor, &line) == 0 && ::cfgetospeed(&line) == *speed_code(baud);
}

}  // namespace

void check(const SerialSettings& settings) {
  if (!speed_code(settings.baud))
    throw std::invalid_argument{fmt::format("{} Bd is no standard rate of a serial port", settings.baud)};
  if (settings.stop_bits != 1 && settings.stop_bits != 2)
    throw std::invalid_argument{fmt::format("{} stop bits: 1 or 2 are possible", settings.stop_bits)};
}

Result<Descriptor> open_serial_line(const std::string& device, const std::string& path,
                                    const SerialSettings& settings) {
  check(settings);
  const auto not_open = [&](const std::string& why) {
    return fault(Errc::disconnected, device, "open", path + ": " + why);
  };
  Descriptor port{::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
  if (!port) return not_open(opening_text(errno));
  if (const int error = set_up(port.get(), settings); error != 0) return not_open(opening_text(error));
  if (!has_speed(port.get(), settings.baud))
    return not_open(fmt::format("the port cannot do {} Bd", settings.baud));
  // The lock holds against programs that look for it, this against all others that are not root's.
  ::ioctl(port.get(), TIOCEXCL);
  std::this_thread::sleep_for(settings.warm_up);
  // What is still on its way out (an off of the session before) is left alone.
  ::tcflush(port.get(), TCIFLUSH);
  return port;
}

void leave_serial_line(int descriptor) { ::ioctl(descriptor, TIOCNXCL); }

}  // namespace meterbench
