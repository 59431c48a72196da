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
from (select {PROBLEM} as problem, amount from ({{every_row}}) as read_in) as sorted_out
group by problem"""

# 一行订单：客户、天、金额，是不是一次购买（取消与负金额不是）；条件与 PROBLEM 的 'used' 是同一件事，只是快
ORDERS = """select customer_id, day, amount, case when cancelled = 0 and amount >= 0 then 1 else 0 end as bought
from ({read}) as read_in where customer_id is not null and day <= {as_of} and amount is not null
  and (cancelled = 0 or (cancelled = 1 and amount <= 0))"""

# 每位客户一行，连只有退款的客户也在；不必知道同一天有几笔
PERSONS = """select customer_id,
  min(case when bought = 1 then day end) as first_day,
  max(case when bought = 1 then day end) as last_day,
  cast(count(*) as int) as row_count,
  cast(count(case when bought = 1 then 1 end) as int) as orders,
  cast(sum(amount) as bigint) as money,
  cast(sum(amount) - coalesce(sum(case when bought = 0 then amount end), 0) as bigint) as purchase_money
from ({orders}) as used group by customer_id"""

# 走完的间隔一行一个：同一天的购买先并成一次；第几次、上一次间隔、这一次间隔、上一个购买日的毛额
STEPS = """select customer_id, n, previous, gap, money_before
from (select customer_id, cast(row_number() over w - 1 as int) as n,
    lag(day, 1) over w - lag(day, 2) over w as previous, day - lag(day, 1) over w as gap,
    lag(money, 1) over w as money_before
  from (select customer_id, day, cast(sum(amount) as bigint) as money
    from ({orders}) as used where bought = 1 group by customer_id, day) as days
  window w as (partition by customer_id order by day)) as numbered
where n > 0"""

# 回头客（有两个或更多购买日）：多知道三件事
REPEATERS = """select p.customer_id, first_day, last_day, orders, purchase_days, money, purchase_money, first_money, last_gap
from {persons} as p join (
  select customer_id, max(n) + 1 as purchase_days, max_by(gap, n) as last_gap,
    max(case when n = 1 then money_before end) as first_money
  from {steps} group by customer_id) as r on p.customer_id = r.customer_id"""

# 间隔方块里走完的一半
CLOSED_GAPS = f"""select n, previous, gap, count(*) as gap_count
from (select case when n > {LAST_N} then {LAST_N} else n end as n, previous, gap from {{steps}}) as closed
group by n, previous, gap"""

# 基表：买过的客户；只有一个购买日的，首购日的钱就是全部毛额
BASE = """select customer_id, first_day, last_day, orders, 1 as purchase_days, money, purchase_money,
  purchase_money as first_money, cast(null as int) as last_gap
from {persons} where first_day = last_day
union all select * from {repeaters}"""

# 基表里不必知道同一天几笔的几列：换一种口径只看它
BUYERS = "select customer_id, first_day, last_day, orders, money from {persons} where orders > 0"

# 间隔方块：走完的，加上没有走完的（删失：最后一次购买到观察日），同一个形状
GAPS = f"""select n, previous, gap, 1 as closed, gap_count from {{closed}}
union all
select n, previous, gap, 0 as closed, count(*) as gap_count
from (select case when purchase_days > {LAST_N} then {LAST_N} else purchase_days end as n,
    last_gap as previous, {{as_of}} - last_day as gap from ({{base}}) as base) as still_open
group by n, previous, gap
order by n, previous nulls first, gap, closed"""

# 一遍得出：读入的账的另一半，和全体买过的客户的总数（列名见 house._Sums）
SUMS = """select (select count(*) from {source}) as row_count,
  cast(sum(row_count) as bigint) as used, cast(sum(orders) as bigint) as orders,
  cast(sum(money) as bigint) as money_used,
  sum(case when orders = 0 then 1 else 0 end) as without,
  cast(sum(case when orders = 0 then money else 0 end) as bigint) as money_without,
  sum(case when orders > 0 then 1 else 0 end) as customers,
  cast(sum(purchase_money) as bigint) as purchase_money,
  sum(case when first_day < last_day then 1 else 0 end) as repeat_customers,
  cast(sum(case when first_day < last_day then money else 0 end) as bigint) as repeat_money,
  cast(sum(case when first_day < last_day then purchase_money else 0 end) as bigint) as repeat_purchase_money,
  cast(sum({as_of} - last_day) as bigint) as recency_sum, min(first_day) as first_day, max(last_day) as last_day
from {persons}"""

# 总数里要知道同一天几笔的两个：回头客多出来的购买日，和他们首购日的钱
REPEATER_SUMS = (
    """select cast(sum(purchase_days - 1) as bigint), cast(sum(first_money) as bigint) from {repeaters}"""
)

STATES = """select last_gap, {as_of} - last_day as days_since, count(*) as customers, cast(sum(money) as bigint) as money
from ({base}) as base group by last_gap, {as_of} - last_day order by last_gap nulls first, days_since"""

OWN_STATES = """select purchase_days - 1 as gaps, last_day - first_day as span, {as_of} - last_day as days_since,
  count(*) as customers, cast(sum(money) as bigint) as money
from ({base}) as base group by purchase_days - 1, last_day - first_day, {as_of} - last_day order by gaps, span, days_since"""

# 三列标记与客户类型；{up} 是整数比较：n·x ≥ Σx 写成 x ≥ ⌈Σx/n⌉，两者在整数上等价
CUSTOMERS = """select customer_id, recency, frequency, monetary, r_up, f_up, m_up, 4 * r_up + 2 * f_up + m_up as segment
from (select customer_id, recency, frequency, monetary,
    case when recency {r_up} then 1 else 0 end as r_up,
    case when frequency >= {f_up} then 1 else 0 end as f_up,
    case when monetary >= {m_up} then 1 else 0 end as m_up
  from (select customer_id, {as_of} - last_day as recency, {frequency} as frequency, money as monetary
    from ({base}) as base) as measured) as marked"""

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
from (select {value} as value from ({base}) as base) as measured
group by value - mod(mod(value, {width}) + {width}, {width}) order by low"""

MIDDLE = """select {key} as key, value from (select value, row_number() over (order by value) as place
  from (select {value} as value from ({base}) as base) as measured) as ranked
where place = {low} or place = {high}"""

# —— 只给 DuckDB 的快写法：与 STEPS 同样的行，一次排序、一遍流过 ——
# 排好序以后同一天的行挨在一起，留下每天最后一行；累计金额相减就是一天的金额，序号相减就是第几次。
# over () 在 DuckDB 里是流式的（不分区、不再排序）；在 Spark 上会挤进一个分区，所以那里用上面的写法。
STREAM = """select customer_id, cast(place - begun as int) as n, previous, gap, money_before
from (select customer_id, place, d1 - d2 as previous, day - d1 as gap, money_before, again,
    max(case when again then 0 else place end) over (rows unbounded preceding) as begun
  from (select customer_id, day, row_number() over () as place,
      lag(customer_id) over () is not distinct from customer_id as again,
      lag(day) over () as d1,
      case when lag(customer_id, 2) over () = customer_id then lag(day, 2) over () end as d2,
      lag(running) over () - lag(running, 2, 0) over () as money_before
    from (select customer_id, day, cast(sum(amount) over (rows unbounded preceding) as bigint) as running,
        lead(customer_id) over () as next_customer, lead(day) over () as next_day
      from (select customer_id, day, amount from ({orders}) as used where bought = 1
        order by customer_id, day))
    where next_customer is distinct from customer_id or next_day <> day))
where again"""
