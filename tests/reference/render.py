# SPDX-License-Identifier: Apache-2.0
"""A model as `.sup` text, with each keyword in a random spelling, and its tables as CSV files."""

import csv
import io
import os

import model as ast
from values import canonical, date_text, decimal_text, month_text

WORDS = {
    "from": "来自", "join": "关联", "lookup": "查找", "attach": "附带", "exists": "存在",
    "each": "逐一", "extract": "提取", "lacks": "不存在", "using": "采用", "match": "匹配", "block on": "分块 条件",
    "compare": "比较", "weight": "权重", "accept": "认定", "review": "复核", "series": "序列", "per": "每", "over": "范围", "fill": "补",
    "missing": "缺失", "session by": "批次 按", "gap": "间隔", "connect": "连通", "with": "与",
    "sequence by": "次序 按", "step": "步骤", "absent": "其间无", "among": "同组", "ordered by": "依序 按", "latest": "最近", "as": "记作", "on": "条件", "where": "筛选", "let": "设",
    "doubt": "存疑", "except": "除外", "when": "当", "cites": "依据", "score": "计分", "clue": "线索",
    "yield": "得出", "if": "若", "then": "则", "else": "否则", "or": "或", "and": "且", "not": "非",
    "in": "属于", "during": "处于", "overlaps": "重叠于", "at": "时点", "not in": "不属于",
    "not during": "不处于", "not overlaps": "不重叠于", "is present": "不为空",
    "is missing": "为空", "covered at": "覆盖 于", "on missing": "缺失则", "group by": "分组 按",
    "order by": "排序 按", "law": "法律", "version": "版本", "effective": "施行", "type": "类型",
    "matching": "形式", "enum": "枚举", "table": "数据表", "key": "主键", "covers": "覆盖",
    "expect": "预期", "quarantine": "隔离", "warn": "警告", "param": "参数", "since": "自", "function": "函数",
    "relation": "关系", "keep": "保留", "least": "最小者", "greatest": "最大者", "rule": "规则",
    "query": "查询", "for": "针对", "drop": "舍弃", "undecided": "待查", "by": "按", "upto": "截至",
    "within": "时限", "descending": "降序", "limit": "限", "depth": "深度", "also": "另",
}
NAMES = {
    "count": "计数", "sum": "合计", "min": "最小", "max": "最大", "mean": "平均",
    "distinct_count": "不同数", "any": "任一", "period": "期间", "month": "月份",
    "first_day": "首日", "last_day": "末日", "round": "四舍五入", "true": "真", "false": "假",
    "as_of": "截止日", "points": "总分", "text": "文本", "integer": "整数", "money": "金额",
    "date": "日期", "boolean": "真假", "person_id": "身份号", "ratio": "比率",
    "point": "位置", "length": "长度", "distance": "距离", "rank": "排名", "dense_rank": "连续排名", "percent_rank": "百分排名", "ntile": "分档", "nth_value": "第几值",
    "change": "变化量", "row_number": "序号", "previous": "前一个",
    "next": "后一个", "first_value": "首值", "last_value": "末值", "running_sum": "累计合计",
    "running_count": "累计计数", "moving_sum": "移动合计", "moving_mean": "移动平均",
    "z_score": "标准分", "robust_z": "稳健离差", "iqr_outlier": "四分位离群",
    "benford": "首位数字分布", "last_digit": "末位分布", "round_share": "整数占比", "repeated_share": "重复占比",
    "just_below": "临界聚集", "sign_test": "符号检验", "wilcoxon_signed": "符号秩检验", "concentration": "集中度",
    "mann_whitney": "秩和检验", "ks_two": "分布检验", "chi_square": "卡方检验", "fisher_exact": "费希尔检验",
    "trend": "趋势", "change_point": "变点", "flat_line": "恒定序列", "step_pattern": "阶跃",
    "seasonal_residual": "季节残差", "regular_intervals": "规律间隔", "burst": "突发", "duplicate_of": "重复记录",
    "adjust": "多重校正", "field p": "显著性", "field copies": "相同份数",
    "percentile_in_peers": "同组百分位", "peer_ratio": "同组比值", "field score": "分值",
    "field flag": "异常", "field n": "样本数", "field left_out": "未计入", "field value": "观察值",
    "gap_to_previous": "距前一个", "months": "各月", "days": "各日", "split": "拆分", "title": "标题", "severity": "程度", "evidence": "证据",
}

