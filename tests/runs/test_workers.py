"""Real worker processes on real databases, and what happens when they end."""

import signal

import pytest
from run_yard import Yard, eventually, is_alive

from modelyard.runs.pace import Limits

pytestmark = pytest.mark.server


def test_a_run_succeeds_with_result_file_log_and_passport(yard: Yard) -> None:
    yard.work()
    run_id = yard.task()
    assert yard.state(run_id) == "succeeded"
    run = yard.runs.get_run(run_id)
    assert yard.runs.result(run_id) == b'{"answer": 42}'
    file, pieces = yard.runs.read_file(run_id, "answer.txt")
    assert b"".join(pieces).startswith(b"done by")
    assert run.passport is not None
    assert run.passport["files"]["answer.txt"]["sha256"] == file.digest
    assert run.passport["worker"] == run.worker
    assert (run.done, run.attempt) == (1.0, 1)
    kinds = [event.kind for event in yard.runs.events(run_id)]
    assert kinds[0] == "start"
    assert "log" in kinds
    assert kinds[-1] == "completed"


def test_a_run_survives_the_death_of_its_worker_and_ends_once(yard: Yard) -> None:
    first = yard.work()
    run_id = yard.task(holds=True)
    yard.begun(run_id)
    yard.work()
    first.kill()
    first.wait()
    child = yard.lines("begin")[0]
    eventually(lambda: not is_alive(child))
    yard.begun(run_id, times=2)
    yard.go()
    assert yard.state(run_id) == "succeeded"
    assert yard.runs.get_run(run_id).attempt == 2
    assert len(yard.lines("end")) == 1
    completed = [event for event in yard.runs.events(run_id) if event.kind == "completed"]
    assert len(completed) == 1
    assert yard.runs.blobs.names(f"runs/{run_id}") == [f"runs/{run_id}/2/answer.txt"]


def test_a_worker_that_comes_later_goes_on_with_what_a_dead_one_had(yard: Yard) -> None:
    first = yard.work()
    quick, _ = yard.runs.submit("echo", {"text": "a", "seconds": 3})
    heavy = yard.task(holds=True)
    yard.begun(heavy)
    eventually(lambda: yard.runs.get_run(quick.id).began_at)
    first.kill()
    first.wait()
    yard.go()
    yard.work()
    assert yard.state(heavy) == "succeeded"
    assert yard.state(quick.id) == "succeeded"


def test_work_that_was_done_is_not_done_again_when_its_worker_dies_before_the_end(
    yard: Yard,
) -> None:
    first = yard.work(DIE_BEFORE_FINISH="1")
    run_id = yard.task()
    eventually(lambda: first.poll() is not None)
    assert yard.runs.get_run(run_id).state == "running"
    yard.work()
    assert yard.state(run_id) == "succeeded"
    assert len(yard.lines("end")) == 1
    assert len(yard.runs.files(run_id)) == 1
    assert len(yard.runs.blobs.names(f"runs/{run_id}")) == 1
    assert b"".join(yard.runs.read_file(run_id, "answer.txt")[1]).startswith(b"done by")


def test_a_worker_that_is_told_to_end_hands_its_runs_over(yard: Yard) -> None:
    first = yard.work()
    run_id = yard.task(holds=True)
    yard.begun(run_id)
    child = yard.lines("begin")[0]
    first.send_signal(signal.SIGTERM)
    assert first.wait(10) == 0
    assert not is_alive(child)
    waiting = yard.runs.get_run(run_id)
    assert (waiting.state, waiting.worker) == ("queued", "")
    yard.go()
    yard.work()
    assert yard.state(run_id) == "succeeded"


