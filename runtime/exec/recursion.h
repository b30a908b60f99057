// SPDX-License-Identifier: Apache-2.0
//
// recursion.h: relations that use themselves.

#ifndef SUP_RUNTIME_EXEC_RECURSION_H
#define SUP_RUNTIME_EXEC_RECURSION_H

#include "runtime/exec/finding.h"

// The relations that use each other with `relation`, itself among them, by number; 0 where it does not use itself.
// `members` has room for all relations.
uint32_t recursion_ring(const Program *program, uint32_t relation, uint32_t *members);

// Computes the relations of a ring: rows[index] and gap_lines[index] are set for each of its members. On failure some
// of the rows may be set; the caller frees them.
Status recursion_build(RunShared *shared, const uint32_t *members, uint32_t count, Rowset **rows,
                       RuleResult *gap_lines);

#endif
