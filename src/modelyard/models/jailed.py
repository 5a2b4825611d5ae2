"""The child process in the jail: get ready, close the doors, then answer."""

import importlib
import os
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from modelyard.errors import Invalid
from modelyard.models import confine
from modelyard.models.jail import Setup
from modelyard.models.messages import ANSWER, FAULT, receive, send, write_fault

LIFE = 3
ANSWERS = 4
"""The numbers under which the pipe of the parent and that for answers are kept."""


def main(life: int) -> None:
    """Serve the parent until it goes."""
    questions, answers = _own_pipes(life)
    confine.end_with_parent(LIFE)
    setup = receive(questions)
    if setup is None:
        os._exit(0)
    try:
        work = _get_ready(msgspec.json.decode(setup, type=Setup))
    except BaseException as fault:  # noqa: BLE001  told to the parent, whatever it is
        send(answers, FAULT, write_fault(fault))
        os._exit(1)
    send(answers, ANSWER, b"")
    while (question := receive(questions)) is not None:
        _answer(answers, work, question)
    os._exit(0)


def _get_ready(setup: Setup) -> Callable[[bytes], bytes]:
    task = importlib.import_module(setup.task)
    work: Callable[[bytes], bytes] = task.get_ready(setup.options)
    if not setup.is_open:
        confine.limit(setup.limits.memory_bytes, setup.limits.cpu_s)
        confine.close_the_doors()
    return work


def _answer(answers: BinaryIO, work: Callable[[bytes], bytes], question: bytes) -> None:
    try:
        content, mark = work(question), ANSWER
    except BaseException as fault:  # noqa: BLE001  told to the parent, whatever it is
        content, mark = write_fault(fault), FAULT
    try:
        send(answers, mark, content)
    except MemoryError:
        send(answers, FAULT, write_fault(Invalid("model", "takes more memory than it may.")))


def _own_pipes(life: int) -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for ourselves: what a library prints goes nowhere."""
    if life != LIFE:
        os.dup2(life, LIFE)
        os.close(life)
    os.dup2(1, ANSWERS)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(0, "rb", buffering=1 << 16), os.fdopen(ANSWERS, "wb")
