"""Functions are found, and must fit their operations."""

import datetime
import os
import sys

import pytest

from modelyard.functions.catalogue import Tools
from modelyard.functions.request import Request


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "app.py has no function 'answer'."),
        ("def anwser(a): pass", "Did you mean 'anwser'?"),
        ("answer = 3", "the name does not lead to a function"),
        ("class answer: pass", "the name does not lead to a function"),
        ("def answer(): pass", "does not take the path parameter 'a'. Add the argument a"),
        ("def answer(a): pass", "does not take the query parameter 'limit'"),
        ("def answer(a, limit): pass", "'limit' may be left out of a request, but 'answer' has no"),
        ("def answer(a, limit=1, *, b): pass", "wants 'b', which the operation does not have"),
        ("def answer(a, /, limit=1): pass", "by position only"),
        ("async def answer(a, limit=1): pass", "async"),
        ("def answer(a: 'Gone', limit=1): pass", "the signature of its function cannot be read"),
        ("def answer(a: print, limit=1): pass", "the annotation of 'a' is not known"),
        ("import nowhere", "app.py, line 1: ModuleNotFoundError: No module named 'nowhere'"),
        ("x = 1\n1 / 0", "app.py, line 2: ZeroDivisionError: division by zero"),
        ("def answer(:", "app.py, line 1: SyntaxError: invalid syntax"),
        ("raise SystemExit(3)", "app.py, line 1: SystemExit: 3"),
        ("\0", "app"),
        (None, "there is no module 'app' in the workspace. Make the file app.py"),
    ],
)
def test_a_function_that_does_not_fit_is_named_with_file_and_line(yard, param, code, words):
    parameters = [param("a", "path", required=True), param("limit")]
    yard.get(path="/x/{a}", parameters=parameters)
    if code is not None:
        (yard.root / "app.py").write_text(code)
    fault = yard.fault()
    assert words in fault
    assert "openapi.yml, line 7, GET /x/{a}" in fault


@pytest.mark.parametrize(
    "code",
    [
        "def answer(a, limit=1): return 1",
        "def answer(*, a, limit=None, more=2): return 1",
        "def answer(**given): return 1",
        "def answer(a, **rest): return 1",
        "import functools\ndef real(a, limit=0): return 1\nanswer = functools.partial(real)",
        "class A:\n    def __call__(self, a, limit=0): return 1\nanswer = A()",
        "answer = lambda a, limit=0: 1",
    ],
)
def test_what_can_be_called_with_the_parameters_fits(yard, param, code):
    (yard.root / "app.py").write_text(code)
    yard.get(path="/x/{a}", parameters=[param("a", "path", required=True), param("limit")])
    assert yard.value(path_values={"a": "1"}) == 1


def test_a_controller_names_the_module(yard, said):
    yard.document(
        {
            "/a": {"get": said("list-pets") | {"x-openapi-router-controller": "src.pets"}},
            "/b": {"x-openapi-router-controller": "src.pets", "get": said("find")},
            "/c": {"get": said("other")},
        }
    )
    (yard.root / "modelyard.toml").write_text('[functions]\ncontroller = "src.others"\n')
    yard.write(
        src__pets_py="def list_pets(): return 1\ndef find(): return 2",
        src__others_py="def other(): return 3",
    )
    assert [yard.value(name) for name in ("list-pets", "find", "other")] == [1, 2, 3]


def test_a_name_without_a_module_says_what_to_write(yard):
    yard.get("findPets")
    assert "operationId 'findPets' names no module. Write it as src.module.function" in yard.fault()


def test_modules_import_each_other_by_their_place_in_the_workspace(yard):
    yard.get("src.deep.answer.answer").write(
        src__numbers_py="SEVEN = 7",
        src__deep__answer_py="from src.numbers import SEVEN\nfrom . import near\n"
        "def answer(): return SEVEN + near.ONE",
        src__deep__near_py="ONE = 1",
    )
    assert yard.value("src.deep.answer.answer") == 8
    assert not list(yard.root.rglob("__pycache__"))
    assert str(yard.root) not in sys.path


