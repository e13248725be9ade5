#include "drivers/virtual_lab/host/pty_host.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "drivers/virtual_lab/host/checked.h"

namespace meterbench::virtual_lab {
namespace {

constexpr Duration kLongestPortion = std::chrono::milliseconds{10};

/// In Bd; 0 where termios knows no number for it.
double baud_of(speed_t speed) {
  constexpr std::array<std::pair<speed_t, int>, 14> kSpeeds{{{B300, 300},
                                                             {B600, 600},
                                                             {B1200, 1200},
                                                             {B2400, 2400},
                                                             {B4800, 4800},
                                                             {B9600, 9600},
                                                             {B19200, 19200},
                                                             {B38400, 38400},
                                                             {B57600, 57600},
                                                             {B115200, 115200},
                                                             {B230400, 230400},
                                                             {B460800, 460800},
                                                             {B921600, 921600},
                                                             {B1000000, 1000000}}};
  const auto found = std::ranges::find(kSpeeds, speed, &std::pair<speed_t, int>::first);
  return found == kSpeeds.end() ? 0 : found->second;
}

Descriptor open_master() {
  Descriptor master{checked(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), "posix_openpt")};
  checked(::grantpt(master.get()), "grantpt");
  checked(::unlockpt(master.get()), "unlockpt");
  return master;
}

std::string path_of_slave(int master) {
  std::array<char, 64> name{};
  if (const int error = ::ptsname_r(master, name.data(), name.size()); error != 0)
    throw std::system_error{error, std::generic_category(), "ptsname"};
  return name.data();
}

Descriptor watch_for_clients(const std::string& path) {
  Descriptor notices{checked(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "inotify")};
  checked(::inotify_add_watch(notices.get(), path.c_str(), IN_OPEN), path);
  return notices;
}

/// As a port is that nobody has set up: without it the line discipline would echo.
void make_raw(int slave) {
  termios settings{};
  checked(::tcgetattr(slave, &settings), "tcgetattr");
  ::cfmakeraw(&settings);
  checked(::tcsetattr(slave, TCSANOW, &settings), "tcsetattr");
}

}  // namespace

Duration SerialWire::byte_time() const {
  return from_seconds((9.0 + stop_bits) / baud);  // one start bit
}

void LinePace::begin(Instant now, Duration byte_time) {
  begin_ = now;
  byte_time_ = byte_time;
  passed_ = 0;
}

std::size_t LinePace::take(Instant now, std::size_t most) {
  const std::int64_t due = (now - begin_) / byte_time_ - passed_;
  const auto taken = std::min(static_cast<std::size_t>(std::max<std::int64_t>(due, 0)), most);
  passed_ += static_cast<std::int64_t>(taken);
  return taken;
}

PtyHost::PtyHost(LabClock& clock, FarEnd& far_end, const SerialWire& wire)
    : clock_{clock},
      far_end_{far_end},
      wire_{wire},
      master_{open_master()},
      path_{path_of_slave(master_.get())} {
  wait_for_client();
}

PtyHost::~PtyHost() {
  clock_.reactor().unwatch(notices_.get());
  clock_.reactor().unwatch(master_.get());
  if (hearing_) clock_.cancel(*hearing_);
  if (speaking_) clock_.cancel(*speaking_);
  if (unplugging_) clock_.reactor().cancel(*unplugging_);
}

void PtyHost::wait_for_client() {
  slave_ = Descriptor{::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (slave_) {
    make_raw(slave_.get());
    // What a client leaves behind.
    (void)::tcflush(slave_.get(), TCIOFLUSH);
    (void)::ioctl(slave_.get(), TIOCNXCL);
    watch_line();
  } else {
    // A client ended without giving back its exclusive use, which only root may pass by.
    clock_.reactor().unwatch(master_.get());
  }
  // Made anew after our own opening. Who came in between is noticed with his first byte.
  if (notices_) clock_.reactor().unwatch(notices_.get());
  notices_ = watch_for_clients(path_);
  clock_.reactor().watch(notices_.get(), POLLIN, [this](short) { begin(); });
}

void PtyHost::begin() {
  std::array<char, 4096> notices{};
  (void)::read(notices_.get(), notices.data(), notices.size());
  if (dialogue_) return;
  dialogue_.emplace(clock_, far_end_, [this](const Bytes& bytes) { say(bytes); });
  slave_.close();
  watch_line();
}

void PtyHost::hang_up() {
  dialogue_.reset();
  if (speaking_) clock_.cancel(*speaking_);
  speaking_.reset();
  outgoing_.clear();
  wait_for_client();
}

Duration PtyHost::byte_time() const {
  SerialWire wire = wire_;
  termios settings{};
  if (wire_.follows_client && ::tcgetattr(master_.get(), &settings) == 0)
    if (const double baud = baud_of(::cfgetospeed(&settings)); baud > 0) wire.baud = baud;
  return wire.byte_time();
}

void PtyHost::watch_line() {
  clock_.reactor().watch(master_.get(), POLLIN, [this](short ready) {
    if (waiting() > 0) {
      begin();
      begin_to_hear();
    } else if ((ready & POLLHUP) != 0) {
      hang_up();
    }
  });
}

std::size_t PtyHost::waiting() const {
  int bytes = 0;
  return ::ioctl(master_.get(), FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

void PtyHost::begin_to_hear() {
  clock_.reactor().unwatch(master_.get());
  inbound_.begin(clock_.now(), byte_time());
  hear_next();
}

/// The bytes stay in the kernel until they have passed.
void PtyHost::hear_next() {
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(kLongestPortion / byte_time(), 1));
  hearing_ = clock_.at(inbound_.after(std::min(waiting(), most)), [this] { hear(); });
}

void PtyHost::hear() {
  hearing_.reset();
  std::array<std::uint8_t, 4096> bytes{};
  const std::size_t passed = inbound_.take(clock_.now(), bytes.size());
  const ssize_t count = ::read(master_.get(), bytes.data(), passed);
  if (count > 0 && dialogue_) dialogue_->hear({bytes.data(), static_cast<std::size_t>(count)});
  if (waiting() > 0) return hear_next();
  watch_line();
}

/// The client's next reading or writing fails, as of an adapter that was pulled out.
void PtyHost::unplug() {
  dialogue_.reset();
  if (hearing_) clock_.cancel(*hearing_);
  if (speaking_) clock_.cancel(*speaking_);
  hearing_.reset();
  speaking_.reset();
  clock_.reactor().unwatch(notices_.get());
  clock_.reactor().unwatch(master_.get());
  slave_.close();
  master_.close();
}

void PtyHost::say(const Bytes& bytes) {
  // Not from within the far end's own call.
  if (far_end_.unplugged() && !unplugging_) unplugging_ = clock_.reactor().after({}, [this] { unplug(); });
  if (unplugging_ || bytes.empty()) return;
  outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
  if (speaking_) return;
  outbound_.begin(clock_.now(), byte_time());
  speaking_ = clock_.at(outbound_.after(1), [this] { speak(); });
}

void PtyHost::speak() {
  speaking_.reset();
  const auto passed = static_cast<std::ptrdiff_t>(outbound_.take(clock_.now(), outgoing_.size()));
  // What a client does not take in time is lost, as on any port without flow control.
  (void)::write(master_.get(), outgoing_.data(), static_cast<std::size_t>(passed));
  outgoing_.erase(outgoing_.begin(), outgoing_.begin() + passed);
  if (!outgoing_.empty()) speaking_ = clock_.at(outbound_.after(1), [this] { speak(); });
}

}  // namespace meterbench::virtual_lab
