// What the module is made of; one function a file.
#pragma once

#include <pybind11/pybind11.h>

namespace meterbench::python {

void bind_quantities(pybind11::module_& module);
void bind_faults(pybind11::module_& module);
void bind_results(pybind11::module_& module);
void bind_scenarios(pybind11::module_& module);
void bind_readings(pybind11::module_& module);
void bind_bench(pybind11::module_& module);
void bind_ledger(pybind11::module_& module);

}  // namespace meterbench::python
