# SPDX-License-Identifier: Apache-2.0
"""Random graphs in relations that use themselves, for planning.py: bodies that ask for the rows of some starts, and relations that keep
the best row of a key over tables with holes."""

import random

POLICIES = (" on missing undecided", " on missing drop")
HEADS = {
    "pair": ("(a: text?, b: text?)", "a: e.a, b: e.b", "a: w.a, b: e.b"),
    "backward": ("(a: text?, b: text?)", "a: e.a, b: e.b", "a: e.a, b: w.b"),
    "wide": ("(a: text?, b: text?, c: text?)", "a: e.a, b: e.b, c: e.c", "a: w.a, b: e.b, c: w.c"),
    "kept": ("(a: text?, b: text?, x: integer?)\n  key (a, b)\n  keep least x", "a: e.a, b: e.b, x: e.w", "a: w.a, b: e.b, x: w.x + 1"),
}


def hole(rng, text, share):
    return "" if rng.random() < share else text


def write(folder, model, tables):
    for name, (header, lines) in tables.items():
        with open(f"{folder}/{name}.csv", "w", encoding="utf-8") as file:
            file.write("\n".join([header, *lines]) + "\n")
    with open(f"{folder}/model.sup", "w", encoding="utf-8") as file:
        file.write(model)
    return f"{folder}/model.sup"


def edges(rng, nodes, share_a, share_b):
    lines = [",".join((hole(rng, rng.choice(nodes), share_a), hole(rng, rng.choice(nodes), share_b),
                       hole(rng, str(rng.randrange(4)), share_b if rng.random() < 0.5 else 0), hole(rng, rng.choice("uvw"), share_b)))
             for _ in range(rng.choice((4, 9, 14)))]
    return "a,b,w,c", lines


def reader(rng, number, bound, other, node, shown):
    """A body that asks for the rows whose column `bound` is some node's."""
    where = rng.choice(("", "  where x.k > 0\n"))
    evidence = "" if shown else "    evidence: {x}\n"
    policy = rng.choice(POLICIES)
    rule = f'rule r{number} "r"\n'
    ask = f"w.{bound} = x.id"
    return rng.choice((
        f'{rule}  from R as w\n  where w.{bound} = "{node}"\n  clue for w.{other}\n',
        f"{rule}  from x as x\n{where}  join R as w on {ask}\n  clue for x.id, w.{other}\n{evidence}",
        f'{rule}  from x as x\n  lacks R as w on {ask} and w.{other} = "{node}"{policy}\n  clue for x.id\n{evidence}',
        f"{rule}  from x as x\n  exists R as w on {ask} and w.{other} != x.id{policy}\n  clue for x.id\n{evidence}",
        f"{rule}  from x as x\n  attach R as w on {ask}{policy}\n  group by x.id\n  where count(w) > 1\n  clue for id\n{evidence}",
        f"{rule}  from x as x\n  join R as w on {ask} and x.k < 2\n  group by x.id\n  clue for id\n{evidence}",
        f"relation S{number} (p: text?, q: text?)\n  from x as x\n  join R as w on {ask}\n  yield (p: x.id, q: w.{other})\n"
        f"{rule}  from S{number} as s\n  where s.q is present\n  clue for s.p\n",
        f'{rule}  from R as w\n  join x as x on x.id = w.{other}\n  where w.{bound} = "{node}" and x.k >= 0\n  clue for x.id\n{evidence}',
    ))


def write_starts(seed, folder):
    rng = random.Random(seed)
    nodes = [f"n{i}" for i in range(rng.choice((3, 5, 8)))]
    share = rng.choice((0, 0, 0, 0.1, 0.3))
    form = rng.choice(tuple(HEADS))
    head, base, step = HEADS[form]
    bound, other = ("b", "a") if form == "backward" else ("a", "b")
    link = "e.b = w.a" if form == "backward" else "e.a = w.b"
    if rng.random() < 0.15:
        bound, other = other, bound
    source = rng.choice((f"from R as w\n  join e as e on {link}", f"from e as e\n  join R as w on {link}",
                         f"from R as w\n  join e as e on {link} on missing drop"))
    where = rng.choice(("", '  where e.c = "u"\n'))
    shown = rng.random() < 0.15
    readers = "".join(reader(rng, k, bound, other, rng.choice(nodes), shown) for k in range(rng.choice((1, 1, 2, 3))))
    model = (f"table e (a: text?, b: text?, w: integer?, c: text?)\ntable x (id: text?, k: integer)\n"
             f"relation R {head}\n  from e as e\n  yield ({base})\nalso\n  {source}\n{where}  yield ({step})\n{readers}")
    ids = [f"{hole(rng, rng.choice((*nodes, 'z')), rng.choice((0, 0, 0.3)))},{rng.randrange(3)}" for _ in range(rng.choice((1, 2, 4)))]
    return write(folder, model, {"e": edges(rng, nodes, rng.choice((0, share)), share), "x": ("id,k", ids)})


def write_kept(seed, folder):
    rng = random.Random(seed)
    nodes = [f"n{i}" for i in range(rng.choice((3, 4, 6)))]
    share = rng.choice((0, 0.1, 0.2, 0.35))
    least = rng.random() < 0.6
    depth = rng.choice(("", "", "  limit depth 1\n", "  limit depth 3\n"))
    steps = (("w.x + 1", "greatest(w.x, e.w)") + (("w.x + e.w",) if depth else ())) if least else ("least(w.x, e.w)",)
    where = rng.choice(("", "  where w.x < 4\n" if least else "  where w.x > 0\n", "  where e.w is present\n", '  where e.c != "v"\n'))
    link = rng.choice(("e.a = w.b", 'e.a = w.b and e.c = "u"', "e.a = w.b and e.w > w.x" if least else "e.a = w.b"))
    note = rng.random() < 0.6
    more, given = (", note: text?", ", note: e.c") if note else ("", "")
    seen = "    notes: collect(w.note)\n" if note else ""
    model = (f"table e (a: text?, b: text?, w: integer?, c: text?)\nrelation R (a: text?, b: text?, x: integer?{more})\n  key (a, b)\n"
             f"  keep {'least' if least else 'greatest'} x\n{depth}  from e as e\n  yield (a: e.a, b: e.b, x: e.w{given})\nalso\n"
             f"  from R as w\n  join e as e on {link}\n{where}  yield (a: w.a, b: e.b, x: {rng.choice(steps)}{given})\n"
             f'rule r1 "r"\n  from R as w\n  where w.a = w.b\n  clue for w.a\n'
             f'rule r2 "r"\n  from e as e\n  join R as w on w.a = e.b\n  where w.x > 2\n  clue for e.a, w.b\n    least: min(w.x)\n{seen}'
             f'rule r3 "r"\n  from e as e\n  lacks R as w on w.a = e.b and w.b = e.a on missing undecided\n  clue for e.a, e.b\n')
    return write(folder, model, {"e": edges(rng, nodes, share, share)})
