#include "drivers/virtual_lab/meter/firmware/billing.h"

#include <bit>

#include "drivers/virtual_lab/meter/firmware/defect.h"
#include "drivers/virtual_lab/meter/firmware/kept_list.h"
#include "drivers/virtual_lab/meter/firmware/mul_div.h"
#include "drivers/virtual_lab/meter/firmware/tier_schedule.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint16_t kNobody = 0;  // by a switch, or by itself

bool is_blank(std::uint32_t magic) { return magic == 0 || magic == 0xFFFFFFFFU; }

Demand demand_of(const ConfigurationRecord& configuration, std::int8_t gain_permille) {
  return Demand{configuration.subinterval_minutes * kSecondsPerMinute, configuration.subintervals,
                gain_permille};
}

bool knows_time(const ClockCell& cell) {
  return cell.known != 0 && cell.second <= kLastTime && cell.samples < kSampleRate;
}

BillingState as_from_the_factory() {
  BillingState state{};
  state.data.mode = Mode::metering;
  state.data.relay_closed = true;
  state.data.status = kStatusClock;
  state.data.registers = state.parked = empty_registers();
  state.data.previous = {kNoTime, 0, empty_registers()};
  return state;
}

}  // namespace

Billing::Billing(Board& board, const CalibrationRecord& calibration, const IdentityRecord& identity,
                 const ConfigurationRecord& configuration)
    : board_{board},
      input_{calibration},
      calibrated_{is_valid(calibration)},
      kt_{calibrated_ ? calibration.kt : 1},
      demand_gain_permille_{calibrated_ ? calibration.demand_gain_permille : std::int8_t{0}},
      kt_nanowatthours_{identity.kt_nanowatthours},
      configuration_{configuration},
      store_{board},
      state_{as_from_the_factory()},
      clock_{ClockSource::crystal, 1, {}},
      demand_{1, 1},
      display_{board, identity.kt_nanowatthours} {
  const bool is_new = load() == BillingStore::Found::blank;
  set_up();
  if (state_.data.mode == Mode::test) leave_test_mode(kNobody);
  if (board_.reset_cause == static_cast<std::uint32_t>(ResetCause::power_on)) power_up(!is_new);
  share(board_.relay, state_.data.relay_closed ? 1 : 0);
  state_.data.fault_word = board_.fault_word;
  display_.begin(state_.data);
}

BillingStore::Found Billing::load() {
  MeterData& data = state_.data;
  data.sealed = is_valid(configuration_) && configuration_.sealed != 0;
  const BillingStore::Found found = store_.load(state_);
  if (found == BillingStore::Found::damaged) data.status |= kStatusNonVolatile;
  if (const ClockCell& cell = board_.cell_at_reset; knows_time(cell)) {
    data.now = cell.second;
    state_.clock_samples = cell.samples;
    data.status &= static_cast<std::uint16_t>(~kStatusClock);
  } else {
    data.status |= kStatusClock;
  }
  return found;
}

/// By the configuration, from state_.data.now on.
void Billing::set_up() {
  program_status_ = 0;
  if (!is_valid(configuration_)) {
    program_status_ = is_blank(configuration_.magic) ? kStatusUnprogrammed : kStatusConfiguration;
    configuration_ = unprogrammed();
  }
  std::uint16_t& status = state_.data.status;
  status &= static_cast<std::uint16_t>(~(kStatusUnprogrammed | kStatusConfiguration));
  status |= program_status_;
  clock_ = {configuration_.clock_source, configuration_.line_hertz, {state_.data.now, state_.clock_samples}};
  demand_ = demand_of(configuration_, demand_gain_permille_);
  state_.data.tier = tier_at(configuration_, state_.data.now);
  restart_demand();
}

/// `failed`: it was supplied before.
void Billing::power_up(bool failed) {
  supplied_ = true;
  if (failed) state_.data.status |= kStatusPowerFailure;
  log(kEventPowerUp, kNobody, 0);
  demand_.hold(configuration_.cold_load_minutes * kSecondsPerMinute);
  restart_demand();
}

