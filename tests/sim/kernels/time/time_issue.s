// The micro-benchmarks of issue, under the name that the tests know.
.include "micro_issue.s"
