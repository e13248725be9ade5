// What every instrument keeps about its identity.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/contract/spoilt_session.h"

namespace meterbench::contract {

/// It is not empty, and the same whenever it is asked.
template <class Rig>
void expect_steady_identity(Rig& rig) {
  const auto first = rig.identify();
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_FALSE(first->empty());
  EXPECT_EQ(rig.identify(), *first);
}

/// As a step of a session, whose first run is a healthy one: the same in every run.
template <class Rig>
[[nodiscard]] Step<Rig> identified() {
  return {"identify", [identity = std::make_shared<std::string>()](Rig& rig) {
            return rig.identify().map([&](const std::string& told) {
              if (identity->empty()) *identity = told;
              EXPECT_EQ(told, *identity);
            });
          }};
}

}  // namespace meterbench::contract
