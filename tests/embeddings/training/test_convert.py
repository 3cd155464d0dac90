"""The e5 path on a toy file in the package's layout: read, trimmed, exported, run, against transformers' own BERT."""

import struct
from pathlib import Path

import numpy as np
import pytest

from embeddings.e5 import E5
from embeddings.errors import EncoderBrokenError
from embeddings.manifest import read_manifest
from embeddings.training.build_e5 import build_e5, check_probe, probe_rows
from embeddings.training.convert import BLOCK, Weights, dequantised, e5_tokenizer
from embeddings.training.trim import kept_pieces, pack_pieces, unpack_pieces

HIDDEN, LAYERS, HEADS, INNER, PLACES = 64, 2, 4, 96, 512
PIECES = [
    "<s>", "<pad>", "</s>", "<unk>", "▁", "▁passage", "▁query", ":", "▁电池", "电", "池", "固态", "▁solid",
    "s", "o", "l", "i", "d", "▁батарея", "\uff5e", ",", "。", "▁药", "α",
]  # fmt: skip
ROWS = len(PIECES) + 3
"""The package has rows behind its last piece (the mask and others), as XLM-RoBERTa does."""


def blocks(rng: np.random.Generator, rows: int, columns: int) -> tuple[bytes, int]:
    made = np.zeros((rows, columns // BLOCK), np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    made["scale"] = rng.uniform(0.01, 0.04, made.shape)
    made["nibbles"] = rng.integers(0, 256, (*made.shape, 16))
    return made.tobytes(), rows * columns


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    tensors: list[tuple[str, int, int, bytes]] = []

    def plain(name: str, size: int, around: float = 0.0) -> None:
        tensors.append((name, 0, size, (around + rng.normal(0, 0.05, size)).astype("<f4").tobytes()))

    def packed(name: str, rows: int, columns: int) -> None:
        content, count = blocks(rng, rows, columns)
        tensors.append((name, 1, count, content))

    packed("emb.word", ROWS, HIDDEN)
    plain("emb.pos", PLACES * HIDDEN)
    plain("emb.type", 2 * HIDDEN)
    plain("emb.ln.w", HIDDEN, 1)
    plain("emb.ln.b", HIDDEN)
    for layer in range(LAYERS):
        for name, out, columns in (("q", HIDDEN, HIDDEN), ("k", HIDDEN, HIDDEN), ("v", HIDDEN, HIDDEN),
                                   ("ao", HIDDEN, HIDDEN), ("fi", INNER, HIDDEN), ("fo", HIDDEN, INNER)):  # fmt: skip
            packed(f"l{layer}.{name}.w", out, columns)
            plain(f"l{layer}.{name}.b", out)
        for name in ("aln", "oln"):
            plain(f"l{layer}.{name}.w", HIDDEN, 1)
            plain(f"l{layer}.{name}.b", HIDDEN)
    encoded = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, encoded)]).astype("<u4").tobytes()
    scores = np.linspace(-1, -8, len(PIECES)).astype("<f4").tobytes()
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, INNER, ROWS, PLACES, 2, 1e-12, BLOCK)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(b"".join(encoded))) + offsets + scores + b"".join(encoded)
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(tensors))
    at = len(head) + sum(2 + len(name) + 21 for name, *_ in tensors)
    for name, kind, count, content in tensors:
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, at, len(content))
        at += len(content)
    path = tmp_path_factory.mktemp("package") / "e5.bin"
    path.write_bytes(head + b"".join(content for *_, content in tensors))
    return path


