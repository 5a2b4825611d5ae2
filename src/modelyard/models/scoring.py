"""Every row of a table through a model: part by part, some thousand rows at a time.

What a piece gave is kept. Where a worker dies, the next one goes on with the first piece that is
missing; workers that have time make pieces of the same run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.runs.kinds import Context
from modelyard.runs.pieces import Pieces
from modelyard.runs.sharing import Piece, Share, SharedWork, help_with

if TYPE_CHECKING:
    import polars as pl

    from modelyard.models.predict import Predictor
    from modelyard.models.work import Part

BATCH = 20_000
PIECE_ROWS = 500_000
GO_ON = 'With bad_rows = "empty" such rows have no answer, and all others have.'


@dataclass
class Scoring:
    """One table on its way through one model."""

    where: str
    """How faults name the table."""
    predictor: "Predictor"
    keep: Sequence[str]
    """Columns that go into the output, beside the predictions."""
    skips_parts: bool
    """Whether a part that cannot be read is passed over."""
    leaves_gaps: bool
    """Whether rows that the model does not take stay without an answer."""
    context: Context
    pieces: Pieces
    skipped: list[dict[str, str]] = field(default_factory=list)

    def score(self, parts: Sequence["Part"], path: Path) -> dict[str, Any]:
        """Write the answers of all parts to `path`, in order; gives what there is to count.

        Raises Invalid, naming part and row, where one cannot be scored.
        """
        import polars as pl

        shared = SharedWork(self.pieces, self.context.folder / "pieces", self.context.progress)
        made = [piece for share in shared.finish(self.shares(parts)) for piece in share]
        if not made:
            raise Invalid(self.where, "has no rows.")
        joined = pl.scan_parquet(made, glob=False)
        joined.sink_parquet(path, maintain_order=True)
        answer = pl.nth(len(self.keep)).null_count()
        rows, empty = joined.select(pl.len().alias("rows"), answer.alias("empty")).collect().row(0)
        gaps = {"empty": empty} if self.leaves_gaps else {}
        return {"rows": rows} | gaps | ({"skipped": self.skipped} if self.skipped else {})

    def help(self, parts: Sequence["Part"]) -> int:
        """Make pieces of a run that another worker has; tells how many."""
        return help_with(self.shares(parts), self.pieces, self.context.folder / "pieces")

    def shares(self, parts: Sequence["Part"]) -> list[Share]:
        """Give the work of each part, to be shared out."""
        return [self._share(place, part) for place, part in enumerate(parts)]

    def _share(self, place: int, part: "Part") -> Share:
        def failed(fault: ModelyardError) -> None:
            if not (self.skips_parts and part.name):
                raise fault
            self.context.log(f"{part.name} is skipped: {fault.why}")
            self.skipped.append({"part": part.name, "why": fault.why})

        return Share(lambda: self._pieces(place, part), failed)

    def _pieces(self, place: int, part: "Part") -> list[Piece]:
        frame = part.open()
        frame = frame.select(self._wanted(frame.collect_schema().names()))
        starts = range(0, _count(self.where, frame), PIECE_ROWS)
        return [self._piece(place, part, frame, first) for first in starts]

    def _piece(self, place: int, part: "Part", frame: "pl.LazyFrame", first: int) -> Piece:
        return Piece(
            name=f"{place:06}-{first // PIECE_ROWS:06}.parquet",
            label=f"{part.name or 'row'} {first:,}",
            work=lambda path: self._score_piece(part, frame.slice(first, PIECE_ROWS), first, path),
        )

    def _score_piece(self, part: "Part", frame: "pl.LazyFrame", first: int, path: Path) -> None:
        import polars as pl

        from modelyard.models.input_faults import BadInput

        answers: list[pl.DataFrame] = []
        done = first
        for batch in frame.collect_batches(chunk_size=BATCH, maintain_order=True):
            try:
                found = self._answers(batch)
            except BadInput as fault:
                raise _placed(self._place(part), fault, done) from None
            kept = batch.select(self.keep).hstack(found.get_columns()) if self.keep else found
            answers.append(kept)
            done += batch.height
        pl.concat(answers, how="vertical_relaxed").write_parquet(path)

    def _answers(self, batch: "pl.DataFrame") -> "pl.DataFrame":
        from modelyard.models.frames import predict_frame
        from modelyard.models.gaps import answers_with_gaps

        if self.leaves_gaps:
            return answers_with_gaps(self.predictor, batch)[0]
        return predict_frame(self.predictor, batch)

    def _wanted(self, known: Sequence[str]) -> list[str]:
        """Choose the columns that are needed; raises Invalid or NotFound where one is not there."""
        unknown = [name for name in self.keep if name not in known]
        if unknown:
            raise NotFound(self.where, f"has no column '{unknown[0]}' to keep.")
        description = self.predictor.description
        clash = set(self.keep) & {*description.outputs, "score"}
        if clash:
            why = f"'{min(clash)}' is what the model predicts; it cannot be kept beside it."
            raise Invalid("request.keep", why)
        wanted = [name for name in known if name in {*description.signature.names, *self.keep}]
        if not set(wanted) & set(description.signature.names):
            raise Invalid(self.where, "has none of the inputs of the model.")
        return wanted

    def _place(self, part: "Part") -> str:
        return f"{self.where}, {part.name}" if part.name else self.where


def _count(where: str, frame: "pl.LazyFrame") -> int:
    import polars as pl

    try:
        return int(frame.select(pl.len()).collect().item())
    except pl.exceptions.PolarsError as fault:
        raise Invalid(where, f"cannot be read: {str(fault).splitlines()[0][:200]}") from None


def _placed(where: str, fault: Any, before: int) -> Invalid:
    """Name the row of the table, counted from 1, instead of the row of the batch."""
    first = fault.faults[0]
    row = "" if first.row is None else f", row {before + first.row + 1:,}"
    field_name = f", '{first.field}'" if first.field else ""
    return Invalid(f"{where}{row}{field_name}", first.why, f"{first.cure} {GO_ON}".strip())
