"""The table that ships, read without torch."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.encoder import BUILTIN, Encoder
from embeddings.errors import EncoderBrokenError

ODD_TEXTS = [
    "", " \t\n", "电", "😀🎉", "12345", "固态电池 solid-state 電池 ①②", "ＦＵＬＬ　ＷＩＤＴＨ", "10\uff5e20℃",
    "مرحبا بالعالم", "\x00\x07控制", "电\ud800池", "α-Fe2O3", "\u200b\ufeff",
]  # fmt: skip


@pytest.fixture(scope="module")
def static() -> Encoder:
    return load_encoder("builtin:static")


def cosine(encoder: Encoder, one: str, other: str) -> float:
    return float((encoder.encode_query([one]) @ encoder.encode_document([other]).T)[0, 0])


def test_what_ships_is_described(static: Encoder) -> None:
    assert (static.name, static.dim, len(static.fingerprint)) == ("builtin:static", 256, 16)


def test_odd_texts_give_unit_rows_or_zero_rows(static: Encoder) -> None:
    rows = static.encode_document(ODD_TEXTS)
    assert (rows.shape, rows.dtype) == ((len(ODD_TEXTS), 256), np.float32)
    lengths = np.linalg.norm(rows, axis=1)
    empty = [0, 1, 3, 8, 12]
    np.testing.assert_allclose(lengths, [0 if i in empty else 1 for i in range(len(ODD_TEXTS))], atol=1e-6)


def test_no_text_gives_no_row(static: Encoder) -> None:
    assert static.encode_query([]).shape == (0, 256)


def test_a_megabyte_of_text_is_read_whole(static: Encoder) -> None:
    long = "固态电池电解质。" * 45_000
    np.testing.assert_allclose(static.encode_document([long]), static.encode_document(["固态电池电解质"]), atol=1e-4)


def test_width_case_and_script_make_no_difference(static: Encoder) -> None:
    rows = static.encode_query(["固态电池 SOLID", "固態電池 solid", "固态电池　Ｓｏｌｉｄ"])
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[0], rows[2])


def test_rows_do_not_depend_on_company_or_order(static: Encoder) -> None:
    texts = [f"第{i}种碳化硅器件 device {i}" for i in range(700)]
    together = static.encode_document(texts)
    np.testing.assert_array_equal(together[::-1], static.encode_document(texts[::-1]))
    np.testing.assert_array_equal(together[601], static.encode_document([texts[601]])[0])


def test_languages_meet(static: Encoder) -> None:
    near = cosine(static, "solid-state battery electrolyte", "固态电池电解质")
    assert near > 0.6
    assert cosine(static, "solid-state battery electrolyte", "甘肃省明代方志研究") < 0.3


def test_progress_counts_up_to_the_whole(static: Encoder) -> None:
    seen: list[tuple[int, int]] = []
    static.encode_document(["电池"] * 600, lambda done, total: seen.append((done, total)))
    assert seen == [(512, 600), (600, 600)]


@pytest.mark.slow
def test_direct_reading_equals_sentence_transformers(static: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUILTIN / "static"), device="cpu", local_files_only=True)
    texts = [
        "固态电池电解质的界面稳定性",
        "next-generation energy storage",
        "碳化硅SiC功率器件 2023年 12.5kV",
        "α-Fe2O3",
    ]
    np.testing.assert_allclose(static.encode_query(texts), model.encode_query(texts), atol=1e-6)


@pytest.mark.parametrize("damaged", ["model.safetensors", "tokenizer.json"])
def test_half_a_file_is_refused(tmp_path: Path, damaged: str) -> None:
    folder = tmp_path / "half"
    shutil.copytree(BUILTIN / "static", folder)
    content = (folder / damaged).read_bytes()
    (folder / damaged).write_bytes(content[: len(content) // 2])
    with pytest.raises(EncoderBrokenError, match="it was cut short or changed"):
        load_encoder(folder)
    # The same without a manifest that would give it away.
    (folder / "manifest.json").unlink()
    with pytest.raises(EncoderBrokenError, match="cannot be read as a token table"):
        load_encoder(folder)
