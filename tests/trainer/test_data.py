"""Training data: samples, splits, and where they come from."""

from __future__ import annotations

import csv
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from towhee import DataCollection, DataFrame, dataset
from towhee.errors import (
    DataError,
    MissingFileError,
    UnknownNameError,
    UnreadableImageError,
    UsageError,
)
from towhee.models.torchvision_cure import import_torchvision
from towhee.trainer.data import TrainingData
from towhee.trainer.stratified import stratified_sample

PAIRS = [("a fine day", "good"), ("what a mess", "bad"), ("lovely", "good"), ("awful", "bad")]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of two class folders with three pictures each."""
    for name, colour in (("cat", "orange"), ("dog", "brown")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for index in range(3):
            image = PIL.Image.new("RGB", (4 + index, 3), colour)
            image.save(tmp_path / "pets" / name / f"{index}.png")
    return tmp_path / "pets"


def table(path: Path, *rows: tuple[str, ...]) -> Path:
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


# -- choosing and splitting ----------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(-1, 4), min_size=1, max_size=120), st.data(), st.booleans())
def test_a_stratified_sample_has_each_class_in_its_proportion(
    labels: list[int], data: st.DataObject, leave_one: bool
) -> None:
    size = data.draw(st.integers(1, len(labels)))
    given_labels = np.array(labels)
    chosen = stratified_sample(given_labels, size, 3, leave_one=leave_one)
    assert len(set(chosen.tolist())) == size
    for label in set(labels):
        has, count = int((given_labels[chosen] == label).sum()), labels.count(label)
        if not leave_one and size >= len(set(labels)):
            assert has >= 1
        if leave_one and size <= sum(labels.count(each) - 1 for each in set(labels)):
            assert has < count
        if not leave_one and all(size * labels.count(each) >= len(labels) for each in set(labels)):
            assert abs(has - count * size / len(labels)) < 1


def test_a_split_shares_no_sample_and_keeps_the_proportions() -> None:
    labels = np.repeat([0, 1, 2], [100, 40, 2])
    keys = [str(index) for index in range(142)]
    data = TrainingData(keys, labels, ("many", "some", "few"), keys)
    train, held_out = data.split(0.2, seed=5)
    assert held_out.counts == {"many": 19, "some": 8, "few": 1}  # of 19.7, 7.9 and 0.4
    assert sorted(train.sample_keys + held_out.sample_keys, key=int) == keys
    assert held_out.sample_keys == data.split(0.2, seed=5)[1].sample_keys
    assert held_out.sample_keys != data.split(0.2, seed=6)[1].sample_keys


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_a_class_of_two_samples_is_on_both_sides_of_a_split(fraction: float) -> None:
    labels = np.repeat([0, 1, 2], [30, 2, 1])
    keys = [str(index) for index in range(33)]
    train, held_out = TrainingData(keys, labels, ("many", "two", "one"), keys).split(fraction)
    assert (train.counts["two"], held_out.counts["two"]) == (1, 1)
    assert (train.counts["one"], held_out.counts["one"]) == (1, 0)


def test_a_subset_of_a_subset_names_the_first_ones_samples() -> None:
    data = dataset(PAIRS)
    part = data.subset([3, 2, 0]).subset(np.array([True, False, True]))
    assert [sample.value for sample in part] == ["awful", "a fine day"]
    assert [sample.label for sample in part] == [0, 1]
    assert part[-1] == part[1]
    with pytest.raises(IndexError):
        part[2]


def test_aligned_data_has_the_numbers_of_the_other_list_of_classes() -> None:
    data = dataset([("x", "dog"), ("y", "owl"), ("z", "dog")]).aligned(("cat", "dog"))
    assert data.classes == ("cat", "dog", "owl")
    assert data.labels.tolist() == [1, 2, 1]


def test_labels_that_are_no_places_of_classes_are_refused() -> None:
    with pytest.raises(UsageError, match="from 0 to 2, but there are 2 classes"):
        TrainingData(["a", "b"], np.array([0, 2]), ("x", "y"), ["1", "2"])


def test_data_is_not_changed_through_its_labels() -> None:
    labels = np.array([0, 1])
    data = TrainingData(["a", "b"], labels, ("x", "y"), ["1", "2"])
    labels[0] = 1
    assert data.labels.tolist() == [0, 1]
    with pytest.raises(ValueError, match="read-only"):
        data.labels[0] = 1


def test_the_fingerprint_is_of_content_labels_and_order(pictures: Path) -> None:
    data = dataset(pictures)
    before = data.fingerprint()
    same = [(Path(sample.value).read_bytes(), data.classes[sample.label or 0]) for sample in data]
    assert dataset(same).fingerprint() == before
    assert data.subset([1, 0, 2, 3, 4, 5]).fingerprint() != before
    swapped = [*same[:5], (same[5][0], "cat")]
    assert dataset(swapped).fingerprint() != before
    PIL.Image.new("RGB", (4, 3), "black").save(pictures / "cat" / "0.png")
    assert dataset(pictures).fingerprint() != before


# -- folders -------------------------------------------------------------------------------


def test_a_folder_of_class_folders_is_read_in_the_order_of_its_names(pictures: Path) -> None:
    (pictures / "dog" / "notes.txt").write_text("not a picture")
    (pictures / "dog" / ".hidden.png").write_text("")
    data = dataset(pictures)
    assert data.classes == ("cat", "dog")
    assert data.sample_keys == [f"{name}/{i}.png" for name in ("cat", "dog") for i in range(3)]
    assert data.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert data[3].value == str(pictures / "dog" / "0.png")


def test_a_transform_is_given_pil_images_in_rgb(pictures: Path) -> None:
    PIL.Image.new("LA", (9, 9), (7, 255)).save(pictures / "cat" / "0.png")
    shapes = [sample.value for sample in dataset(pictures, transform=lambda im: (im.mode, im.size))]
    assert shapes[:2] == [("RGB", (9, 9)), ("RGB", (5, 3))]


def test_a_damaged_image_is_named_by_its_key(pictures: Path) -> None:
    data = dataset(pictures, transform=np.asarray)
    (pictures / "dog" / "1.png").write_bytes(b"no picture")
    (pictures / "dog" / "2.png").unlink()
    with pytest.raises(UnreadableImageError, match=r"sample 'dog/1\.png': .*cannot be read"):
        data[4]
    with pytest.raises(DataError, match=r"sample 'dog/2\.png': .*does not exist"):
        data[5]


def test_a_link_back_to_a_folder_is_not_followed_round(pictures: Path) -> None:
    (pictures / "cat" / "more").symlink_to(pictures / "cat", target_is_directory=True)
    assert dataset(pictures).counts == {"cat": 3, "dog": 3}


def test_an_empty_class_folder_is_refused(pictures: Path) -> None:
    (pictures / "owl").mkdir()
    with pytest.raises(DataError, match="hold no files, first 'owl'"):
        dataset(pictures)


def test_a_folder_of_parts_is_refused_with_the_way_out(pictures: Path) -> None:
    (pictures / "cat").rename(pictures / "train")
    (pictures / "dog").rename(pictures / "test")
    with pytest.raises(UsageError, match=r"are parts, not classes .*dataset\('.*test'\)"):
        dataset(pictures)


def test_a_folder_of_files_is_data_without_labels_when_asked_for(shared_data: Path) -> None:
    with pytest.raises(DataError, match="no folders of classes"):
        dataset(shared_data / "imagenet-sample")
    data = dataset(shared_data / "imagenet-sample", size=5, label=False)
    assert (len(data), data.classes, data.is_labelled) == (5, (), False)
    assert data[0].label is None


# -- tables --------------------------------------------------------------------------------


def test_cifar10_is_read_as_it_lies(shared_data: Path) -> None:
    path = shared_data / "cifar10" / "train.parquet"
    data = dataset(path, size=5000)
    written = parquet.read_table(path)
    names = json.loads(written.schema.metadata[b"classes"])
    assert data.counts == dict.fromkeys(names, 500)
    rows = {key.as_py(): row for row, key in enumerate(written["path"])}
    for sample in data.subset([0, 1234, 4999]):
        row = rows[sample.key]
        assert sample.value == written["image"][row].as_py()
        assert sample.label == written["label"][row].as_py()
    assert dataset(path, size=5000).sample_keys == data.sample_keys
    assert dataset(path, size=5000, seed=1).sample_keys != data.sample_keys


def test_a_csv_file_names_pictures_beside_it(pictures: Path) -> None:
    path = table(
        pictures / "index.csv",
        ("path", "label"),
        *((f"{name}/{i}.png", name) for name in ("dog", "cat") for i in range(3)),
    )
    data = dataset(path, transform=lambda image: image.getpixel((0, 0)))
    assert data.classes == ("cat", "dog")
    assert [sample.label for sample in data] == [1, 1, 1, 0, 0, 0]
    assert data[0].value == PIL.Image.new("RGB", (1, 1), "brown").getpixel((0, 0))


def test_files_that_are_not_there_are_named_before_a_training(pictures: Path) -> None:
    path = table(pictures / "index.csv", ("path", "label"), ("cat/0.png", "a"), ("cat/9.png", "b"))
    with pytest.raises(MissingFileError, match=r"1 of 2 files are not there, .*'cat/9\.png'"):
        dataset(path)


def test_labels_of_a_csv_file_stay_what_they_are(tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", ("text", "label"), ("a", "007"), ("b", "10"), ("c", "9"))
    data = dataset(path)
    assert data.classes == ("007", "9", "10")
    assert [sample.value for sample in data] == ["a", "b", "c"]


def test_pairs_of_texts_with_a_score_are_tuples(tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", ("one", "two", "score"), ("a", "1", "0.5"), ("c", "2", "4"))
    data = dataset(path, value=("one", "two", "score"), label=False)
    assert [sample.value for sample in data] == [("a", "1", 0.5), ("c", "2", 4.0)]


def test_json_lines_and_tab_separated_files_are_tables_too(tmp_path: Path) -> None:
    lines = [json.dumps({"text": text, "label": label}) for text, label in PAIRS]
    (tmp_path / "x.jsonl").write_text("\n".join(lines))
    rows = ["text\tlabel", *(f"{text}\t{label}" for text, label in PAIRS)]
    (tmp_path / "x.tsv").write_text("\n".join(rows))
    wanted = dataset(PAIRS).fingerprint()
    assert dataset(tmp_path / "x.jsonl").fingerprint() == wanted
    assert dataset(tmp_path / "x.tsv").fingerprint() == wanted


def test_spoken_digits_need_only_the_name_of_their_label(shared_data: Path) -> None:
    data = dataset(shared_data / "spoken-digits" / "recordings.parquet", 100, label="digit")
    assert data.classes == tuple("0123456789")
    assert set(data.counts.values()) == {10}
    assert data[0].value[:4] == b"RIFF"


def test_class_names_and_images_of_hugging_faces_parquet_files_are_understood(
    tmp_path: Path, pictures: Path
) -> None:
    content = (pictures / "cat" / "0.png").read_bytes()
    features = {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    cells = {"image": [{"bytes": content, "path": "0.png"}] * 2, "label": [1, 0]}
    parquet.write_table(pa.table(cells).replace_schema_metadata(metadata), tmp_path / "x.parquet")
    data = dataset(tmp_path / "x.parquet")
    assert data.classes == ("no", "yes")
    assert (data[0].value, data[0].label, data.images) == (content, 1, True)


FRAME = {"text": [text for text, _ in PAIRS], "label": [label for _, label in PAIRS]}


def pandas_frame() -> Any:
    return pytest.importorskip("pandas").DataFrame(FRAME)


@pytest.mark.parametrize(
    "source",
    [
        lambda: FRAME,
        lambda: [dict(zip(FRAME, row, strict=True)) for row in PAIRS],
        lambda: iter(PAIRS),
        lambda: pa.table(FRAME),
        lambda: DataCollection(PAIRS),
        lambda: DataFrame(PAIRS).as_entity(schema=["text", "label"]),
        pandas_frame,
    ],
    ids=["mapping", "dicts", "iterator", "arrow", "pairs", "DataFrame", "pandas"],
)
def test_every_kind_of_table_gives_the_same_data(source: Any) -> None:
    data = dataset(source())
    assert data.fingerprint() == dataset(PAIRS).fingerprint()
    assert data.classes == ("bad", "good")


def test_a_chain_gives_the_columns_that_it_computed(pictures: Path) -> None:
    rows = [(str(pictures / name / "0.png"), name) for name in ("dog", "cat")]
    chain = DataFrame(rows).as_entity(schema=["path", "label"]).image_decode.cv2["path", "image"]()
    data = dataset(chain, transform=lambda image: image.getpixel((0, 0)))
    assert data[0].value == PIL.Image.new("RGB", (1, 1), "brown").getpixel((0, 0))
    assert data[0].key == rows[0][0]


def test_a_column_of_two_that_is_not_the_named_one_is_the_other() -> None:
    data = dataset({"remark": ["a", "b"], "mood": ["x", "y"]}, value="remark")
    assert (data.classes, data[0].value) == (("x", "y"), "a")


def test_an_unknown_column_is_refused_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="'lable'; did you mean 'label'"):
        dataset(FRAME, label="lable")


def test_a_table_without_labels_asks_for_them() -> None:
    with pytest.raises(UsageError, match=r"no column of labels is known .*label=False"):
        dataset({"text": ["a"], "mood": ["x"], "id": [1]})


def test_samples_without_a_label_are_named() -> None:
    rows = {"text": ["a", "b", "c"], "label": ["x", None, ""], "id": ["r1", "r2", "r3"]}
    with pytest.raises(DataError, match=r"2 of 3 samples .*no label, first 'r2'"):
        dataset(rows)


def test_samples_without_a_value_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    rows = {"path": [str(tmp_path / "a.txt"), None], "label": ["x", "y"], "id": ["r1", "r2"]}
    with pytest.raises(DataError, match=r"1 of 2 samples .*no value, first 'r2'"):
        dataset(rows)


def test_a_column_of_keys_names_each_row_once() -> None:
    rows = {"text": ["a", "b"], "label": ["x", "y"], "name": ["n", "n"], "code": ["c", "d"]}
    assert dataset(rows, key="code").sample_keys == ["c", "d"]
    with pytest.raises(DataError, match=r"'name' .*it has 'n' more than once"):
        dataset(rows, key="name")
    assert dataset({**rows, "id": [1, 1]}).sample_keys == ["the mapping[0]", "the mapping[1]"]


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(DataError, match=r"all 2 samples .*'x'; .*two classes"):
        dataset([("a", "x"), ("b", "x")])


@pytest.mark.parametrize("empty", [[], {"text": [], "label": []}, pa.table({"text": []})])
def test_nothing_is_refused(empty: Any) -> None:
    with pytest.raises((DataError, UsageError), match=r"is empty|has no rows|no column"):
        dataset(empty)


def test_scores_are_no_labels() -> None:
    with pytest.raises(DataError, match=r"labelled 0\.25.*Is the label column the right one"):
        dataset({"text": ["a", "b"], "label": [0.25, 0.5]})


def test_classes_give_the_order_and_refuse_others() -> None:
    assert dataset(PAIRS, classes=np.array(["good", "bad"])).labels.tolist() == [0, 1, 0, 1]
    with pytest.raises(DataError, match=r"sample 'the list\[1\]' .*'bad', which is none of"):
        dataset(PAIRS, classes=["good", "poor"])


def test_a_sample_larger_than_the_data_is_refused() -> None:
    with pytest.raises(UsageError, match="sample of 5 was asked for, but there are 4"):
        dataset(PAIRS, size=5)


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("trian", UnknownNameError, "did you mean 'train'"),
        ("none/x.csv", MissingFileError, "does not exist"),
        (3, UsageError, "a int cannot be made training data"),
    ],
)
def test_what_is_no_source_is_refused(name: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        dataset(name)


# -- datasets of other libraries -----------------------------------------------------------


class Squares:
    """A dataset in the map style, of torch's form."""

    classes = ("even", "odd")

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> tuple[Any, int]:
        if index >= 10:
            raise IndexError(index)
        return np.full((2, 2, 3), index, np.uint8), index % 2


