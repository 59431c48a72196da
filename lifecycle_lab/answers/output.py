"""别的小文件（报告、结果、答案的抄本）也用答案文件的写法：写新、落盘、改名，不会只写一半。"""

from __future__ import annotations

from pathlib import Path

from lifecycle_lab.answers import disk
from lifecycle_lab.answers.places import Place


def write_file(path: Path | str, data: bytes, noun: str = "文件") -> Path:
    """整份写到 path（文件夹没有就建），返回真实路径；内容本来就一样，什么也不做。

    noun: 错误里怎样称呼它，如“实训报告”。写不进去 → AnswerFileError，原来的内容还在。
    """
    place = Place.of(path, noun)
    disk.make_folder(place.folder, noun)
    if disk.read(place.path, len(data) + 1, noun) != data:
        disk.write(place.path, data, place.temporary(), noun)
    return Path(place.path)
