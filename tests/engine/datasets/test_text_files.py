"""Text, CoNLL and SQuAD become snapshots with natural columns; what cannot be read is told with file and line."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets import (
    DatasetError,
    ReadOptions,
    import_file,
    import_sample,
    preview,
    profile,
    read_page,
    rejects,
    sniff,
)
from engine.datasets.records import FileFormat
from engine.datasets.role_inference import infer_roles
from engine.datasets.text_sniffing import text_options

RTL_AND_EMOJI = "שלום עולם 👩‍👩‍👧\nمرحبا\n"
CONLL = "-DOCSTART- -X- O\n\nEU NNP B-ORG\nrejects VBZ O\n\nPeter NNP B-PER\nBlackburn NNP I-PER\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(workspace: Path, path: Path, wanted: FileFormat | None = None) -> list[list[object]]:
    dataset = import_file(workspace, path, sniff(path, wanted))
    return [list(row) for row in read_page(workspace, dataset.id, 0, 1000).rows]


def squad(start: int = 7, text: str = "Paris") -> dict[str, object]:
    asked = {"id": "q1", "question": "Where?", "answers": [{"text": text, "answer_start": start}]}
    none = {"id": "q2", "question": "Why?", "answers": [], "is_impossible": True}
    return {
        "version": "2.0",
        "data": [{"title": "T", "paragraphs": [{"context": "It was Paris.", "qas": [asked, none]}]}],
    }


def test_that_text_is_cut_by_line_by_paragraph_or_not_at_all(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "story.txt", "One day, long ago.\nIt rained.\n\n \nThe end.\r\n")
    assert sniff(path).format == "lines"
    assert rows(workspace, path) == [["One day, long ago."], ["It rained."], ["The end."]]
    assert rows(workspace, path, "paragraphs") == [["One day, long ago.\nIt rained."], ["The end."]]
    assert rows(workspace, path, "document") == [["One day, long ago.\nIt rained.\n\n \nThe end."]]


def test_that_a_table_called_txt_is_still_a_table(tmp_path: Path) -> None:
    assert sniff(write(tmp_path, "table.txt", "a,b\n1,2\n3,4\n")).format == "csv"
    assert sniff(write(tmp_path, "tabs.txt", "some words\tand more\nagain\tsome\n")).format == "csv"


def test_that_emoji_and_right_to_left_text_come_through(workspace: Path, tmp_path: Path) -> None:
    assert rows(workspace, write(tmp_path, "a.txt", RTL_AND_EMOJI)) == [["שלום עולם 👩‍👩‍👧"], ["مرحبا"]]


def test_that_a_line_of_ten_megabytes_is_one_row_and_a_longer_one_is_rejected(workspace: Path, tmp_path: Path) -> None:
    long = "x" * 10 * 2**20
    dataset = import_file(workspace, write(tmp_path, "a.txt", f"first\n{long}\n{long}{long}\n"))
    assert dataset.rows == 2 and dataset.rejected == 1
    assert rejects(workspace, dataset.id)[0].reason == "The line is longer than 16 MB."
    assert len(str(read_page(workspace, dataset.id, 1, 1).rows[0][0])) == len(long)


def test_that_a_line_that_is_no_utf8_is_kept_aside_with_its_number(workspace: Path, tmp_path: Path) -> None:
    good = "ein schöner Satz über Größe\n" * 20
    dataset = import_file(workspace, write(tmp_path, "a.txt", good.encode() + b"bad \xff\xfe byte\n"))
    (bad,) = rejects(workspace, dataset.id)
    assert dataset.rows == 20 and bad.line == 21
    assert bad.reason == "Byte 5 is not UTF-8 text; another encoding may fit."


@pytest.mark.parametrize("content", ["", " \n\n", b"\xef\xbb\xbf\n"])
def test_that_empty_text_is_told(workspace: Path, tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(DatasetError, match=r"empty|No row of"):
        import_file(workspace, write(tmp_path, "a.txt", content), ReadOptions(format="lines"))


def test_that_a_folder_gives_each_file_with_its_name_and_the_folder_it_lies_in(workspace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reviews"
    write(folder, "pos/1.txt", "Fine.\nVery fine.\n")
    write(folder, "neg/1.txt", "Poor.\n")
    write(folder, ".git/1.txt", "hidden")
    write(folder, "neg/picture.png", b"\x89PNG")
    dataset = import_file(workspace, folder)
    assert [column.name for column in dataset.columns] == ["text", "file", "folder"]
    assert rows(workspace, folder) == [["Poor.", "1.txt", "neg"], ["Fine.\nVery fine.", "1.txt", "pos"]]
    write(folder, "neg/1.txt", "Weak.\n")
    assert import_file(workspace, folder).id != dataset.id


def test_that_a_few_files_are_cut_by_paragraph_and_many_are_not(tmp_path: Path) -> None:
    for number in range(20):
        assert number < 2 or text_options(tmp_path) == ReadOptions(format="paragraphs", encoding="utf-8")
        write(tmp_path, f"{number}.txt", "One.\n\nTwo.\n")
    assert text_options(tmp_path) == ReadOptions(format="document", encoding="utf-8")


def test_that_a_file_name_is_no_target_and_a_folder_is_one(workspace: Path, tmp_path: Path) -> None:
    write(tmp_path, "flat/1.txt", "Fine.\n\nVery fine.\n")
    flat = import_file(workspace, tmp_path / "flat")
    assert infer_roles(workspace, flat.id).target == ()
    write(tmp_path, "deep/pos/1.txt", "Fine.")
    write(tmp_path, "deep/neg/1.txt", "Poor.")
    assert infer_roles(workspace, import_file(workspace, tmp_path / "deep").id).target == ("folder",)
    tagged = import_file(workspace, write(tmp_path, "a.conll", CONLL))
    assert infer_roles(workspace, tagged.id).target == ()


def test_that_a_column_to_read_is_no_target_where_another_can_be(workspace: Path, tmp_path: Path) -> None:
    lines = [f"{'ab'[n % 2]},On day {n} nothing much happened" for n in range(40)]
    dataset = import_file(workspace, write(tmp_path, "a.csv", "\n".join(["kind,body", *lines])))
    assert infer_roles(workspace, dataset.id).target == ("kind",)


def test_that_codes_look_like_identifiers_and_sentences_do_not(workspace: Path, tmp_path: Path) -> None:
    lines = [f"{n}-A,It is said that on day {n} nothing much happened there" for n in range(30)]
    dataset = import_file(workspace, write(tmp_path, "a.csv", "\n".join(["code,text", *lines])))
    assert profile(workspace, dataset.id, "code").identifier_like
    assert not profile(workspace, dataset.id, "text").identifier_like


def test_that_a_folder_without_text_is_told(workspace: Path, tmp_path: Path) -> None:
    write(tmp_path / "none", "a.png", b"\x89PNG")
    with pytest.raises(DatasetError, match="holds no text file"):
        import_file(workspace, tmp_path / "none")


def test_that_conll_gives_a_sentence_a_row(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "train.txt", CONLL)
    assert sniff(path).format == "conll"
    dataset = import_file(workspace, path)
    assert [column.name for column in dataset.columns] == ["tokens", "column_2", "tags"]
    assert [json.loads(str(cell)) for cell in rows(workspace, path)[1]] == [
        ["Peter", "Blackburn"],
        ["NNP", "NNP"],
        ["B-PER", "I-PER"],
    ]


def test_that_a_conll_line_of_another_width_costs_its_sentence_only(workspace: Path, tmp_path: Path) -> None:
    dataset = import_file(workspace, write(tmp_path, "a.conll", CONLL + "\nLondon NNP\nis VBZ O\n\nOslo NNP B-LOC\n"))
    (bad,) = rejects(workspace, dataset.id)
    assert dataset.rows == 3
    assert (bad.line, bad.text) == (9, "London NNP")
    assert bad.reason == "It has 2 columns, the lines above 3. Its sentence is left out."


def test_that_labels_of_conll_may_hold_spaces_between_tabs(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "a.conll", "New York\tB-city name\nis\tO\n")
    assert rows(workspace, path) == [['["New York", "is"]', '["B-city name", "O"]']]


def test_that_squad_gives_a_question_a_row(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "dev.json", json.dumps(squad()))
    assert rows(workspace, path) == [
        ["q1", "T", "It was Paris.", "Where?", '["Paris"]', "[7]", False],
        ["q2", "T", "It was Paris.", "Why?", "[]", "[]", True],
    ]
    dataset = import_file(workspace, path)
    assert all(profile(workspace, dataset.id, column.name).count == 2 for column in dataset.columns)


def test_that_an_answer_outside_its_context_is_kept_aside_with_its_line(workspace: Path, tmp_path: Path) -> None:
    dataset = import_file(workspace, write(tmp_path, "a.json", json.dumps(squad(text="Rome"), indent=1)))
    (bad,) = rejects(workspace, dataset.id)
    assert bad.reason == "The answer “Rome” is not in its context."
    assert '"q1"' in json.dumps(squad(text="Rome"), indent=1).splitlines()[bad.line - 1]
    moved = import_file(workspace, write(tmp_path, "b.json", json.dumps(squad(start=3))))
    assert "not at character 3 of its context, but at 7" in rejects(workspace, moved.id)[0].reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"data": [{"paragraphs": [}', "line 1, column 27"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', "no “context”"),
        ('{"data": [{"paragraphs": [{"context": "a", "qas": [{}]}]}]}', "no “question”"),
    ],
)
def test_that_a_broken_squad_file_is_told(workspace: Path, tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(DatasetError, match=words):
        import_file(workspace, write(tmp_path, "a.json", content))


def test_that_a_preview_reads_only_the_rows_it_shows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "".join(f"Line number {number}.\n" for number in range(500)))
    assert [row[0] for row in preview(path, rows=3).rows] == ["Line number 0.", "Line number 1.", "Line number 2."]


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=1, max_size=400), st.sampled_from(["lines", "paragraphs", "document", "conll", "squad"]))
def test_that_any_bytes_give_rows_or_a_sentence(content: bytes, wanted: FileFormat) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), "a.txt", content)
        try:
            dataset = import_file(Path(folder) / "workspace", path, ReadOptions(format=wanted))
        except DatasetError as error:
            assert "a.txt" in str(error)
        else:
            assert dataset.rows > 0


@pytest.mark.parametrize(("name", "least", "column"), [("python_docs", 1_000, "text"), ("opinions", 4_000, "sentence")])
def test_that_samples_of_text_are_made_from_what_is_installed(
    workspace: Path, name: str, least: int, column: str
) -> None:
    made = import_sample(workspace, name)
    assert made.rows >= least and made.rejected == 0
    texts = [row[1 if name == "python_docs" else 0] for row in read_page(workspace, made.id, limit=50).rows]
    assert column in {one.name for one in made.columns} and all(len(str(text)) > 10 for text in texts)
