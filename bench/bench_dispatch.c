#define _GNU_SOURCE
#include "bench_dispatch.h"

#include <getopt.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "count_alloc.h"
#include "dispatch_loops.h"
#include "smallm/version.h"

enum { MOST_THREADS = 8 };
#define BAR_EXECUTE 100.0
#define BAR_LOOKUP 50.0

static const unsigned thread_counts[] = {1, MOST_THREADS};
enum { RUNS = sizeof thread_counts / sizeof thread_counts[0] };

static const struct operation {
    const char *name;
    enum dispatch_loop execute, one_call;
} operations[] = {{"dense", LOOP_EXECUTE, LOOP_ONE_CALL}, {"moe", LOOP_MOE_EXECUTE, LOOP_MOE_ONE_CALL}};
enum { OPERATIONS = sizeof operations / sizeof operations[0] };

/* Medians of all batches of all threads, in nanoseconds a call. */
struct result {
    unsigned threads;
    bool by_cpu; /* there are fewer processors than threads: what a thread waits for one is not its cost */
    double real[DISPATCH_LOOPS], cpu[DISPATCH_LOOPS];
    double execute[OPERATIONS], lookup[OPERATIONS];  /* beyond HIP's call; beyond execute */
    unsigned long long allocations, failed, missing; /* missing: calls that did not reach HIP */
    bool met;
};

struct choice {
    double slack;
    bool json;
};

static enum exit_status parse(struct choice *choice, int argc, char **argv) {
    enum { SLACK, JSON };
    static const struct option table[] = {
        {"slack", required_argument, NULL, SLACK}, {"json", no_argument, NULL, JSON}, {NULL, 0, NULL, 0}};
    *choice = (struct choice){.slack = 1};
    optind = 1;
    opterr = 0;
    for (;;) {
        int at = optind;
        char *end = NULL;
        switch (getopt_long(argc, argv, ":", table, NULL)) {
        case -1:
            return optind == argc ? EXIT_RIGHT
                                  : complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of dispatch", argv[optind]);
        case SLACK:
            choice->slack = strtod(optarg, &end);
            if (end == optarg || *end != '\0' || !(choice->slack >= 1) || choice->slack > 1000)
                return complain(EXIT_BAD_ARGUMENTS, "--slack is \"%s\"; it must be a number from 1 to 1000", optarg);
            break;
        case JSON:
            choice->json = true;
            break;
        case ':':
            return complain(EXIT_BAD_ARGUMENTS, "%s needs a value", argv[at]);
        default:
            return complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of dispatch; see smallm-bench --help",
                            argv[at]);
        }
    }
}

struct worker {
    pthread_t id;
    const struct dispatch_bench *bench;
    pthread_barrier_t *barrier;
    struct dispatch_times times;
};

static void *work(void *argument) {
    struct worker *worker = argument;
    (void)worker->bench->launches();       /* makes the counter's own place in this thread */
    pthread_barrier_wait(worker->barrier); /* all threads exist */
    pthread_barrier_wait(worker->barrier); /* allocations have been counted */
    dispatch_measure(worker->bench, &worker->times);
    pthread_barrier_wait(worker->barrier);
    pthread_barrier_wait(worker->barrier);
    return NULL;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, size_t n) {
    qsort(values, n, sizeof *values, ascending);
    return values[n / 2];
}

