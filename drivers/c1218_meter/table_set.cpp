#include "drivers/c1218_meter/table_set.h"

#include <algorithm>

#include "drivers/protocol/c1218/services.h"

namespace meterbench::c1218_meter {
namespace {

constexpr std::uint16_t kConfiguration = 0;

}  // namespace

Missing missing(const Tables& tables, const std::vector<std::uint16_t>& needed,
                std::vector<std::uint16_t> useful, const std::vector<std::uint16_t>& own) {
  if (!tables.contains(kConfiguration)) return std::vector{kConfiguration};
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{Obstacle{Errc::garbled, st00.error()}};
  std::vector<std::uint16_t> result;
  for (const std::uint16_t table : needed) {
    if (!st00->has_table(table))
      return tl::unexpected{
          Obstacle{Errc::refused, "this meter has no " + c1218::table_name(table) + ", as its ST-00 says"}};
    if (!tables.contains(table)) result.push_back(table);
  }
  if (st00->manufacturer == kOwnMaker) useful.insert(useful.end(), own.begin(), own.end());
  for (const std::uint16_t table : useful)
    if (st00->has_table(table) && !tables.contains(table)) result.push_back(table);
  std::ranges::sort(result);  // what describes comes before what is described, the registers last
  return result;
}

ByteView content(const Tables& tables, std::uint16_t table) {
  const auto found = tables.find(table);
  return found == tables.end() ? ByteView{} : ByteView{found->second.content};
}

c1219::Decoded<c1219::GeneralConfiguration> configuration_of(const Tables& tables) {
  return c1219::decode_st00(content(tables, kConfiguration));
}

c1219::Decoded<std::vector<c1219::Source>> sources_of(const Tables& tables, const c1219::Formats& formats) {
  using namespace c1219;
  const auto actual = decode_st11(content(tables, kActualSources), formats);
  if (!actual) return tl::unexpected{actual.error()};
  const auto flags = decode_st16(content(tables, kSources), formats, *actual);
  if (!flags) return tl::unexpected{flags.error()};
  const auto units = decode_st12(content(tables, kUnits), formats, *actual);
  if (!units) return tl::unexpected{units.error()};
  const auto constants = tables.contains(kConstants)
                             ? decode_st15(content(tables, kConstants), formats, *actual)
                             : Decoded<std::vector<Constants>>{};
  if (!constants) return tl::unexpected{constants.error()};
  return join_sources(*flags, *units, *constants);
}

}  // namespace meterbench::c1218_meter
