"""从订单到几张小表：每个概念一句短的整数 SQL；DuckDB 与 Spark SQL 跑同一段文字，一个字节不差。

花括号里是我们自己起的表名和整数，从没有外来的文字；外来的列名只出现在读入的那一句（见 ingest）。
没有除法，没有浮点：天数、次数、最小货币单位都是整数，所以哪个引擎上每一行都相同。
"""

from __future__ import annotations

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
from (select {PROBLEM} as problem, amount from {{read}}) as sorted_out
group by problem"""

# 一行订单：客户、天、金额，是不是一次购买（取消与负金额不是）
ORDERS = f"""select customer_id, day, amount, case when cancelled = 0 and amount >= 0 then 1 else 0 end as bought
from {{read}} where {PROBLEM} = 'used'"""

# 同一天的购买并成一次；同一天的退款另成一行
DAYS = """select customer_id, day, bought, count(*) as row_count, cast(sum(amount) as bigint) as money
from {orders} group by customer_id, day, bought"""

# 每个购买日：第几次间隔（0 = 首购）、上一次间隔、这一次间隔
STEPS = """select customer_id, day, bought, row_count, money,
  row_number() over w - 1 as n, lag(day, 1) over w - lag(day, 2) over w as previous, day - lag(day, 1) over w as gap
from {days} window w as (partition by customer_id, bought order by day)"""

# 每位客户一行，连只有退款的客户也在
PERSONS = """select customer_id,
  min(case when bought = 1 then day end) as first_day,
  max(case when bought = 1 then day end) as last_day,
  cast(sum(row_count) as bigint) as row_count,
  cast(sum(case when bought = 1 then row_count else 0 end) as bigint) as orders,
  cast(sum(bought) as bigint) as purchase_days,
  cast(sum(money) as bigint) as money,
  cast(sum(case when bought = 1 then money else 0 end) as bigint) as purchase_money,
  cast(sum(case when bought = 1 and n = 0 then money else 0 end) as bigint) as first_money,
  max_by(gap, case when bought = 1 then day end) as last_gap
from {steps} group by customer_id"""

# 已经走完的间隔
CLOSED_GAPS = f"""select n, previous, gap, count(*) as gap_count
from (select case when n > {LAST_N} then {LAST_N} else n end as n, previous, gap
  from {{steps}} where bought = 1 and n >= 1) as closed
group by n, previous, gap"""

# 基表：买过的客户
BASE = """select customer_id, first_day, last_day, orders, purchase_days, money, purchase_money, first_money, last_gap
from {persons} where purchase_days > 0"""

# 没有走完的间隔（删失）：最后一次购买到观察日，与走完的同一个形状
OPEN_GAPS = f"""select n, previous, gap, count(*) as gap_count
from (select case when purchase_days > {LAST_N} then {LAST_N} else purchase_days end as n,
    last_gap as previous, {{as_of}} - last_day as gap from {{base}}) as still_open
group by n, previous, gap"""

# 只有退款的客户：算进账里，不进基表
WITHOUT_PURCHASE = """select count(*), cast(sum(money) as bigint), cast(sum(row_count) as bigint)
from {persons} where purchase_days = 0"""
USED_ROWS = "select cast(sum(row_count) as bigint), cast(sum(orders) as bigint) from {persons}"

TOTALS = """select count(*),
  cast(sum(orders) as bigint), cast(sum(purchase_days) as bigint),
  cast(sum(money) as bigint), cast(sum(purchase_money) as bigint), cast(sum(first_money) as bigint),
  sum(case when purchase_days > 1 then 1 else 0 end),
  cast(sum(case when purchase_days > 1 then money else 0 end) as bigint),
  cast(sum(case when purchase_days > 1 then purchase_money else 0 end) as bigint),
  cast(sum({as_of} - last_day) as bigint), min(first_day), max(last_day)
from {base}"""

STATES = """select last_gap, {as_of} - last_day as days_since, count(*), cast(sum(money) as bigint)
from {base} group by last_gap, {as_of} - last_day"""

OWN_STATES = """select purchase_days - 1 as gaps, last_day - first_day as span, {as_of} - last_day as days_since,
  count(*), cast(sum(money) as bigint)
