# SPDX-License-Identifier: Apache-2.0
"""Random joins over tables that are clean, or nearly, for planning.py: keys of one column or two, that run from 1 or lie far
apart, conditions and filters over one side, chains of clauses, partners that are missing or that are several."""

import random

COLUMNS = "(id: integer, k: integer?, j: integer?, t: text?, d: date?, m: decimal(9, 2)?, b: boolean?)"
KINDS = ("join", "join", "lookup", "exists", "lacks", "attach")
OWN = ("{v}.j > 1", "{v}.t = \"p\"", "{v}.m >= 2", "{v}.b", "{v}.d >= 2024-01-05", "{v}.j != {v}.k", "not ({v}.t = \"q\")",
       "({v}.j = 2 or {v}.b)", "{v}.m / {v}.j > 1")
BOTH = ("{v}.j != {u}.j", "{v}.d >= {u}.d", "{v}.m < {u}.m", "({v}.t = {u}.t or {v}.j > {u}.j)", "{u}.j > 1")
LINKS = ("{v}.k = {u}.k", "{v}.k = {u}.j", "{v}.id = {u}.k", "{v}.id = {u}.k", "{v}.t = {u}.t", "{v}.d = {u}.d", "{v}.m = {u}.m",
         "{v}.b = {u}.b", "{v}.k + 1 = {u}.k", "{v}.id = {u}.id")


def cell(rng, kind, share, step):
    if rng.random() < share:
        return ""
    return {"k": str(rng.randrange(1, 9) * step), "j": str(rng.randrange(0, 4)), "t": rng.choice("pqrs"),
            "d": f"2024-01-{rng.randrange(1, 9):02}", "m": f"{rng.randrange(0, 4)}.5", "b": rng.choice(("true", "false"))}[kind]


def write_table(rng, path, step, share):
    rows = rng.choice((0, 1, 7, 20, 20, 50))
    holes = rng.choice("kjtdmb")
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,k,j,t,d,m,b\n")
        for row in range(rows):
            cells = [cell(rng, kind, share if kind == holes else 0, step) for kind in "kjtdmb"]
            file.write(",".join([str((row + 1) * step), *cells]) + "\n")


def condition(rng, v, u):
    on = [rng.choice(LINKS)] + ([rng.choice(LINKS)] if rng.random() < 0.35 else [])
    on += rng.sample(OWN, rng.choice((0, 0, 1, 2))) + rng.sample(BOTH, rng.choice((0, 0, 1)))
    rng.shuffle(on)
    text = " and ".join(on).format(v=v, u=u)
    if rng.random() < 0.1:
        text += f" and not ({v}.j = {u}.k and {v}.b)"
    return text


def clauses(rng, count):
    """The clauses behind `from`, the variables that have rows, and those that have sets."""
    lines, rows, sets = [], ["v0"], []
    for number in range(1, count + 1):
        kind, v = rng.choice(KINDS), f"v{number}"
        on = condition(rng, v, rng.choice(rows))
        policy = rng.choice((" on missing undecided", " on missing drop")) if kind != "lookup" or rng.random() < 0.5 else ""
        lines.append(f"  {kind} t{rng.randrange(3)} as {v} on {on}{policy}")
        if kind in ("join", "lookup"):
            rows.append(v)
            for own in rng.sample(OWN, rng.choice((0, 0, 1, 1))):
                lines.append(f"  where {own.format(v=v)}{rng.choice(('', ' on missing drop'))}")
        elif kind == "attach" or kind == "exists" and rng.random() < 0.5:
            sets.append(v)
    return lines, rows, sets


def write_joins(seed, folder):
    rng = random.Random(seed)
    share = rng.choice((0, 0, 0, 0, 0.05))
    for table in range(3):
        write_table(rng, f"{folder}/t{table}.csv", rng.choice((1, 1, 3, 1000003)), share)
    tables = "".join(f"table t{number} {COLUMNS}\n" for number in range(3))
    lines, rows, sets = clauses(rng, rng.choice((1, 2, 3)))
    first = [f"  where {own.format(v='v0')}" for own in rng.sample(OWN, rng.choice((0, 1, 1)))]
    folds = [f"    s{v}: count({v})\n" for v in sets] + [f"    m{v}: sum({v}.m)\n" for v in sets[:1]]
    body = "\n".join([f"  from t{rng.randrange(3)} as v0", *first, *lines]) + "\n"
    if rng.random() < 0.5:
        folds += [f"    n{v}: count({v})\n" for v in rows]
        body += "  group by v0.t as key\n  clue for key\n" + "".join(folds)
    else:
        body += f"  clue for v0.id\n" + "".join(folds)
    evidence = [v for v in rows + sets if rng.random() < 0.6]
    body += f"    evidence: {{{', '.join(evidence)}}}\n" if evidence else ""
    again = rng.random() < 0.3
    rules = f'rule r "r"\n{body}' + (f'rule q "q"\n{body}' if again else "")
    with open(f"{folder}/model.sup", "w", encoding="utf-8") as file:
        file.write(tables + rules)
    return f"{folder}/model.sup"
