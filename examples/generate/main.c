// SPDX-License-Identifier: Apache-2.0
//
// main.c: the program `generate`: its options and the registry of models.

#include <stdlib.h>
#include <string.h>

#include "examples/generate/generate.h"

#define ENTRY(name) extern const Model model_##name;
#include "generated/generators.inc"
#undef ENTRY

static const Model *const models[] = {
#define ENTRY(name) &model_##name,
#include "generated/generators.inc"
#undef ENTRY
};

#define MODEL_COUNT (sizeof models / sizeof models[0])
#define SCALE_MAX 100000000
#define EXIT_USAGE 4
#define EXIT_WORLD 3

static const char usage[] =
    "generate MODEL --out DIR [--scale ROWS] [--dirt PERCENT] [--seed N]\n"
    "  writes the tables of a model and truth.csv into DIR, which must be there\n"
    "generate --list\n"
    "  MODEL, the model's folder and the rows of its largest table, a line for each\n";

static int refuse(const char *what)
{
    fprintf(stderr, "generate: %s\n%s", what, usage);
    return EXIT_USAGE;
}

static int list_models(void)
{
    for (size_t i = 0; i < MODEL_COUNT; i++)
        printf("%s\t%s\t%lld\n", models[i]->name, models[i]->folder, (long long)models[i]->scale);
    return 0;
}

static const Model *find_model(const char *name)
{
    for (size_t i = 0; i < MODEL_COUNT; i++)
        if (strcmp(models[i]->name, name) == 0)
            return models[i];
    return NULL;
}

static int write_model(const Model *model, Gen *gen)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/truth.csv", gen->out);
    gen->truth = length < (int)sizeof path ? fopen(path, "wb") : NULL;
    if (!gen->truth) {
        fprintf(stderr, "generate: cannot write %s\n", path);
        return EXIT_WORLD;
    }
    fprintf(gen->truth, "规则,键,结果,真相,说明,核对\n");
    model->make(gen);
    if (fclose(gen->truth) != 0)
        gen->failed = true;
    if (gen->failed)
        fprintf(stderr, "generate: not everything could be written into %s\n", gen->out);
    return gen->failed ? EXIT_WORLD : 0;
}

// Numbers behind options; a percentage may have places.
static bool take_option(Gen *gen, uint64_t *seed, const char *option, const char *value)
{
    char *end;
    double number = strtod(value, &end);
    if (strcmp(option, "--out") == 0) {
        gen->out = value;
        return true;
    }
    if (*value == '\0' || *end != '\0' || !(number >= 0 && number <= SCALE_MAX))
        return false;
    if (strcmp(option, "--scale") == 0 && number >= 1)
        gen->scale = (int64_t)number;
    else if (strcmp(option, "--dirt") == 0 && number <= 100)
        gen->dirt_ppm = (int64_t)(number * 10000 + 0.5);
    else if (strcmp(option, "--seed") == 0)
        *seed = (uint64_t)number;
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1;
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list_models();
    if (argc < 2 || argc % 2 != 0)
        return refuse("give a model and, for each option, its value");
    const Model *model = find_model(argv[1]);
    if (!model)
        return refuse("there is no such model");
    Gen gen = {.scale = model->scale};
    for (int i = 2; i < argc; i += 2)
        if (!take_option(&gen, &seed, argv[i], argv[i + 1]))
            return refuse("an option is unknown, or its value is none");
    if (!gen.out)
        return refuse("--out is missing");
    gen.world.state = random_hash(seed);
    gen.dirt.state = random_hash(seed + UINT64_C(0x5DEECE66D));
    return write_model(model, &gen);
}
