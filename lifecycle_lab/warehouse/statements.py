"""从订单到几张小表：每个概念一句短的整数 SQL；DuckDB 与 Spark SQL 跑同一段文字，一个字节不差。

只有三句有第二种写法：每位客户一行、每个间隔一行，和它们之前的那张表。通用的写法按客户分区，Spark 分得开；
DuckDB 的快写法排一次序、流过两遍（STREAMED）。行数、列、每一个数都相同，由测试守着。

花括号里是我们自己起的表名和整数，从没有外来的文字；外来的列名只出现在读入的那一句（见 ingest）。
没有除法，没有浮点：天数、次数、最小货币单位都是整数，所以哪个引擎上每一行都相同。
"""

from __future__ import annotations

from typing import NamedTuple

LAST_N = 5  # 第 5 次及以后的间隔合成一格：表 3 只分到第 4 次

# 不能用的行，各有名字；互不重叠，按这里的次序归类
PROBLEM = """case when customer_id is null then 'no_customer'
    when day is null then 'no_time'
    when uneven = 1 then 'uneven_amount'
    when amount is null then 'no_amount'
    when cancelled is null then 'unknown_marker'
    when cancelled = 1 and amount > 0 then 'cancelled_positive'
    when day > {as_of} then 'after_as_of'
    else 'used' end"""

# 读入的账：每一类几行、多少钱、几笔退款
INTAKE = f"""select problem, count(*) as row_count, cast(sum(amount) as bigint) as money
from (select {PROBLEM} as problem, amount from ({{every_row}}) as read_in) as sorted_out
group by problem"""

# 一行订单：客户、天、金额，是不是一次购买（取消与负金额不是）；条件与 PROBLEM 的 'used' 是同一件事，只是快
ORDERS = """select customer_id, day, amount, case when cancelled = 0 and amount >= 0 then 1 else 0 end as bought
from ({read}) as read_in where customer_id is not null and day <= {as_of} and amount is not null
  and (cancelled = 0 or (cancelled = 1 and amount <= 0))"""

# —— 通用写法（Spark 用它；DuckDB 上由测试与快写法比）——

# 一位客户的一个购买日一行：同一天的购买并成一次；退款合成一行，没有天，排在最前
# n：走到这里是第几次间隔（首购 0，退款 −1）
VISITS = """select customer_id, day, row_count, money, cast(count(day) over w - 1 as int) as n,
  lag(day, 1) over w - lag(day, 2) over w as previous, day - lag(day, 1) over w as gap
from (select customer_id, day, count(*) as row_count, cast(sum(amount) as bigint) as money
  from (select customer_id, case when bought = 1 then day end as day, amount from ({orders}) as used) as dated
  group by customer_id, day) as days
window w as (partition by customer_id order by day nulls first)"""

# 每位客户一行，连只有退款的客户也在（orders = 0）
PERSONS = """select customer_id, min(day) as first_day, max(day) as last_day,
  cast(sum(row_count) as int) as row_count,
  cast(sum(case when day is null then 0 else row_count end) as int) as orders,
  cast(count(day) as int) as purchase_days,
  cast(sum(money) as bigint) as money,
  cast(sum(case when day is null then 0 else money end) as bigint) as purchase_money,
  cast(sum(case when n = 0 then money else 0 end) as bigint) as first_money,
  max_by(gap, n) as last_gap
from {rows} as visits group by customer_id"""

# 走完的间隔一行一个；第 5 次及以后合成一格
STEPS = f"""select case when n > {LAST_N} then {LAST_N} else n end as n, previous, gap
from {{rows}} as visits where n > 0"""

# 间隔方块里走完的一半
CLOSED_GAPS = (
    """select n, previous, gap, count(*) as gap_count from ({steps}) as closed group by n, previous, gap"""
)

# 基表：买过的客户
BASE = """select customer_id, first_day, last_day, orders, purchase_days, money, purchase_money, first_money, last_gap
from {persons} where orders > 0"""

# 间隔方块：走完的，加上没有走完的（删失：最后一次购买到观察日），同一个形状
GAPS = f"""select n, previous, gap, 1 as closed, gap_count from {{closed}}
union all
select n, previous, gap, 0 as closed, count(*) as gap_count
from (select case when purchase_days > {LAST_N} then {LAST_N} else purchase_days end as n,
    last_gap as previous, {{as_of}} - last_day as gap from {{persons}} where orders > 0) as still_open
group by n, previous, gap
order by n, previous nulls first, gap, closed"""

# 三种客户（0 只有退款，1 只有一个购买日，2 回头客）各自的合计（列名见 house._Sums）
SUMS = """select kind, count(*) as customers, sum(row_count) as used, sum(orders) as orders,
  sum(purchase_days) as purchase_days, sum(money) as money, sum(purchase_money) as purchase_money,
  sum(first_money) as first_money, sum({as_of} - last_day) as recency_sum,
  min(first_day) as first_day, max(last_day) as last_day
from (select *, case when orders = 0 then 0 when first_day = last_day then 1 else 2 end as kind
  from {persons}) as persons group by kind"""

STATES = """select last_gap, {as_of} - last_day as days_since, count(*) as customers, cast(sum(money) as bigint) as money
from {persons} where orders > 0 group by last_gap, {as_of} - last_day order by last_gap nulls first, days_since"""

OWN_STATES = """select purchase_days - 1 as gaps, last_day - first_day as span, {as_of} - last_day as days_since,
  count(*) as customers, cast(sum(money) as bigint) as money
from {persons} where orders > 0 group by purchase_days - 1, last_day - first_day, {as_of} - last_day order by gaps, span, days_since"""

