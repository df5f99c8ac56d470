// The parts of the model by themselves: tails against published values, habits that form, budgets that hold.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "detector/baseline.h"
#include "detector/budget.h"
#include "detector/calibration.h"
#include "detector/explanation.h"
#include "detector/hour_cells.h"
#include "detector/novelty.h"
#include "detector/scoring.h"
#include "detector/tail.h"
#include "detector/tripwire.h"

namespace outflow::model_test {
namespace {

using namespace outflow::detector;

TEST(Tail, StudentTAgreesWithTables) {
  EXPECT_NEAR(student_t_tail(2.776, 4), 0.025, 2e-5);
  EXPECT_NEAR(student_t_tail(3.745, 24), 0.0005, 1e-6);
  EXPECT_NEAR(student_t_tail(-2.776, 4), 0.975, 2e-5);
  EXPECT_NEAR(student_t_tail(0, 7), 0.5, 1e-12);
  EXPECT_NEAR(student_t_upper_percentile(4), 3.747, 0.03);
  EXPECT_NEAR(student_t_upper_percentile(24), 2.492, 0.005);
}

TEST(Tail, NegativeBinomialAgreesWithItsSum) {
  const double mean = 6;
  const double shape = 1.7;
  double below = 0;
  for (int k = 0; k < 25; ++k) {
    below += std::exp(std::lgamma(k + shape) - std::lgamma(shape) - std::lgamma(k + 1.0) +
                      shape * std::log(shape / (shape + mean)) + k * std::log(mean / (shape + mean)));
  }
  EXPECT_NEAR(negative_binomial_tail(25, mean, shape), 1 - below, 1e-9);
}

TEST(Tail, FisherOfOneReasonIsThatReason) {
  EXPECT_NEAR(fisher_combined(5, 1), std::exp(-5.0), 1e-12);
  EXPECT_NEAR(fisher_combined(9.488 / 2, 2), 0.05, 1e-4);  // chi-square with 4 degrees of freedom
}

RC_GTEST_PROP(Tail, NothingIsEverNaNOrOutsideZeroAndOne, ()) {
  const auto number = [] {
    return rc::gen::element(0.0, -1.0, 1e-300, 1e300, 3.7, std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN(), 250.0);
  };
  const double a = *number();
  const double b = *number();
  const double c = *number();
  for (const double p : {student_t_tail(a, b), negative_binomial_tail(a, b, c), fisher_combined(a, 3)}) {
    RC_ASSERT(p >= 0.0);
    RC_ASSERT(p <= 1.0);
  }
}

TEST(Calibration, IsMonotoneAndNeverSurerThanTheModel) {
  const Calibration calibration;
  double before = 0;
  for (double e = 0; e < 600; e += 0.5) {
    const double surprise = calibration.surprise(Window::k24h, std::exp(-e));
    EXPECT_GE(surprise, before);
    EXPECT_LE(surprise, e + 1e-9);
    before = surprise;
  }
  EXPECT_EQ(calibration.surprise(Window::k1h, std::numeric_limits<double>::quiet_NaN()), 0.0);
}

TEST(Baseline, APeakSeenBeforeIsNotNewsAndASmallerOneNeither) {
  Baseline baseline;
  for (int day = 0; day < 30; ++day) {
    for (int hour = 8; hour < 18; ++hour) baseline.learn(Window::k1h, day * 24 + hour, 40 + (day * hour) % 30);
    baseline.learn_day(day);
  }
  const int hour = 31 * 24 + 10;
  const Band band = baseline.band(Window::k1h, hour);
  EXPECT_LT(baseline.tail(Window::k1h, hour, band, 100'000), 1e-9);
  baseline.learn_peak(Window::k1h, 20, 90'000);
  EXPECT_GT(baseline.tail(Window::k1h, hour, band, 100'000), 0.02);
  EXPECT_LT(baseline.tail(Window::k1h, hour, band, 300'000), 1e-9);
}

TEST(Baseline, OneOutlierBarelyMovesIt) {
  Baseline baseline;
  for (int day = 0; day < 20; ++day) baseline.learn(Window::k1h, day * 24 + 10, 50);
  const double before = baseline.band(Window::k1h, 20 * 24 + 10).upper();
  baseline.learn(Window::k1h, 20 * 24 + 10, 5e6);
  EXPECT_LT(baseline.band(Window::k1h, 21 * 24 + 10).upper(), 2 * before);
}

TEST(Baseline, TheScaleDoesNotGrowOverAYearOfTheSame) {
  Baseline baseline;
  double upper = 0;
  for (int day = 0; day < 365; ++day) {
    for (int hour = 0; hour < 24; ++hour) baseline.learn(Window::k1h, day * 24 + hour, 80 + (day * 7 + hour * 13) % 41);
    baseline.learn_day(day);
    if (day == 30) upper = baseline.band(Window::k1h, day * 24).upper();
  }
  EXPECT_NEAR(baseline.band(Window::k1h, 365 * 24).upper(), upper, 0.2 * upper);
}

TEST(HourCells, WindowsHoldTheirHoursAndNeverLessThanNothing) {
  HourCells cells;
  for (int hour = 0; hour < 300; ++hour) EXPECT_TRUE(cells.add(hour, 1));
  EXPECT_EQ(cells.ending_with(299, 1, 0), (WindowSums{1, 6, 24, 168}));
  EXPECT_EQ(cells.ending_with(299, 290, 299), (WindowSums{0, 0, 14, 158}));
  EXPECT_TRUE(cells.add(280, -500));
  EXPECT_EQ(cells.ending_with(299, 1, 0)[2], 0);
  EXPECT_FALSE(cells.add(20, 5)) << "older than ten days";
  EXPECT_LE(cells.cells().size(), 272U);
}

TEST(Novelty, WhatIsNewIsSurprisingOnceAndOnlyAfterTheFirstDays) {
  Novelty novelty;
  EXPECT_FALSE(novelty.see(NoveltyKind::kAddress, 1, 0, 0));
  for (int day = 1; day < 30; ++day) EXPECT_FALSE(novelty.see(NoveltyKind::kAddress, 1, day * 24, 0));
  EXPECT_TRUE(novelty.see(NoveltyKind::kAddress, 2, 30 * 24, 0));
  EXPECT_NEAR(novelty.surprise(NoveltyKind::kAddress, 30 * 24 + 5), std::log(32.0 / 2), 1e-5);
  EXPECT_FALSE(novelty.see(NoveltyKind::kAddress, 2, 30 * 24 + 1, 0));
  EXPECT_EQ(novelty.surprise(NoveltyKind::kAddress, 31 * 24), 0.0);
}

TEST(Novelty, AFloodOfNewValuesStaysBoundedAndCountsDays) {
  Novelty novelty;
  for (int day = 0; day < 3; ++day) (void)novelty.see(NoveltyKind::kAddress, 1, day * 24, 0);
  for (std::uint32_t value = 100; value < 5'000; ++value) (void)novelty.see(NoveltyKind::kAddress, value, 10 * 24, 0);
  EXPECT_FALSE(novelty.see(NoveltyKind::kAddress, 1, 11 * 24, 0)) << "a regular value was forgotten";
  EXPECT_GT(novelty.surprise(NoveltyKind::kAddress, 10 * 24), 1.0);
}

TEST(Novelty, NetworksAreComparedNotAddresses) {
  EXPECT_EQ(network_fingerprint("203.0.113.7"), network_fingerprint("203.0.113.250"));
  EXPECT_NE(network_fingerprint("203.0.113.7"), network_fingerprint("203.0.114.7"));
  EXPECT_EQ(network_fingerprint("2001:db8:1::7"), network_fingerprint("2001:0db8:0001:ffff::1"));
  EXPECT_NE(network_fingerprint("2001:db8:1::7"), network_fingerprint("2001:db8:2::7"));
}

TEST(Tripwire, AThiefDoesNotSetItsOwnYardstick) {
  ObjectSizes sizes;
  sizes.see(1, 5'000, 0);
  sizes.see(1, 1'000'000, 100);
  EXPECT_EQ(sizes.known(1, 110), 5'000);
  EXPECT_EQ(sizes.known(1, 130), 1'000'000);
}

TEST(Budget, MoreAlertsAllowedMeansALowerThresholdAndMoreEntitiesAHigherOne) {
  EXPECT_LT(Budget(1.0).alert_surprise(100), Budget(0.1).alert_surprise(100));
  EXPECT_GT(Budget(0.1).alert_surprise(5'000), Budget(0.1).alert_surprise(100));
  EXPECT_LT(Budget(0.1).anomaly_surprise(100), Budget(0.1).alert_surprise(100));
}

TEST(Reasons, NewsWithoutVolumeIsNoReasonAndNewsAddsToVolume) {
  Oddities odd;
  odd.news[0] = 3.4;
  EXPECT_EQ(combine_reasons(0, 1e6, odd, 100).surprise, 0.0);
  EXPECT_GT(combine_reasons(10, 1e6, odd, 100).surprise, 10.0);
  EXPECT_LT(combine_reasons(10, 100, {}, 100).surprise, combine_reasons(10, 1e6, {}, 100).surprise);
}

TEST(Explanation, NumbersAndMomentsReadAsPeopleWriteThem) {
  EXPECT_EQ(with_thousands(1'200'000), "1,200,000");
  EXPECT_EQ(with_thousands(999.4), "999");
  EXPECT_EQ(with_thousands(std::numeric_limits<double>::quiet_NaN()), "0");
  EXPECT_EQ(moment({1'755'429'318'000}), "11:15 UTC on 17 Aug");
}

}  // namespace
}  // namespace outflow::model_test