def test_a_worker_that_stood_still_changes_nothing_when_it_goes_on(yard: Yard) -> None:
    first = yard.work(DEAD_AFTER_S="3")
    run_id = yard.task(holds=True)
    yard.begun(run_id)
    yard.freeze(first)
    yard.work(DEAD_AFTER_S="3")
    yard.begun(run_id, times=2)
    late, mine = yard.lines("begin")
    yard.go(late)
    eventually(lambda: yard.lines("end") == [late])
    first.send_signal(signal.SIGCONT)
    eventually(lambda: "begins anew" in yard.log())
    assert yard.runs.get_run(run_id).state == "running"
    yard.go()
    assert yard.state(run_id) == "succeeded"
    assert yard.runs.get_run(run_id).attempt == 2
    assert len([each for each in yard.runs.events(run_id) if each.kind == "completed"]) == 1
    content = b"".join(yard.runs.read_file(run_id, "answer.txt")[1])
    assert content == f"done by {mine}".encode()
    eventually(lambda: yard.alive() == 2)


def test_cancelling_a_running_task_ends_its_process(yard: Yard) -> None:
    worker = yard.work()
    run_id = yard.task(holds=True)
    yard.begun(run_id)
    child = yard.lines("begin")[0]
    assert yard.runs.cancel(run_id, by="ana").is_cancelling
    assert yard.state(run_id) == "cancelled"
    eventually(lambda: not is_alive(child))
    assert worker.poll() is None


def test_cancelling_a_quick_run_ends_it(yard: Yard) -> None:
    yard.work()
    run, _ = yard.runs.submit("echo", {"seconds": 60})
    eventually(lambda: yard.runs.get_run(run.id).done > 0)
    yard.runs.cancel(run.id)
    assert yard.state(run.id) == "cancelled"


def test_a_run_that_was_handed_back_is_cancelled_without_a_worker(yard: Yard) -> None:
    worker = yard.work()
    run_id = yard.task(holds=True)
    yard.begun(run_id)
    worker.terminate()
    assert worker.wait(10) == 0
    assert yard.runs.cancel(run_id).state == "cancelled"


def test_what_a_kind_does_wrong_ends_its_run_in_words_and_nothing_else(yard: Yard) -> None:
    worker = yard.work(LIMIT_S="6")
    words = {
        "raise": "ZeroDivisionError: division by zero",
        "refuse": "has too many cells",
        "exit": "exit code 7",
        "die": "SIGKILL",
        "eat": "more memory than there is",
    }
    ids = {how: yard.task(how=how) for how in words}
    late = yard.task(holds=True)
    for how, run_id in ids.items():
        assert yard.state(run_id) == "failed", how
        fault = yard.runs.get_run(run_id).fault
        assert fault is not None
        assert words[how] in str(fault.to_error())
        assert "Traceback" not in str(fault.to_error())
    assert yard.state(late) == "failed"
    fault = yard.runs.get_run(late).fault
    assert fault is not None
    assert "MODELYARD_RUN_TIMEOUT_S" in fault.cure
    assert worker.poll() is None
    assert yard.state(yard.task()) == "succeeded"


def test_a_run_that_ends_all_its_workers_is_given_up(yard: Yard) -> None:
    from modelyard.runs.store_claims import Claims

    run_id = yard.task()
    most = Limits().attempts
    with yard.runs.database.transaction() as connection:
        from sqlalchemy import update

        from modelyard.runs.tables import RUNS

        connection.execute(update(RUNS).values(attempt=most))
    yard.work()
    assert yard.state(run_id) == "failed"
    fault = yard.runs.get_run(run_id).fault
    assert fault is not None
    assert f"was begun {most} times" in fault.why
    assert Claims(yard.runs.database, "none").held() == set()


def test_two_workers_share_what_waits_and_do_nothing_twice(yard: Yard) -> None:
    ids = [yard.runs.submit("echo", {"text": str(number)})[0].id for number in range(60)]
    tasks = [yard.task() for _ in range(4)]
    yard.work()
    yard.work()
    for run_id in [*ids, *tasks]:
        assert yard.state(run_id) == "succeeded"
        assert yard.runs.get_run(run_id).attempt == 1
    assert len(yard.lines("end")) == 4
