// The clause that all contracts share: whatever happens to one message of a session, nobody hangs, nobody is
// told a wrong value, and the same driver goes on afterwards.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tests/contract/rig.h"

namespace meterbench::contract {

/// One thing that a bench asks of an instrument. `run` checks what it is told, unless it is a fault.
template <class Rig>
struct Step {
  std::string name;
  std::function<Result<void>(Rig&)> run;
};

/// Which faults tell the truth about a message that was spoilt like this.
[[nodiscard]] inline std::vector<Errc> sensible_faults(Tampering how) {
  switch (how) {
    case Tampering::no_reply: return {Errc::timeout};
    // What comes late may be taken for the reply to what is asked next, and found to be none.
    case Tampering::late_reply: return {Errc::timeout, Errc::garbled};
    case Tampering::half_reply: return {Errc::timeout, Errc::garbled};
    case Tampering::garbled: return {Errc::garbled, Errc::timeout, Errc::refused, Errc::implausible};
    case Tampering::earlier_reply: return {Errc::garbled, Errc::timeout, Errc::refused, Errc::implausible};
    case Tampering::lost_link: return {Errc::disconnected};
  }
  return {};
}

inline void expect_sensible(const Fault& born, Tampering how) {
  const auto sensible = sensible_faults(how);
  EXPECT_TRUE(std::ranges::count(sensible, born.code) > 0) << born.text();
  EXPECT_FALSE(born.device.empty() || born.command.empty() || born.detail.empty()) << born.text();
}

/// The first fault of the session, if any.
template <class Rig>
Result<void> run_session(Rig& rig, const std::vector<Step<Rig>>& session) {
  for (const Step<Rig>& step : session) {
    SCOPED_TRACE(step.name);
    if (auto result = step.run(rig); !result) return result;
  }
  return {};
}

/// Spoils message 1, 2, … n of a session like this, each in a rig of its own. After a fault, and after a
/// session that came through, `make_safe` is called, and then the whole session must come through. Only a
/// late reply may spoil another session, the one that it comes in.
template <class Rig>
void expect_survival(
    const std::function<std::unique_ptr<Rig>()>& make, const std::vector<Step<Rig>>& session, Tampering how,
    const std::function<void(Rig&)>& make_safe = [](Rig&) {}) {
  std::size_t messages = 0;
  {
    const auto rig = make();
    const auto healthy = run_session(*rig, session);
    ASSERT_TRUE(healthy) << healthy.error().text();
    messages = rig->plot.messages();
  }
  ASSERT_GT(messages, 0U);
  std::size_t faults = 0;
  for (std::size_t message = 1; message <= messages; ++message) {
    SCOPED_TRACE(fmt::format("message {} of {}: {}", message, messages, to_text(how)));
    const auto rig = make();
    rig->plot.spoil(message, how);
    const auto spoilt = run_session(*rig, session);
    if (!spoilt) {
      ++faults;
      expect_sensible(spoilt.error(), how);
    }
    rig->pass(1ms);  // what was to happen after the session's last message
    make_safe(*rig);
    auto again = run_session(*rig, session);
    if (!again && how == Tampering::late_reply) {  // this is where it came
      expect_sensible(again.error(), how);
      again = run_session(*rig, session);
    }
    EXPECT_TRUE(again) << "and then: " << again.error().text()
                       << "\nat first: " << (spoilt ? "no fault" : spoilt.error().text());
    if (testing::Test::HasFatalFailure()) return;
  }
  testing::Test::RecordProperty("messages", static_cast<int>(messages));
  testing::Test::RecordProperty("faults", static_cast<int>(faults));
}

/// Every driver of an interface × every way to spoil a message.
using SpoiltCase = std::tuple<const DriverEntry*, Tampering>;
struct SpoiltName {
  std::string operator()(const testing::TestParamInfo<SpoiltCase>& info) const {
    return fmt::format("{}_{}", std::get<0>(info.param)->name, to_text(std::get<1>(info.param)));
  }
};
class SpoiltSession : public testing::TestWithParam<SpoiltCase> {
 protected:
  [[nodiscard]] static const DriverEntry& driver() { return *std::get<0>(GetParam()); }
  [[nodiscard]] static Tampering how() { return std::get<1>(GetParam()); }
};

}  // namespace meterbench::contract
