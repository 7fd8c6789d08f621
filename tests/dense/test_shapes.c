/* Odd shapes with the library's own choice: K of one block to models' odd ones, N of 1 to one past a tile, every M,
 * rows close together and apart.
 *   test_dense_shapes LIBRARY */
#include "run.h"
#include "test.h"

int main(int argc, char **argv) {
    static const size_t ns[] = {1, 7, 305}, ks[] = {32, 96, 288, 1056};
    const struct run_choice own_choice = {.kernel = NULL};
    if (argc != 2)
        return 2;
    run_open(argv[1]);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 4; j++) {
            for (size_t m = 1; m <= 64; m++) {
                struct layer layer;
                const uint64_t seed = 31 * ns[i] + ks[j] + m;
                if (m % 2 == j % 2)
                    layer_normal(&layer, m, ns[i], ks[j], seed);
                else
                    layer_apart(&layer, m, ns[i], ks[j], seed);
                layer_upload(&layer);
                CHECK(run_layer(&layer, &own_choice, "shape", NULL), "M=%zu N=%zu K=%zu", m, ns[i], ks[j]);
                layer_free(&layer);
            }
        }
    }
    run_close();
    return test_result();
}
