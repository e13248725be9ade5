#include "drivers/scpi_source/simulator_errors.h"

namespace meterbench::scpi_source {
namespace {

constexpr std::size_t kQuotedCharacters = 60;

std::string_view text_of(ScpiError error) {
  switch (error) {
    case ScpiError::none: return "No error";
    case ScpiError::invalid_character: return "Invalid character";
    case ScpiError::syntax: return "Syntax error";
    case ScpiError::data_type: return "Data type error";
    case ScpiError::parameter_not_allowed: return "Parameter not allowed";
    case ScpiError::missing_parameter: return "Missing parameter";
    case ScpiError::undefined_header: return "Undefined header";
    case ScpiError::execution: return "Execution error";
    case ScpiError::settings_conflict: return "Settings conflict";
    case ScpiError::data_out_of_range: return "Data out of range";
    case ScpiError::illegal_parameter_value: return "Illegal parameter value";
    case ScpiError::queue_overflow: return "Queue overflow";
    case ScpiError::input_buffer_overrun: return "Input buffer overrun";
  }
  return "Unknown error";
}

scpi::ErrorEntry entry_of(ScpiError error) { return {static_cast<int>(error), std::string{text_of(error)}}; }

/// As it may stand between double quotes in an answer.
std::string quotable(std::string_view line) {
  std::string text;
  for (const char c : line.substr(0, kQuotedCharacters))
    text += c == '"' ? '\'' : c < 0x20 || c > 0x7E ? '?' : c;
  return text;
}

}  // namespace

void ErrorQueue::push(ScpiError error, std::string_view line) {
  if (entries_.size() == kDepth) {
    entries_.back() = entry_of(ScpiError::queue_overflow);
    return;
  }
  scpi::ErrorEntry entry = entry_of(error);
  entry.text += ';' + quotable(line);
  entries_.push_back(std::move(entry));
}

scpi::ErrorEntry ErrorQueue::take() {
  if (entries_.empty()) return entry_of(ScpiError::none);
  scpi::ErrorEntry oldest = std::move(entries_.front());
  entries_.pop_front();
  return oldest;
}

}  // namespace meterbench::scpi_source
