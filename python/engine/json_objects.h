#pragma once

#include <pybind11/pybind11.h>

#include <nlohmann/json.hpp>

namespace meterbench::python {

/// The same as dict, list, str, int, float, bool and None. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] pybind11::object python_object(const nlohmann::ordered_json& json);

}  // namespace meterbench::python
