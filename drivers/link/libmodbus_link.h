#pragma once

#include <memory>

#include "drivers/link/call_thread.h"
#include "drivers/link/modbus_link.h"
#include "drivers/link/modbus_session.h"
#include "drivers/link/request_queue.h"
#include "drivers/link/serial_line.h"
#include "drivers/link/tcp_connection.h"

namespace meterbench {

/// Modbus by libmodbus. The reactor's timer alone decides when a request's time is over.
class LibmodbusLink : public ModbusLink {
 public:
  ~LibmodbusLink() override;  ///< a class with hooks of its own calls close() in its destructor

  [[nodiscard]] bool is_open() const final { return session_ != nullptr; }
  [[nodiscard]] Result<void> open() final;
  void close() final;
  /// Throws std::invalid_argument for what one request cannot carry.
  void start(Request request, Done<std::vector<std::uint16_t>> done) final;

 protected:
  using Outcome = tl::expected<Bytes, ModbusTrouble>;

  LibmodbusLink(Reactor& reactor, std::string device, const ModbusFraming& framing);

  /// A connected, non-blocking descriptor.
  [[nodiscard]] virtual Result<Descriptor> connect() = 0;
  /// Called before the descriptor is closed.
  virtual void leave(int /*line*/) {}
  /// Sends `pdu` and waits for its reply: returned() hears of it, not before this call has ended.
  virtual void exchange(Bytes pdu) = 0;
  /// What exchange() waits for is not wanted any more.
  virtual void give_up() = 0;
  void returned(const Outcome& outcome);
  /// While the link is open.
  [[nodiscard]] ModbusSession& session() { return *session_; }

 private:
  void shut();

  ModbusFraming framing_;
  RequestQueue<Request, std::vector<std::uint16_t>> queue_;
  std::unique_ptr<ModbusSession> session_;
};

/// As the library only blocks, the link has a thread that makes its calls; a request goes there, its outcome
/// comes back by a descriptor that the reactor watches. When a request's time is over the call is cancelled
/// and waited for, which takes microseconds on a socket and up to 0.1 s on a serial line that has fallen
/// silent within a reply.
class ThreadedModbusLink : public LibmodbusLink {
 public:
  ThreadedModbusLink(const ThreadedModbusLink&) = delete;
  ThreadedModbusLink& operator=(const ThreadedModbusLink&) = delete;
  ~ThreadedModbusLink() override;  ///< as that of LibmodbusLink

 protected:
  ThreadedModbusLink(Reactor& reactor, std::string device, const ModbusFraming& framing);

 private:
  void exchange(Bytes pdu) final;
  void give_up() final;
  void hear();

  Outcome outcome_;  // the thread's while it is busy
  CallThread thread_;
};

class ModbusTcpLink final : public ThreadedModbusLink {
 public:
  ModbusTcpLink(Reactor& reactor, std::string device, TcpPeer peer, std::uint8_t unit,
                Duration connect_limit = kConnectLimit)
      : ThreadedModbusLink{reactor, std::move(device), {ModbusFraming::Kind::tcp, unit, {}}},
        peer_{std::move(peer)},
        connect_limit_{connect_limit} {}

 private:
  Result<Descriptor> connect() override { return connect_tcp(device(), peer_, connect_limit_); }

  TcpPeer peer_;
  Duration connect_limit_;
};

class ModbusRtuLink final : public ThreadedModbusLink {
 public:
  /// `pause`: what the device wants between a reply and the next request; at least the 3.5 characters that
  /// part two frames are kept. Throws std::invalid_argument when a port cannot be set like this.
  ModbusRtuLink(Reactor& reactor, std::string device, std::string path, const SerialSettings& settings,
                std::uint8_t unit, Duration pause = {});
  ~ModbusRtuLink() override { close(); }

 private:
  Result<Descriptor> connect() override { return open_serial_line(device(), path_, settings_); }
  void leave(int line) override { leave_serial_line(line); }

  std::string path_;
  SerialSettings settings_;
};

}  // namespace meterbench
