#include "drivers/virtual_lab/meter/firmware/procedures.h"

#include "drivers/virtual_lab/meter/firmware/calendar.h"
#include "drivers/virtual_lab/meter/firmware/table_parser.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

namespace {

enum Number : std::uint32_t {
  kColdStart = 0,
  kWarmStart = 1,
  kClearData = 3,
  kResetListPointers = 4,
  kUpdateLastRead = 5,
  kChangeMode = 6,
  kClearStatus = 7,
  kRemoteReset = 9,
  kSetDateTime = 10,
  kActivatePending = 12,
  kClearPending = 14,
  kLogIn = 18,
  kLogOut = 19,
  kSignal = 2048,
  kTestMode = 2049,
  kDisconnect = 2050,
};

/// When ST-08 is to tell.
enum Selector : std::uint32_t { kOnException = 1, kNoAnswer = 2 };

constexpr std::uint32_t kNone = 0, kByte = 1;

template <std::uint32_t kCount>
bool contains(const std::uint16_t (&numbers)[kCount], std::uint32_t number) {
  for (const std::uint16_t member : numbers)
    if (member == number) return true;
  return false;
}

/// Bytes that it takes, exactly.
std::uint32_t parameters_of(std::uint32_t procedure, const ConfigurationRecord& formats) {
  switch (procedure) {
    case kResetListPointers:
    case kChangeMode:
    case kRemoteReset:
    case kSignal:
    case kTestMode:
    case kDisconnect: return kByte;
    case kUpdateLastRead: return 3;
    case kSetDateTime: return 1 + TableParser::long_time_size(formats) + 1;
    case kLogIn: return 2 + kPasswordLength;
    default: return kNone;
  }
}

bool is_kept_list(std::uint8_t list) {
  return list == static_cast<std::uint8_t>(ReadList::events) ||
         list == static_cast<std::uint8_t>(ReadList::self_reads) ||
         list == static_cast<std::uint8_t>(ReadList::history);
}

}  // namespace

bool is_procedure(std::uint32_t number) {
  return contains(Procedures::kStandard, number) || contains(Procedures::kMaker, number);
}

bool Procedures::carry_out(const std::uint8_t* request, std::uint32_t size, const MeterData& data,
                           std::uint64_t now) {
  const std::uint16_t idb = TableParser{request, programming_.configuration()}.u16();
  const std::uint32_t procedure = idb & 0x0FFFU, selector = idb >> 12U;
  if (procedure == kColdStart && data.sealed) return false;
  const std::uint16_t user = security_.user();  // who asks: some procedures make it another
  Data answer;
  const Result result = run(procedure, {request + kHead, size - kHead}, answer, data, now);
  if (result == Result::done) functions_.log(kEventProcedure, user, static_cast<std::uint16_t>(procedure));
  if (selector == kNoAnswer || (selector == kOnException && result == Result::done)) return true;
  response_.clear();
  response_.add(request, kHead);
  response_.add(static_cast<std::uint8_t>(result));
  response_.add(answer.from(0), answer.size());
  return true;
}

Procedures::Result Procedures::run(std::uint32_t procedure, const Parameters& parameters, Data& answer,
                                   const MeterData& data, std::uint64_t now) {
  if (!is_procedure(procedure)) return Result::unknown;
  if (!security_.may_run(procedure)) return Result::not_authorized;
  if (parameters.size != parameters_of(procedure, programming_.configuration())) return Result::bad_parameter;
  const std::uint16_t user = security_.user();
  const std::uint8_t first = parameters.size > 0 ? parameters.bytes[0] : std::uint8_t{0};
  switch (procedure) {
    case kColdStart: return functions_.cold_start(user);
    case kWarmStart: return functions_.warm_start(user);
    case kClearData: return functions_.clear_data(user);
    case kResetListPointers: return reset_list(first);
    case kUpdateLastRead: return mark_read(parameters);
    case kChangeMode: return change_mode(first);
    case kClearStatus: return functions_.clear_status(user);
    case kRemoteReset: return remote_reset(first, answer);
    case kSetDateTime: return set_clock(parameters, answer, data);
    case kActivatePending: return activate(data, now);
    case kClearPending: programming_.forget_pending(); return Result::done;
    case kLogIn: return log_in(parameters, now);
    case kLogOut: security_.log_off(); return Result::done;
    case kSignal: return signal(first);
    default: break;
  }
  if (first > 1) return Result::bad_parameter;
  return procedure == kTestMode ? functions_.change_mode(first == 1 ? Mode::test : Mode::metering, user)
                                : functions_.switch_relay(first == 1, user);
}

