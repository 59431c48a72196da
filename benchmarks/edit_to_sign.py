"""从按下键到对错的记号画出来：真浏览器、真内核，04 课的 30 个箭头格各改几遍（毫秒）。"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
from classroom import Classroom, chromium, chromium_browser, copy_notebooks, lab_server

ROUNDS = 4


def main() -> None:
    if not chromium():
        print("没有 chromium，这一项量不了；Debian/Ubuntu：sudo apt-get install chromium")
        return
    with tempfile.TemporaryDirectory() as place:
        home, root = Path(place, "home"), Path(place, "notebooks")
        home.mkdir()
        folder = copy_notebooks(root / "student")
        with lab_server(home, root) as (address, _), chromium_browser() as browser:
            room = Classroom(browser, address, folder, root, root)
            room.open("04_rfm_training")
            room.run_all()
            sheet = room.sheet("标 30 个箭头")
            times = sorted(time for _ in range(ROUNDS) for time in room.edit_times(sheet))
    p95 = times[int(0.95 * len(times))]
    print(f"{len(times)} 次：中位数 {statistics.median(times):.0f} 毫秒，p95 {p95:.0f}，最慢 {times[-1]:.0f}")


if __name__ == "__main__":
    main()
