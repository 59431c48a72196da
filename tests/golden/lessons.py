"""全书的课，手写的一份清单：别的测试都照它比。"""

WITH_EXERCISES = (
    "00_start",
    "01_stages",
    "02_life_curves",
    "03_transitions",
    "04_rfm_training",
    "05_beyond_ten",
    "06_dynamic_cycle",
    "07_value",
    "08_loyalty",
    "09_review",
)
EVERY = (*WITH_EXERCISES, "90_report", "91_grading")
