"""拨一下各课的滑块要多久：真的内核，从网页发出改动到内核说“空闲”，中位数与 95 分位（毫秒）。

用法：python benchmarks/cycle_slider_latency.py [课名 …]   默认各课都量。
只量内核这一边，浏览器画出来的时间不在内；上限是 95 分位 20 毫秒（机器空着的时候）。
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time

from jupyter_client.manager import start_new_kernel
from toggle_latency import MOVES, execute, wait_idle

SLIDERS = {  # 课名 → 各组滑块
    "02_life_curves": ("lab.curves.sliders", "lab.curves.game_sliders"),
    "03_transitions": ("lab.moves.shop().what_if", 'lab.moves.shop("womenswear").what_if'),
    "05_beyond_ten": ("lab.beyond.cut_sliders", "lab.beyond.tshirt_sliders"),
    "06_dynamic_cycle": tuple(
        f'lab.shop("{shop}").{group}'
        for shop in ("longjing", "online_retail")
        for group in ("bounds_sliders", "states_sliders", "window_sliders")
    ),
    "07_value": ("lab.value.plane_sliders",),
    "08_loyalty": ("lab.loyalty.nps_sliders", "lab.loyalty.programme_sliders"),
}
SETUP = """
from lifecycle_lab import open_lab
lab = open_lab("demo", answers_file="{folder}/answers.json")
{group}
"""
MODELS = "[(one.model_id, one.min, one.max, one.step) for one in {group}.sliders.values()]"


def move(client, model_id: str, value: int) -> float | None:
    """像网页那样把一个滑块拨到 value；拨了画面没有变（位置没动，数也没变）的不算，是 None。"""
    data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
    message = client.session.msg("comm_msg", {"comm_id": model_id, "data": data})
    start = time.perf_counter()
    client.shell_channel.send(message)
    pages = wait_idle(client, message["header"]["msg_id"])
    spent = (time.perf_counter() - start) * 1_000
    if pages > 1:
        raise RuntimeError(f"拨一下滑块，画面换了 {pages} 次")
    return spent if pages else None


def moves(client, sliders: list[tuple[str, int, int, int]]) -> list[float]:
    """几个滑块轮流拨，从头到尾、从尾到头地走。"""
    times = []
    for turn in range(MOVES):
        model_id, low, high, step = sliders[turn % len(sliders)]
        places = (high - low) // step
        value = low + step * ((1 + turn // len(sliders) * 3) % (places + 1))
        times.append(move(client, model_id, value))
    return sorted(spent for spent in times[len(sliders) :] if spent is not None)


def main(group: str) -> None:
    manager, client = start_new_kernel(extra_arguments=["--IPKernelApp.log_level=40"])
    with tempfile.TemporaryDirectory() as folder:
        try:
            setup = SETUP.format(folder=folder, group=group)
            times = moves(client, execute(client, setup, MODELS.format(group=group)))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    median, p95 = statistics.median(times), times[int(0.95 * len(times))]
    print(f"{group:<45} 中位 {median:.1f} ms，95 分位 {p95:.1f} ms，最慢 {times[-1]:.1f} ms")


if __name__ == "__main__":
    for lesson in sys.argv[1:] or SLIDERS:
        for one in SLIDERS[lesson]:
            main(one)