void Billing::on_power_fail() {
  if (!supplied_) return;
  supplied_ = false;
  log(kEventPowerDown, kNobody, 0);
  if (kDefect != Defect::nothing_saved) save();
}

void Billing::on_power_return() {
  if (!supplied_) power_up(true);
}

void Billing::on_block(std::int64_t quanta, std::uint64_t sample) {
  on_time(sample - kBlock);
  if (calibrated_) {
    const RegisterInput::Energy energy = input_.take(quanta);
    add_energy(state_.data.registers, state_.rests, energy, state_.data.tier, kt_);
    demand_.add(energy.flow, energy.quanta);
  }
  end_block();
}

void Billing::on_time(std::uint64_t sample) {
  while (at_ + kBlock <= sample) {
    const std::uint64_t blocks = (sample - at_) / kBlock;
    const std::uint64_t event = blocks_to_event();
    const std::uint64_t quiet = (blocks < event ? blocks : event) - 1;
    clock_.pass(quiet);
    at_ += quiet * kBlock;
    end_block();
  }
}

std::uint64_t Billing::next_event_sample() const { return at_ + blocks_to_event() * kBlock; }

std::uint64_t Billing::blocks_to_event() const {
  return panel_.settled() && line_periods_ == 0 ? clock_.blocks_to_second() : 1;
}

void Billing::end_block() {
  at_ += kBlock;
  const std::uint32_t seconds = clock_.end_block(line_periods_);
  line_periods_ = 0;
  for (std::uint32_t left = seconds; left-- > 0;) end_second(clock_.now().second - left);
  if (const std::uint32_t requests = panel_.end_block(); requests != 0) answer_switches(requests);
  store_.proceed(at_);
}

void Billing::end_second(LocalTime now) {
  MeterData& data = state_.data;
  data.now = now;
  data.fault_word = board_.fault_word;
  if (state_.exclusion_left > 0) --state_.exclusion_left;
  // An interval ends before the tier changes that begins with the next one.
  if (const Demand::Formed formed = demand_.end_second(); formed.demand) end_interval(formed);
  if (now % kSecondsPerMinute == 0) follow_tiers();
  if (data.mode == Mode::test && --test_left_ == 0) change_mode(Mode::metering, kNobody);
  tell_demand();
  if (now % kSecondsPerHour == 0) save();
  display_.end_second(data);
}

void Billing::end_interval(const Demand::Formed& formed) {
  MeterData& data = state_.data;
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) {
    const std::uint32_t demand = watts(formed.energy.quanta[flow]);
    data.present.last_demand_watts[flow] = demand;
    note_demand(data.registers.total.peak[flow], demand, data.now);
    if (formed.one_tier) note_demand(data.registers.tier[data.tier].peak[flow], demand, data.now);
  }
}

void Billing::answer_switches(std::uint32_t requests) {
  const auto asked = [&](SwitchPanel::Request request) { return (requests & request) != 0; };
  if (asked(SwitchPanel::kScroll)) display_.scroll(state_.data);
  if (asked(SwitchPanel::kDemandReset)) demand_reset(kNobody);
  if (asked(SwitchPanel::kTestMode))
    change_mode(state_.data.mode == Mode::test ? Mode::metering : Mode::test, kNobody);
  if (asked(SwitchPanel::kDisconnect)) switch_relay(!state_.data.relay_closed, kNobody);
  if (asked(SwitchPanel::kCoverOpened)) {
    state_.data.status |= kStatusTamper;
    log(kEventCoverOpened, kNobody, 0);
  }
  if (asked(SwitchPanel::kCoverClosed)) log(kEventCoverClosed, kNobody, 0);
  if (asked(SwitchPanel::kUnseal)) unseal();
}

/// Intervals of the bill lie on the clock, counted from its first day on, so that each hour begins one where
/// an hour is made of whole ones. A test's begin with the next second.
void Billing::restart_demand() {
  if (state_.data.mode == Mode::test) {
    demand_.restart(1, false);
  } else {
    const MeterClock::Time now = clock_.now();
    const std::uint32_t over = now.second % demand_.subinterval_seconds();
    demand_.restart(demand_.subinterval_seconds() - over, over == 0 && now.samples == 0);
  }
  tell_demand();
}

