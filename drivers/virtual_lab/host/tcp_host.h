#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "drivers/far_end/far_end.h"
#include "drivers/link/descriptor.h"
#include "drivers/virtual_lab/host/dialogue.h"
#include "drivers/virtual_lab/host/lab_clock.h"

namespace meterbench::virtual_lab {

/// What speaks to one client of several.
class Conversation : public FarEnd {
 public:
  /// The connection is to be reset, not closed; asked after each call.
  [[nodiscard]] virtual bool is_cut() const { return false; }
};

/// Listens on loopback, on a port that the system chooses. A far end that is unplugged has no clients from
/// then on.
class TcpHost {
 public:
  /// A far end is one conversation: while it has a client, a second one is accepted and closed at once.
  TcpHost(LabClock& clock, FarEnd& far_end);
  /// `begin` makes the conversation with a new client; no more than `most` at a time.
  TcpHost(LabClock& clock, std::function<std::unique_ptr<Conversation>()> begin, std::size_t most);
  ~TcpHost();
  TcpHost(const TcpHost&) = delete;
  TcpHost& operator=(const TcpHost&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  struct Client {
    explicit Client(Descriptor connected) : socket{std::move(connected)} {}
    Descriptor socket;
    std::unique_ptr<Conversation> conversation;
    std::optional<Dialogue> dialogue;
    Bytes outgoing;
    bool over = false;  // to be let go outside of its own calls
  };

  void accept_client();
  void ready(Client& client, short events);
  void read_from(Client& client);
  void write_to(Client& client);
  void said(Client& client, const Bytes& bytes);
  void watch(Client& client);
  void end(Client& client);
  void unplug();

  LabClock& clock_;
  std::function<std::unique_ptr<Conversation>()> begin_;
  std::size_t most_;
  Descriptor listener_;
  int port_ = 0;
  std::list<Client> clients_;
  std::optional<Reactor::TimerId> sweep_;
};

}  // namespace meterbench::virtual_lab