def test_a_block_is_scale_times_nibble_less_eight() -> None:
    block = np.zeros((1, 1), np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    block["scale"] = 0.5
    block["nibbles"][0, 0, :2] = [0x1F, 0x80]
    row = dequantised(block)[0]
    assert row.shape == (32,)
    assert [row[0], row[16], row[1], row[17], row[2]] == [3.5, -3.5, -4.0, 0.0, -4.0]


def test_header_pieces_and_tensors_are_read(source: Path) -> None:
    weights = Weights(source)
    assert weights.pieces == PIECES
    assert (weights.shape.hidden, weights.shape.layers, weights.specials) == (HIDDEN, LAYERS, (0, 1, 2, 3))
    whole = weights.matrix("emb.word", HIDDEN)
    assert whole.shape == (ROWS, HIDDEN)
    np.testing.assert_array_equal(weights.matrix("emb.word", HIDDEN, [8, 2]), whole[[8, 2]])


@pytest.mark.parametrize("keep", [0, 3, 30, 200, 900, 20_000])
def test_file_that_is_cut_short_is_refused(source: Path, tmp_path: Path, keep: int) -> None:
    (tmp_path / "cut.bin").write_bytes(source.read_bytes()[:keep])
    with pytest.raises(EncoderBrokenError, match="is cut short or no E5S1 file"):
        Weights(tmp_path / "cut.bin")


def bert_rows(source: Path, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The same weights in transformers' BertModel, mean-pooled at unit length."""
    import torch
    from transformers import BertConfig, BertModel

    weights = Weights(source)
    config = BertConfig(
        vocab_size=ROWS, hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=INNER, max_position_embeddings=PLACES, type_vocab_size=2, hidden_act="gelu",
    )  # fmt: skip
    state = {
        "embeddings.word_embeddings.weight": weights.matrix("emb.word", HIDDEN),
        "embeddings.position_embeddings.weight": weights.vector("emb.pos").reshape(-1, HIDDEN),
        "embeddings.token_type_embeddings.weight": weights.vector("emb.type").reshape(-1, HIDDEN),
        "embeddings.LayerNorm.weight": weights.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.vector("emb.ln.b"),
    }
    parts = {
        "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
        "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
        "fo": "output.dense", "oln": "output.LayerNorm",
    }  # fmt: skip
    for layer in range(LAYERS):
        for short, long in parts.items():
            name, columns = f"l{layer}.{short}", INNER if short == "fo" else HIDDEN
            is_norm = short.endswith("ln")
            state[f"encoder.layer.{layer}.{long}.weight"] = (
                weights.vector(f"{name}.w") if is_norm else weights.matrix(f"{name}.w", columns)
            )
            state[f"encoder.layer.{layer}.{long}.bias"] = weights.vector(f"{name}.b")
    model = BertModel(config, add_pooling_layer=False).eval()
    model.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()}, strict=True)
    with torch.no_grad():
        states = model(torch.from_numpy(ids), torch.from_numpy(mask)).last_hidden_state.numpy()
    sums = (states * mask[:, :, None]).sum(axis=1)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True))


TEXTS = ["电池", "固态电池solid,电", "药。α", "so电" * 40]


