#include "drivers/zera_com5003/simulator_status.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace meterbench::zera_com5003 {
namespace {

std::string_view text_of(ScpiError error) {
  switch (error) {
    case ScpiError::none: return "No error";
    case ScpiError::command: return "Command error";
    case ScpiError::undefined_header: return "Undefined header";
    case ScpiError::numeric_data: return "Numeric data error";
    case ScpiError::execution: return "Execution error";
    case ScpiError::queue_overflow: return "Queue overflow";
    case ScpiError::query: return "Query error";
  }
  return "";
}

}  // namespace

std::string entry_text(ScpiError error) {
  return fmt::format("{:+d},{}", static_cast<int>(error), text_of(error));
}

void ErrorQueue::push(ScpiError error) {
  if (entries_.size() < kDepth)
    entries_.push_back(error);
  else
    entries_.back() = ScpiError::queue_overflow;
}

ScpiError ErrorQueue::take() {
  if (entries_.empty()) return ScpiError::none;
  const ScpiError oldest = entries_.front();
  entries_.pop_front();
  return oldest;
}

std::string ErrorQueue::take_all() {
  std::string all = entry_text(take());
  while (!entries_.empty()) all += ';' + entry_text(take());
  return all;
}

void EventRegister::set_condition(unsigned bits) {
  event_ |= (bits & ~condition_ & rising) | (condition_ & ~bits & falling);
  condition_ = bits;
}

unsigned EventRegister::take_event() { return std::exchange(event_, 0); }

unsigned Status::byte() const {
  constexpr unsigned queue = 1 << 2, questionable_bit = 1 << 3, event = 1 << 5, request = 1 << 6,
                     operation_bit = 1 << 7;
  unsigned bits = 0;
  if (errors.size() > 0) bits |= queue;
  if (questionable.summary()) bits |= questionable_bit;
  if ((event_status & event_enable) != 0) bits |= event;
  if (operation.summary()) bits |= operation_bit;
  if ((bits & service_enable) != 0) bits |= request;
  return bits;
}

bool Status::requests_service() {
  const unsigned enabled = byte() & service_enable;
  const bool risen = (enabled & ~seen_) != 0;
  seen_ = enabled;
  return risen;
}

void Status::clear() {
  errors.clear();
  questionable.clear();
  operation.clear();
  event_status = 0;
}

}  // namespace meterbench::zera_com5003
