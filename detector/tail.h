// Tails of the distributions that volumes are judged by. Pure functions, thread-safe, never NaN: where an argument
// makes no sense (NaN, not positive) the answer is 1, which is no evidence.
#pragma once

namespace outflow::detector {

// P(T > t) of Student's t with `dof` degrees of freedom: I_{v/(v+t^2)}(v/2, 1/2) / 2 for t > 0 (DLMF 8.17, AS 26.7).
[[nodiscard]] double student_t_tail(double t, double dof);

// P(X >= x) of the negative binomial with the given mean and shape (variance = mean + mean^2/shape), as a
// Gamma-Poisson mixture: I_{mean/(mean+shape)}(x, shape) (DLMF 8.17.5).
[[nodiscard]] double negative_binomial_tail(double x, double mean, double shape);

// The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (DLMF 8.17.22).
[[nodiscard]] double regularised_beta(double x, double a, double b);

// The t with P(T > t) = 0.01: Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5); within 1 % from 4 dof on.
[[nodiscard]] double student_t_upper_percentile(double dof);

// Fisher's method: the p-value of `surprise` = the sum of -ln p over `count` independent reasons,
// exp(-s) * sum_{j<count} s^j/j!. One reason: its own p.
[[nodiscard]] double fisher_combined(double surprise, int count);

}  // namespace outflow::detector