static void sum_up(struct result *result, const struct worker *workers, const struct choice *choice) {
    static double all[MOST_THREADS * DISPATCH_BATCHES];
    const unsigned threads = result->threads;
    const unsigned long long calls = (unsigned long long)DISPATCH_LOOPS * DISPATCH_BATCH * DISPATCH_BATCHES;
    for (int l = 0; l < DISPATCH_LOOPS; l++) {
        for (unsigned t = 0; t < threads; t++)
            memcpy(all + t * DISPATCH_BATCHES, workers[t].times.real[l], sizeof workers[t].times.real[l]);
        result->real[l] = median(all, (size_t)threads * DISPATCH_BATCHES);
        for (unsigned t = 0; t < threads; t++)
            memcpy(all + t * DISPATCH_BATCHES, workers[t].times.cpu[l], sizeof workers[t].times.cpu[l]);
        result->cpu[l] = median(all, (size_t)threads * DISPATCH_BATCHES);
    }
    for (unsigned t = 0; t < threads; t++) {
        result->failed += workers[t].times.failed;
        result->missing += calls - workers[t].times.launches;
    }
    result->by_cpu = sysconf(_SC_NPROCESSORS_ONLN) < (long)threads;
    const double *time = result->by_cpu ? result->cpu : result->real;
    result->met = result->allocations == 0 && alloc_counted() && result->failed == 0 && result->missing == 0;
    for (int i = 0; i < OPERATIONS; i++) {
        result->execute[i] = time[operations[i].execute] - time[LOOP_HIP];
        result->lookup[i] = time[operations[i].one_call] - time[operations[i].execute];
        result->met &=
            result->execute[i] < BAR_EXECUTE * choice->slack && result->lookup[i] < BAR_LOOKUP * choice->slack;
    }
}

static enum exit_status run(struct result *result, const struct dispatch_bench *bench, unsigned threads,
                            const struct choice *choice) {
    *result = (struct result){.threads = threads};
    struct worker *workers = calloc(threads, sizeof *workers);
    pthread_barrier_t barrier;
    if (workers == NULL || pthread_barrier_init(&barrier, NULL, threads + 1) != 0)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %u threads", threads);
    for (unsigned t = 0; t < threads; t++) {
        workers[t].bench = bench;
        workers[t].barrier = &barrier;
        if (pthread_create(&workers[t].id, NULL, work, &workers[t]) != 0) {
            complain(EXIT_BAD_ARGUMENTS, "thread %u cannot be started", t);
            exit(EXIT_BAD_ARGUMENTS); /* the others wait at the barrier */
        }
    }
    pthread_barrier_wait(&barrier);
    const unsigned long long before = alloc_calls();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    result->allocations = alloc_calls() - before;
    pthread_barrier_wait(&barrier);
    for (unsigned t = 0; t < threads; t++)
        pthread_join(workers[t].id, NULL);
    pthread_barrier_destroy(&barrier);
    sum_up(result, workers, choice);
    free(workers);
    return EXIT_RIGHT;
}

static void print_text(const struct result *r, const struct choice *choice) {
    printf("%u thread%s, nanoseconds a call, medians of %u batches of %u (%s):\n", r->threads,
           r->threads > 1 ? "s at once" : "", r->threads * DISPATCH_BATCHES, DISPATCH_BATCH,
           r->by_cpu ? "processor time: there are fewer processors than threads" : "real time");
    const double *time = r->by_cpu ? r->cpu : r->real;
    printf("  HIP's call alone, doing nothing   %7.1f\n", time[LOOP_HIP]);
    for (int i = 0; i < OPERATIONS; i++) {
        const struct operation *operation = &operations[i];
        char name[64];
        snprintf(name, sizeof name, "smallm_%s_execute", operation->name);
        printf("  %-32s  %7.1f   beyond HIP's call %6.1f, bar %.0f: %s\n", name, time[operation->execute],
               r->execute[i], BAR_EXECUTE * choice->slack,
               r->execute[i] < BAR_EXECUTE * choice->slack ? "PASS" : "FAIL");
        snprintf(name, sizeof name, "smallm_%s, plan known", operation->name);
        printf("  %-32s  %7.1f   plan lookup       %6.1f, bar %.0f: %s\n", name, time[operation->one_call],
               r->lookup[i], BAR_LOOKUP * choice->slack, r->lookup[i] < BAR_LOOKUP * choice->slack ? "PASS" : "FAIL");
    }
    if (alloc_counted())
        printf("  allocations and frees: %llu in all, bar 0: %s\n", r->allocations,
               r->allocations == 0 ? "PASS" : "FAIL");
    else
        printf("  allocations and frees: not counted in this build (sanitizer, or not glibc): FAIL\n");
    if (r->failed != 0 || r->missing != 0)
        printf("  %llu calls failed, %llu launches did not reach HIP: FAIL\n", r->failed, r->missing);
}

