#include "drivers/virtual_lab/world/draw.h"

#include <string>

#include "drivers/virtual_lab/world/noise.h"

namespace meterbench::virtual_lab {

namespace {

struct Mean {
  double operator()(const Fixed& term) const { return term.value; }
  double operator()(const Normal& term) const { return term.mean; }
  double operator()(const Uniform& term) const { return (term.low + term.high) / 2; }
};

struct Drawn {
  const Noise& noise;

  double operator()(const Fixed& term) const { return term.value; }
  double operator()(const Normal& term) const { return term.mean + term.sd * noise.normal(0); }
  double operator()(const Uniform& term) const {
    return term.low + (term.high - term.low) * noise.uniform(0);
  }
};

}  // namespace

double Distribution::mean() const {
  double sum = 0;
  for (const auto& term : terms) sum += std::visit(Mean{}, term);
  return sum;
}

double draw(const Distribution& distribution, std::uint64_t seed, std::string_view key,
            std::string_view position) {
  double sum = 0;
  for (std::uint64_t n = 0; n < distribution.terms.size(); ++n) {
    const Noise noise{seed, "draw." + std::string{key} + "." + std::to_string(n), position};
    sum += std::visit(Drawn{noise}, distribution.terms[n]);
  }
  return sum;
}

}  // namespace meterbench::virtual_lab