def test_two_workspaces_may_have_modules_of_the_same_name(yard, tmp_path):
    opened = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        made = type(yard)(folder).get("src.answer.answer")
        made.write(
            src__answer_py="from src.number import N\ndef answer(): return N",
            src__number_py=f"N = {number}",
        )
        opened.append(made.open())
    found = [one["src.answer.answer"].call(Request()).whole() for one in opened]
    assert found == [b"1", b"2"]


@pytest.mark.parametrize("name", ["json", "msgspec", "modelyard"])
def test_names_of_python_and_of_packages_stay_theirs(yard, name):
    before = sys.modules[name]
    yard.get(f"{name}.answer").write(**{f"{name}_py": "def answer(): return 1"})
    assert "is not a file of the workspace" in yard.fault()
    assert sys.modules[name] is before


def test_a_module_that_leads_out_of_the_workspace_is_not_found(yard, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "app.py"
    elsewhere.write_text("def answer(): return 1")
    (yard.root / "app.py").symlink_to(elsewhere)
    assert "there is no module 'app'" in yard.get().fault()


def test_a_saved_file_is_seen_and_takes_effect_when_opened_again(yard):
    yard.get("src.answer.answer").write(
        src__answer_py="from src.number import N\ndef answer(): return N", src__number_py="N = 1"
    )
    functions = yard.open()
    assert not functions.has_changed()
    yard.write(src__number_py="N = 2")
    os.utime(yard.root / "src" / "number.py", ns=(1, 1))
    assert functions.has_changed()
    functions.modules.forget()
    assert yard.value("src.answer.answer") == 2


def test_in_production_code_stays_as_it_was_loaded(yard):
    yard.get().write(app_py="def answer(): return 1")
    functions = yard.open(Tools(is_development=False))
    yard.write(app_py="def answer(): return 22")
    assert not functions.has_changed()
    yard.get(summary="Changed.")
    assert functions.has_changed(), "a document that has changed is read again"


def test_what_an_annotation_asks_for_is_given(yard, param):
    given = {datetime.tzinfo: lambda name, asker: f"{name} for {asker}"}
    yard.get(parameters=[param("a")]).write(
        app_py="""
        from datetime import tzinfo as Reader
        from typing import Annotated
        def answer(flights: Reader, other: Annotated[Reader, "big-table"] | None = None, a="x"):
            return [flights, other, a]
        """
    )
    operation = yard.open(Tools(givers=given))["app.answer"]
    answer = operation.call(Request(asker="ana", query="a=b")).whole()
    assert answer == b'["flights for ana","big-table for ana","b"]'


def test_security_and_runs_are_told_as_data(yard, said):
    yard.document(
        {
            "/a": {"get": said("app.a", security=[{"token": ["write"], "key": []}, {}])},
            "/b": {"get": said("app.b", security=[]) | {"x-run": True}},
            "/c": {"get": said("app.c")},
        },
        components={"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    ).write(app_py="def a(): return 1\nb = c = a")
    functions = yard.open()
    first, second = functions["app.a"].security
    assert first.schemes == (("token", ("write",)), ("key", ()))
    assert first.scopes == {"write"}
    assert second.schemes == ()
    assert functions["app.b"].security == ()
    assert functions["app.c"].security is None
    assert [one.is_run for one in functions.values()] == [False, True, False]


def test_packages_installed_inside_the_workspace_are_left_alone(yard):
    """A virtual environment often lies in the folder; its modules are not ours to load again."""
    yard.get().write(
        app_py=f"""
        import sys
        sys.path.append({str(yard.root / ".venv")!r})
        import inside_env
        def answer(): return 1
        """,
        **{".venv__inside_env_py": "x = 1"},
    )
    functions = yard.open()
    assert functions.faults == ()
    module = sys.modules["inside_env"]
    functions.modules.forget()
    assert sys.modules["inside_env"] is module
    sys.path.remove(str(yard.root / ".venv"))
    del sys.modules["inside_env"]


def test_it_is_the_same_where_python_itself_finds_the_folder(yard):
    """`python -m modelyard` in the workspace has the folder on its path."""
    import subprocess

    yard.get("src.answer.answer").write(
        src__answer_py="import near\ndef answer(): return near.N", near_py="N = 5"
    )
    command = [sys.executable, "-m", "modelyard", "functions", "call", "answer"]
    done = subprocess.run(command, cwd=yard.root, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("5\n", 0), done.stderr
    assert not list(yard.root.rglob("__pycache__"))