static void print_json_row(const char *operation, const char *what, const struct result *r, double real, double cpu,
                           double bar, bool first) {
    char name[64];
    snprintf(name, sizeof name, "%s%s", operation, what);
    printf("%s\n    {\"name\": \"%s/threads:%u\", \"run_name\": \"%s/threads:%u\", \"run_type\": \"iteration\", "
           "\"repetitions\": %d, \"threads\": %u, \"iterations\": %d, \"real_time\": %.3f, \"cpu_time\": %.3f, "
           "\"time_unit\": \"ns\", \"allocations\": %llu",
           first ? "" : ",", name, r->threads, name, r->threads, DISPATCH_BATCHES, r->threads, DISPATCH_BATCH, real,
           cpu, r->allocations);
    if (bar > 0)
        printf(", \"bar\": %.1f", bar);
    putchar('}');
}

static void print_json(const struct result results[RUNS], const struct choice *choice) {
    char date[64] = "", host[256] = "";
    time_t now = time(NULL);
    struct tm utc;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S+00:00", gmtime_r(&now, &utc));
    gethostname(host, sizeof host - 1);
    printf("{\n  \"context\": {\"date\": \"%s\", \"host_name\": \"%s\", \"executable\": \"smallm-bench\", "
           "\"num_cpus\": %ld, \"library_version\": \"%s\", \"json_schema_version\": 1},\n  \"benchmarks\": [",
           date, host, sysconf(_SC_NPROCESSORS_ONLN), smallm_version_string());
    for (unsigned i = 0; i < RUNS; i++) {
        const struct result *r = &results[i];
        const double *real = r->real, *cpu = r->cpu;
        print_json_row("", "hip_launch_null", r, real[LOOP_HIP], cpu[LOOP_HIP], 0, i == 0);
        for (int j = 0; j < OPERATIONS; j++) {
            const char *name = operations[j].name;
            const enum dispatch_loop execute = operations[j].execute, one_call = operations[j].one_call;
            print_json_row(name, "_execute", r, real[execute], cpu[execute], 0, false);
            print_json_row(name, "_one_call", r, real[one_call], cpu[one_call], 0, false);
            print_json_row(name, "_execute_beyond_hip", r, real[execute] - real[LOOP_HIP], cpu[execute] - cpu[LOOP_HIP],
                           BAR_EXECUTE * choice->slack, false);
            print_json_row(name, "_plan_lookup", r, real[one_call] - real[execute], cpu[one_call] - cpu[execute],
                           BAR_LOOKUP * choice->slack, false);
        }
    }
    puts("\n  ]\n}");
}

enum exit_status bench_dispatch(int argc, char **argv) {
    struct choice choice;
    static struct dispatch_bench bench;
    struct result results[RUNS];
    enum exit_status status = parse(&choice, argc, argv);
    if (status == EXIT_RIGHT)
        status = dispatch_open(&bench, SMALLM_CELLS, SMALLM_MOE_CELLS);
    bool met = true;
    for (unsigned i = 0; i < RUNS && status == EXIT_RIGHT; i++) {
        status = run(&results[i], &bench, thread_counts[i], &choice);
        met &= status == EXIT_RIGHT && results[i].met;
        if (status == EXIT_RIGHT && !choice.json)
            print_text(&results[i], &choice);
    }
    if (status == EXIT_RIGHT && choice.json)
        print_json(results, &choice);
    else if (status == EXIT_RIGHT)
        printf("%s\n", met ? "PASS" : "FAIL");
    dispatch_close(&bench);
    return status == EXIT_RIGHT && !met ? EXIT_WRONG_RESULT : status;
}