Procedures::Result Procedures::reset_list(std::uint8_t list) {
  constexpr std::uint8_t kFirstProfile = 3, kAllProfiles = 7, kAllButEvents = 255;
  const std::uint16_t user = security_.user();
  if (is_kept_list(list)) return functions_.reset_list(static_cast<ReadList>(list), user);
  if (list >= kFirstProfile && list <= kAllProfiles) return Result::conflict;
  if (list != kAllButEvents) return Result::bad_parameter;
  const Result result = functions_.reset_list(ReadList::self_reads, user);
  return result == Result::done ? functions_.reset_list(ReadList::history, user) : result;
}

Procedures::Result Procedures::mark_read(const Parameters& parameters) {
  TableParser parser{parameters.bytes, programming_.configuration()};
  const std::uint8_t list = parser.u8();
  if (!is_kept_list(list)) return Result::bad_parameter;
  return functions_.mark_read(static_cast<ReadList>(list), parser.u16());
}

Procedures::Result Procedures::change_mode(std::uint8_t mode) {
  constexpr std::uint8_t kShop = 1U << 2U, kFactory = 1U << 3U;
  if (mode == kShop || mode == kFactory) return Result::conflict;
  const auto wanted = static_cast<Mode>(mode);
  if (wanted != Mode::metering && wanted != Mode::test) return Result::bad_parameter;
  return functions_.change_mode(wanted, security_.user());
}

Procedures::Result Procedures::remote_reset(std::uint8_t what, Data& answer) {
  constexpr std::uint8_t kDemand = 1U << 0U, kSelf = 1U << 1U;
  if (what == 0 || (what & ~(kDemand | kSelf)) != 0) return Result::bad_parameter;
  Result result = Result::done;
  std::uint8_t done = 0;
  if ((what & kSelf) != 0) {
    result = functions_.self_read(security_.user());
    if (result == Result::done) done |= kSelf;
  }
  if (result == Result::done && (what & kDemand) != 0) {
    result = functions_.demand_reset(security_.user());
    if (result == Result::done) done |= kDemand;
  }
  answer.add(done);
  return result;
}

Procedures::Result Procedures::set_clock(const Parameters& parameters, Data& answer, const MeterData& data) {
  constexpr std::uint8_t kTime = 1U << 0U, kDate = 1U << 1U, kQualifier = 1U << 2U;
  TableParser parser{parameters.bytes, programming_.configuration()};
  const std::uint8_t mask = parser.u8();
  const LocalTime given = parser.long_time();
  if ((mask & (kTime | kDate)) == 0 || (mask & ~(kTime | kDate | kQualifier)) != 0 || given == kNoTime)
    return Result::bad_parameter;
  const LocalTime before = data.now;
  const bool whole = (mask & kTime) != 0 && (mask & kDate) != 0;
  if (!whole && before == kNoTime) return Result::conflict;
  const LocalTime date = (mask & kDate) != 0 ? given : before, time = (mask & kTime) != 0 ? given : before;
  const LocalTime after = date / kSecondsPerDay * kSecondsPerDay + time % kSecondsPerDay;
  const Result result = functions_.set_clock(after, security_.user());
  if (result != Result::done) return result;
  TableImage times;
  TableWriter writer{times, programming_.configuration()};
  writer.long_time(before);
  writer.long_time(after);
  answer.add(times.from(0), times.size());
  return result;
}

Procedures::Result Procedures::activate(const MeterData& data, std::uint64_t now) {
  if (data.sealed) return Result::not_authorized;
  return programming_.activate_pending(data.now, now) ? Result::done : Result::timing;
}

Procedures::Result Procedures::log_in(const Parameters& parameters, std::uint64_t now) {
  TableParser parser{parameters.bytes, programming_.configuration()};
  security_.log_on(parser.u16());
  switch (security_.present(parameters.bytes + 2, now)) {
    case Security::Answer::right: return Result::done;
    case Security::Answer::locked: return Result::timing;
    case Security::Answer::wrong: break;
  }
  return Result::not_authorized;
}

Procedures::Result Procedures::signal(std::uint8_t pulses) {
  if (pulses == 0 || pulses > LedSignal::kMost) return Result::bad_parameter;
  if (signal_.under_way()) return Result::timing;
  signal_.begin(pulses);
  return Result::done;
}

}  // namespace meterbench::firmware
