#include "drivers/link/libmodbus_link.h"

#include <poll.h>
#include <sys/select.h>

#include <algorithm>
#include <utility>

namespace meterbench {
namespace {

/// Modbus over Serial Line V1.02, 2.5.1.1: 3.5 characters of 11 bits, and 1.75 ms from 19,200 Bd up.
Duration silence_between_frames(int baud) {
  return baud > 19200 ? std::chrono::microseconds{1750} : from_seconds(3.5 * 11 / baud);
}

}  // namespace

LibmodbusLink::LibmodbusLink(Reactor& reactor, std::string device, const ModbusFraming& framing)
    : ModbusLink{reactor, std::move(device)},
      framing_{framing},
      queue_{this->reactor(),
             this->device(),
             {[this](const Request& request) { exchange(request_pdu(request)); }, [this] { shut(); },
              [] { return std::string{"no answer"}; }}} {}

LibmodbusLink::~LibmodbusLink() { close(); }

Result<void> LibmodbusLink::open() {
  if (is_open()) return {};
  auto line = connect();
  if (!line) return tl::unexpected{line.error()};
  if (line->get() >= FD_SETSIZE)  // libmodbus calls select(2)
    return fault(Errc::disconnected, device(), "open", "too many files are open");
  session_ = std::make_unique<ModbusSession>(framing_, std::move(*line));
  return {};
}

void LibmodbusLink::close() { queue_.drop("the link was closed"); }

void LibmodbusLink::start(Request request, Done<std::vector<std::uint16_t>> done) {
  if (!is_open()) {
    done(fault(Errc::disconnected, device(), request.text, "the link is closed"));
    return;
  }
  static_cast<void>(request_pdu(request));  // throws now, not when its turn has come
  queue_.push(std::move(request), std::move(done));
}

void LibmodbusLink::returned(const Outcome& outcome) {
  const auto values =
      outcome.and_then([this](const Bytes& pdu) { return read_reply(*queue_.on_wire(), pdu); });
  if (values) return queue_.finish(*values);
  if (values.error().code == Errc::refused) return queue_.refuse(values.error().detail);
  queue_.fail(values.error().code, values.error().detail);
}

void LibmodbusLink::shut() {
  if (!is_open()) return;
  give_up();
  leave(session_->line());
  session_.reset();
}

ThreadedModbusLink::ThreadedModbusLink(Reactor& reactor, std::string device, const ModbusFraming& framing)
    : LibmodbusLink{reactor, std::move(device), framing} {
  this->reactor().watch(thread_.descriptor(), POLLIN, [this](short) { hear(); });
}

ThreadedModbusLink::~ThreadedModbusLink() {
  close();
  reactor().unwatch(thread_.descriptor());
}

void ThreadedModbusLink::exchange(Bytes pdu) {
  thread_.start([this, pdu = std::move(pdu)] { outcome_ = session().exchange(pdu); });
}

void ThreadedModbusLink::hear() {
  // What poll() told may be of a call before, which another link's callback has ended meanwhile.
  if (!thread_.has_returned()) return;
  thread_.collect();
  returned(outcome_);
}

void ThreadedModbusLink::give_up() {
  if (!thread_.busy()) return;
  session().cancel();
  thread_.collect();
}

ModbusRtuLink::ModbusRtuLink(Reactor& reactor, std::string device, std::string path,
                             const SerialSettings& settings, std::uint8_t unit, Duration pause)
    : ThreadedModbusLink{reactor,
                         std::move(device),
                         {ModbusFraming::Kind::rtu, unit,
                          std::max(pause, silence_between_frames(settings.baud))}},
      path_{std::move(path)},
      settings_{settings} {
  check(settings_);
}

}  // namespace meterbench
