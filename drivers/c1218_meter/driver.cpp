#include "drivers/c1218_meter/driver.h"

#include <utility>

#include "drivers/c1218_meter/readings.h"

namespace meterbench::c1218_meter {

C1218Meter::C1218Meter(ByteLink& link, Options options)
    : link_{link}, session_{link, std::move(options)}, echo_{link} {}

void C1218Meter::enqueue(Job job) {
  waiting_.push_back(std::move(job));
  if (!busy_) next();
}

void C1218Meter::next() {
  busy_ = !waiting_.empty();
  if (!busy_) return;
  const Job job = std::move(waiting_.front());
  waiting_.pop_front();
  job();
}

void C1218Meter::read(Choose choose, Done<Tables> done) {
  enqueue([this, choose = std::move(choose), done = std::move(done)] {
    session_.start(choose, [this, done](Result<Tables> tables) {
      done(std::move(tables));
      next();
    });
  });
}

template <class T, class Decode>
void C1218Meter::read_as(Choose choose, Decode decode, Done<T> done) {
  read(std::move(choose), [this, decode, done = std::move(done)](Result<Tables> tables) {
    done(std::move(tables).and_then([&](const Tables& read) -> Result<T> {
      auto decoded = decode(read);
      if (!decoded) return fault(Errc::garbled, link_.device(), "tables", decoded.error());
      return std::move(*decoded);
    }));
  });
}

void C1218Meter::start_probe_echo(Done<bool> done) {
  enqueue([this, done = std::move(done)] {
    echo_.start([this, done](Result<bool> echo) {
      done(std::move(echo));
      next();
    });
  });
}

void C1218Meter::start_identify(Done<MeterIdentity> done) {
  read_as<MeterIdentity>(missing_for_identity, identity_from, std::move(done));
}

void C1218Meter::start_read_registers(Done<MeterRegisters> done) {
  read_as<MeterRegisters>(missing_for_registers, registers_from, std::move(done));
}

void C1218Meter::start_read_tables(std::vector<std::uint16_t> tables,
                                   Done<std::map<std::uint16_t, Bytes>> done) {
  Choose all = [tables = std::move(tables)](const Tables& read) -> Missing {
    std::vector<std::uint16_t> missing;
    for (const std::uint16_t table : tables)
      if (!read.contains(table)) missing.push_back(table);
    return missing;
  };
  read(std::move(all), [done = std::move(done)](Result<Tables> tables_read) {
    done(std::move(tables_read).map([](Tables&& read) {
      std::map<std::uint16_t, Bytes> contents;
      for (auto& [number, table] : read) contents.emplace(number, std::move(table.content));
      return contents;
    }));
  });
}

}  // namespace meterbench::c1218_meter