# 三列标记与客户类型；{up} 是整数比较：n·x ≥ Σx 写成 x ≥ ⌈Σx/n⌉，两者在整数上等价
CUSTOMERS = """select customer_id, recency, frequency, monetary, r_up, f_up, m_up, 4 * r_up + 2 * f_up + m_up as segment
from (select customer_id, {as_of} - last_day as recency, {frequency} as frequency, money as monetary,
    case when {as_of} - last_day {r_up} then 1 else 0 end as r_up,
    case when {frequency} >= {f_up} then 1 else 0 end as f_up,
    case when money >= {m_up} then 1 else 0 end as m_up
  from {persons} where orders > 0) as marked"""

SEGMENTS = """select segment, count(*), cast(sum(recency) as bigint), cast(sum(frequency) as bigint),
  cast(sum(monetary) as bigint)
from ({customers}) as customers group by segment order by segment"""

CHANGES = """select a.segment, b.segment, count(*), cast(sum(b.monetary) as bigint)
from ({one}) as a join ({other}) as b on a.customer_id = b.customer_id
group by a.segment, b.segment order by a.segment, b.segment"""

MIGRATION = """select a.segment, b.segment, count(*), cast(sum(a.monetary) as bigint), cast(sum(b.monetary) as bigint)
from ({after}) as b left join ({before}) as a on a.customer_id = b.customer_id
group by a.segment, b.segment order by a.segment nulls first, b.segment"""

# 直方图：格子的下界；先取非负余数，负数也落在自己的格里
HISTOGRAM = """select value - mod(mod(value, {width}) + {width}, {width}) as low, count(*)
from (select {value} as value from {persons} where orders > 0) as measured
group by value - mod(mod(value, {width}) + {width}, {width}) order by low"""

MIDDLE = """select {key} as key, value from (select value, row_number() over (order by value) as place
  from (select {value} as value from {persons} where orders > 0) as measured) as ranked
where place = {low} or place = {high}"""

# —— 只给 DuckDB 的快写法：与上面同样的行；整份订单只排一次序，以后都是一遍流过 ——
# 排好序以后一位客户的行、同一天的行都挨在一起：留下每天最后一行、每位客户头尾两行，累计数相减就是各自的数。
# over () 在 DuckDB 里是流式的（不分区、不再排序）；在 Spark 上会挤进一个分区，所以那里用上面的写法。

# 退款没有天，排在客户的最前；金额也放进排序的键里，比另外带着它快
SORTED = """select customer_id, case when bought = 1 then day end as day, amount from ({orders}) as used
order by customer_id, day nulls first, amount"""

# 同 PERSONS。place 第几行，running 累计金额，visit 第几个购买日；before_… 是这位客户第一次购买之前的累计
STREAMED_PERSONS = """select customer_id, first_day, day as last_day,
  cast(place - lag(place, 1, 0) over () as int) as row_count,
  cast(place - before_place as int) as orders, cast(visit - before_visit as int) as purchase_days,
  cast(running - lag(running, 1, 0) over () as bigint) as money,
  cast(running - before_running as bigint) as purchase_money,
  cast(first_running - before_running as bigint) as first_money, gap as last_gap
from (select customer_id, day, place, visit, running, gap, is_last,
    case when begins then day else lag(day) over () end as first_day,
    case when begins then before_place else lag(before_place) over () end as before_place,
    case when begins then before_visit else lag(before_visit) over () end as before_visit,
    case when begins then before_running else lag(before_running) over () end as before_running,
    case when begins then running else lag(running) over () end as first_running
  from (select customer_id, day, place, running, row_number() over () as visit,
      lag(customer_id) over () is distinct from customer_id or lag(day) over () is null as begins,
      next_customer is distinct from customer_id as is_last,
      case when lag(customer_id) over () = customer_id then day - lag(day) over () end as gap,
      case when day is null then place else lag(place, 1, 0) over () end as before_place,
      row_number() over () - case when day is null then 0 else 1 end as before_visit,
      case when day is null then running else lag(running, 1, 0) over () end as before_running
    from (select customer_id, day, row_number() over () as place,
        sum(amount) over (rows unbounded preceding) as running,
        lead(customer_id) over () as next_customer, lead(day) over () as next_day
      from {rows})
    where next_customer is distinct from customer_id or next_day is distinct from day)
  where is_last or (begins and day is not null))
where is_last"""

# 同 STEPS：往前数几行还是同一位客户，就是第几次间隔
STREAMED_STEPS = f"""select case {" ".join(f"when c{n} = customer_id then {n}" for n in range(LAST_N, 0, -1))} end as n,
  case when c2 = customer_id then d1 - d2 end as previous, day - d1 as gap
from (select customer_id, day, lag(day, 1) over () as d1, lag(day, 2) over () as d2,
    {", ".join(f"lag(customer_id, {n}) over () as c{n}" for n in range(1, LAST_N + 1))}
  from (select customer_id, day, lead(customer_id) over () as next_customer, lead(day) over () as next_day
    from {{rows}} where day is not null)
  where next_customer is distinct from customer_id or next_day <> day)
where c1 = customer_id"""


class Recipe(NamedTuple):
    """一条路：先建一张行的表，再由它得出每位客户一行、每个间隔一行（rows 可以只是一部分客户的行）。"""

    rows: str
    persons: str
    steps: str
    in_order: bool  # 行的表按客户排好了


PORTABLE = Recipe(VISITS, PERSONS, STEPS, in_order=False)
STREAMED = Recipe(SORTED, STREAMED_PERSONS, STREAMED_STEPS, in_order=True)
