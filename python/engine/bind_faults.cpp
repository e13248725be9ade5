#include "bench/ledger/ledger.h"
#include "drivers/virtual_lab/meter/firmware_failure.h"
#include "python/engine/bindings.h"
#include "python/engine/open_bench.h"

namespace py = pybind11;

namespace meterbench::python {
namespace {

/// Its class stands in meterbench.faults, by the name of its code.
py::object exception_of(const Fault& fault) {
  const auto make = py::module_::import("meterbench.faults").attr("of");
  return make(std::string{to_text(fault.code)}, fault.device, fault.command, fault.detail,
              in_seconds(fault.elapsed));
}

void raise(const char* name, const char* what) {
  const auto type = py::module_::import("meterbench.faults").attr(name);
  PyErr_SetString(type.ptr(), what);
}

}  // namespace

void bind_faults(py::module_&) {
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const FaultRaised& e) {
      const py::object exception = exception_of(e.fault);
      PyErr_SetObject(py::type::of(exception).ptr(), exception.ptr());
    } catch (const InputError& e) {
      raise("InvalidInput", e.what());
    } catch (const virtual_lab::FirmwareFailure& e) {
      raise("InvalidInput", e.what());
    } catch (const LedgerError& e) {
      raise("LedgerError", e.what());
    }
  });
}

}  // namespace meterbench::python
