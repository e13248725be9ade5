#include "python/engine/json_objects.h"

namespace py = pybind11;

namespace meterbench::python {

py::object python_object(const nlohmann::ordered_json& json) {
  using Kind = nlohmann::ordered_json::value_t;
  switch (json.type()) {
    case Kind::object: {
      py::dict result;
      for (const auto& [key, value] : json.items()) result[py::str(key)] = python_object(value);
      return result;
    }
    case Kind::array: {
      py::list result;
      for (const auto& value : json) result.append(python_object(value));
      return result;
    }
    case Kind::string: {
      const auto& text = json.get_ref<const std::string&>();
      PyObject* const decoded =
          PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
      if (decoded == nullptr) throw py::error_already_set{};
      return py::reinterpret_steal<py::object>(decoded);
    }
    case Kind::boolean: return py::bool_(json.get<bool>());
    case Kind::number_unsigned: return py::int_(json.get<std::uint64_t>());
    case Kind::number_integer: return py::int_(json.get<std::int64_t>());
    case Kind::number_float: return py::float_(json.get<double>());
    default: return py::none();
  }
}

}  // namespace meterbench::python
