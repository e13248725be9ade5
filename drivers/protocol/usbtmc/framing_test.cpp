#include "drivers/protocol/usbtmc/framing.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace meterbench::usbtmc {
namespace {

Bytes answer_75() {
  // instruments.md 7: the answer header for 75 bytes to tag 2, 75 bytes and one of padding.
  Bytes bytes{0x02, 0x02, 0xFD, 0x00, 0x4B, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00};
  for (int i = 0; i < 75; ++i) bytes.push_back('x');
  bytes.push_back(0);
  return bytes;
}

// Golden bytes of instruments.md, section 7.

TEST(UsbtmcFraming, AMessageOutHasItsHeaderAndIsFilledToFourBytes) {
  EXPECT_EQ(hex_text(message_out(1, to_bytes("*IDN?\n"), true)),
            "01 01 FE 00 06 00 00 00 01 00 00 00 2A 49 44 4E 3F 0A 00 00");
}

TEST(UsbtmcFraming, APartOfAMessageHasNoEnd) {
  EXPECT_EQ(hex_text(message_out(255, to_bytes("ABCD"), false)),
            "01 FF 00 00 04 00 00 00 00 00 00 00 41 42 43 44");
}

TEST(UsbtmcFraming, ARequestSaysHowManyBytesAreWanted) {
  EXPECT_EQ(hex_text(request_in(2, 1024)), "02 02 FD 00 00 04 00 00 00 00 00 00");
}

TEST(UsbtmcFraming, ARequestMayNameATerminator) {
  EXPECT_EQ(hex_text(encode({MessageId::request_in, 2, 1024, false, 0x0A})),
            "02 02 FD 00 00 04 00 00 02 0A 00 00");
}

TEST(UsbtmcFraming, ATriggerIsAHeaderOnly) {
  EXPECT_EQ(hex_text(trigger(3)), "80 03 FC 00 00 00 00 00 00 00 00 00");
}

TEST(UsbtmcFraming, AnAnswerIsCutByItsSize) {
  EXPECT_EQ(message_in(2, Bytes(75, 'x'), true), answer_75());
  const auto part = decode_answer(answer_75(), 2, 1024);
  ASSERT_TRUE(part) << part.error();
  EXPECT_EQ(part->payload, Bytes(75, 'x'));
  EXPECT_TRUE(part->end);
}

TEST(UsbtmcFraming, AHeaderReadsAsItWasWritten) {
  for (const Header& header : {Header{MessageId::message_out, 17, 70000, true, 0},
                               Header{MessageId::request_in, 255, 0xFFFFFFFF, false, 10},
                               Header{MessageId::trigger, 1, 0, false, 0}}) {
    const auto read = decode_header(encode(header));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, header);
  }
}

TEST(UsbtmcFraming, AnAnswerThatDoesNotBelongToTheRequestIsRefused) {
  const auto spoilt = [](std::size_t at, std::uint8_t byte) {
    Bytes bytes = answer_75();
    bytes[at] = byte;
    return bytes;
  };
  EXPECT_FALSE(decode_answer(answer_75(), 3, 1024)) << "another tag";
  EXPECT_FALSE(decode_answer(spoilt(2, 0xFC), 2, 1024)) << "a wrong inverse";
  EXPECT_FALSE(decode_answer(spoilt(0, 127), 2, 1024)) << "another message";
  EXPECT_FALSE(decode_answer(spoilt(4, 0x4D), 2, 1024)) << "more announced than came";
  EXPECT_FALSE(decode_answer(spoilt(4, 0x48), 2, 1024)) << "more came than announced";
  EXPECT_FALSE(decode_answer(answer_75(), 2, 74)) << "more than was wanted";
  EXPECT_FALSE(decode_answer(ByteView{}, 2, 1024));
  EXPECT_FALSE(decode_answer(ByteView{answer_75()}.first(11), 2, 1024));
}