# How tightly an expression binds: `if` < or < and < not < comparison < ?? < + < * < unary < call.
IF, OR, AND, NOT, COMPARE, COALESCE, SUM, PRODUCT, UNARY, ATOM = range(10)


class Renderer:
    """Writes one model; `rng` None writes English keywords throughout. The same expression is spelled
    alike wherever it stands, for a failure is named by its text."""

    def __init__(self, rng=None):
        self.rng = rng
        self.texts = {}

    def word(self, english):
        chinese = WORDS.get(english)
        return chinese if chinese and self.rng and self.rng.random() < 0.5 else english

    def name(self, english):
        chinese = NAMES.get(english)
        return chinese if chinese and self.rng and self.rng.random() < 0.5 else english

    # ------------------------------------------------------------ expressions

    def expr(self, e, above=IF):
        if e not in self.texts:
            self.texts[e] = getattr(self, "_" + type(e).__name__.lower())(e)
        text, level = self.texts[e]
        return f"({text})" if level < above else text

    def _lit(self, e):
        return literal(e, self), UNARY if is_negative(e.value) else ATOM

    def _col(self, e):
        return ".".join(part for part in (e.var, e.name) if part), ATOM

    def _rowpresent(self, e):
        return f"{e.var} {self.word('is present')}", COMPARE

    def _keyref(self, e):
        return e.name, ATOM

    _letref = _keyref

    def _paramref(self, e):
        if e.at is None:
            return e.name, ATOM
        return f"{e.name} {self.word('at')} {self.expr(e.at, ATOM)}", UNARY

    def _asof(self, e):
        return self.name("as_of"), ATOM

    def _points(self, e):
        return self.name("points"), ATOM

    def _arith(self, e):
        level = SUM if e.op in "+-" else PRODUCT
        return f"{self.expr(e.left, level)} {e.op} {self.expr(e.right, level + 1)}", level

    def _neg(self, e):
        return f"-{self.expr(e.arg, ATOM)}", UNARY

    def _cmp(self, e):
        return f"{self.expr(e.left, COALESCE)} {e.op} {self.expr(e.right, COALESCE)}", COMPARE

    def _between(self, e):
        word = self.word("not in" if e.negated else "in")
        left, right = "(" if e.open_low else "[", ")" if e.open_high else "]"
        return (f"{self.expr(e.arg, COALESCE)} {word} "
                f"{left}{self.expr(e.low)} .. {self.expr(e.high)}{right}"), COMPARE

    def _member(self, e):
        word = self.word("not in" if e.negated else "in")
        items = ", ".join(self.expr(i) for i in e.items)
        return f"{self.expr(e.arg, COALESCE)} {word} {{{items}}}", COMPARE

    def _span(self, e):
        word = self.word(f"not {e.op}" if e.negated else e.op)
        return f"{self.expr(e.left, COALESCE)} {word} {self.expr(e.right, COALESCE)}", COMPARE

    def _and(self, e):
        return f" {self.word('and')} ".join(self.expr(i, NOT) for i in e.items), AND

    def _or(self, e):
        return f" {self.word('or')} ".join(self.expr(i, AND) for i in e.items), OR

    def _not(self, e):
        return f"{self.word('not')} {self.expr(e.arg, NOT)}", NOT

    def _if(self, e):
        return (f"{self.word('if')} {self.expr(e.cond)} {self.word('then')} {self.expr(e.then)} "
                f"{self.word('else')} {self.expr(e.other)}"), IF

    def _coalesce(self, e):
        return f"{self.expr(e.left, SUM)} ?? {self.expr(e.right, COALESCE)}", COALESCE

    def _present(self, e):
        word = self.word("is missing" if e.negated else "is present")
        return f"{self.expr(e.arg, COALESCE)} {word}", COMPARE

    def _call(self, e):
        return f"{self.name(e.name)}({', '.join(self.expr(a) for a in e.args)})", ATOM

    def _apply(self, e):
        return f"{e.name}({', '.join(self.expr(a) for a in e.args)})", ATOM

    def _agg(self, e):
        inner = ", ".join(v.split(".")[0] for v in e.vars) if e.arg is None else self.expr(e.arg)
        if e.when is not None:
            inner += f" {self.word('when')} {self.expr(e.when)}"
        if e.by is not None:
            inner += f", by: {self.expr(e.by)}"
        return f"{self.name(e.fn)}({inner})", ATOM

    def _check(self, e):
        agg, two = e.agg, isinstance(e.agg.arg, ast.Pair)
        first = self.expr(agg.arg.left if two else agg.arg)
        when = "" if agg.when is None else f" {self.word('when')} {self.expr(agg.when)}"
        operands = [first + when]
        if two and not e.by:
            operands.append(self.expr(agg.arg.right))
        operands += [f"{n}: {v if isinstance(v, int) else self.expr(v)}" for n, v in e.given]
        if two and e.by:
            operands.append(f"{'by' if self.rng is None or self.rng.random() < 0.5 else '按'}: {self.expr(agg.arg.right)}")
        operands.append(f"{'least' if self.rng is None or self.rng.random() < 0.5 else '至少'}: {e.least}")
        return f"{self.name(agg.fn)}({', '.join(operands)})", ATOM

    def _field(self, e):
        return f"{self.expr(e.record, ATOM)}.{self.name('field ' + e.name).split(' ')[-1]}", ATOM

    def _template(self, e):
        parts = (p if isinstance(p, str) else "{" + self.expr(p) + "}" for p in e.parts)
        return '"' + "".join(parts) + '"', ATOM

    # ---------------------------------------------------------------- clauses

    def clause(self, c):
        return getattr(self, "_" + type(c).__name__.lower())(c)

    def _policy(self, policy):
        return f" {self.word('on missing')} {self.word(policy)}" if policy else ""

    def _covered(self, covered):
        if not covered:
            return ""
        return f" {self.word('covered at')} " + ", ".join(self.expr(e) for e in covered)

    def _from(self, c):
        return f"{self.word('from')} {c.table} {self.word('as')} {c.var}"

    def _partner(self, c):
        using = isinstance(c.on, ast.Using)
        link = f"{self.word('using')} {c.on.match}({c.on.left}, {c.var})" if using else \
            f"{self.word('on')} {self.expr(c.on)}"
        return (f"{self.word(c.kind)} {c.table} {self.word('as')} {c.var} "
                f"{link}{self._covered(c.covered)}{self._policy(c.policy)}")

    def _latest(self, c):
        within = f" {self.word('within')} {self.expr(c.within)}" if c.within else ""
        return (f"{self.word('latest')} {c.table} {self.word('as')} {c.var} {self.word('on')} "
                f"{self.expr(c.on)} {self.word('by')} {self.expr(c.by)} {self.word('upto')} "
                f"{self.expr(c.upto)}{within}{self._covered(c.covered)}{self._policy(c.policy)}")

    def _each(self, c):
        return f"{self.word('each')} {self.expr(c.value)} {self.word('as')} {c.var}"

    def _extract(self, c):
        return (f"{self.word('extract')} {self.expr(c.value)} {self.word('matching')} "
                f'"{c.pattern}" {self.word("as")} {c.var}')

    def _session(self, c):
        return (f"{self.word('session by')} {', '.join(self.expr(e) for e in c.keys)} "
                f"{self.word('ordered by')} {self.expr(c.order)} {self.word('gap')} {c.gap}天 "
                f"{self.word('as')} {c.var}")

    def _connect(self, c):
        return (f"{self.word('connect')} {self.expr(c.left)} {self.word('with')} "
                f"{self.expr(c.right)} {self.word('as')} {c.var}")

    def _sequence(self, c):
        lines = [f"{self.word('sequence by')} {', '.join(self.expr(e) for e in c.keys)} "
                 f"{self.word('ordered by')} {self._orders(c.order)} {self.word('within')} "
                 f"{c.within}天"]
        lines += [f"    {self.word('absent' if absent else 'step')} {label}: {self.expr(e)}"
                  for label, absent, e in c.steps]
        return "\n".join(lines)

    def _series(self, c):
        fill = self.word("missing") if c.fill is None else self.expr(c.fill)
        return (f"{self.word('series')} {c.name} = {self.expr(c.value)} {self.word('per')} "
                f"{c.per} {self.word('by')} {self.expr(c.by)} {self.word('over')} "
                f"[{self.expr(c.over[0])} .. {self.expr(c.over[1])}] {self.word('fill')} {fill}")

    def _where(self, c):
        return f"{self.word('where')} {self.expr(c.cond)}{self._policy(c.policy)}"

    def _let(self, c):
        text = f"{self.word('let')} {c.name} = {self.expr(c.value)}"
        if c.among is not None:
            text += f" {self.word('among')} ({', '.join(self.expr(e) for e in c.among)})"
        if c.order:
            text += f" {self.word('ordered by')} {self._orders(c.order)}"
        if c.within is not None:
            rows = isinstance(c.within, tuple)
            text += f" {self.word('within')} " + (f"{c.within[1]}行" if rows else
                                                  self.expr(c.within))
        return text

    def _orders(self, orders):
        return ", ".join(self.expr(e) + (f" {self.word('descending')}" if down else "")
                         for e, down in orders)

    def _part(self, e):
        return (f"size({e.var})" if e.name == "size" else f"{e.var}.{e.name}"), ATOM

    def _seriesfold(self, e):
        return f"{self.name(e.fn)}({e.clause.name})", ATOM

    def _winfn(self, e):
        operands = [] if e.arg is None else [self.expr(e.arg)]
        operands += [str(e.place)] if e.place else []
        return f"{self.name(e.fn)}({', '.join(operands)})", ATOM

    def _doubt(self, c):
        return f'{self.word("doubt")} "{c.reason}" {self.word("when")} {self.expr(c.cond)}'

    def _except(self, c):
        return f'{self.word("except")} "{c.name}" {self.word("when")} {self.expr(c.cond)}'

    def _cites(self, c):
        article = f" {c.article}" if c.article else ""
        at = f" {self.word('at')} {self.expr(c.at)}" if c.at else ""
        return f"{self.word('cites')} {c.law}{article}{at}"

    def _keys(self, keys):
        return ", ".join(self._key(name, e) for name, e in keys)

    def _key(self, name, e):
        text = self.expr(e)
        own = text.rsplit(".", 1)[-1] == name and isinstance(e, (ast.Col, ast.KeyRef))
        return text if own else f"{text} {self.word('as')} {name}"

    def _groupby(self, c):
        return f"{self.word('group by')} {self._keys(c.keys)}"

    def _score(self, c):
        return (f"{self.word('score')} {self.expr(c.points)} {self.word('when')} "
                f'{self.expr(c.cond)} "{c.label}"')

    def _clue(self, c):
        lines = [f"{self.word('clue')} {self.word('for')} {self._keys(c.keys)}"]
        known = [("title", c.title), ("severity", c.severity)]
        for label, e in [(self.name(n), e) for n, e in known if e is not None] + list(c.fields):
            lines.append(f"    {label}: {self.expr(e)}")
        if c.evidence is not None:
            lines.append(f"    {self.name('evidence')}: {{{', '.join(c.evidence)}}}")
        return "\n".join(lines)

    def _yield(self, c):
        columns = ", ".join(f"{n}: {self.expr(e)}" for n, e in c.columns)
        text = f"{self.word('yield')} ({columns})"
        if c.order:
            text += f"\n  {self.word('order by')} " + ", ".join(
                n + (f" {self.word('descending')}" if down else "") for n, down in c.order)
        return text if c.limit is None else f"{text} {self.word('limit')} {c.limit}"

    # ----------------------------------------------------------- declarations

    def declaration(self, d):
        return getattr(self, "_d_" + type(d).__name__.lower())(d)

    def type_name(self, type_):
        return type_.name if type_.own else self.name(type_.name)

    def _d_table(self, d):
        columns = ", ".join(f"{c.name}: {self.type_name(c.type)}{'?' * c.nullable}"
                            for c in d.columns)
        lines = [f"{self.word('table')} {d.name} ({columns})"]
        if d.key:
            lines.append(f"{self.word('key')} ({', '.join(d.key)})")
        for start, end, region in d.covers:
            where = f' {self.word("in")} 区划 "{region}"' if region else ""
            last = "" if end is None else " " + date_text(end)
            lines.append(f"{self.word('covers')} {date_text(start)} ..{last}{where}")
        for e in d.expects:
            lines.append(f"{self.word('expect')} {self.expr(e.cond)} {self.word('else')} "
                         f"{self.word(e.action)}")
        return "\n  ".join(lines)

    def _d_law(self, d):
        lines = [f'{self.word("law")} {d.name} "{d.name}"']
        for name, start, end in d.versions:
            version = f'{self.word("version")} "{name}" ' if name else ""
            last = "" if end is None else " " + date_text(end)
            lines.append(f"{version}{self.word('effective')} {date_text(start)} ..{last}")
        return "\n  ".join(lines)

    def _d_param(self, d):
        head = f"{self.word('param')} {d.name} : {self.type_name(d.type)}"
        for since, e in d.values:
            head += f" {self.word('since')} {date_text(since)}" if since is not None else ""
            head += f" = {self.expr(e)}"
        return head

    def _d_function(self, d):
        params = ", ".join(f"{c.name}: {self.type_name(c.type)}" for c in d.params)
        return (f"{self.word('function')} {d.name}({params}): {self.type_name(d.type)} = "
                f"{self.expr(d.body)}")

    def _d_relation(self, d):
        columns = ", ".join(f"{c.name}: {self.type_name(c.type)}{'?' * c.nullable}"
                            for c in d.columns)
        lines = [f"{self.word('relation')} {d.name} ({columns})"]
        if d.key:
            lines.append(f"{self.word('key')} ({', '.join(d.key)})")
        if d.keep:
            lines.append(f"{self.word('keep')} {self.word(d.keep[0])} {d.keep[1]}")
        if d.depth is not None:
            lines.append(f"{self.word('limit')} {self.word('depth')} {d.depth}")
        branches = ["\n  ".join(self.clause(c) for c in b) for b in d.branches]
        return "\n  ".join(lines) + "\n  " + f"\n{self.word('also')}\n  ".join(branches)

    def _d_match(self, d):
        lines = [f"{self.word('match')} {d.name} ({d.left[0]}: {d.left[1]}, "
                 f"{d.right[0]}: {d.right[1]})"]
        lines += [f"{self.word('block on')} {self.expr(e)}" for e in d.blocks]
        weight = self.word("weight")
        lines += [f"{self.word('compare')} {c.name}: {self.expr(c.cond)} {weight} "
                  f"{decimal_text(c.weight)}, {self.word('else')} {weight} "
                  f"{decimal_text(c.other)}, {self.word('missing')} {weight} "
                  f"{decimal_text(c.missing)}" for c in d.compares]
        lines.append(f"{self.word('accept')} >= {decimal_text(d.accept)} "
                     f"{self.word('review')} >= {decimal_text(d.review)}")
        return "\n  ".join(lines)

    def _d_rule(self, d):
        body = "\n  ".join(self.clause(c) for c in d.clauses)
        return f'{self.word("rule")} {d.name} "{d.name}"\n  {body}'

    def _d_query(self, d):
        body = "\n  ".join(self.clause(c) for c in d.clauses)
        return f"{self.word('query')} {d.name}\n  {body}"


