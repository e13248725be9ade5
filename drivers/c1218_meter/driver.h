#pragma once

#include <deque>
#include <functional>

#include "bench/station/meter.h"
#include "drivers/c1218_meter/options.h"
#include "drivers/c1218_meter/probe_echo.h"
#include "drivers/c1218_meter/procedure.h"
#include "drivers/c1218_meter/session.h"
#include "drivers/link/byte_link.h"

namespace meterbench::c1218_meter {

/// A meter behind its optical port, by ANSI C12.18 and C12.19 at 9,600 Bd, 8N1. It writes
/// nothing but the procedures asked for. What is known of meters stands in quirks.md.
///
/// Opens its link whenever it is needed. What is asked while a session is under way has its own session after
/// it.
class C1218Meter final : public Meter {
 public:
  /// The link must outlive the driver. Throws std::invalid_argument when user name or password is too long.
  C1218Meter(ByteLink& link, Options options);

  void start_probe_echo(Done<bool> done) override;
  void start_identify(Done<MeterIdentity> done) override;
  void start_read_state(Done<MeterState> done) override;
  void start_read_registers(Done<MeterRegisters> done) override;
  void start_read_tables(std::vector<std::uint16_t> tables,
                         Done<std::map<std::uint16_t, Bytes>> done) override;
  /// A password of more than 20 bytes is out of range.
  void start_read_tables_as(std::string password, std::vector<std::uint16_t> tables,
                            Done<std::map<std::uint16_t, Bytes>> done) override;
  /// `pulses`: 1 … 100, at 20 Hz; the meter refuses while its last signal is under way.
  void start_signal(unsigned pulses, Done<void> done) override;
  void start_read_status(Done<MeterStatus> done) override;
  void start_read_billing(Done<MeterBilling> done) override;
  void start_read_present(Done<MeterPresent> done) override;
  void start_read_clock(Done<MeterClock> done) override;
  void start_read_log(Done<MeterLog> done) override;
  void start_read_profile(Done<MeterProfile> done) override;
  void start_procedure(const MeterCommand& command, Done<void> done) override;

  /// Packets that had to be sent again so far: evidence of a badly seated probe.
  [[nodiscard]] unsigned retries() const { return session_.retries(); }

 private:
  /// Runs at once or after what is under way; has to call next() when it has ended.
  using Job = std::function<void()>;
  void enqueue(Job job);
  void next();
  void in_session(Choose choose, Done<Tables> done, std::optional<std::string> password = {});
  void read_tables(std::vector<std::uint16_t> tables, std::optional<std::string> password,
                   Done<std::map<std::uint16_t, Bytes>> done);
  void run(ProcedureCall call, Done<void> done);
  template <class T, class MissingFor, class Decode>
  void read_as(MissingFor missing, Decode decode, Done<T> done);

  ByteLink& link_;
  Session session_;
  ProbeEcho echo_;
  std::deque<Job> waiting_;
  bool busy_ = false;
  std::uint8_t sequence_;  // of the last procedure
};

}  // namespace meterbench::c1218_meter
