from pathlib import Path

import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.errors import EncoderBrokenError, EncoderError
from embeddings.tfidf import fit_tfidf, terms

CORPUS = [
    "固态电池电解质的制备", "锂离子电池回收", "battery recycling line",
    "肿瘤免疫治疗药物", "抗体药物的临床研究", "antibody drug",
]  # fmt: skip


def test_terms_are_character_pairs_and_latin_words() -> None:
    assert terms("固态电池 SiC功率, 5G 新") == ["固态", "态电", "电池", "sic", "功率", "5g", "新"]


def test_texts_with_common_terms_are_near_and_others_far(tmp_path: Path) -> None:
    encoder = fit_tfidf(CORPUS, tmp_path, dim=6)
    rows = encoder.encode_document(CORPUS)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    scores = encoder.encode_query(["电池"]) @ rows.T
    assert set(np.argsort(-scores[0])[:2].tolist()) == {0, 1}
    np.testing.assert_allclose(scores[0, 2:], 0, atol=1e-6)


def test_full_rank_keeps_every_cosine_of_tfidf(tmp_path: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    exact = TfidfVectorizer(analyzer=terms, sublinear_tf=True).fit_transform(CORPUS).toarray()
    rows = fit_tfidf(CORPUS, tmp_path, dim=6).encode_document(CORPUS)
    np.testing.assert_allclose(rows @ rows.T, exact @ exact.T, atol=1e-5)


def test_same_corpus_and_seed_give_the_same_fingerprint_and_rows(tmp_path: Path) -> None:
    one, other = fit_tfidf(CORPUS, tmp_path / "a", dim=4), fit_tfidf(CORPUS, tmp_path / "b", dim=4)
    assert one.fingerprint == other.fingerprint
    assert fit_tfidf(CORPUS[:-1], tmp_path / "c", dim=4).fingerprint != one.fingerprint
    np.testing.assert_array_equal(one.encode_query(CORPUS), load_encoder(tmp_path / "b").encode_query(CORPUS))


def test_text_without_a_known_term_gives_a_zero_row(tmp_path: Path) -> None:
    rows = fit_tfidf(CORPUS, tmp_path, dim=3).encode_query(["", "😀", "甘肃方志"])
    np.testing.assert_array_equal(rows, np.zeros((3, 3), np.float32))


def test_corpus_without_a_term_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="cannot be fitted on these 2 texts"):
        fit_tfidf(["", "。。。"], tmp_path)


def test_changed_folder_is_refused(tmp_path: Path) -> None:
    fit_tfidf(CORPUS, tmp_path, dim=3)
    (tmp_path / "terms.json").write_text("[]")
    with pytest.raises(EncoderBrokenError, match="it was cut short or changed"):
        load_encoder(tmp_path)
