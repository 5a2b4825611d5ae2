"""Formulas that no draw moves become constants, and the figures stay the same."""

import pytest

X, Y = 3.0, 4.0


def odd(book, sheet) -> None:
    """Two inputs, and formulas of many kinds between them and the outputs."""
    sheet.write_number("B1", X)
    sheet.write_number("B2", Y)
    cells = {
        "C1": ("=B1*2", 6),
        "C2": ("=B2*10", 40),
        "C3": ('=IF(B1>100,1,"")', ""),
        "C4": ("=B1>2", True),
        "C5": ('=IF(C4,"=yes","no")', "=yes"),
        "C6": ("=SUM(C1:C2)", 46),
        "C7": ("=IF(ISERROR(1/(B1-3)),-1,1/(B1-3))", -1),
        "C8": ('=IF(C3="",C2,C3)', 40),
        "C9": ("=1/(B1-3)", "#DIV/0!"),
        "C10": ("=INDEX(C1:C2,IF(B1>5,1,2))", 40),
        "D1": ('=C6+C7+IF(C5="=yes",1000,0)+COUNTBLANK(C3:C3)', 1046),
        "D2": ("=C8+C10", 80),
    }
    for place, (formula, value) in cells.items():
        sheet.write_formula(place, formula, None, value)
    book.define_name("X", "=Model!$B$1")
    book.define_name("Y", "=Model!$B$2")
    book.define_name("First", "=Model!$D$1")
    book.define_name("Second", "=Model!$D$2")


def anywhere(book, sheet) -> None:
    odd(book, sheet)
    sheet.write_formula("D3", '=INDIRECT("B"&1)+C1', None, 9)
    book.define_name("Third", "=Model!$D$3")


@pytest.mark.parametrize("fill", [odd, anywhere])
@pytest.mark.parametrize("varying", [("x",), ("y",), ("x", "y"), ()])
def test_frozen_or_not_the_figures_are_the_same(make, fill, varying):
    model = make(fill)
    session = model.calculation.session(varying)
    for number in (3.0, 7.0, 200.0, 3.0, 1.0):
        values = {"x": X, "y": Y} | dict.fromkeys(varying, number)
        assert session(values) == {
            name: value
            for name, value in model.calculation(values).items()
            if not isinstance(value, str)
        }, (number, varying)


def test_what_no_draw_moves_is_worked_out_once(make):
    model = make(odd)
    still = model.calculation._still(model.calculation.outputs, {"y"})
    assert {address[1:] for address in still} >= {(1, 3), (4, 3), (5, 3), (7, 3), (9, 3)}
    assert not {address[1:] for address in still} & {(2, 3), (6, 3), (1, 4), (2, 4)}
    assert make(anywhere).calculation._still(model.calculation.outputs, {"y"}) != []
    third = [pair for pair in make(anywhere).calculation.outputs if pair[0].name == "third"]
    assert make(anywhere).calculation._still(third, {"y"}) == []
