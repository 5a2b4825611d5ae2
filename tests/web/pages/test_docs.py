"""The reference of the API."""

import pytest

from modelyard.web.api.documents import document
from modelyard.web.problems import STATUS


def test_every_operation_is_in_the_reference(get):
    text = get("/docs").get_data(as_text=True)
    for path, item in document()["paths"].items():
        assert f"<code>{path}</code>" in text
        assert (f'value="{path}"' in text) == ("get" in item)


def test_what_is_sent_is_shown_with_its_command(get):
    text = get("/docs").get_data(as_text=True)
    assert "curl -X POST" in text
    assert "--json" in text
    assert "<code>kind</code>" in text
    assert "<code>Idempotency-Key</code>" in text


def test_parameters_and_answers_are_explained(get):
    text = get("/docs").get_data(as_text=True)
    assert "<code>columns[].histogram.counts</code>" in text
    assert "number, 0 to 100" in text
    assert '<option value="">iforest</option>' in text


def test_a_form_leads_to_the_address_it_means(site):
    answer = site.get(
        "/docs/try?_path=/api/v1/datasets/{name}/rows&name=a/b&filter=x:eq:1&sort=&size=5"
    )
    assert answer.status_code == 302
    assert answer.location == "/api/v1/datasets/a%2Fb/rows?filter=x%3Aeq%3A1&size=5"


@pytest.mark.parametrize("path", ["https://example.org/", "//example.org", "/docs", ""])
def test_a_form_leads_nowhere_else(get, path):
    assert get(f"/docs/try?_path={path}").status_code == 404


def test_every_kind_of_error_has_a_line(get, parse):
    ids = parse(get("/docs/errors")).ids
    for status, _ in (*STATUS.values(), (500, "")):
        assert str(status) in ids
