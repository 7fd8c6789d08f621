/* What the HIP that does nothing has beside HIP's functions, and what its clock shows. */
#ifndef SMALLM_BENCH_FAKE_NULL_HIP_H
#define SMALLM_BENCH_FAKE_NULL_HIP_H

/* Launches that the calling thread has asked for. */
unsigned long long null_hip_launches(void);

/* Modelled by nothing, so that who measures can be checked: a launch takes two microseconds, each launch or graph that
 * the host submits four more, and every third submission a hundred more. */
enum { NULL_HIP_LAUNCH_US = 2, NULL_HIP_SUBMIT_US = 4, NULL_HIP_SLOW_US = 100, NULL_HIP_SLOW_EVERY = 3 };

/* Where the environment variable NULL_HIP_LOG names a file, each graph that is destroyed appends a line
 * "captured=N distinct=N replays=N": launches in it, how many of them were given other first arguments, and how often
 * it ran. */

#endif
