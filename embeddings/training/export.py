"""The transformer as an ONNX graph that ends in a unit row: token numbers in, mean-pooled vector out.

Written node by node, so that building needs neither torch nor an exporter. Weights are int8 with one scale a column;
activations are quantised while running (onnxruntime's DynamicQuantizeMatMul), or everything stays float32 for checks.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatRows
from embeddings.training.convert import Weights

_MICROSOFT = "com.microsoft"


class _Graph:
    """Collects nodes and constants; every method gives the name of its result."""

    def __init__(self, *, int8: bool) -> None:
        self.int8 = int8
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, array: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, inputs: list[str], name: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [name], name, domain=domain, **attributes))
        return name

    def linear(self, name: str, x: str, weight: FloatRows, bias: FloatRows) -> str:
        """x @ weight.T + bias, with weight (out, in) as the model keeps it."""
        b = self.constant(f"{name}.b", bias)
        if not self.int8:
            product = self.node("MatMul", [x, self.constant(f"{name}.w", weight.T)], f"{name}.product")
            return self.node("Add", [product, b], name)
        values, scales = quantised_rows(weight)
        w, s = self.constant(f"{name}.w", values.T), self.constant(f"{name}.s", scales)
        return self.node("DynamicQuantizeMatMul", [x, w, s, "", b], name, _MICROSOFT)

    def norm(self, name: str, x: str, skip: str, weights: Weights, epsilon: float) -> str:
        """LayerNorm(x + skip)."""
        gain = self.constant(f"{name}.gain", weights.vector(f"{name}.w"))
        shift = self.constant(f"{name}.shift", weights.vector(f"{name}.b"))
        return self.node("SkipLayerNormalization", [x, skip, gain, shift], name, _MICROSOFT, epsilon=epsilon)


def quantised_rows(rows: FloatRows) -> tuple[NDArray[np.int8], FloatRows]:
    """(n, d) as int8 and (n,) scales: row = values * scale, off by at most half of scale (largest value / 127)."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-12) / 127
    return np.rint(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def export_onnx(weights: Weights, kept: NDArray[np.int64], path: Path, *, int8: bool = True) -> None:
    """Writes the graph over the pieces `kept`: `input_ids`, `attention_mask` (n, t) int64 -> (n, hidden) float32."""
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph(int8=int8)
    state = _embed(graph, weights, kept)
    for layer in range(weights.shape.layers):
        state = _layer(graph, weights, layer, state)
    _pool(graph, state)
    ids, mask = (helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in INPUTS)
    output = helper.make_tensor_value_info("row", TensorProto.FLOAT, ["n", weights.shape.hidden])
    body = helper.make_graph(graph.nodes, "e5", [ids, mask], [output], graph.constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(_MICROSOFT, 1)]
    onnx.save(helper.make_model(body, opset_imports=opsets, ir_version=9), str(path))


INPUTS = ("input_ids", "attention_mask")


def _embed(graph: _Graph, weights: Weights, kept: NDArray[np.int64]) -> str:
    hidden = weights.shape.hidden
    words = weights.matrix("emb.word", hidden, kept)
    if graph.int8:
        values, scales = quantised_rows(words)
        rows = graph.node("Gather", [graph.constant("word.w", values), "input_ids"], "word.int8")
        rows = graph.node("Cast", [rows], "word.float", to=1)
        factor = graph.node("Gather", [graph.constant("word.s", scales[:, None]), "input_ids"], "word.factor")
        rows = graph.node("Mul", [rows, factor], "word")
    else:
        rows = graph.node("Gather", [graph.constant("word.w", words), "input_ids"], "word")
    # Positions and the one token type are added once, here.
    places = weights.vector("emb.pos").reshape(-1, hidden) + weights.vector("emb.type")[:hidden]
    zero, one = graph.constant("zero", np.array([0])), graph.constant("one", np.array([1]))
    length = graph.node("Shape", ["input_ids"], "length", start=1, end=2)
    cut = graph.node("Slice", [graph.constant("places", places), zero, length, zero, one], "places.cut")
    placed = graph.node("Add", [rows, cut], "placed")
    gain = graph.constant("emb.gain", weights.vector("emb.ln.w"))
    shift = graph.constant("emb.shift", weights.vector("emb.ln.b"))
    graph.node("Cast", ["attention_mask"], "padding", to=6)
    return graph.node("LayerNormalization", [placed, gain, shift], "emb", epsilon=weights.epsilon)


def _layer(graph: _Graph, weights: Weights, layer: int, x: str) -> str:
    shape, name = weights.shape, f"l{layer}"
    hidden = shape.hidden
    qkv = np.concatenate([weights.matrix(f"{name}.{part}.w", hidden) for part in "qkv"])
    qkv_bias = np.concatenate([weights.vector(f"{name}.{part}.b") for part in "qkv"])
    from onnx import helper

    together = graph.linear(f"{name}.qkv", x, qkv, qkv_bias)
    parts = [f"{name}.{part}" for part in "qkv"]
    graph.nodes.append(helper.make_node("Split", [together], parts, f"{name}.split", axis=-1, num_outputs=3))
    attended = graph.node(
        "MultiHeadAttention", [*parts, "", "padding"], f"{name}.attended", _MICROSOFT, num_heads=shape.heads
    )
    out = graph.linear(f"{name}.ao", attended, weights.matrix(f"{name}.ao.w", hidden), weights.vector(f"{name}.ao.b"))
    x = graph.norm(f"{name}.aln", out, x, weights, weights.epsilon)
    inner = graph.linear(f"{name}.fi", x, weights.matrix(f"{name}.fi.w", hidden), weights.vector(f"{name}.fi.b"))
    inner = graph.node("Gelu", [inner], f"{name}.gelu", _MICROSOFT)
    feed = weights.matrix(f"{name}.fo.w", shape.feed_forward)
    out = graph.linear(f"{name}.fo", inner, feed, weights.vector(f"{name}.fo.b"))
    return graph.norm(f"{name}.oln", out, x, weights, weights.epsilon)


def _pool(graph: _Graph, state: str) -> None:
    """Mean over the tokens that are no padding, at unit length; the mean's divisor cancels out."""
    mask = graph.node("Cast", ["attention_mask"], "mask", to=1)
    mask = graph.node("Unsqueeze", [mask, graph.constant("last", np.array([-1]))], "mask.column")
    total = graph.node("ReduceSum", [graph.node("Mul", [state, mask], "masked"), "one"], "total", keepdims=0)
    length = graph.node("ReduceL2", [total, "one"], "total.length", keepdims=1)
    graph.node("Div", [total, length], "row")