void Billing::follow_tiers() {
  const std::uint8_t tier = tier_at(configuration_, state_.data.now);
  if (tier == state_.data.tier) return;
  state_.data.tier = tier;
  demand_.tier_changed();
  log(kEventTierChange, kNobody, 0);
}

void Billing::tell_demand() {
  PresentValues& present = state_.data.present;
  const Demand::Energy energy = demand_.so_far();
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) present.demand_watts[flow] = watts(energy.quanta[flow]);
  present.demand_seconds_left = demand_.seconds_left();
}

/// That energy over the length of an interval.
std::uint32_t Billing::watts(std::uint64_t quanta) const {
  constexpr std::uint64_t kNano = 1'000'000'000;
  constexpr std::uint64_t kMost = 0xFFFFFFFFU;
  const std::uint64_t nanowatthours = mul_div_nearest(quanta, kt_nanowatthours_, kt_);
  const std::uint64_t power =
      mul_div_nearest(nanowatthours, kSecondsPerHour, demand_.interval_seconds() * kNano);
  return static_cast<std::uint32_t>(power < kMost ? power : kMost);
}

void Billing::on_present(const PresentValues& values) {
  PresentValues& present = state_.data.present;
  const PresentValues before = present;
  present = values;
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) {
    present.demand_watts[flow] = before.demand_watts[flow];
    present.last_demand_watts[flow] = before.last_demand_watts[flow];
  }
  present.demand_seconds_left = before.demand_seconds_left;
}

void Billing::save() {
  state_.clock_samples = clock_.now().samples;
  store_.save(state_, at_);
}

