"""The examination: start, readiness, every question, and the end, one finding each."""

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelyard.deploy.doctor.findings import Answer, Finding, Question
from modelyard.deploy.doctor.platforms import NO_MODEL, WELL, Platform, Subject
from modelyard.deploy.doctor.trial import Trial, as_container, as_process
from modelyard.errors import ModelyardError

MEMORY = "512m"
MODEL_PATIENCE_S = 60.0
MODELS = Question(
    "the models of the service", "GET", "/api/v1/models", lambda answer: answer.status == 200, WELL
)


def examine(platform: Platform, folder: Path, image: str = "") -> Iterator[Finding]:
    """Start the workspace, or its image, as the platform would, and check line by line.

    What it keeps meanwhile is thrown away. The findings come as they are made.
    """
    with tempfile.TemporaryDirectory(prefix="modelyard-doctor-") as name:
        work = Path(name)
        started = (
            as_container(image, platform.environ, work, MEMORY)
            if image
            else as_process(folder, platform.environ, work)
        )
        with started as trial:
            yield from _examined(platform, folder, trial)


def _examined(platform: Platform, folder: Path, trial: Trial) -> Iterator[Finding]:
    began = time.monotonic()
    listens = _listens(trial, platform.ready_within_s)
    took = time.monotonic() - began
    yield Finding(
        "listens on the port that the platform names",
        listens,
        f"after {took:.1f} s" if listens else trial.last_words() or "it does not",
        "Set no MODELYARD_PORT in the deployment; " + WELL,
    )
    if not listens:
        return
    if platform.needs_model and (several := _none_is_default(folder)):
        yield Finding("has a model to ask", False, several, NO_MODEL)
    else:
        yield _ready(platform, trial)
        yield from _questioned(platform, folder, trial)
    if platform.sleep_s:
        yield _awakes(platform, trial)
    yield _ends(platform, trial)


def _questioned(platform: Platform, folder: Path, trial: Trial) -> Iterator[Finding]:
    """Ask what the platform and its callers ask."""
    subject = _wait_for_subject(folder, trial) if platform.needs_model else Subject("", {})
    if subject is None:
        yield Finding("has a model to ask", False, "no default model is served", NO_MODEL)
        return
    for question in platform.questions(subject):
        yield _found(question, trial.ask(question))


def _listens(trial: Trial, patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while time.monotonic() < until and not trial.has_ended:
        if trial.listens():
            return True
        time.sleep(0.02)
    return False


def _ready(platform: Platform, trial: Trial) -> Finding:
    question = Question(
        f"GET {platform.ready} answers 200 within {platform.ready_answer_s:g} s",
        "GET",
        platform.ready,
        lambda answer: answer.status == 200,
        NO_MODEL if platform.needs_model else WELL,
        within_s=platform.ready_answer_s,
    )
    return _found(question, trial.wait_for(question, min(platform.ready_within_s, 60.0)))


def _none_is_default(folder: Path) -> str:
    """Say which models there are where none of them is the default; empty where one is."""
    named, known = _known_models(folder)
    if named or len(known) < 2:
        return ""
    return f"there are {len(known)}, none is the default: {', '.join(known)}"


def _wait_for_subject(folder: Path, trial: Trial) -> Subject | None:
    """Wait until the default model of the folder is opened, which takes seconds.

    Gives it with an example that it takes, or None where none is served.
    """
    named, _ = _known_models(folder)
    until = time.monotonic() + MODEL_PATIENCE_S
    while time.monotonic() < until and not trial.has_ended:
        served = _served(trial)
        name = named or next(iter(served), "")
        if served.get(name):
            return Subject(name, served[name])
        time.sleep(0.25)
    return None


def _served(trial: Trial) -> dict[str, Any]:
    """Give the models that are served, with their examples."""
    answer = trial.ask(MODELS)
    listed = (answer.document() if answer else None) or {}
    return {
        one["name"]: (one["served"].get("description") or {}).get("example") or {}
        for one in listed.get("models", ())
        if one.get("served")
    }


def _known_models(folder: Path) -> tuple[str, list[str]]:
    """Give the name of the default model, empty for none, and those of all in the folder."""
    from modelyard.models.files import find_files
    from modelyard.workspace import open_workspace

    with contextlib.suppress(ModelyardError):
        workspace = open_workspace(folder)
        names = sorted(file.name for file in find_files(workspace)[0])
        return workspace.config.workspace.default_model, names
    return "", []


def _found(question: Question, answer: Answer | None) -> Finding:
    if answer is None:
        seen = f"no answer within {question.within_s:g} s"
        return Finding(question.line, False, seen, question.cure)
    return Finding(question.line, question.is_right(answer), str(answer), question.cure)


def _awakes(platform: Platform, trial: Trial) -> Finding:
    """Take its processor away for a while, and ask it at once when it has it again."""
    trial.sleep(platform.sleep_s)
    line = f"answers after {platform.sleep_s:g} s without a processor, as between requests"
    question = Question(line, "GET", "/", lambda answer: answer.status < 500, WELL, within_s=10)
    return _found(question, trial.ask(question))


def _ends(platform: Platform, trial: Trial) -> Finding:
    """End it while a request is on its way: it must be answered."""
    answers: list[Answer | None] = []
    question = Question("", "GET", "/", lambda answer: answer.status < 500, "")
    asking = threading.Thread(target=lambda: answers.append(trial.ask(question)))
    asking.start()
    time.sleep(0.05)
    took = trial.end(platform.grace_s)
    asking.join(5)
    line = f"ends within {platform.grace_s:g} s of SIGTERM, with its requests answered"
    cure = "Runs are handed over on SIGTERM; a request that takes longer must become a run."
    if took is None:
        return Finding(line, False, "it had to be killed", cure)
    is_answered = bool(answers and answers[0] is not None)
    seen = f"after {took:.1f} s" if is_answered else "a request got no answer"
    return Finding(line, is_answered, seen, cure)
