"""The warehouse in BigQuery, Redshift or Snowflake, through dlt; its telemetry is off.

Tried with dlt's DuckDB and Postgres destinations; not tried against the services.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.errors import NotFound, Unavailable
from modelyard.scenarios.warehouse.tables import KEY_COLUMNS, Key, together

if TYPE_CHECKING:
    import polars as pl

KINDS = ("bigquery", "redshift", "snowflake", "duckdb", "postgres")


class CloudWarehouse:
    """Tables in one dataset (schema) of a service that dlt reaches.

    Its credentials are dlt's own, from the environment, such as
    `DESTINATION__SNOWFLAKE__CREDENTIALS`.
    """

    def __init__(
        self, kind: str, dataset: str, folder: Path, credentials: str | None = None
    ) -> None:
        self._kind, self._dataset = kind, dataset
        self._folder, self._credentials = folder, credentials

    def write(self, key: Key, tables: Mapping[str, "pl.DataFrame"]) -> None:  # noqa: ARG002
        """Replace what is under the key (it is in every row): dlt deletes by it, and inserts."""
        dlt = _dlt()
        pipeline = self._pipeline(dlt)
        resources = [
            dlt.resource(
                [frame.to_arrow()],
                name=table,
                write_disposition="merge",
                merge_key=list(KEY_COLUMNS),
            )
            for table, frame in tables.items()
        ]
        try:
            pipeline.abort_packages()
            pipeline.run(resources).raise_on_failed_jobs()
        except dlt.common.exceptions.DltException as fault:
            words = " ".join(str(fault).split())[:300]
            raise Unavailable("warehouse", f"{self._kind} refuses: {words}", "Try again.") from None

    def write_all(self, run: str, scenarios: Mapping[str, Mapping[str, "pl.DataFrame"]]) -> None:
        """Replace what is under the keys of several scenarios, in one load."""
        if scenarios:
            self.write(Key(run, next(iter(scenarios))), together(scenarios))

    def names(self) -> list[str]:
        """List the tables."""
        dlt = _dlt()
        pipeline = self._pipeline(dlt)
        pipeline.sync_destination()
        found = [] if not pipeline.schemas else pipeline.default_schema.data_table_names()
        return sorted(found)

    def read(self, table: str) -> "pl.DataFrame":
        """Read a table."""
        import polars as pl

        if table not in self.names():
            raise NotFound(f"warehouse/{table[:80]}", "there is no such table.")
        with self._pipeline(_dlt()).sql_client() as client:
            full = client.make_qualified_table_name(table)
            with client.execute_query(f"SELECT * FROM {full}") as cursor:  # noqa: S608 (dlt quotes)
                names = [column[0] for column in cursor.description]
                rows = cursor.fetchall()
        frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
        return frame.select(name for name in names if not name.startswith("_dlt"))

    def _pipeline(self, dlt: Any) -> Any:
        make = getattr(dlt.destinations, self._kind)
        options = {} if self._credentials is None else {"credentials": self._credentials}
        return dlt.pipeline(
            pipeline_name=f"modelyard_{self._kind}_{self._dataset}",
            destination=make(**options),
            dataset_name=self._dataset,
            pipelines_dir=str(self._folder),
        )


def _dlt() -> Any:
    try:
        import dlt
    except ImportError:
        raise Unavailable(
            "package dlt",
            "is not installed, and this warehouse needs it.",
            "Install it with: pip install 'modelyard[warehouse-cloud]'",
        ) from None
    from dlt.common import logger
    from dlt.common.runtime import anon_tracker

    # naming dlt.config starts the runtime, telemetry with it: so it is set, and stopped
    dlt.config["runtime.dlthub_telemetry"] = False
    anon_tracker.disable_anon_tracker()
    logger.LOGGER.setLevel("ERROR")
    return dlt