ProcedureResult Billing::cold_start(std::uint16_t /*user*/) {
  const MeterData before = state_.data;
  state_ = as_from_the_factory();
  MeterData& data = state_.data;
  data.sealed = before.sealed;
  data.relay_closed = before.relay_closed;
  data.fault_word = before.fault_word;
  data.present = before.present;
  for (std::uint32_t& last : data.present.last_demand_watts) last = 0;
  set_up();
  display_.begin(data);
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::warm_start(std::uint16_t user) {
  if (state_.data.mode == Mode::test)
    leave_test_mode(user);
  else
    restart_demand();
  display_.begin(state_.data);
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::clear_data(std::uint16_t user) {
  MeterData& data = state_.data;
  data.registers = state_.parked = empty_registers();
  state_.rests = state_.parked_rests = {};
  state_.exclusion_left = 0;
  data.previous = {kNoTime, 0, empty_registers()};
  clear(data.self_reads);
  clear(data.events);
  clear(data.history);
  for (std::uint32_t& last : data.present.last_demand_watts) last = 0;
  restart_demand();
  log(kEventLogCleared, user, 0);
  display_.refresh(data);
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::reset_list(ReadList list, std::uint16_t user) {
  MeterData& data = state_.data;
  switch (list) {
    case ReadList::events:
      clear(data.events);
      log(kEventLogCleared, user, 0);
      break;
    case ReadList::self_reads: clear(data.self_reads); break;
    case ReadList::history: clear(data.history); break;
    default: return ProcedureResult::bad_parameter;
  }
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::mark_read(ReadList list, std::uint16_t entries) {
  MeterData& data = state_.data;
  bool marked = false;
  switch (list) {
    case ReadList::events: marked = firmware::mark_read(data.events, entries); break;
    case ReadList::self_reads: marked = firmware::mark_read(data.self_reads, entries); break;
    case ReadList::history: marked = firmware::mark_read(data.history, entries); break;
  }
  if (!marked) return ProcedureResult::bad_parameter;
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::change_mode(Mode mode, std::uint16_t user) {
  MeterData& data = state_.data;
  if (mode != Mode::metering && mode != Mode::test) return ProcedureResult::bad_parameter;
  if (mode == data.mode) return ProcedureResult::done;
  if (mode == Mode::test) {
    state_.parked = data.registers;
    state_.parked_rests = state_.rests;
    data.registers = empty_registers();
    state_.rests = {};
    data.mode = Mode::test;
    test_left_ = kMostSecondsOfTest;
    for (std::uint32_t& last : data.present.last_demand_watts) last = 0;
    restart_demand();
    log(kEventTestModeOn, user, 0);
  } else {
    leave_test_mode(user);
  }
  display_.refresh(data);
  save();
  return ProcedureResult::done;
}

/// What the test registered is gone, and its interval, being cut short, gives no demand.
void Billing::leave_test_mode(std::uint16_t user) {
  MeterData& data = state_.data;
  if (kDefect != Defect::test_is_billed) {
    data.registers = state_.parked;
    state_.rests = state_.parked_rests;
  }
  data.mode = Mode::metering;
  for (std::uint32_t& last : data.present.last_demand_watts) last = 0;
  restart_demand();
  log(kEventTestModeOff, user, 0);
}

/// What stands is what is still so.
ProcedureResult Billing::clear_status(std::uint16_t /*user*/) {
  std::uint16_t& status = state_.data.status;
  status = static_cast<std::uint16_t>((status & kStatusClock) | program_status_);
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::demand_reset(std::uint16_t user) {
  MeterData& data = state_.data;
  if (data.mode == Mode::test) {
    end_period(data.registers);
    restart_demand();
    display_.refresh(data);
    return ProcedureResult::done;
  }
  if (state_.exclusion_left > 0) return ProcedureResult::timing;
  state_.exclusion_left = configuration_.reset_exclusion_minutes * kSecondsPerMinute;
  data.previous = {data.now, data.registers.demand_resets, data.registers};
  end_period(data.registers);
  demand_.forget_ended();
  tell_demand();
  log(kEventDemandReset, user, 0);
  display_.refresh(data);
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::self_read(std::uint16_t user) {
  MeterData& data = state_.data;
  if (data.mode == Mode::test) return ProcedureResult::conflict;
  keep(data.self_reads, {data.now, state_.next_self_read++, data.registers});
  log(kEventSelfRead, user, 0);
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::set_clock(LocalTime time, std::uint16_t user) {
  if (time > kLastTime) return ProcedureResult::bad_parameter;
  MeterData& data = state_.data;
  log(kEventClockBefore, user, 0);
  clock_.set(time);
  data.now = time;
  data.status &= static_cast<std::uint16_t>(~kStatusClock);
  log(kEventClockAfter, user, 0);
  if (data.mode == Mode::metering) restart_demand();  // a test's interval goes by no time of day
  follow_tiers();
  save();
  return ProcedureResult::done;
}

ProcedureResult Billing::switch_relay(bool closed, std::uint16_t user) {
  if ((configuration_.options & kHasDisconnect) == 0) return ProcedureResult::conflict;
  if (closed == state_.data.relay_closed) return ProcedureResult::done;
  state_.data.relay_closed = closed;
  share(board_.relay, closed ? 1 : 0);
  log(closed ? kEventRelayClosed : kEventRelayOpened, user, 0);
  save();
  return ProcedureResult::done;
}

void Billing::log(EventCode code, std::uint16_t user, std::uint16_t argument) {
  MeterData& data = state_.data;
  if (code == kEventProcedure || code == kEventTableWritten)
    keep(data.history, {data.now, state_.next_history++, user, code, argument});
  else
    keep(data.events, {data.now, state_.next_event++, user, code, argument});
}

ProcedureResult Billing::seal(std::uint16_t user) {
  if (state_.data.sealed) return ProcedureResult::done;
  state_.data.sealed = true;
  log(kEventSealed, user, 0);
  save();
  return ProcedureResult::done;
}

void Billing::unseal() {
  if (!state_.data.sealed) return;
  state_.data.sealed = false;
  log(kEventUnsealed, kNobody, 0);
  save();
}

void Billing::configure(const ConfigurationRecord& configuration) {
  configuration_ = configuration;
  state_.clock_samples = clock_.now().samples;
  set_up();
}

}  // namespace meterbench::firmware