from {base} group by purchase_days - 1, last_day - first_day, {as_of} - last_day"""

# 三列标记与客户类型；{up} 是整数比较：n·x ≥ Σx 写成 x ≥ ⌈Σx/n⌉，两者在整数上等价
CUSTOMERS = """select customer_id, recency, frequency, monetary, r_up, f_up, m_up, 4 * r_up + 2 * f_up + m_up as segment
from (select customer_id, recency, frequency, monetary,
    case when recency {r_up} then 1 else 0 end as r_up,
    case when frequency >= {f_up} then 1 else 0 end as f_up,
    case when monetary >= {m_up} then 1 else 0 end as m_up
  from (select customer_id, {as_of} - last_day as recency, {frequency} as frequency, money as monetary
    from {base}) as measured) as marked"""

SEGMENTS = """select segment, count(*), cast(sum(recency) as bigint), cast(sum(frequency) as bigint),
  cast(sum(monetary) as bigint)
from {customers} group by segment order by segment"""

CHANGES = """select a.segment, b.segment, count(*), cast(sum(b.monetary) as bigint)
from {one} as a join {other} as b on a.customer_id = b.customer_id
group by a.segment, b.segment order by a.segment, b.segment"""

MIGRATION = """select a.segment, b.segment, count(*), cast(sum(a.monetary) as bigint), cast(sum(b.monetary) as bigint)
from {after} as b left join {before} as a on a.customer_id = b.customer_id
group by a.segment, b.segment"""

# 直方图：格子的下界；先取非负余数，负数也落在自己的格里
HISTOGRAM = """select value - mod(mod(value, {width}) + {width}, {width}) as low, count(*)
from (select {value} as value from {base}) as measured
group by value - mod(mod(value, {width}) + {width}, {width}) order by low"""

MIDDLE = """select value from (select value, row_number() over (order by value) as place
  from (select {value} as value from {base}) as measured) as ranked
where place = {low} or place = {high} order by value"""

# —— 只给 DuckDB 的快写法：一次排序、一遍流过，同时得出 PERSONS 与 CLOSED_GAPS ——
# 排好序以后，同一天的行挨在一起；留下每天最后一行，累计数相减就是这一天的行数与金额。
# over () 在 DuckDB 里是流式的（不分区、不再排序）；在 Spark 上会挤进一个分区，所以那里用上面的写法。
STREAM = """select customer_id, day, bought, row_count, money,
  case when bought = 0 then null when c1 is distinct from customer_id then 0
    when c2 is distinct from customer_id then 1 when c3 is distinct from customer_id then 2
    when c4 is distinct from customer_id then 3 when c5 is distinct from customer_id then 4 else 5 end as n,
  case when bought = 1 and c2 = customer_id then d1 - d2 end as previous,
  case when bought = 1 and c1 = customer_id then day - d1 end as gap
from (select *, lag(customer_id, 1) over () as c1, lag(customer_id, 2) over () as c2,
    lag(customer_id, 3) over () as c3, lag(customer_id, 4) over () as c4, lag(customer_id, 5) over () as c5,
    lag(day, 1) over () as d1, lag(day, 2) over () as d2
  from (select customer_id, day, bought, place - lag(place, 1, 0) over () as row_count,
      running - lag(running, 1, 0) over () as money
    from (select customer_id, day, bought, row_number() over () as place,
        sum(amount) over (rows unbounded preceding) as running,
        lead(customer_id) over () as next_customer, lead(bought) over () as next_bought, lead(day) over () as next_day
      from (select * from {orders} {share} order by customer_id, bought desc, day))
    where next_customer is distinct from customer_id or next_bought <> bought or next_day <> day))"""

TWO_TABLES = PERSONS.replace(
    "select customer_id,", "select customer_id, n, previous, gap, count(*) as gap_count,"
).replace(
    "from {steps} group by customer_id",
    "from ({streams}) group by grouping sets ((customer_id), (n, previous, gap))",
)
PERSONS_OF_TWO = "select * exclude (n, previous, gap, gap_count) from {two} where customer_id is not null"
CLOSED_OF_TWO = "select n, previous, gap, gap_count from {two} where customer_id is null and n >= 1"
