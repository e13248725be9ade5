// For tests: images that the build has made, and whether there is an emulator for them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "drivers/virtual_lab/meter/elf_image.h"

namespace meterbench::testing {

inline std::filesystem::path image_path(const std::string& name) {
  return std::filesystem::path{BENCH_IMAGE_FOLDER} / name;
}

}  // namespace meterbench::testing

/// `image` of the build; the test is skipped where the cross compiler was not there. tests/run installs it.
#define REQUIRE_IMAGE(image, name)                                                   \
  if (!std::filesystem::exists(::meterbench::testing::image_path(name)))             \
    GTEST_SKIP() << "no arm-none-eabi-g++ when this was built: no image " << (name); \
  const auto image =                                                                 \
      std::make_shared<const ::meterbench::virtual_lab::ElfImage>(::meterbench::testing::image_path(name))
