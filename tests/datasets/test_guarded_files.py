"""A private table stays private, whatever is wrong with its section of modelyard.toml."""

from pathlib import Path

import pytest

from modelyard import wiring
from modelyard.settings import Settings

SECTION = '[datasets.pay]\nvisibility = "private"\nowner = "ana@example.org"\n'


def served(folder: Path, section: str) -> list[str]:
    """Write the section, and give the names of the datasets that are served."""
    tables = folder / "datasets"
    tables.mkdir(exist_ok=True)
    (tables / "pay.csv").write_text("person,pay\nana,1\n")
    (tables / "open.csv").write_text("a\n1\n")
    (folder / "modelyard.toml").write_text(section)
    services = wiring.open_folder(folder, Settings(state=folder / "state"))
    return sorted(services.datasets)


@pytest.mark.parametrize(
    "fault",
    [
        'source = "datasets/pay.csv"\nencoding = "utf8x"\n',
        'source = "datasets/pay.csv"\ndecimal_comma = true\n',
        'source = "datasets/pay.csv"\nformat = "parquet"\n',
        'source = "datasets/Pay.csv"\n',
        'source = "datasets/gone.parquet"\n',
        'source = "../pay.csv"\n',
        'source = "pay"\n',
        'source = "ftp://host/pay.csv"\n',
        'source = "datasets/p\\u0000ay.csv"\n',
    ],
)
def test_a_fault_in_a_private_section_publishes_no_file(tmp_path: Path, fault: str) -> None:
    assert set(served(tmp_path, SECTION + fault)) <= {"open", "pay"}


def test_without_a_fault_the_section_is_served_once(tmp_path: Path) -> None:
    assert served(tmp_path, SECTION + 'source = "datasets/pay.csv"\n') == ["open", "pay"]


def test_a_second_file_with_the_name_of_a_section_for_everybody_is_served(tmp_path: Path) -> None:
    section = '[datasets.pay]\nsource = "datasets/pay.csv"\n'
    (tmp_path / "datasets" / "more").mkdir(parents=True)
    (tmp_path / "datasets" / "more" / "pay.csv").write_text("b\n1\n")
    assert served(tmp_path, section) == ["open", "pay", "pay-csv"]
