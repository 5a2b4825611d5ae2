"""One training, from the rows of a dataset to a model that is opened and compared."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.accounts.actor import VISITOR
from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.models.kept_files import KeptFiles, Received
from modelyard.models.measures import gain, get_figure, measure
from modelyard.models.offer import Offer, with_opening
from modelyard.models.serving import Predictors
from modelyard.models.training_call import LoadModule, call, code_digests, save
from modelyard.models.training_data import as_asked, kept_back, read_rows
from modelyard.models.training_limits import limited
from modelyard.models.training_plan import Trained, TrainingPlan
from modelyard.models.version import Version
from modelyard.runs.kinds import Context
from modelyard.runs.runs import now

if TYPE_CHECKING:
    import polars as pl

MEBIBYTE = 1024 * 1024
PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Training:
    """One model being trained."""

    model: str
    plan: TrainingPlan
    files: KeptFiles
    root: Path
    """The workspace."""
    load: LoadModule
    context: Context

    @property
    def where(self) -> str:
        """What messages call it."""
        return f"[models.{self.model}.train]"

    def do(self, frame: "pl.LazyFrame", table: str) -> tuple[dict[str, Any], Trained]:
        """Train on a table, called `table` in messages; gives the result as a document.

        Raises Invalid for whatever the function, its model or its data has wrong.
        """
        config = self.plan.config
        self.context.progress(0.02, f"reading {config.dataset}")
        training, back = kept_back(read_rows(frame, config, table), config)
        trained = self._find_trained() or self._train(training)
        self.context.progress(0.7, "opening the model in the jail")
        version = self._opened(trained)
        self.context.progress(0.9, f"asking for {back.height:,} rows that were kept back")
        figures = self._figures(version, back)
        score = get_figure(figures, config.metric, f"{self.where} metric")
        self.context.log(f"{config.metric} {score:.6g} on {back.height:,} rows")
        champion = self._champion(back)
        result: dict[str, Any] = {
            "model": self.model,
            "dataset": config.dataset,
            "target": config.target,
            "metric": config.metric,
            "rows": {"training": training.height, "kept_back": back.height},
            "candidate": {"sha256": trained.sha256, "score": score, "figures": figures},
            "champion": champion,
            "gain": None,
        }
        if champion is not None and champion["score"] is not None:
            result["gain"] = gain(config.metric, score, champion["score"])
        return result, trained

    @property
    def _mark(self) -> str:
        return f"runs/{self.context.run_id}/trained"

    def _find_trained(self) -> Trained | None:
        """Give what an earlier attempt of this run has trained: it is not done twice."""
        if not self.context.run_id:
            return None
        try:
            return msgspec.json.decode(self.files.blobs.read(self._mark), type=Trained)
        except NotFound:
            return None

    def _train(self, rows: "pl.DataFrame") -> Trained:
        config = self.plan.config
        self.context.progress(0.1, f"training on {rows.height:,} rows")
        given = as_asked(rows, config.frame)
        memory = config.memory_mib * MEBIBYTE
        with limited(self.where, config.time_limit_s, memory, self.context.log):
            estimator = call(self.root, self.load, config, given, self.context.log)
        path = save(estimator, self.context.folder, self.model)
        with path.open("rb") as file:
            pieces = iter(lambda: file.read(PIECE_BYTES), b"")
            received = self.files.receive(pieces, f"model '{self.model}'")
        trained = Trained(
            sha256=received.sha256,
            bytes=received.bytes,
            file_name=path.name,
            code=code_digests(self.root),
        )
        if self.context.run_id:
            self.files.blobs.write(self._mark, msgspec.json.encode(trained))
        return trained

    def _opened(self, trained: Trained) -> Version:
        received = Received(trained.sha256, trained.bytes)
        offer = Offer(model=self.model, file_name=trained.file_name, sidecar=self.plan.sidecar)
        made = offer.version(received, now(), VISITOR)
        version = with_opening(made, self.files.open(received.sha256, self.plan.trusted))
        if version.fault is not None:
            raise version.fault.to_error()
        return version

    def _figures(self, version: Version, back: "pl.DataFrame") -> dict[str, float]:
        from modelyard.models.frames import predict_frame

        assert version.description is not None  # noqa: S101 (it was opened)
        target = self.plan.config.target
        predictors = Predictors(self.files, _always(version), lambda: self.plan.trusted)
        answers = predict_frame(predictors.open(version), back.drop(target))
        return measure(back[target], answers, version.description)

    def _champion(self, back: "pl.DataFrame") -> dict[str, Any] | None:
        """Compare with what is served; where that cannot be asked, say why."""
        served, metric = self.plan.served, self.plan.config.metric
        if served is None:
            return None
        found: dict[str, Any] = {"version": served.number, "score": None, "figures": {}, "why": ""}
        try:
            figures = self._figures(self.files.noted(served.sha256, served.digest), back)
            found |= {"figures": figures, "score": get_figure(figures, metric, "champion")}
        except (Invalid, NotFound) as fault:
            found["why"] = str(fault)
            self.context.log(f"version {served.number} cannot be compared: {fault}")
        except ModelyardError as fault:
            raise Invalid(f"model '{self.model}', version {served.number}", fault.why) from None
        return found


def _always(version: Version) -> Callable[[str, str], Version]:
    return lambda _name, _selector: version
