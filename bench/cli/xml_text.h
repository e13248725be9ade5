#pragma once

#include <string>
#include <string_view>

namespace meterbench {

/// `text` as it may stand in an XML 1.0 document, as content or between double quotes; what is no UTF-8 or no
/// character of XML becomes U+FFFD.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace meterbench
