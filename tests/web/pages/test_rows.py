"""Looking at rows."""

from urllib.parse import parse_qs, urlsplit

from modelyard.web.pages.row_address import RowAddress


def test_rows_show_exact_digits_and_tell_null_from_empty(get):
    text = get("/datasets/flights/rows?size=25").get_data(as_text=True)
    assert '<td class="number">9007199254740993</td>' in text
    assert '<td class="null number"><i>null</i></td>' in text


def test_filters_show_as_chips_that_can_be_removed(get, parse):
    answer = get("/datasets/flights/rows?filter=delay:gt:20&filter=carrier:eq:UA&sort=-delay")
    text = answer.get_data(as_text=True)
    assert "delay &gt; 20" in text
    assert "/datasets/flights/rows?filter=carrier%3Aeq%3AUA&sort=-delay" in parse(answer).links
    assert 'aria-sort="descending"' in text


def test_the_form_adds_a_filter_and_leads_to_its_address(site):
    answer = site.get("/datasets/flights/rows?filter=a:eq:1&column=delay&operator=gt&value=20")
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.location).query)["filter"] == ["a:eq:1", "delay:gt:20"]


def test_the_form_alone_changes_the_page_size(get):
    text = get("/datasets/flights/rows?column=&operator=eq&value=&size=25").get_data(as_text=True)
    assert "1–25 shown" in text


def test_a_bad_filter_leaves_the_form_and_its_chip(get):
    answer = get("/datasets/flights/rows?filter=dealy:gt:20")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Did you mean &#39;delay&#39;?" in text
    assert "Remove the filter dealy &gt; 20" in text


def test_a_page_beyond_the_last_leads_to_the_last(site, get):
    get("/datasets/flights/rows")
    answer = site.get("/datasets/flights/rows?page=99")
    assert answer.location == "/datasets/flights/rows?page=8"


def test_no_match_says_so(get):
    text = get("/datasets/flights/rows?filter=delay:gt:2000").get_data(as_text=True)
    assert "No row passes this filter." in text


def test_downloads_ask_the_same_question(get, parse):
    links = parse(get("/datasets/flights/rows?filter=delay:gt:20&page=2")).links
    files = [link for link in links if link.startswith("/api/v1/datasets/flights/rows?")]
    assert len(files) == 4
    assert all("filter=delay%3Agt%3A20" in file and "page" not in file for file in files)


def test_very_many_columns_are_gone_through(get, parse):
    answer = get("/datasets/wide/rows?start=41")
    assert "columns 41–80 of 3000" in " ".join(answer.get_data(as_text=True).split())
    assert "/datasets/wide/rows?start=81" in parse(answer).links


def test_a_very_long_text_is_cut(get):
    text = get("/datasets/long/rows").get_data(as_text=True)
    assert len(text) < 20_000
    assert "word word…" in text or "wor…" in text or "…</td>" in text


def test_sorting_goes_up_then_down_then_as_in_the_file():
    address = RowAddress("/rows", page=3)
    up = address.sorted_by("a")
    assert str(up) == "/rows?sort=a"
    assert str(up.sorted_by("a")) == "/rows?sort=-a"
    assert str(up.sorted_by("a").sorted_by("a")) == "/rows"
