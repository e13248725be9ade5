// For tests: the functions of a meter that do nothing but remember that they were asked.
#pragma once

#include <string>
#include <vector>

#include "drivers/virtual_lab/meter/firmware/meter_functions.h"

namespace meterbench::testing {

class RecordedFunctions final : public firmware::MeterFunctions {
 public:
  using Result = firmware::ProcedureResult;

  Result cold_start(std::uint16_t user) override { return call("cold_start", user); }
  Result warm_start(std::uint16_t user) override { return call("warm_start", user); }
  Result clear_data(std::uint16_t user) override { return call("clear_data", user); }
  Result reset_list(firmware::ReadList list, std::uint16_t user) override {
    return call("reset_list " + std::to_string(static_cast<int>(list)), user);
  }
  Result mark_read(firmware::ReadList list, std::uint16_t entries) override {
    return call("mark_read " + std::to_string(static_cast<int>(list)), entries);
  }
  Result change_mode(firmware::Mode mode, std::uint16_t user) override {
    return call("change_mode " + std::to_string(static_cast<int>(mode)), user);
  }
  Result clear_status(std::uint16_t user) override { return call("clear_status", user); }
  Result demand_reset(std::uint16_t user) override { return call("demand_reset", user); }
  Result self_read(std::uint16_t user) override { return call("self_read", user); }
  Result set_clock(firmware::LocalTime time, std::uint16_t user) override {
    return call("set_clock " + std::to_string(time), user);
  }
  Result switch_relay(bool closed, std::uint16_t user) override {
    return call(closed ? "close_relay" : "open_relay", user);
  }
  void log(firmware::EventCode code, std::uint16_t user, std::uint16_t argument) override {
    events.push_back(std::to_string(code) + " by " + std::to_string(user) + " of " +
                     std::to_string(argument));
  }

  std::vector<std::string> calls;   ///< `demand_reset by 2`
  std::vector<std::string> events;  ///< `9 by 2 of 9`
  Result answer = Result::done;

 private:
  Result call(const std::string& what, std::uint16_t user) {
    calls.push_back(what + " by " + std::to_string(user));
    return answer;
  }
};

}  // namespace meterbench::testing
