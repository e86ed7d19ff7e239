"""The text of documents, and what is said of those that have none."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiny_documents import encrypted, pdf_of, word_document, workbook, zip_of
from towhee import DataCollection, ops, pipe
from towhee.errors import DataError, MissingExtraError, UsageError
from towhee.operators.data_loader import archive
from towhee.operators.data_loader.data_loader import DataLoader

PAGES = ["A towhee is a bird.\nIt scratches.", "Second page."]

PAGE = b"""<!DOCTYPE html><html><head><title>Not shown</title><style>p {color: red}</style>
<script>var x = "<p>not shown</p>";</script></head><body><nav><a href="/">Home</a></nav>
<h1>Towhees</h1><p>They   scratch
among <b>fallen</b> leaves &amp; sing&nbsp;well.<br>Twice.</p><!-- not shown -->
<ul><li>seeds</li><li>insects</li></ul><pre>a  b
  c</pre><table><tr><th>bird</th><th>g</th></tr><tr><td>towhee</td><td>40</td></tr></table>
</body></html>"""


@pytest.fixture
def load() -> DataLoader:
    return DataLoader()


def test_a_pdf_gives_its_pages_with_form_feeds_between(load: DataLoader) -> None:
    assert load(pdf_of(PAGES)) == "\f".join(PAGES)


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_an_encrypted_pdf_opens_with_its_password_alone(algorithm: str, load: DataLoader) -> None:
    locked = encrypted(pdf_of(PAGES), "secret", algorithm)
    assert DataLoader(password="secret")(locked) == "\f".join(PAGES)
    with pytest.raises(
        DataError, match=r"is encrypted: pass password= with the one that opens it$"
    ):
        load(locked)
    with pytest.raises(DataError, match="the one that was given does not"):
        DataLoader(password="guess")(locked)


def test_a_pdf_that_may_be_read_by_anyone_needs_no_password(load: DataLoader) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of(PAGES)))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    assert load(made.getvalue()) == "\f".join(PAGES)


def test_a_pdf_of_pictures_says_what_to_do(load: DataLoader) -> None:
    with pytest.raises(DataError, match=r"holds no text on its 2 pages.*recognises characters"):
        load(pdf_of(["", " "]))


@pytest.mark.parametrize("kept", [12, 200, 500])
def test_a_pdf_cut_short_is_mended_or_refused_in_a_sentence(
    kept: int, load: DataLoader, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(DataError, match=r"<\d+ bytes> (is|holds) no"),
    ):
        load(pdf_of(PAGES)[:kept])
    assert not caplog.records


def test_a_page_gives_what_its_reader_sees(load: DataLoader) -> None:
    assert load(PAGE) == (
        "Home\n\nTowhees\n\nThey scratch among fallen leaves & sing\xa0well.\nTwice.\n\n"
        "seeds\ninsects\n\na  b\n  c\n\nbird\tg\ntowhee\t40"
    )


def test_a_page_in_another_encoding_is_read_as_it_says_or_as_one_says(load: DataLoader) -> None:
    stated = b'<html><meta charset="iso-8859-1"><p>caf\xe9</p></html>'
    assert load(stated) == "café"
    assert DataLoader(encoding="cp1251")(b"<html><p>\xf2\xee</p></html>") == "то"


def test_a_fragment_counts_as_a_page_by_its_name(tmp_path: Path, load: DataLoader) -> None:
    path = tmp_path / "fragment.HTML"
    path.write_bytes(b"<p>one</p><p>two</p>")
    assert load(str(path)) == "one\n\ntwo"
    assert load(b"<p>one</p>") == "<p>one</p>"


def test_a_page_nested_too_deeply_is_refused(load: DataLoader) -> None:
    with pytest.raises(DataError, match="nests its elements too deeply"):
        load(b"<html>" + b"<i>" * 20_000 + b"x")


def test_a_workbook_gives_a_line_for_each_row(load: DataLoader) -> None:
    assert load(workbook()) == (
        "birds\nbird\tgrams\tseen\ntowhee\t40.5\t2024-05-01 00:00:00\nwren\t10\n\n"
        "notes\n\ttwo lines"
    )


def test_a_word_document_gives_paragraphs_and_tables(load: DataLoader) -> None:
    assert load(word_document()) == "Towhees\n\nThey scratch.\n\ntowhee\t40 g"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"# Birds\n\nThey *fly*.\n", "# Birds\n\nThey *fly*.\n"),
        (b"\xef\xbb\xbfcaf\xc3\xa9\r\nline\r", "café\nline\n"),
        ("café".encode("utf-16"), "café"),
        ("café".encode("utf-32"), "café"),
        (b"a,b\n1,2\n", "a,b\n1,2\n"),
    ],
    ids=["markdown", "utf-8 with a mark", "utf-16", "utf-32", "csv"],
)
def test_plain_text_is_given_as_it_is(content: bytes, text: str, load: DataLoader) -> None:
    assert load(content) == text


def test_another_encoding_has_to_be_named(load: DataLoader) -> None:
    with pytest.raises(DataError, match=r"no text in utf-8 \(byte 3 is 0xe9\): pass the encoding"):
        load(b"caf\xe9 noir")
    assert DataLoader(encoding="latin-1")(b"caf\xe9 noir") == "café noir"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"GIF89a\x00\x01\x00", "holds NUL characters"),
        (zip_of({"a.txt": b"a"}), "neither a Word document nor an Excel workbook"),
        (workbook()[:900], "is damaged, cut short or encrypted"),
        (zip_of({"xl/workbook.xml": b"<no"}), "is no spreadsheet that can be read, or damaged"),
        (zip_of({"word/document.xml": b"<no"}), "is no Word document that can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "Office before 2007: save it as"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "behind a password: open it in Office",
        ),
    ],
    ids=["empty", "binary", "archive", "cut", "no workbook", "no document", "old", "locked"],
)
def test_what_holds_no_text_is_refused_in_a_sentence(
    content: bytes, said: str, load: DataLoader
) -> None:
    with pytest.raises(DataError, match=said):
        load(content)


def test_a_bomb_is_not_unpacked(load: DataLoader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000_000)
    with pytest.raises(DataError, match="unpacks to 2,000,000 bytes, more than the 1,000,000"):
        load(zip_of({"word/document.xml": bytes(2_000_000)}))


def test_an_archive_that_lies_about_its_size_is_refused(load: DataLoader) -> None:
    size = 2_000_000
    bomb = zip_of({"word/document.xml": bytes(size)})
    small = (1000).to_bytes(4, "little")
    with pytest.raises(DataError, match=r"is damaged"):
        load(bomb.replace(size.to_bytes(4, "little"), small))


def test_a_sheet_with_one_far_cell_costs_no_more_than_its_rows(load: DataLoader) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD20000"] = "near", "far"
    made = io.BytesIO()
    book.save(made)
    text = load(made.getvalue())
    assert text.split() == ["Sheet", "near", "far"]


SOUND = {
    "pdf": pdf_of(PAGES),
    "locked": encrypted(pdf_of(PAGES), "", "AES-256"),
    "page": PAGE,
    "workbook": workbook(),
    "word": word_document(),
}


@pytest.mark.parametrize("kind", SOUND)
@given(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
def test_damage_anywhere_gives_a_text_or_a_sentence_and_nothing_on_the_terminal(
    kind: str, where: float, noise: bytes, lost: int
) -> None:
    sound = SOUND[kind]
    place = int(where * len(sound))
    damaged = sound[:place] + noise + sound[place + lost :]
    records: list[logging.LogRecord] = []
    watch = logging.Handler()
    watch.emit = records.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(watch)
    try:
        with contextlib.suppress(DataError):
            assert isinstance(DataLoader()(damaged), str)
    finally:
        logging.getLogger().removeHandler(watch)
    assert not records


@pytest.mark.parametrize("sound", [workbook(), word_document()], ids=["workbook", "word"])
def test_damage_within_an_archive_gives_a_text_or_a_sentence(sound: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, content in members.items():
        for damaged in (b"", content[: len(content) // 2], content.replace(b"><", b"<><", 1)):
            with contextlib.suppress(DataError):
                assert isinstance(DataLoader()(zip_of({**members, name: damaged})), str)


def test_paths_and_missing_files(tmp_path: Path, load: DataLoader) -> None:
    path = tmp_path / "report"  # the kind is told from the content
    path.write_bytes(pdf_of(PAGES))
    assert load(path) == "\f".join(PAGES)
    with pytest.raises(DataError, match="does not exist"):
        load(tmp_path / "absent.pdf")


def test_a_pipe_loads_splits_and_embeds(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of(PAGES))
    (tmp_path / "b.html").write_bytes(PAGE)
    embed = (
        pipe.input("pattern")
        .flat_map("pattern", "path", ops.data_source.glob())
        .map("path", "text", ops.data_loader())
        .flat_map("text", "piece", ops.text_splitter(by="sentences", chunk_size=1))
        .map("piece", "vector", ops.text_embedding.hashing())
        .output("piece", "vector")
    )
    pieces = [piece for piece, _ in embed(f"{tmp_path}/*").to_list()]
    assert pieces[0] == "A towhee is a bird.\n"
    assert "".join(pieces) == "\f".join(PAGES) + DataLoader()(PAGE)


def test_a_damaged_document_leaves_its_neighbours(tmp_path: Path) -> None:
    for name, content in {"a.pdf": pdf_of(PAGES), "b.pdf": b"%PDF-1.4", "c.txt": b"c"}.items():
        (tmp_path / name).write_bytes(content)
    chain = DataCollection.from_glob(f"{tmp_path}/*").exception_safe().data_loader()
    first, second, third = chain.to_list()
    assert (first.get(), second.is_empty(), third.get()) == ("\f".join(PAGES), True, "c")


@pytest.mark.parametrize(
    ("package", "content"),
    [
        ("pypdf", pdf_of(PAGES)),
        ("bs4", PAGE),
        ("openpyxl", workbook()),
        ("docx", word_document()),
    ],
    ids=["pypdf", "bs4", "openpyxl", "docx"],
)
def test_a_missing_package_is_answered_with_what_to_install(
    package: str, content: bytes, load: DataLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[documents\]"'):
        load(content)


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no encoding 'utf-9'"):
        DataLoader(encoding="utf-9")
