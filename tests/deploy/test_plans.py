"""Plans are data: what would be done can be read, compared and tested without doing it."""

from pathlib import Path

import pytest

from modelyard.deploy import runner
from modelyard.deploy.dotenv import read_dotenv
from modelyard.deploy.image import ImageOrder, build_plan, default_tag, find_checkout, refuse_tag
from modelyard.deploy.rollout import Project, rollout_plan
from modelyard.deploy.steps import Command, RemoveFile, WriteFile
from modelyard.errors import Invalid, NotFound, Unavailable
from modelyard.workspace.starter import make_workspace
from modelyard.workspace.starter.containers import image_name


@pytest.fixture
def yard(tmp_path: Path) -> Path:
    make_workspace(tmp_path / "My Yard")
    return tmp_path / "My Yard"


def test_the_image_is_built_by_one_command_without_a_shell(yard):
    [build] = build_plan(ImageOrder(yard, "yard:1", is_slim=True, base="python:3.13-slim"))
    assert isinstance(build, Command)
    assert build.folder == yard
    assert build.argv[:2] == ("docker", "build")
    assert build.argv[-3:] == ("--tag", "yard:1", ".")
    assert {"KIND=slim", "BASE=python:3.13-slim"} <= set(build.argv)
    assert str(build).startswith("DOCKER_BUILDKIT=1 docker build ")


def test_from_a_checkout_its_wheel_goes_into_the_image_first(yard, tmp_path):
    wheel, _ = build_plan(ImageOrder(yard, "yard"), checkout=tmp_path)
    assert isinstance(wheel, Command)
    assert wheel.folder == tmp_path
    assert wheel.argv[-1] == str(yard / "wheels")


def test_a_checkout_is_known_by_its_files(tmp_path):
    package = tmp_path / "src" / "modelyard"
    package.mkdir(parents=True)
    assert find_checkout(package) is None
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "requirements").mkdir()
    assert find_checkout(package) == tmp_path


@pytest.mark.parametrize("tag", ["--file=x", "Yard", "a b", "yard:", "yard;rm", "", "$(id)", "-x"])
def test_what_is_no_name_of_an_image_is_refused(tag):
    with pytest.raises(Invalid, match="no name of an image"):
        refuse_tag(tag)


@pytest.mark.parametrize(
    "tag", ["yard", "yard:1.2", "ghcr.io/ana/yard:main", "localhost:5000/a-b_c"]
)
def test_names_of_images_are_taken(tag):
    refuse_tag(tag)


def test_the_name_comes_from_env_else_from_the_folder(yard):
    assert default_tag(yard) == "my-yard"
    (yard / ".env").write_text("# mine\nIMAGE=ghcr.io/ana/yard:2\nexport OTHER='a b'\n")
    assert default_tag(yard) == "ghcr.io/ana/yard:2"
    assert read_dotenv(yard)["OTHER"] == "a b"
    assert read_dotenv(yard / "datasets") == {}


@pytest.mark.parametrize(
    ("name", "image"), [("Größe 7", "gr-e-7"), ("---", "workspace"), ("a" * 99, "a" * 60)]
)
def test_any_folder_has_a_name_for_its_image(name, image):
    assert image_name(name) == image


def test_a_folder_without_a_dockerfile_says_so(tmp_path):
    with pytest.raises(NotFound, match="Dockerfile"):
        build_plan(ImageOrder(tmp_path, "yard"))


def test_a_rollout_takes_each_replica_out_makes_it_anew_and_puts_it_back(yard):
    plan = rollout_plan(Project(yard))
    assert [type(step) for step in plan] == [
        Command, WriteFile, Command, RemoveFile, WriteFile, Command, RemoveFile, Command,
    ]  # fmt: skip
    away = [step.path.name for step in plan if isinstance(step, WriteFile)]
    assert away == ["web-1", "web-2"]
    made = [step.argv[-1] for step in plan if isinstance(step, Command)]
    assert made == ["migrate", "web-1", "web-2", "worker"]
    assert all("--wait" in step.argv for step in plan[2:6] if isinstance(step, Command))


def test_a_replica_that_was_left_away_is_replaced_first(yard):
    (yard / "nginx" / "away").mkdir()
    (yard / "nginx" / "away" / "web-2").touch()
    away = [step.path.name for step in rollout_plan(Project(yard)) if isinstance(step, WriteFile)]
    assert away == ["web-2", "web-1"]


def test_one_replica_cannot_be_replaced_without_a_gap(yard):
    rules = yard / "nginx" / "who_answers.conf"
    rules.write_text(rules.read_text().replace("away/web-2", "elsewhere"))
    with pytest.raises(Invalid, match="there would be a gap"):
        rollout_plan(Project(yard))
    rules.unlink()
    with pytest.raises(NotFound, match="modelyard new writes it"):
        rollout_plan(Project(yard))


def test_steps_are_done_in_order_and_the_first_that_fails_ends_it(tmp_path):
    said = []
    plan = (
        WriteFile(tmp_path / "a" / "file", "text", "write"),
        Command(("sh", "-c", "cat a/file > copy; test \"$GIVEN\" = yes"), "copy", tmp_path,
                {"GIVEN": "yes"}),
        Command(("false",), "fail on purpose", tmp_path),
        RemoveFile(tmp_path / "copy", "never done"),
    )  # fmt: skip
    with pytest.raises(Unavailable, match="It was to fail on purpose"):
        runner.run(plan, said.append)
    assert (tmp_path / "copy").read_text() == "text"
    assert said == list(plan[:3])


def test_a_program_that_is_not_installed_is_named():
    with pytest.raises(NotFound, match="program no-such-program"):
        runner.run((Command(("no-such-program",), "build the image"),))
