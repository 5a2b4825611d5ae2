"""What can be done with models as a run: scoring a whole dataset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import msgspec

from modelyard.errors import Invalid
from modelyard.models.kept_files import KeptFiles
from modelyard.models.scoring import Scoring
from modelyard.models.serving import Predictors, servable
from modelyard.models.version import Version
from modelyard.runs.kinds import Checked, Context, Outcome, OutFile, read_request
from modelyard.runs.pieces import Pieces

if TYPE_CHECKING:
    import polars as pl


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


class Part(Protocol):
    """One file of a table of several, or the whole of another."""

    @property
    def name(self) -> str:
        """The file's name; empty for the whole."""

    @property
    def open(self) -> Callable[[], "pl.LazyFrame"]:
        """Opens it lazily; raises Invalid where it is broken or unlike the others."""


class Tables(Protocol):
    """Where tables come from."""

    def parts(self, name: str) -> Sequence[Part]:
        """List the parts of a dataset; raises NotFound."""

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
    bad_rows: Literal["stop", "empty"] = "stop"
    """What becomes of rows that the model does not take: the run stops, or they have no answer."""
    broken_parts: Literal["stop", "skip"] = "stop"
    """What a part that cannot be read, or is unlike the others, does to a table of several files;
    the result names those that were skipped."""
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
        table = self.tables.find(asked.dataset)
        path = context.folder / "predictions.parquet"
        counted = self._scoring(asked, context).score(self.tables.parts(asked.dataset), path)
        passport = self.tables.passport(asked.dataset, asked)
        model = {"model": asked.model, "version": asked.version, "sha256": asked.sha256}
        passport["inputs"] = [*passport.get("inputs", []), model]
        done = {"dataset": table.name, "model": asked.model, "version": int(asked.version)}
        result = msgspec.json.encode(done | counted)
        file = OutFile(name=path.name, media_type=PARQUET, path=path)
        return Outcome(result=result, files=(file,), passport=passport)

    def help(self, request: Mapping[str, Any], context: Context) -> int:
        """Make pieces of a run that another worker has; tells how many."""
        asked = read_request(self.name, request, ScoreRequest)
        return self._scoring(asked, context).help(self.tables.parts(asked.dataset))

    def _scoring(self, asked: ScoreRequest, context: Context) -> Scoring:
        files = self.files()
        version = files.noted(asked.sha256, asked.digest)
        if version.description is None:
            raise Invalid(version.where, "was refused.")
        trusted = version.description.plan.trusted
        predictors = Predictors(files, lambda _name, _selector: version, lambda: trusted)
        return Scoring(
            where=self.tables.find(asked.dataset).where,
            predictor=predictors.open(version),
            keep=asked.keep,
            skips_parts=asked.broken_parts == "skip",
            leaves_gaps=asked.bad_rows == "empty",
            context=context,
            pieces=Pieces(files.blobs, "" if context.is_fresh else context.run_id),
        )
