"""What can be done with models as a run: scoring a whole dataset."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import msgspec

from modelyard.errors import Invalid, NotFound
from modelyard.models.kept_files import KeptFiles
from modelyard.models.serving import Predictors, servable
from modelyard.models.version import Version
from modelyard.runs.kinds import Checked, Context, Outcome, OutFile, read_request

if TYPE_CHECKING:
    import polars as pl

    from modelyard.models.predict import Predictor

BATCH = 20_000
PARQUET = "application/vnd.apache.parquet"
FindVersion = Callable[[str, str], Version]


class Shape(Protocol):
    """How large a table is."""

    @property
    def rows(self) -> int:
        """Its rows."""


class Table(Protocol):
    """What this room must know of a dataset."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def where(self) -> str:
        """What messages call it."""

    def scan(self) -> "pl.LazyFrame":
        """Open it lazily."""

    def shape(self) -> Shape:
        """Count its rows."""


class Tables(Protocol):
    """Where tables come from."""

    def find(self, name: str) -> Table:
        """Give a dataset; raises NotFound."""

    def digest(self, name: str) -> str:
        """Tell what the dataset of that name is from another that takes its name later."""

    def passport(self, name: str, asked: msgspec.Struct) -> dict[str, Any]:
        """Name the dataset's files, the parameters and the versions of the libraries."""


class ScoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A whole dataset through a model."""

    dataset: str
    model: str
    version: str | int = ""
    """A number or an alias; empty for the one that is served. A run keeps the number."""
    keep: tuple[str, ...] = ()
    """Columns of the dataset that go into the output, beside the predictions."""
    sha256: str = ""
    """Of the model's file; filled in when the run is asked for."""
    digest: str = ""
    """Of the version; filled in when the run is asked for."""


@dataclass(frozen=True)
class ScoreKind:
    """Puts every row of a dataset through a model, some thousand at a time."""

    tables: Tables
    files: Callable[[], KeptFiles]
    find_version: FindVersion | None = None
    """None where the database may not be asked: in the child process, and where a workspace is
    only looked at."""
    name: ClassVar[str] = "score"
    title: ClassVar[str] = "Predictions"
    struct: ClassVar[type[msgspec.Struct]] = ScoreRequest
    is_quick: ClassVar[bool] = False
    is_repeatable: ClassVar[bool] = True

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether there are such a dataset and such a version that can be served."""
        asked = read_request(self.name, request, ScoreRequest)
        table = self.tables.find(asked.dataset)
        pinned = self._pinned(asked)
        number = f" (version {pinned.version})" if pinned.digest else ""
        return Checked(
            title=f"Predictions of {asked.model}{number} for {table.title}",
            request=msgspec.to_builtins(pinned),
            resource_kind="dataset",
            resource_name=table.name,
            resource_digest=self.tables.digest(table.name),
        )

    def _pinned(self, asked: ScoreRequest) -> ScoreRequest:
        """Name the version that is meant now, where the database may be asked."""
        if self.find_version is None:
            return asked
        version = self.find_version(asked.model, str(asked.version))
        servable(version, version.description.plan.trusted if version.description else ())
        return msgspec.structs.replace(
            asked, version=str(version.number), sha256=version.sha256, digest=version.digest
        )

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Score; memory holds a batch of rows at a time."""
        asked = read_request(self.name, request, ScoreRequest)
        files = self.files()
        version = files.noted(asked.sha256, asked.digest)
        if version.description is None:
            raise Invalid(version.where, "was refused.")
        trusted = version.description.plan.trusted
        predictors = Predictors(files, lambda _name, _selector: version, lambda: trusted)
        table = self.tables.find(asked.dataset)
        path = context.folder / "predictions.parquet"
        rows = _score(table, predictors.open(version), asked, context, path)
        passport = self.tables.passport(asked.dataset, asked)
        model = {"model": asked.model, "version": asked.version, "sha256": asked.sha256}
        passport["inputs"] = [*passport.get("inputs", []), model]
        done = {"dataset": table.name, "model": asked.model, "version": int(asked.version)}
        result = msgspec.json.encode(done | {"rows": rows})
        file = OutFile(name=path.name, media_type=PARQUET, path=path)
        return Outcome(result=result, files=(file,), passport=passport)


def _score(
    table: Table, predictor: "Predictor", asked: ScoreRequest, context: Context, path: Path
) -> int:
    import polars as pl

    from modelyard.models.frames import predict_frame
    from modelyard.models.input_faults import BadInput

    total, done = max(table.shape().rows, 1), 0
    parts = context.folder / "parts"
    parts.mkdir()
    for number, batch in enumerate(_batches(table, predictor, asked)):
        context.progress(done / total, f"row {done:,} of {total:,}")
        try:
            answers = predict_frame(predictor, batch)
        except BadInput as fault:
            raise _placed(table.where, fault, done) from None
        kept = batch.select(asked.keep).hstack(answers.get_columns())
        kept.write_parquet(parts / f"{number:08}.parquet")
        done += batch.height
    if not done:
        raise Invalid(table.where, "has no rows.")
    pl.scan_parquet(parts / "*.parquet").sink_parquet(path, maintain_order=True)
    return done


def _batches(table: Table, predictor: "Predictor", asked: ScoreRequest) -> Iterator["pl.DataFrame"]:
    """Read the columns that are needed, a batch after the other, in order."""
    frame = table.scan()
    known = frame.collect_schema().names()
    unknown = [name for name in asked.keep if name not in known]
    if unknown:
        raise NotFound(table.where, f"has no column '{unknown[0]}' to keep.")
    description = predictor.description
    clash = set(asked.keep) & {*description.outputs, "score"}
    if clash:
        why = f"'{min(clash)}' is what the model predicts; it cannot be kept beside it."
        raise Invalid("request.keep", why)
    wanted = [name for name in known if name in {*description.signature.names, *asked.keep}]
    if not set(wanted) & set(description.signature.names):
        raise Invalid(table.where, "has none of the inputs of the model.")
    yield from frame.select(wanted).collect_batches(chunk_size=BATCH, maintain_order=True)


def _placed(where: str, fault: Any, before: int) -> Invalid:
    """Name the row of the table, counted from 1, instead of the row of the batch."""
    first = fault.faults[0]
    row = "" if first.row is None else f", row {before + first.row + 1:,}"
    field = f", '{first.field}'" if first.field else ""
    return Invalid(f"{where}{row}{field}", first.why, first.cure)
