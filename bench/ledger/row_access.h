// Values to columns and back.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/core/bytes.h"

namespace meterbench {

/// A value that has no place in a row (not finite), or a row whose text is no value.
struct RowError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void bind(SQLite::Statement& statement, int at, const std::string& text) { statement.bind(at, text); }
inline void bind(SQLite::Statement& statement, int at, std::string_view text) {
  statement.bind(at, std::string{text});
}
inline void bind(SQLite::Statement& statement, int at, const Bytes& bytes) {
  // SQLite would turn no bytes at no address into NULL.
  const void* first = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  statement.bind(at, first, static_cast<int>(bytes.size()));
}
inline void bind(SQLite::Statement& statement, int at, double value) {
  // SQLite would turn NaN into NULL without a word.
  if (!std::isfinite(value))
    throw RowError{fmt::format("a value is {} and cannot be recorded: {}", value, statement.getQuery())};
  statement.bind(at, value);
}
inline void bind(SQLite::Statement& statement, int at, std::integral auto value) {
  statement.bind(at, static_cast<std::int64_t>(value));  // 64 unsigned bits keep their pattern
}
template <class T>
void bind(SQLite::Statement& statement, int at, const std::optional<T>& value) {
  if (value)
    bind(statement, at, *value);
  else
    statement.bind(at);  // NULL
}

/// What is not stated is NULL.
inline std::optional<std::string> text_or_null(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

/// Inserts one row into `table (columns)`, as many values as columns.
class Insert {
 public:
  Insert(SQLite::Database& database, std::string_view table, std::string_view columns)
      : database_{database},
        statement_{database,
                   fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, places(columns))} {}

  template <class... Values>
  std::int64_t operator()(const Values&... values) {
    statement_.reset();
    int at = 0;
    (bind(statement_, ++at, values), ...);
    statement_.exec();
    return database_.getLastInsertRowid();
  }

 private:
  static std::string places(std::string_view columns) {
    std::string text = "?";
    for (const char c : columns)
      if (c == ',') text += ", ?";
    return text;
  }

  SQLite::Database& database_;
  SQLite::Statement statement_;
};

/// Walks over the rows of a query and reads columns by name.
class Rows {
 public:
  Rows(const SQLite::Database& database, const char* query) : statement_{database, query} {}
  Rows(const SQLite::Database& database, const char* query, const auto& parameter) : Rows{database, query} {
    bind(statement_, 1, parameter);
  }
  bool next() { return statement_.executeStep(); }

  [[nodiscard]] std::string text(const char* column) { return statement_.getColumn(column).getString(); }
  [[nodiscard]] Bytes bytes(const char* column) { return to_bytes(text(column)); }
  [[nodiscard]] double real(const char* column) { return statement_.getColumn(column).getDouble(); }
  [[nodiscard]] std::int64_t integer(const char* column) { return statement_.getColumn(column).getInt64(); }
  [[nodiscard]] int small(const char* column) { return statement_.getColumn(column).getInt(); }
  [[nodiscard]] std::uint64_t natural(const char* column) {
    return static_cast<std::uint64_t>(integer(column));
  }
  [[nodiscard]] bool is_null(const char* column) { return statement_.getColumn(column).isNull(); }
  [[nodiscard]] std::optional<double> optional_real(const char* column) {
    return is_null(column) ? std::nullopt : std::optional{real(column)};
  }
  /// What a row of an older schema lacks.
  [[nodiscard]] std::string text_or(const char* column, const char* absent) {
    return is_null(column) ? absent : text(column);
  }
  /// As `parsed`, where the column is not NULL.
  template <class T, class Parse>
  [[nodiscard]] T parsed_or(const char* column, Parse parse, T absent) {
    return is_null(column) ? absent : T{parsed(column, parse)};
  }
  /// The value that `parse` (text → optional or expected) makes of a column.
  template <class Parse>
  [[nodiscard]] auto parsed(const char* column, Parse parse) {
    const std::string found = text(column);
    const auto value = parse(found);
    if (!value) throw RowError{fmt::format("'{}' in column {} is no value of its kind", found, column)};
    return *value;
  }

 private:
  SQLite::Statement statement_;
};

}  // namespace meterbench
