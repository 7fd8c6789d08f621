/* Memory that a launch gives its kernel: arguments with the hidden ones, the dispatch packet, the queue. */
#include "kernarg.h"

#include <stdlib.h>

static void put(uint8_t *segment, size_t size, const struct kernel_arg *a, uint64_t value) {
    if (a->size <= 8 && (size_t)a->offset + a->size <= size)
        memcpy(segment + a->offset, &value, a->size);
}

/* Value of a hidden argument (AMDGPUUsage, code object v5 metadata). Pointers to services that only a real runtime
 * offers (printf, hostcall, heap, default queue) are null. */
static uint64_t hidden_value(const char *kind, const struct launch *l, uint64_t queue) {
    static const char axis[] = "xyz";
    size_t n = strlen(kind);
    unsigned d = n ? (unsigned)(strchr(axis, kind[n - 1]) ? strchr(axis, kind[n - 1]) - axis : 0) : 0;
    if (strncmp(kind, "hidden_block_count_", 19) == 0)
        return l->grid[d] - (l->partial[d] ? 1 : 0);
    if (strncmp(kind, "hidden_group_size_", 18) == 0)
        return l->block[d];
    if (strncmp(kind, "hidden_remainder_", 17) == 0)
        return l->partial[d];
    if (strcmp(kind, "hidden_grid_dims") == 0)
        return l->grid[2] * l->block[2] > 1 ? 3 : l->grid[1] * l->block[1] > 1 ? 2 : 1;
    if (strcmp(kind, "hidden_dynamic_lds_size") == 0)
        return l->dynamic_lds;
    if (strcmp(kind, "hidden_private_base") == 0)
        return 0x00020000;
    if (strcmp(kind, "hidden_shared_base") == 0)
        return 0x00010000;
    if (strcmp(kind, "hidden_queue_ptr") == 0)
        return queue;
    return 0;
}

static size_t segment_size(const struct launch *l) {
    size_t size = l->kernarg_size;
    if (l->kernel->kernarg_size > size)
        size = l->kernel->kernarg_size;
    if (l->kernel->meta_kernarg_size > size)
        size = l->kernel->meta_kernarg_size;
    return size ? size : 4;
}

static void fill_packet(uint8_t *p, const struct launch *l, uint64_t kernarg) {
    uint32_t items[3];
    uint16_t u16;
    memset(p, 0, PACKET_SIZE);
    for (unsigned d = 0; d < 3; d++) {
        u16 = (uint16_t)l->block[d];
        memcpy(p + 4 + 2 * d, &u16, 2);
        items[d] = l->partial[d] ? (l->grid[d] - 1) * l->block[d] + l->partial[d] : l->grid[d] * l->block[d];
        memcpy(p + 12 + 4 * d, &items[d], 4);
    }
    p[0] = 2; /* kernel dispatch */
    u16 = items[2] > 1 ? 3 : items[1] > 1 ? 2 : 1;
    memcpy(p + 2, &u16, 2);
    memcpy(p + 24, &l->kernel->private_segment_fixed_size, 4);
    uint32_t group = l->kernel->group_segment_fixed_size + l->dynamic_lds;
    memcpy(p + 28, &group, 4);
    memcpy(p + 40, &kernarg, 8);
}

bool kernarg_prepare(struct launch_memory *m, struct run *run) {
    const struct launch *l = run->launch;
    size_t size = segment_size(l);
    m->kernarg = mem_alloc(size, MEM_KERNARG, l->device);
    m->packet = mem_alloc(PACKET_SIZE + QUEUE_SIZE, MEM_KERNARG, l->device);
    if (!m->kernarg || !m->packet)
        return false;
    uint8_t *segment = (uint8_t *)m->kernarg->base, *packet = (uint8_t *)m->packet->base;
    memset(segment, 0, size);
    if (l->kernarg_size)
        memcpy(segment, l->kernarg, l->kernarg_size);
    run->kernarg = m->kernarg->base;
    run->dispatch_packet = m->packet->base;
    run->queue = m->packet->base + PACKET_SIZE;
    for (uint32_t i = 0; i < l->kernel->nargs; i++)
        if (strncmp(l->kernel->args[i].value_kind, "hidden_", 7) == 0)
            put(segment, size, &l->kernel->args[i], hidden_value(l->kernel->args[i].value_kind, l, run->queue));
    fill_packet(packet, l, run->kernarg);
    memset(packet + PACKET_SIZE, 0, QUEUE_SIZE);
    mem_define(m->kernarg, m->kernarg->base, size, true);
    mem_define(m->packet, m->packet->base, PACKET_SIZE + QUEUE_SIZE, true);
    return true;
}

void kernarg_release(struct launch_memory *m) {
    if (m->kernarg)
        mem_free((void *)m->kernarg->base);
    if (m->packet)
        mem_free((void *)m->packet->base);
}
