#ifndef SMALLM_CLI_INPUTS_MOE_H
#define SMALLM_CLI_INPUTS_MOE_H

#include "exit_status.h"
#include "moe.h"
#include "options_moe.h"

/* The routing and the arrays in host memory. Dimensions have passed the library's guards. */
struct inputs_moe {
    size_t slots, sorted_len, blocks, x_rows;
    int32_t *topk_ids;                /* [slots] */
    int32_t *sorted, *expert_ids;     /* [sorted_len], [blocks]: what sorting must give */
    int32_t posts;                    /* num_tokens_post_padded */
    uint8_t *touched;                 /* [experts]: has a slot */
    size_t touched_experts, max_rows; /* how many; slots of the one that has the most */
    uint8_t *x, *x_scale;
    uint8_t **w, **w_scale; /* [experts]; NULL for experts without a slot */
    float *weights;         /* [slots], or NULL */
    struct moe_inputs view;
    struct moe_rows rows; /* the reference's results */
};

/* Routing and tables. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why; so do the others. */
enum exit_status inputs_moe_route(struct inputs_moe *inputs, const struct moe_options *options);
/* Then tensors and the reference. */
enum exit_status inputs_moe_make(struct inputs_moe *inputs, const struct moe_options *options);
void inputs_moe_free(struct inputs_moe *inputs);

#endif
