"""Tables and files of a Spark cluster."""

import os
import sys
from collections.abc import Sequence

import narwhals as nw

from modelyard.datasets.engines.connection import Connection
from modelyard.datasets.engines.table import EngineTable, Estimate

SAMPLE_SEED = 7
DEFAULTS = {
    "spark.executorEnv.PYTHONPATH": os.pathsep.join(place for place in sys.path if place),
    "spark.pyspark.python": sys.executable,
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "8",
}


def open_spark(where: str, connection: Connection, name: str) -> EngineTable:
    """Open a table of the catalogue, or Parquet files where the name is a path.

    The session is the process's own, and lives as long as it. Raises what Spark raises.
    """
    session = session_of(connection)
    native = session.read.parquet(name) if "/" in name else session.table(name)

    def count_distinct(names: Sequence[str]) -> dict[str, int]:
        """Count by HyperLogLog++."""
        from pyspark.sql import functions

        marked = ["`" + name.replace("`", "``") + "`" for name in names]
        row = native.agg(*(functions.approx_count_distinct(name, 0.02) for name in marked)).first()
        return dict(zip(names, row, strict=True))

    return EngineTable(
        where=where,
        engine=f"Spark {session.version}",
        frame=nw.from_native(native),
        estimate=_estimate(native),
        sampled=lambda share: nw.from_native(native.sample(False, share, SAMPLE_SEED)),
        count_distinct=count_distinct,
        distinct_method="estimated by HyperLogLog++ (standard error about 2 %)",
    )


def session_of(connection: Connection):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Give this process's session on the cluster; workers take this process's Python by default."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("modelyard")
    is_remote = connection.address.startswith("sc://")
    builder = (builder.remote if is_remote else builder.master)(connection.address or "local[*]")
    for key, value in (DEFAULTS | dict(connection.options)).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _estimate(native) -> Estimate:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Ask the optimiser for the bytes that it would read; it says a huge number where unknown."""
    try:
        size = int(native._jdf.queryExecution().optimizedPlan().stats().sizeInBytes().longValue())
    except Exception:  # noqa: BLE001 (a session over the network has no such plan)
        return Estimate()
    return Estimate(bytes=size) if size < 2**62 else Estimate()