def test_a_dataset_of_pairs_is_read_by_index() -> None:
    data = dataset(Squares(), transform=lambda image: image.getpixel((0, 0))[0])
    assert data.counts == {"even": 5, "odd": 5}
    assert (data[7].value, data[7].label, data[7].key) == (7, 1, "7")


def test_datasets_of_torchvision_are_training_data(pictures: Path) -> None:
    import_torchvision()
    from torch.utils.data import Subset
    from torchvision.datasets import FakeData, ImageFolder

    folder = ImageFolder(str(pictures))
    data = dataset(folder, transform=lambda image: image.size)
    assert data.classes == ("cat", "dog")
    assert [sample.label for sample in data] == [label for _, label in folder]
    assert [sample.value for sample in data] == [image.size for image, _ in folder]
    part = dataset(Subset(folder, [5, 0]))
    assert ([sample.label for sample in part], part.classes) == ([1, 0], ("cat", "dog"))
    fake = FakeData(12, (3, 8, 8), num_classes=3)
    assert dataset(fake).labels.tolist() == [int(label) for _, label in fake]


def test_a_dataset_of_hugging_face_is_training_data(pictures: Path) -> None:
    datasets = pytest.importorskip("datasets")
    paths = [str(pictures / name / "0.png") for name in ("dog", "cat", "dog")]
    features = datasets.Features(
        {"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])}
    )
    made = datasets.Dataset.from_dict({"image": paths, "label": [1, 0, 1]}, features=features)
    data = dataset(made, transform=lambda image: image.size)
    assert (data.classes, data.labels.tolist()) == (("cat", "dog"), [1, 0, 1])
    assert data[0].value == (4, 3)
    with pytest.raises(UsageError, match=r"several parts \(train, test\)"):
        dataset(datasets.DatasetDict(train=made, test=made))


# -- drawn images --------------------------------------------------------------------------


def test_the_quick_starts_data_is_there_with_nothing_at_hand() -> None:
    import_torchvision()
    from torchvision import transforms

    train = dataset("train", size=20, transform=transforms.ToTensor())
    assert tuple(train[0].value.shape) == (3, 224, 224)
    assert set(train.counts.values()) == {5}
    assert dataset("train", size=20).fingerprint() == train.fingerprint()
    assert dataset("eval", size=20).fingerprint() != train.fingerprint()
    assert len(dataset("eval", size=10)) == 10


def nearest_neighbour_accuracy(name: str, tested: str) -> float:
    """Of the mean colours, for what a model may learn without knowing anything."""

    def colours(data: TrainingData) -> Any:
        return np.array([np.asarray(sample.value).mean((0, 1)) for sample in data])

    train, test = dataset(name, 200, side=32), dataset(tested, 100, side=32, seed=1)
    distances = np.linalg.norm(colours(test)[:, None] - colours(train)[None], axis=2)
    return float((train.labels[distances.argmin(axis=1)] == test.labels).mean())


def test_the_shapes_can_be_learned_and_the_noise_cannot() -> None:
    assert nearest_neighbour_accuracy("train", "eval") > 0.6
    assert nearest_neighbour_accuracy("fake", "fake") < 0.4


def test_a_folder_of_that_name_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"write '\./train' for the folder"):
        dataset("train", size=4)


def test_data_goes_to_the_processes_of_a_loader() -> None:
    import_torchvision()
    from torch.utils.data import DataLoader

    data = dataset("train", size=8, transform=np.asarray, side=16)
    assert pickle.loads(pickle.dumps(data)).fingerprint() == data.fingerprint()
    batches = DataLoader(
        data, batch_size=4, num_workers=2, collate_fn=list, multiprocessing_context="fork"
    )
    read = [sample for batch in batches for sample in batch]
    assert [sample.key for sample in read] == data.sample_keys
    assert all((sample.value == data[i].value).all() for i, sample in enumerate(read))
