// SPDX-License-Identifier: Apache-2.0
//
// lang.h: the door of the front end.
//
// A program goes through it in this order: sources are added to a SourceSet (source.h), parse gives
// one Ast per source (parse.h), check gives the meaning of all of them together (typed.h), and what
// was wrong stands in a DiagList (diag.h). The front end opens no file, prints nothing and keeps no
// state between calls.

#ifndef SUP_LANG_LANG_H
#define SUP_LANG_LANG_H

#include "lang/ast.h"
#include "lang/diag.h"
#include "lang/format.h"
#include "lang/parse.h"
#include "lang/source.h"
#include "lang/typed.h"
#include "lang/typed_body.h"

#endif
