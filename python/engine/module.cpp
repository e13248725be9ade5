#include "python/engine/bindings.h"

// The engine of meterbench as Python sees it: the package `meterbench` is what people import.
PYBIND11_MODULE(_engine, module) {
  module.doc() = "The engine of Meterbench. Import meterbench instead.";
  module.attr("version") = METERBENCH_VERSION;
  meterbench::python::bind_faults(module);
  meterbench::python::bind_quantities(module);
  meterbench::python::bind_results(module);
  meterbench::python::bind_scenarios(module);
  meterbench::python::bind_readings(module);
  meterbench::python::bind_bench(module);
  meterbench::python::bind_ledger(module);
}
