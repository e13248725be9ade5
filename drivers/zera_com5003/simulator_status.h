// What a simulated COM5003 tells of itself to one client: error queue and status registers.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

namespace meterbench::zera_com5003 {

/// instruments.md 4.1 lists the codes; what the instrument raises some of them for is made (quirks.md).
enum class ScpiError {
  none = 0,
  command = -100,
  undefined_header = -113,
  numeric_data = -120,
  execution = -200,
  queue_overflow = -350,
  query = -400,
};

/// `-100,Command error`, `+0,No error`
[[nodiscard]] std::string entry_text(ScpiError error);

class ErrorQueue {
 public:
  static constexpr std::size_t kDepth = 50;

  void push(ScpiError error);
  /// The oldest, or ScpiError::none.
  [[nodiscard]] ScpiError take();
  /// `-100,Command error;-120,Numeric data error`, and the queue is empty.
  [[nodiscard]] std::string take_all();
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  void clear() { entries_.clear(); }

 private:
  std::deque<ScpiError> entries_;
};

/// One of the registers below STATUS: transitions of the condition make events, enabled events the summary.
class EventRegister {
 public:
  void set_condition(unsigned bits);
  [[nodiscard]] unsigned condition() const { return condition_; }
  [[nodiscard]] unsigned take_event();
  [[nodiscard]] bool summary() const { return (event_ & enable) != 0; }
  void clear() { event_ = 0; }

  unsigned enable = 0;
  unsigned rising = 0;   ///< PTRANSITION
  unsigned falling = 0;  ///< NTRANSITION

 private:
  unsigned condition_ = 0;
  unsigned event_ = 0;
};

struct Status {
  ErrorQueue errors;
  EventRegister questionable;
  EventRegister operation;
  unsigned event_status = 0;  ///< ESR; asking does not clear it
  unsigned event_enable = 0;  ///< ESE
  unsigned service_enable = 0;

  [[nodiscard]] unsigned byte() const;
  /// Whether an enabled bit of the status byte has risen since the last call.
  [[nodiscard]] bool requests_service();
  void clear();

 private:
  unsigned seen_ = 0;
};

}  // namespace meterbench::zera_com5003
