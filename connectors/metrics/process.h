// What the operating system says of this process (Linux, /proc). Any thread; missing values are left out.
#pragma once

#include "connectors/metrics/families.h"

namespace outflow::connectors {

void add_process_metrics(Families& families);

}  // namespace outflow::connectors
