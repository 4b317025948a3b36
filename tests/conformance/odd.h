/* What the rules share that give a batch which is out of the ordinary in one way. */
#ifndef ILF_TESTS_ODD_H
#define ILF_TESTS_ODD_H

#include "check.h"

#define S(literal) ((ilf_str){literal, sizeof(literal) - 1})

/* How a rule is tried: must the batch be taken when an ordinary one is? And what has the shape? */
enum { MAY_FAIL = 0, MUST_PASS = 1, LOGS = 2, EVENTS = 4, BOTH = LOGS | EVENTS };

/* Give an ordinary sample, then one that rule->shape has changed. */
void takes(const struct rule *rule);

#define TAKES(what, how) .run = takes, .shape = (what), .number = (how)

/* Cures that are those of many rules. */
#define LOOK "look at every count and length before what it counts"
#define LENGTH "use ptr with len, never as a C string"
#define TYPE "switch over the type, with a default that skips"

#endif
