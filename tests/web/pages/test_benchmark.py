"""The benchmark page."""

from modelyard.datasets.benchmark.report import (
    BenchmarkReport,
    SideCost,
    SideTimes,
    TaskReport,
    Versions,
)
from modelyard.datasets.tasks import BenchmarkTask, encode_json, key_of
from modelyard.web.live import LIVE

TASK = TaskReport(
    name="read",
    title="Read the file",
    what="Reads all columns.",
    polars=SideTimes((0.1, 0.2), 0.15, 0.1),
    pandas=SideTimes((0.6, 0.6), 0.6, 0.6),
    ratio=4.0,
    equal=False,
    difference="delay, mean: Polars 1.0, pandas 2.0",
)
REPORT = BenchmarkReport(
    dataset="flights",
    rows=400,
    columns=6,
    bytes=1000,
    cores=2,
    python="3.11.7",
    system="Linux",
    versions=Versions("2.1.0", "3.0.0", "26.0.0"),
    repeats=3,
    tasks=(TASK,),
    polars=SideCost(0.1, 0.15, 10_000_000),
    pandas=SideCost(0.9, 0.6, None),
    total_ratio=4.0,
    memory_ratio=None,
    notes=("A note.",),
)


def test_a_visit_alone_starts_nothing(get, site):
    text = get("/datasets/wide/benchmark").get_data(as_text=True)
    assert "Start the benchmark" in text
    assert not site.application.extensions[LIVE].answers.children._alive


def test_the_button_starts_it(busy_site):
    answer = busy_site.get("/datasets/wide/benchmark?run=1", headers={"Accept": "text/html"})
    assert answer.status_code == 202
    assert "data-poll" in answer.text


def test_a_report_is_shown_with_bars_and_differences(yard, tmp_path):
    from modelyard.settings import Settings
    from modelyard.web import create_app

    app = create_app(Settings(workspace=yard, state=tmp_path))
    dataset = app.extensions[LIVE].current().datasets["wide"]
    dataset.results.write(f"{key_of(dataset, BenchmarkTask())}.json", encode_json(REPORT))
    text = app.test_client().get("/datasets/wide/benchmark").get_data(as_text=True)
    assert "4.00\u202f×" in text
    assert 'width="25.00%"' in text
    assert "results differ" in text
    assert "delay, mean: Polars 1.0, pandas 2.0" in text
    assert "A note." in text
