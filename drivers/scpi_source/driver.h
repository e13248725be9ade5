// A programmable source that speaks SCPI, as its profile describes it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/station/power_source.h"
#include "drivers/link/byte_link.h"
#include "drivers/link/operations.h"
#include "drivers/scpi_source/profile.h"

namespace meterbench::scpi_source {

/// Opens its link when it needs it. On every new connection the first that it sends is output off, with the
/// state read back; then, before a set-up, the limits that were set last.
///
/// One of identify, set limits and apply at a time: another is refused. Output off goes before them all, and
/// what it interrupts ends as `stopped`. A state may be asked for at any time; asking never opens the link.
///
/// After a fault of apply the output may stand anywhere: the caller switches it off.
class ScpiSource final : public PowerSource, private Operations {
 public:
  /// `link` and its reactor must outlive the source. Whoever waits when the source is destroyed hears
  /// nothing.
  ScpiSource(ByteLink& link, Profile profile);
  ~ScpiSource() override;
  ScpiSource(const ScpiSource&) = delete;
  ScpiSource& operator=(const ScpiSource&) = delete;

  [[nodiscard]] SourceCapabilities capabilities() const override { return profile_.capabilities; }
  void start_identify(Done<std::string> done) override;
  void start_off(Done<void> done) override;
  void start_status(Done<SourceStatus> done) override;

 private:
  using Then = std::function<void()>;
  /// A command, and where it is read back the query and what that must answer.
  struct Setting {
    std::string command;
    std::string read{};
    std::string answer{};
  };

  void do_set_limits(const SourceLimits& limits, Done<void> done) override;
  void do_apply(const LoadPoint& point, Done<void> done) override;
  void do_dip(const VoltageDip& dip, Done<void> done) override;

  /// Null, and `done` has heard why, when it cannot begin now.
  template <class T>
  [[nodiscard]] Op begin_set_up(std::string text, const Done<T>& done);
  /// An answer without meaning: question and answer may have lost step, so the link is closed.
  void fail_garbled(const Op& op, std::string command, const std::string& answer);

  // Steps. Each ends in `then`, or in fail().
  void send(const Op& op, const std::string& command, Then then);
  void ask(const Op& op, const std::string& query, std::string text, std::function<void(std::string)> then);
  void ask_state(const Op& op, std::function<void(SourceStatus)> then);
  /// Sends a command and asks whether it was carried out.
  void tell(const Op& op, const std::string& command, Then then);
  void collect_errors(const Op& op, const std::string& command, std::vector<std::string> found, Then then);
  void tell_all(const Op& op, std::vector<Setting> settings, Then then, std::size_t next = 0);
  void later(const Op& op, Then then);
  void connect(const Op& op, Then then);
  void set_limits(const Op& op, const SourceLimits& limits, Then then);
  void set_limit(const Op& op, const LimitCommands& commands, const NamedValues& limit,
                 const NamedValues& within, Then then);
  void switch_off(const Op& op, Instant deadline, Then then);
  void await_on(const Op& op, Instant deadline, Then then);
  void await_end_of_dip(const Op& op, Instant deadline, Then then);

  [[nodiscard]] Result<void> open_link();
  [[nodiscard]] static Setting setting(const WaveformCommand& command, const NamedValues& values);
  [[nodiscard]] std::vector<Setting> load_settings(const LoadPoint& point) const;
  void add_harmonics(const LoadPoint& point, std::vector<Setting>& settings) const;
  void try_off(int attempts);
  void finish_off(const Result<void>& result);

  ByteLink& link_;
  Profile profile_;
  std::optional<SourceLimits> limits_;   ///< confirmed by the source
  std::vector<Done<void>> off_waiters_;  ///< not empty: being switched off

  /// What this connection has seen already.
  struct Connection {
    bool off = false;
    bool limits = false;
  };
  Connection connection_;
};

}  // namespace meterbench::scpi_source
