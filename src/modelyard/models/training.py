"""Training as a kind of run: on demand, or by the clock; it ends with a new version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from modelyard.errors import Invalid, NotFound
from modelyard.models.files import FOLDER, ModelFile
from modelyard.models.kept_files import KeptFiles
from modelyard.models.naming import clean_name
from modelyard.models.training_plan import (
    KIND,
    TrainingPlan,
    TrainRequest,
    champion_tag,
    not_trained,
    pinned,
)
from modelyard.models.work import Tables
from modelyard.runs.kinds import Checked, Context, Outcome, read_request
from modelyard.workspace import Workspace
from modelyard.workspace.training import TrainConfig

if TYPE_CHECKING:
    from modelyard.models.registry import Registry
    from modelyard.models.training_call import LoadModule


@dataclass(frozen=True)
class TrainKind:
    """Trains a model as `[models.NAME.train]` says, and publishes what came of it."""

    tables: Tables
    files: Callable[[], KeptFiles]
    workspace: Callable[[], Workspace]
    load: "LoadModule"
    registry: "Registry | None" = None
    """None where the database may not be asked: in the child process, and where a workspace is
    only looked at."""
    name: ClassVar[str] = KIND
    title: ClassVar[str] = "Training"
    struct: ClassVar[type[msgspec.Struct]] = TrainRequest
    is_quick: ClassVar[bool] = False
    is_repeatable: ClassVar[bool] = False

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether the model has such a section, and write down what that says now."""
        asked = read_request(self.name, {**request, "plan": None}, TrainRequest)
        config = get_section(self.workspace(), asked.model)
        self.tables.find(config.dataset)
        refuse_missing_function(self.workspace(), asked.model, config)
        parameters = config.parameters | asked.parameters
        plan = self._plan(asked.model, msgspec.structs.replace(config, parameters=parameters))
        return Checked(
            title=f"Training of {asked.model}",
            request=msgspec.to_builtins(msgspec.structs.replace(asked, plan=plan)),
            resource_kind="model",
            resource_name=asked.model,
        )

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Train, open and compare; nothing is published yet."""
        from modelyard.models.training_work import Training

        asked = read_request(self.name, request, TrainRequest)
        if asked.plan is None:
            raise Invalid("request.plan", "is missing.")
        table = self.tables.find(asked.plan.config.dataset)
        training = Training(
            asked.model, asked.plan, self.files(), self.workspace().root, self.load, context
        )
        result, trained = training.do(table.scan(), table.where)
        passport = self.tables.passport(asked.plan.config.dataset, asked)
        passport |= {"seed": asked.plan.config.seed, "code": trained.code}
        content = result | {"file": msgspec.to_builtins(trained)}
        return Outcome(result=msgspec.json.encode(content), passport=passport)

    def settle(self, run_id: str, request: Mapping[str, Any], result: bytes) -> bytes:
        """Publish the candidate, and promote it where the rule says so.

        It may be done again: the same file is the same version, and a name that points there
        already does not move.
        """
        from modelyard.models.promotion import Promotion

        asked = read_request(self.name, request, TrainRequest)
        if self.registry is None or asked.plan is None:
            raise NotFound("models", "are not known here.")
        promotion = Promotion(self.registry, asked.model, asked.plan, run_id)
        return msgspec.json.encode(promotion.settled(msgspec.json.decode(result)))

    def _plan(self, name: str, config: TrainConfig) -> TrainingPlan:
        registry = self.registry
        if registry is None:
            return TrainingPlan(config=config)
        model = registry.find_model(name)
        served = None if model is None or model.served is None else registry.get_version(name)
        return TrainingPlan(
            config=config,
            served=pinned(served),
            champion_tag=champion_tag(model),
            trusted=registry.list_trusted(),
            sidecar=_sidecar(self.workspace(), name),
        )


def get_section(workspace: Workspace, name: str) -> TrainConfig:
    """Give how a model is trained; raises NotFound where modelyard.toml does not say it."""
    section = workspace.config.models.get(clean_name(name))
    if section is None or section.train is None:
        raise not_trained(name)
    return section.train


def refuse_missing_function(workspace: Workspace, name: str, config: TrainConfig) -> None:
    """Raise NotFound where the file of the function is not there, or has no such function.

    Nothing of it is run.
    """
    import ast

    where = f"[models.{name}.train] function"
    module, _, function = config.function.partition(":")
    place = workspace.root.joinpath(*module.split("."))
    files = (place.with_suffix(".py"), place / "__init__.py")
    file = next((one for one in files if one.is_file() and workspace.allows(one)), None)
    if file is None:
        shown = files[0].relative_to(workspace.root).as_posix()
        raise NotFound(where, f"there is no file '{shown}'.")
    shown = file.relative_to(workspace.root).as_posix()
    try:
        tree = ast.parse(file.read_bytes(), shown)
    except (SyntaxError, ValueError) as fault:
        line = getattr(fault, "lineno", None) or 0
        raise Invalid(f"{shown}, line {line}", f"is no Python: {fault.args[0]}.") from None
    names = {getattr(node, "name", "") for node in tree.body}
    names |= {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if function not in names:
        raise NotFound(where, f"'{shown}' has no function '{function}'.")


def _sidecar(workspace: Workspace, name: str) -> str:
    path = Path(workspace.root, FOLDER, f"{name}.toml")
    if not path.is_file() or not workspace.allows(path):
        return ""
    return ModelFile(name, path, path).sidecar_text()
