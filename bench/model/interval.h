// Ranges of what a limit holds for, and how two of them lie to each other.
#pragma once

#include <compare>
#include <optional>

#include "bench/core/quantity.h"

namespace meterbench {

/// From `least` to `most`; without one of them open to that side.
template <class T>
struct Interval {
  std::optional<T> least{};
  std::optional<T> most{};
  bool with_least = true;  ///< `least` itself lies within
  bool with_most = true;

  [[nodiscard]] static Interval only(const T& value) { return {value, value}; }
  [[nodiscard]] bool everything() const { return !least && !most; }
};

/// How one range lies to another. `crossing`: they have something in common and neither lies in the other,
/// or that cannot be told.
enum class Relation { disjoint, same, within, around, crossing };

/// Which of two values is the smaller; unordered where that cannot be told.
template <class Kind>
[[nodiscard]] std::partial_ordering order(Quantity<Kind> a, Quantity<Kind> b) {
  return a <=> b;
}

/// Of ranges over several things at once, by the relation of each.
[[nodiscard]] constexpr Relation operator&(Relation a, Relation b) {
  if (a == Relation::disjoint || b == Relation::disjoint) return Relation::disjoint;
  if (a == Relation::same || a == b) return b;
  return b == Relation::same ? a : Relation::crossing;
}

namespace interval {

/// Whether all of `a` lies below all of `b`.
template <class T>
bool below(const Interval<T>& a, const Interval<T>& b) {
  if (!a.most || !b.least) return false;
  const std::partial_ordering which = order(*a.most, *b.least);
  return which < 0 || (which == 0 && !(a.with_most && b.with_least));
}

/// Less: `a` begins before `b`.
template <class T>
std::partial_ordering begins(const Interval<T>& a, const Interval<T>& b) {
  if (!a.least || !b.least) return a.least.has_value() <=> b.least.has_value();
  const std::partial_ordering which = order(*a.least, *b.least);
  return which == 0 ? b.with_least <=> a.with_least : which;
}

/// Less: `a` ends before `b`.
template <class T>
std::partial_ordering ends(const Interval<T>& a, const Interval<T>& b) {
  if (!a.most || !b.most) return b.most.has_value() <=> a.most.has_value();
  const std::partial_ordering which = order(*a.most, *b.most);
  return which == 0 ? a.with_most <=> b.with_most : which;
}

}  // namespace interval

template <class T>
[[nodiscard]] Relation relation(const Interval<T>& a, const Interval<T>& b) {
  if (interval::below(a, b) || interval::below(b, a)) return Relation::disjoint;
  const std::partial_ordering begins = interval::begins(a, b);
  const std::partial_ordering ends = interval::ends(a, b);
  if (begins == 0 && ends == 0) return Relation::same;
  if (begins >= 0 && ends <= 0) return Relation::within;
  if (begins <= 0 && ends >= 0) return Relation::around;
  return Relation::crossing;
}

}  // namespace meterbench
