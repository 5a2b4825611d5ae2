"""Addresses are found by their parts."""

from modelyard.functions.routes import Routes


def routes(*paths):
    made = Routes()
    for path in paths:
        assert made.add("GET", path, path) is None
    return made


def test_what_is_written_out_goes_before_a_parameter():
    made = routes("/pets/{id}", "/pets/mine", "/pets/{id}/toys", "/{a}/mine/x")
    assert made.find("/pets/mine").targets["GET"] == "/pets/mine"
    assert made.find("/pets/7").targets["GET"] == "/pets/{id}"
    assert made.find("/pets/7").values_for("GET") == {"id": "7"}
    assert made.find("/pets/mine/toys").values_for("GET") == {"id": "mine"}
    assert made.find("/pets/mine/x").values_for("GET") == {"a": "pets"}


def test_what_is_not_there_is_not_found():
    made = routes("/pets/{id}")
    assert made.find("/pets") is None
    assert made.find("/pets/1/2") is None
    assert made.find("/") is None


def test_a_part_may_hold_several_parameters():
    made = routes("/files/{name}.{ending}", "/files/{name}")
    assert made.find("/files/a.csv").values_for("GET") == {"name": "a", "ending": "csv"}
    assert made.find("/files/a").values_for("GET") == {"name": "a"}


def test_verbs_may_name_a_parameter_differently():
    made = routes("/pets/{id}")
    assert made.add("PUT", "/pets/{name}", "put") is None
    assert made.find("/pets/1").values_for("PUT") == {"name": "1"}
    assert made.add("PUT", "/pets/{other}", "again") == "put"


def test_600_paths_are_as_quick_as_one():
    made = routes(*(f"/v1/things{n}/{{id}}" for n in range(600)))
    assert made.find("/v1/things599/4").values_for("GET") == {"id": "4"}


def test_no_path_takes_long_to_refuse():
    made = routes("/x/{a}-{b}-{c}-{d}-{e}-{f}z")
    assert made.find(f"/x/{'-' * 3000}") is None
    assert made.find("/x/1-2-3-4-5-6z").values_for("GET")["f"] == "6"
