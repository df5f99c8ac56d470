// Calibration by itself: with samples from known distributions, what it calls one in a thousand is one in a thousand.
// Seeds are fixed, so nothing here fails by chance; what the odds would be with free ones is said where it matters.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "detector/calibration.h"

namespace outflow::calibration_test {
namespace {

using namespace outflow::detector;

double uniform(std::mt19937_64& engine) {
  return (static_cast<double>(engine() >> 11) + 0.5) / 9007199254740992.0;
}

// People's days: one in twelve runs a report, which the model of their clicks holds for impossible.
double day_of_reports(std::mt19937_64& engine) {
  return uniform(engine) < 0.08 ? 14 + 4 * -std::log(uniform(engine)) : 0;
}

TEST(Calibration, WithoutSamplesTheConservativeTailStands) {
  const Calibration calibration;
  for (const double e : {1.0, 6.0, 30.0, 300.0}) {
    EXPECT_EQ(calibration.surprise(Window::k1h, std::exp(-e)), cold_surprise(Window::k1h, e));
  }
}

TEST(Calibration, ACohortThatRunsReportsIsNotSurprisedByOne) {
  std::mt19937_64 engine(1);
  Calibration calibration;
  const double before = calibration.surprise(Window::k1h, std::exp(-20.0));
  for (int day = 0; day < 600; ++day) calibration.learn(Window::k1h, day_of_reports(engine), 8.5);
  EXPECT_GT(before, 7.0);
  EXPECT_LT(calibration.surprise(Window::k1h, std::exp(-20.0)), 4.5);
  EXPECT_GT(calibration.surprise(Window::k1h, std::exp(-120.0)), 8.5) << "a theft still stands out";
}

// Realised against promised rate beyond the sample: 2,000 days learnt, 200,000 judged. With other seeds the ratio
// leaves [1/3, 3] at 1e-3 in fewer than one run in twenty.
TEST(Calibration, OneInAThousandIsOneInAThousand) {
  std::mt19937_64 engine(7);
  Calibration calibration;
  for (int day = 0; day < 2'000; ++day) calibration.learn(Window::k24h, day_of_reports(engine), 30);
  int beyond = 0;
  for (int day = 0; day < 200'000; ++day) {
    beyond += calibration.surprise(Window::k24h, std::exp(-day_of_reports(engine))) >= std::log(1000.0) ? 1 : 0;
  }
  EXPECT_GE(beyond, 200 / 3);
  EXPECT_LE(beyond, 200 * 3);
}

TEST(Calibration, OneTheftDoesNotBlindItsCohort) {
  std::mt19937_64 engine(3);
  Calibration calibration;
  for (int day = 0; day < 600; ++day) calibration.learn(Window::k1h, 2 * -std::log(uniform(engine)), 8.5);
  const double before = calibration.surprise(Window::k1h, std::exp(-60.0));
  calibration.learn(Window::k1h, 300, 8.5);
  EXPECT_GT(before, 8.5);
  EXPECT_GT(calibration.surprise(Window::k1h, std::exp(-60.0)), 8.5);
}

TEST(Calibration, AYearOfDaysStaysBoundedAndForgets) {
  std::mt19937_64 engine(5);
  Calibration calibration;
  for (int day = 0; day < 20'000; ++day) calibration.learn(Window::k6h, day_of_reports(engine), 8.5);
  const double noisy = calibration.surprise(Window::k6h, std::exp(-20.0));
  for (int day = 0; day < 40'000; ++day) calibration.learn(Window::k6h, 0, 8.5);
  EXPECT_LE(calibration.days(Window::k6h), SurpriseTail::kMostDays);
  EXPECT_GT(calibration.surprise(Window::k6h, std::exp(-20.0)), noisy + 2);
}

TEST(Calibration, BinsCoverEverySurpriseInOrder) {
  for (std::size_t bin = 0; bin < kSurpriseBins; ++bin) {
    EXPECT_LT(surprise_bin_start(bin), surprise_bin_start(bin + 1));
    if (surprise_bin_start(bin) > 690) continue;
    EXPECT_EQ(surprise_bin(surprise_bin_start(bin) * (1 + 1e-9)), bin);
  }
  EXPECT_EQ(surprise_bin(std::numeric_limits<double>::quiet_NaN()), 0U);
  EXPECT_LT(surprise_bin(1e300), kSurpriseBins);
}

}  // namespace
}  // namespace outflow::calibration_test
