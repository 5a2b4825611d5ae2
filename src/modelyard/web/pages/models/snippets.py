"""Lines to copy that ask the same model: for a terminal, Python and a sheet, with its addresses."""

import json
import pprint
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from modelyard.accounts.resource import Resource
from modelyard.models.description import Description
from modelyard.web import guard
from modelyard.web.live import live, services

MOST_INPUTS = 100
"""Inputs of which all are written out."""
TABLE = "Table1"


@dataclass(frozen=True)
class Asked:
    """Which model is asked what."""

    name: str
    selector: str
    """A number or an alias; empty for what is served."""
    record: Mapping[str, Any]
    found: Description
    host: str

    @property
    def address(self) -> str:
        """The address that answers."""
        ending = f"?version={quote(self.selector, safe='@')}" if self.selector else ""
        return f"{self.host}/api/v1/models/{self.name}/predict{ending}"

    @property
    def needs_token(self) -> bool:
        """Whether a program must say who asks."""
        if guard.asker().kind in {"laptop", "visitor"}:
            return False
        return guard.visibility(Resource("model", self.name)).level != "public"


def lines_of(asked: Asked) -> list[tuple[str, str]]:
    """Give what to copy, each with where it goes."""
    return [
        ("From a terminal", curl(asked.address, asked.record, asked.needs_token)),
        ("From Python", python(asked)),
        (
            f"In Excel: Data, Get Data, Blank Query, Advanced Editor; the rows are {TABLE}",
            power_query(asked),
        ),
    ]


def curl(address: str, content: Any, needs_token: bool) -> str:
    """Write a line for a terminal."""
    text = json.dumps(content, ensure_ascii=False).replace("'", "\\u0027")
    token = " -H 'Authorization: Bearer TOKEN'" if needs_token else ""
    return f"curl{token} '{address}' \\\n  --json '{text}'"


def python(asked: Asked) -> str:
    """Write a few lines of Python."""
    record = pprint.pformat(dict(asked.record), sort_dicts=False, width=60)
    record = record.replace("\n", "\n          ")
    token = '    headers={"Authorization": "Bearer TOKEN"},\n' if asked.needs_token else ""
    return (
        "import requests\n\n"
        "answer = requests.post(\n"
        f'    "{asked.address}",\n'
        f"{token}"
        f"    json={record},\n"
        ")\n"
        "answer.raise_for_status()\n"
        'print(answer.json()["predictions"])'
    )


def power_query(asked: Asked) -> str:
    """Write a query for Excel: a table of rows goes in, the same with the predictions comes out."""
    names = [field.name for field in asked.found.signature.fields if field.is_used]
    listed = ", ".join(_m_text(name) for name in names[:MOST_INPUTS])
    token = ', Authorization="Bearer TOKEN"' if asked.needs_token else ""
    output = asked.found.outputs[0] if len(asked.found.outputs) == 1 else "prediction"
    return (
        "let\n"
        f'  Rows = Excel.CurrentWorkbook(){{[Name="{TABLE}"]}}[Content],\n'
        f"  Inputs = Table.SelectColumns(Rows, {{{listed}}}),\n"
        "  Answer = Json.Document(Web.Contents(\n"
        f'    "{asked.address}",\n'
        f'    [Headers=[#"Content-Type"="application/json"{token}],\n'
        "     Content=Json.FromValue(Table.ToRecords(Inputs))])),\n"
        "  Result = Table.FromColumns(\n"
        "    Table.ToColumns(Rows) & {Answer[predictions]},\n"
        f"    Table.ColumnNames(Rows) & {{{_m_text(output)}}})\n"
        "in\n"
        "  Result"
    )


def protocols_of(asked: Asked) -> list[tuple[str, str, str]]:
    """Give the protocols that the model speaks: name, address, and what is sent there."""
    name, root = asked.name, asked.host
    default = [
        (
            "MLflow, SageMaker, Vertex AI",
            f"POST {root}/invocations",
            'the same, and {"instances": [...]}: it is the default model',
        )
    ]
    version = f"/versions/{asked.selector}" if asked.selector.isdigit() else ""
    return [
        (
            "REST",
            f"POST {asked.address}",
            "a record, a list of records, columns; CSV, Parquet, Arrow",
        ),
        ("Open Inference V2", f"POST {root}/v2/models/{name}{version}/infer", "tensors"),
        ("KServe V1", f"POST {root}/v1/models/{name}:predict", '{"instances": [...]}'),
        (
            "MLflow",
            f"POST {root}/models/{name}/invocations",
            '{"dataframe_split": ...}, {"dataframe_records": ...}, CSV',
        ),
        *(default if is_default(name) else []),
    ]


def is_default(name: str) -> bool:
    """Tell whether a model is the one that short addresses ask."""
    named = services().workspace.config.workspace.default_model
    known = live().records.models.list_models()
    return name == (named or (known[0].name if len(known) == 1 else ""))


def _m_text(text: str) -> str:
    """Write a text in the language of Power Query, where quotes are doubled and # escapes."""
    plain = text.replace('"', '""').replace("#(", "#(#)(")
    return '"' + "".join(sign if sign >= " " else f"#({ord(sign):04X})" for sign in plain) + '"'