def token_rows(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    tokenizer = e5_tokenizer([(piece, -float(i)) for i, piece in enumerate(PIECES)], (0, 1, 2, 3))
    encodings = [tokenizer.encode(f"query: {text}").ids for text in texts]
    ids = np.ones((len(texts), max(map(len, encodings))), np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(encodings):
        ids[row, : len(tokens)], mask[row, : len(tokens)] = tokens, 1
    return ids, mask


@pytest.mark.parametrize(("int8", "least"), [(False, 0.999999), (True, 0.99)])
def test_graph_agrees_with_transformers(source: Path, tmp_path: Path, int8: bool, least: float) -> None:
    build_e5(tmp_path / "e5", np.arange(len(PIECES)), source=source, int8=int8)
    import onnxruntime

    ids, mask = token_rows(TEXTS)
    session = onnxruntime.InferenceSession(str(tmp_path / "e5" / "model.onnx"), providers=["CPUExecutionProvider"])
    (rows,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
    assert (rows * bert_rows(source, ids, mask)).sum(axis=1).min() > least


def test_trimmed_model_gives_the_same_rows(source: Path, tmp_path: Path) -> None:
    every = np.arange(len(PIECES))
    kept = np.delete(every, PIECES.index("▁батарея"))
    build_e5(tmp_path / "all", every, source=source, int8=False)
    build_e5(tmp_path / "trimmed", kept, source=source, int8=False)
    whole, trimmed = (E5(tmp_path / name).encode(TEXTS, "document") for name in ("all", "trimmed"))
    np.testing.assert_allclose(trimmed, whole, atol=1e-6)
    assert read_manifest(tmp_path / "trimmed").recipe["pieces"] == len(PIECES) - 1


def test_kept_pieces_are_specials_chinese_signs_and_what_texts_use() -> None:
    tokenizer = e5_tokenizer([(piece, -float(i)) for i, piece in enumerate(PIECES)], (0, 1, 2, 3))
    kept = kept_pieces(PIECES, (0, 1, 2, 3), tokenizer, ["solid"])
    assert {PIECES[i] for i in kept} == set(PIECES) - {"▁батарея", "▁passage", "▁query"}


def test_packed_pieces_come_back() -> None:
    kept = np.array([0, 7, 8, 1000])
    np.testing.assert_array_equal(unpack_pieces(pack_pieces(kept, 1003)), kept)


def test_wave_dash_is_kept_from_nfkc() -> None:
    tokenizer = e5_tokenizer([(piece, -float(i)) for i, piece in enumerate(PIECES)], (0, 1, 2, 3))
    assert tokenizer.encode("电\uff5e池").tokens == ["<s>", "▁", "电", "\uff5e", "池", "</s>"]


@pytest.fixture(scope="module")
def model(source: Path, tmp_path_factory: pytest.TempPathFactory) -> E5:
    folder = tmp_path_factory.mktemp("models") / "e5"
    build_e5(folder, np.arange(len(PIECES)), source=source, int8=False)
    return E5(folder)


def test_empty_texts_give_zero_rows_and_others_unit_rows(model: E5) -> None:
    rows = model.encode(["", "  \n", "电", "😀", "\ud800"], "query")
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [0, 0, 1, 1, 1], atol=1e-6)


def test_roles_have_their_own_prompts(model: E5) -> None:
    query, document = model.encode(["电池"], "query"), model.encode(["电池"], "document")
    assert float((query * document).sum()) < 0.9999


def test_company_order_and_threads_change_no_byte(source: Path, tmp_path: Path) -> None:
    build_e5(tmp_path / "e5", np.arange(len(PIECES)), source=source)
    one, two = E5(tmp_path / "e5", 1), E5(tmp_path / "e5", 2)
    texts = [*TEXTS, "电", "solid", "电" * 700]
    rows = one.encode(texts, "query")
    assert np.array_equal(rows, two.encode(texts[::-1], "query")[::-1])
    assert np.array_equal(rows, np.concatenate([one.encode([text], "query") for text in texts]))


def test_long_text_is_the_mean_of_its_windows_by_length(model: E5) -> None:
    seen: list[tuple[int, int]] = []
    room = 512 - 2 - len(model._tokenizer.encode("query:").ids[1:-1])
    text = "电" * (room + 100 - 1)  # the blank before the first character is a token too
    whole = model.encode([text], "query", lambda *at: seen.append(at))
    first, second = model.encode(["电" * (room - 1)], "query"), model._row(model._windows([text], "query: ")[1])
    tokens = [512, 512 - room + 100]
    expected = tokens[0] * first + tokens[1] * second
    np.testing.assert_allclose(whole, expected / np.linalg.norm(expected), atol=1e-5)
    assert seen[-1] == (1, 1)


def test_probe_finds_a_model_that_answers_otherwise(model: E5) -> None:
    probes = probe_rows(model)
    check_probe(model, probes)
    with pytest.raises(EncoderBrokenError, match="answers its probe texts with cosine"):
        check_probe(model, {text: row[::-1] for text, row in probes.items()})


def test_folder_that_is_cut_short_is_refused(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "e5"
    build_e5(folder, np.arange(len(PIECES)), source=source)
    content = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(content[:1000])
    with pytest.raises(EncoderBrokenError, match="cannot be read as the built e5"):
        E5(folder)
