#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <sqlite3.h>

#include <limits>
#include <unordered_map>

#include "bench/ledger/ledger.h"
#include "python/engine/bindings.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace meterbench::python {
namespace {

/// One column of an answer. Numbers are double as soon as one is, or is NULL (NaN then).
class Column {
 public:
  void add(const SQLite::Column& cell) {
    switch (cell.getType()) {
      case SQLITE_INTEGER: return add_integer(cell.getInt64());
      case SQLITE_FLOAT: return add_real(cell.getDouble());
      case SQLITE_NULL: return add_null();
      default: return add_text(cell);
    }
  }

  /// int64 or float64; of texts a tuple of int32 codes (-1: NULL) and the list of texts that they stand for.
  [[nodiscard]] py::object object() const {
    if (is_text_) return py::make_tuple(array(codes_), texts_);
    if (is_real_) return array(reals_);
    return array(integers_);
  }

 private:
  template <class T>
  static py::object array(const std::vector<T>& values) {
    return py::array_t<T>{static_cast<py::ssize_t>(values.size()), values.data()};
  }

  void add_integer(std::int64_t value) {
    if (is_real_)
      reals_.push_back(static_cast<double>(value));
    else
      integers_.push_back(value);
    ++rows_;
  }
  void add_real(double value) {
    if (!is_real_) {
      is_real_ = true;
      reals_.assign(integers_.begin(), integers_.end());
    }
    reals_.push_back(value);
    ++rows_;
  }
  void add_null() {
    if (is_text_)
      codes_.push_back(-1);
    else
      add_real(std::numeric_limits<double>::quiet_NaN());
    if (is_text_) ++rows_;
  }
  void add_text(const SQLite::Column& cell) {
    if (!is_text_) {
      is_text_ = true;
      codes_.assign(rows_, -1);  // what came before can only have been NULL
    }
    const std::string text{static_cast<const char*>(cell.getBlob()),
                           static_cast<std::size_t>(cell.getBytes())};
    const auto [at, is_new] = known_.emplace(text, static_cast<std::int32_t>(texts_.size()));
    if (is_new) texts_.push_back(text);
    codes_.push_back(at->second);
    ++rows_;
  }

  bool is_text_ = false, is_real_ = false;
  std::size_t rows_ = 0;
  std::vector<std::int64_t> integers_;
  std::vector<double> reals_;
  std::vector<std::int32_t> codes_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::int32_t> known_;
};

/// Whole columns of what `sql` answers, by name.
py::dict columns(const std::string& path, const std::string& sql,
                 const std::vector<std::string>& parameters) {
  std::vector<std::string> names;
  std::vector<Column> read;
  try {
    const py::gil_scoped_release without_lock;
    static_cast<void>(Ledger{path, Ledger::Mode::read});  // says what is wrong with a file that is none
    const SQLite::Database database{path, SQLite::OPEN_READONLY};
    SQLite::Statement statement{database, sql};
    for (std::size_t i = 0; i < parameters.size(); ++i)
      statement.bind(static_cast<int>(i) + 1, parameters[i]);
    for (int i = 0; i < statement.getColumnCount(); ++i) names.emplace_back(statement.getColumnName(i));
    read.resize(names.size());
    while (statement.executeStep())
      for (std::size_t i = 0; i < read.size(); ++i) read[i].add(statement.getColumn(static_cast<int>(i)));
  } catch (const SQLite::Exception& e) {
    throw LedgerError{path + ": " + e.what()};
  }
  py::dict result;
  for (std::size_t i = 0; i < read.size(); ++i) result[py::str(names[i])] = read[i].object();
  return result;
}

std::string find_run(const std::string& path, const std::string& run) {
  const auto found = Ledger{path, Ledger::Mode::read}.find_run(run);
  if (!found) throw LedgerError{path + ": no single run is meant by '" + run + "'"};
  return found->run.run_id;
}

}  // namespace

void bind_ledger(py::module_& module) {
  module.def("columns", &columns, "path"_a, "sql"_a, "parameters"_a);
  module.def("find_run", &find_run, "path"_a, "run"_a);
  module.def(
      "points_of",
      [](const std::string& path, const std::string& run) {
        return Ledger{path, Ledger::Mode::read}.points(find_run(path, run));
      },
      "path"_a, "run"_a);
  module.def(
      "verify",
      [](const std::string& path) {
        const py::gil_scoped_release without_lock;
        return Ledger{path, Ledger::Mode::read}.verify();
      },
      "path"_a);
}

}  // namespace meterbench::python