def is_negative(value):
    return not isinstance(value, (str, bool, tuple)) and value < 0


def literal(e, renderer):
    """A literal as the language writes it."""
    type_, value = e.type, e.value
    if isinstance(value, bool):
        return renderer.name("true" if value else "false")
    if type_.enum or type_.name in ("unit", "severity"):
        return value
    if isinstance(value, str):
        return f'"{value}"'
    if type_.name == "date":
        return date_text(value)
    if type_.name == "month":
        return month_text(value)
    if type_.name == "point":
        return f"{renderer.name('point')}({', '.join(map(decimal_text, value))})"
    return canonical(value, type_)


def own_types(model):
    """Declarations of the own types and enums that a model's tables use, in order of first use."""
    found = {}
    for d in model.declarations:
        for column in getattr(d, "columns", ()):
            if column.type.own:
                found[column.type.name] = column.type
    return list(found.values())


def model_text(model, rng=None):
    """The whole file."""
    renderer = Renderer(rng)
    parts = []
    if model.default_policy:
        parts.append(f"{renderer.word('on missing')} {renderer.word(model.default_policy)}")
    for type_ in own_types(model):
        if type_.enum:
            parts.append(f"{renderer.word('enum')} {type_.name} {{ {', '.join(type_.members)} }}")
        else:
            parts.append(f"{renderer.word('type')} {type_.name} = {renderer.name('text')} "
                         f'{renderer.word("matching")} "[A-C][0-9]{{3}}"')
    parts += [renderer.declaration(d) for d in model.declarations]
    return "\n\n".join(parts) + "\n"


def table_text(table, rows):
    """A table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([c.name for c in table.columns])
    writer.writerows(rows)
    return out.getvalue()


def write_case(case, folder, rng=None):
    """Writes model.sup and one CSV file per table; gives the model's path."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.sup")
    with open(path, "w", encoding="utf-8") as out:
        out.write(model_text(case.model, rng))
    for d in case.model.declarations:
        if isinstance(d, ast.Table):
            with open(os.path.join(folder, f"{d.name}.csv"), "w", encoding="utf-8") as out:
                out.write(table_text(d, case.data.get(d.name, [])))
    return path
