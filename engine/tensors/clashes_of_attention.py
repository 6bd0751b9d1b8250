"""Why scaled_dot_product_attention refuses."""

from engine.tensors.clash import Call, Clash, Operand, Try, broadcast, counted, firsts, stretches

_NAMES = ("query", "key", "value")


def attention(call: Call) -> Clash | None:
    """Head sizes of q and k, numbers of keys and values, batches."""
    q, k, v = (call.given(place, name) for place, name in enumerate(_NAMES))
    if not all(isinstance(one, Operand) for one in (q, k, v)):
        return None
    for number, one in enumerate((q, k, v)):
        if len(one.shape) < 2:
            wider = [part.to("{}[None]") if len(part.shape) < 2 else part for part in (q, k, v)]
            sentence = f"Attention needs at least 2 dimensions and {one.text} has {len(one.shape)}."
            return Clash(sentence, ((number, 0),), (Try(_with(call, *wider), "a vector as one row"),))
    return _heads(call, q, k, v) or _keys(call, q, k, v) or _batches(call, q, k, v) or attention_mask(call)


def _heads(call: Call, q: Operand, k: Operand, v: Operand) -> Clash | None:
    if q.shape[-1] == k.shape[-1]:
        return None
    sentence = f"The head size of {q.text} is {q.shape[-1]} and that of {k.text} is {k.shape[-1]}; they must be equal."
    shorter_q, shorter_k = _cut(q, k.shape[-1], -1, "feature"), _cut(k, q.shape[-1], -1, "feature")
    tries = (
        Try(_with(call, q, k.to("{}.mT"), v)),
        Try(_with(call, q, k.to("{}.mT"), v.to("{}.mT"))),
        Try(_with(call, q.to("{}.mT"), k, v)),
        *(Try(_with(call, one, k, v), note) for one, note in shorter_q),
        *(Try(_with(call, q, one, v), note) for one, note in shorter_k),
    )
    return Clash(sentence, ((0, -1), (1, -1)), tries)


def _keys(call: Call, q: Operand, k: Operand, v: Operand) -> Clash | None:
    if k.shape[-2] == v.shape[-2]:
        return None
    sentence = f"{k.text} has {counted(k.shape[-2], 'key')} and {v.text} {counted(v.shape[-2], 'value')}"
    tries = (
        Try(_with(call, q, k, v.to("{}.mT"))),
        *(Try(_with(call, q, k, one), note) for one, note in _cut(v, k.shape[-2], -2, "value")),
        *(Try(_with(call, q, one, v), note) for one, note in _cut(k, v.shape[-2], -2, "key")),
    )
    return Clash(f"{sentence}; each key has one value.", ((1, -2), (2, -2)), tries)


def _batches(call: Call, q: Operand, k: Operand, v: Operand) -> Clash | None:
    same_rank = len({len(one.shape) for one in (q, k, v)}) == 1
    if same_rank and not broadcast([q.shape[:-2], k.shape[:-2], v.shape[:-2]]):
        return None
    grouped = same_rank and len(q.shape) == 4 and k.shape[1] and q.shape[1] % k.shape[1] == 0
    turned = [one.to("{}.transpose(-3, -2)") if len(one.shape) > 2 else one for one in (q, k, v)]
    pairs = [one.to(text) for one, text in ((q, "{}.unsqueeze(-3)"), (k, "{}.unsqueeze(-4)"), (v, "{}.unsqueeze(-4)"))]
    longest = max(len(one.shape) for one in (q, k, v))
    even = [one.to(f"{{}}[{'None, ' * (longest - len(one.shape))}...]") for one in (q, k, v)]
    tries = (
        Try(call.giving(7, "enable_gqa", True).written() if grouped else "", "several heads of queries share keys"),
        Try("" if same_rank else _with(call, *even), "dims of size 1 are put before"),
        Try(_with(call, *turned), "heads before lengths"),
        Try(_with(call, *pairs), "every batch with every batch"),
    )
    return Clash(f"The batches differ: {q.shape[:-2]}, {k.shape[:-2]} and {v.shape[:-2]}.", _differing(q, k, v), tries)


def _differing(*operands: Operand) -> tuple[tuple[int, int], ...]:
    found = broadcast([one.shape[:-2] for one in operands])
    if found is None:
        return ()
    back, clashing = found
    return tuple((number, len(operands[number].shape) - 2 - back) for number in clashing)


def attention_mask(call: Call) -> Clash | None:
    """The mask stretches to queries × keys; where there is nothing to attend to, torch does not look at it."""
    q, k, v = (call.given(place, name) for place, name in enumerate(_NAMES))
    mask = call.given(3, "attn_mask")
    if not isinstance(mask, Operand) or 0 in (*q.shape[:-1], *k.shape[:-1], *v.shape):
        return None
    scores = (*q.shape[:-1], k.shape[-2])
    without = Try(call.giving(3, "attn_mask", None).written(), "without a mask")
    if not stretches(mask.shape, scores):
        texts = ("{}.mT", "{}.unsqueeze(-1)", "{}.unsqueeze(-2)", "{}.unsqueeze(-3)", f"{{}}[..., :{scores[-1]}]",
                 f"{{}}[..., :{scores[-2]}, :{scores[-1]}]")  # fmt: skip
        tries = [Try(call.giving(3, "attn_mask", mask.to(text)).written()) for text in texts]
        return Clash(f"The mask {mask.shape} must stretch to {scores}: queries × keys.", ((3, -1),), (*tries, without))
    fused = len(scores) == 4 and len({(*one.shape[:2], one.shape[-1]) for one in (q, k, v)}) == 1
    if fused and len(mask.shape) < 2:
        tall = Try(call.giving(3, "attn_mask", mask.to(f"{{}}.expand{scores[2:]}")).written())
        sentence = f"The mask has queries × keys and {mask.text} has {counted(len(mask.shape))}."
        return Clash(sentence, ((3, -1),), (tall, without))
    return None


def _with(call: Call, *parts: Operand) -> str:
    for place, (name, part) in enumerate(zip(_NAMES, parts, strict=True)):
        call = call.giving(place, name, part)
    return call.written()


def _cut(one: Operand, number: int, dim: int, what: str) -> tuple[tuple[Operand, str], ...]:
    return firsts(one, number, dim + len(one.shape), what)