TEST(UsbtmcFraming, AnAnswerMayBeEmptyAndNotTheLast) {
  const auto part = decode_answer(Bytes{2, 9, 0xF6, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 9, 100);
  ASSERT_TRUE(part);
  EXPECT_TRUE(part->payload.empty());
  EXPECT_FALSE(part->end);
}

TEST(UsbtmcFraming, TagsRunFrom1To255AndNever0) {
  TagCounter tags = TagCounter::bulk();
  for (int round = 0; round < 2; ++round)
    for (unsigned tag = 1; tag <= 255; ++tag) {
      EXPECT_EQ(tags.next(), tag);
      EXPECT_EQ(tags.latest(), tag);
    }
}

TEST(UsbtmcFraming, StatusTagsRunFrom2To127) {
  TagCounter tags = TagCounter::status_byte();
  EXPECT_EQ(tags.next(), 2);
  std::set<unsigned> seen;
  for (int i = 0; i < 126; ++i) seen.insert(tags.next());
  EXPECT_EQ(seen.size(), 126U);
  EXPECT_EQ(*seen.begin(), 2U);
  EXPECT_EQ(*seen.rbegin(), 127U);
}

TEST(UsbtmcRequests, AreThoseOfTheTable) {
  EXPECT_EQ(initiate_abort_bulk_out(7, 0x01), (Control{0xA2, static_cast<Request>(1), 7, 0x01, 2}));
  EXPECT_EQ(check_abort_bulk_out(0x01), (Control{0xA2, static_cast<Request>(2), 0, 0x01, 8}));
  EXPECT_EQ(initiate_abort_bulk_in(7, 0x82), (Control{0xA2, static_cast<Request>(3), 7, 0x82, 2}));
  EXPECT_EQ(check_abort_bulk_in(0x82), (Control{0xA2, static_cast<Request>(4), 0, 0x82, 8}));
  EXPECT_EQ(initiate_clear(0), (Control{0xA1, static_cast<Request>(5), 0, 0, 1}));
  EXPECT_EQ(check_clear(0), (Control{0xA1, static_cast<Request>(6), 0, 0, 2}));
  EXPECT_EQ(get_capabilities(0), (Control{0xA1, static_cast<Request>(7), 0, 0, 24}));
  EXPECT_EQ(read_status_byte(2, 0), (Control{0xA1, static_cast<Request>(128), 2, 0, 3}));
}

TEST(UsbtmcRequests, AnAnswerOfAnotherLengthIsNone) {
  EXPECT_EQ(decode_initiated(Bytes{0x01, 7}, initiate_abort_bulk_in(7, 0x82)), Status::success);
  EXPECT_EQ(decode_initiated(Bytes{0x81, 7}, initiate_abort_bulk_in(7, 0x82)), Status::not_in_progress);
  EXPECT_EQ(decode_initiated(Bytes{0x01}, initiate_clear(0)), Status::success);
  EXPECT_FALSE(decode_initiated(Bytes{0x01}, initiate_abort_bulk_in(7, 0x82)));
  EXPECT_FALSE(decode_initiated(Bytes{}, initiate_clear(0)));
}

TEST(UsbtmcRequests, AProgressTellsWhetherDataWait) {
  const auto clear = decode_progress(Bytes{0x02, 0x01}, check_clear(0));
  ASSERT_TRUE(clear);
  EXPECT_EQ(clear->status, Status::pending);
  EXPECT_TRUE(clear->data_waiting);
  const auto abort = decode_progress(Bytes{0x01, 0, 0, 0, 0x4B, 0, 0, 0}, check_abort_bulk_in(0x82));
  ASSERT_TRUE(abort);
  EXPECT_EQ(abort->status, Status::success);
  EXPECT_FALSE(abort->data_waiting);
  EXPECT_FALSE(decode_progress(Bytes{0x01, 0}, check_abort_bulk_in(0x82)));
  EXPECT_EQ(encode_progress({Status::success, false}, check_abort_bulk_in(0x82), 75),
            (Bytes{0x01, 0, 0, 0, 0x4B, 0, 0, 0}));
  EXPECT_EQ(encode_progress({Status::pending, true}, check_clear(0)), (Bytes{0x02, 0x01}));
}

TEST(UsbtmcRequests, CapabilitiesStandAtTheirBits) {
  Bytes answer(24, 0);
  answer[0] = 0x01;
  EXPECT_EQ(decode_capabilities(answer), Capabilities{});
  answer[4] = 0x04;
  answer[5] = 0x01;
  answer[14] = 0x07;
  answer[15] = 0x0C;
  const Capabilities all{.indicator_pulse = true,
                         .term_char = true,
                         .trigger = true,
                         .remote_enable = true,
                         .ieee_488_2 = true,
                         .service_request = true,
                         .scpi = true};
  EXPECT_EQ(decode_capabilities(answer), all);
  EXPECT_EQ(decode_capabilities(encode_capabilities(all)), all);
  answer[0] = 0x80;
  EXPECT_FALSE(decode_capabilities(answer)) << "no success";
  EXPECT_FALSE(decode_capabilities(Bytes(23, 1)));
}

TEST(UsbtmcRequests, TheStatusByteComesAsAnswerOrAsNotification) {
  const auto answer = decode_status_byte(Bytes{0x01, 0x05, 0x44});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, Status::success);
  EXPECT_EQ(answer->tag, 5);
  EXPECT_EQ(answer->byte, 0x44);
  EXPECT_FALSE(decode_status_byte(Bytes{0x01, 0x05}));
  EXPECT_EQ(encode_status_byte({Status::interrupt_in_busy, 6, 0}), (Bytes{0x20, 0x06, 0x00}));

  const auto notification = decode_notification(Bytes{0x85, 0x44});
  ASSERT_TRUE(notification);
  EXPECT_EQ(notification->tag, 5);
  EXPECT_EQ(notification->status_byte, 0x44);
  EXPECT_FALSE(notification->is_service_request());
  EXPECT_TRUE(decode_notification(Bytes{0x81, 0x40})->is_service_request());
  EXPECT_FALSE(decode_notification(Bytes{0x80, 0x40}));
  EXPECT_FALSE(decode_notification(Bytes{0x81}));
  EXPECT_EQ(encode_notification({5, 0x44}), (Bytes{0x85, 0x44}));
}

TEST(UsbtmcRequests, AStatusHasAName) {
  std::set<std::string> names;
  for (const unsigned status : {0x01U, 0x02U, 0x20U, 0x80U, 0x81U, 0x82U, 0x83U, 0x77U})
    names.insert(to_text(static_cast<Status>(status)));
  EXPECT_EQ(names.size(), 8U);
}

TEST(UsbtmcFraming, TakesAnyBytes) {
  std::mt19937 random{1};
  for (int round = 0; round < 5000; ++round) {
    Bytes bytes(random() % 40);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % 3 == 0 ? random() % 4 : random());
    if (bytes.size() > 2) bytes[2] = static_cast<std::uint8_t>(~bytes[1]);
    const auto part = decode_answer(bytes, static_cast<std::uint8_t>(1 + random() % 3), 30);
    if (part) {
      EXPECT_LE(part->payload.size() + kHeaderBytes, bytes.size());
    }
    static_cast<void>(decode_capabilities(bytes));
    static_cast<void>(decode_notification(bytes));
    static_cast<void>(decode_status_byte(bytes));
    static_cast<void>(decode_progress(bytes, check_abort_bulk_in(0x82)));
  }
}

}  // namespace
}  // namespace meterbench::usbtmc
