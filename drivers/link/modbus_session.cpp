#include "drivers/link/modbus_session.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "drivers/link/modbus_frames.h"

namespace meterbench {
namespace {

// The bytes of a frame on a serial line follow each other without a gap (at most 1.5 characters); an adapter
// hands them over in portions, at the latest every 16 ms. `made`.
constexpr std::uint32_t kByteGapMicroseconds = 100'000;
// libmodbus's own limits never decide.
constexpr std::uint32_t kForEverSeconds = 1'000'000;

std::atomic<std::int64_t> spent_ns{0};

/// Adds its lifetime to what calls have taken.
class CallTimer {
 public:
  CallTimer() = default;
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;
  ~CallTimer() { spent_ns += std::chrono::nanoseconds{std::chrono::steady_clock::now() - begun_}.count(); }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

modbus_t* new_library(ModbusFraming::Kind kind) {
  // Never connected nor closed by the library: the address and the settings mean nothing.
  modbus_t* const library = kind == ModbusFraming::Kind::tcp ? ::modbus_new_tcp(nullptr, 0)
                                                             : ::modbus_new_rtu("-", 9600, 'N', 8, 1);
  if (library == nullptr) throw std::system_error{errno, std::generic_category(), "libmodbus"};
  return library;
}

tl::unexpected<ModbusTrouble> trouble(Errc code, std::string detail) {
  return tl::unexpected{ModbusTrouble{code, std::move(detail)}};
}

std::uint16_t word(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

}  // namespace

double modbus_seconds() { return static_cast<double>(spent_ns) * 1e-9; }

ModbusSession::ModbusSession(const ModbusFraming& framing, Descriptor line)
    : framing_{framing},
      line_{std::move(line)},
      cancelled_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
      library_{new_library(framing.kind), &::modbus_free} {
  if (!cancelled_) throw std::system_error{errno, std::generic_category(), "eventfd"};
  ::modbus_set_socket(library_.get(), line_.get());
  ::modbus_set_slave(library_.get(), framing_.unit);
  ::modbus_set_error_recovery(library_.get(), MODBUS_ERROR_RECOVERY_NONE);
  ::modbus_set_response_timeout(library_.get(), kForEverSeconds, 0);
  ::modbus_set_byte_timeout(library_.get(), 0, is_tcp() ? 0 : kByteGapMicroseconds);  // 0: none
}

tl::expected<Bytes, ModbusTrouble> ModbusSession::exchange(ByteView pdu) {
  return send_request(pdu).and_then([this] { return receive_reply(); });
}

tl::expected<void, ModbusTrouble> ModbusSession::send_request(ByteView pdu) {
  const CallTimer timer;
  if (!is_tcp()) {
    if (!wait_for_silence()) return trouble(Errc::stopped, "cancelled");
    // What came unasked is no reply to this. On TCP the transaction's number tells.
    ::modbus_flush(library_.get());
  }
  return send(is_tcp() ? tcp_frame(++transaction_, framing_.unit, pdu) : rtu_frame(framing_.unit, pdu));
}

void ModbusSession::cancel() {
  ::eventfd_write(cancelled_.get(), 1);
  ::shutdown(line_.get(), SHUT_RDWR);  // of no effect on a serial line
}

bool ModbusSession::wait_for(short events) const {
  std::array<pollfd, 2> polled{{{line_.get(), events, 0}, {cancelled_.get(), POLLIN, 0}}};
  while (::poll(polled.data(), polled.size(), -1) < 0 && errno == EINTR) {
  }
  return polled[1].revents == 0;
}

bool ModbusSession::wait_for_silence() const {
  pollfd polled{cancelled_.get(), POLLIN, 0};
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(framing_.pause);
  const timespec pause{whole.count(), (framing_.pause - whole).count()};
  ::ppoll(&polled, 1, &pause, nullptr);
  return polled.revents == 0;
}

tl::expected<void, ModbusTrouble> ModbusSession::send(ByteView frame) const {
  while (!frame.empty()) {
    if (!wait_for(POLLOUT)) return trouble(Errc::stopped, "cancelled");
    const ssize_t sent = is_tcp() ? ::send(line_.get(), frame.data(), frame.size(), MSG_NOSIGNAL)
                                  : ::write(line_.get(), frame.data(), frame.size());
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return trouble_of(errno);
    if (sent > 0) frame = frame.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

tl::expected<Bytes, ModbusTrouble> ModbusSession::receive_reply() const {
  const CallTimer timer;
  if (!wait_for(POLLIN)) return trouble(Errc::stopped, "cancelled");
  std::array<std::uint8_t, MODBUS_MAX_ADU_LENGTH> buffer;
  const int length = ::modbus_receive_confirmation(library_.get(), buffer.data());
  if (length < 0) return trouble_of(errno);
  // libmodbus answers 0 for the frame of another unit on a serial line.
  const std::size_t header = static_cast<std::size_t>(::modbus_get_header_length(library_.get()));
  const std::size_t check = is_tcp() ? 0 : 2;
  const std::size_t unit_at = header - 1;
  if (const std::uint8_t unit = buffer[unit_at]; unit != framing_.unit)
    return trouble(Errc::garbled, fmt::format("unit {} answered, not {}", unit, framing_.unit));
  const ByteView frame{buffer.data(), static_cast<std::size_t>(length)};
  if (is_tcp()) {
    if (const std::uint16_t transaction = word(frame, 0); transaction != transaction_)
      return trouble(Errc::garbled,
                     fmt::format("the answer of transaction {}, not {}", transaction, transaction_));
    if (word(frame, 2) != 0 || word(frame, 4) != frame.size() - unit_at)
      return trouble(Errc::garbled, "no frame of Modbus TCP: '" + hex_text(frame) + "'");
  }
  const ByteView pdu = frame.subspan(header, frame.size() - header - check);
  return Bytes{pdu.begin(), pdu.end()};
}

tl::unexpected<ModbusTrouble> ModbusSession::trouble_of(int error) const {
  if (error == ETIMEDOUT && !is_tcp()) return trouble(Errc::timeout, "answer cut off");
  if (error > MODBUS_ENOBASE) return trouble(Errc::garbled, ::modbus_strerror(error));
  return trouble(Errc::disconnected, system_text(error));
}

}  // namespace meterbench
