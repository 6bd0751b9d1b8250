"""Why an operation refuses the dtypes of its operands although their shapes go together."""

from collections.abc import Mapping

from engine.tensors.clash import Call, Clash, Operand, Try

_WORDS = {
    "bool": "True and False",
    "int64": "whole numbers, such as int64",
    "float32": "real numbers, such as float32",
    "complex64": "complex numbers, such as complex64",
}


def of_dtypes(call: Call, fitting: Mapping[int, str]) -> Clash | None:
    """`fitting` has the dtypes, by the operands' places, with which the call is taken."""
    operands = call.operands
    changed = [operands[place] for place in fitting]
    (wanted,) = set(fitting.values())
    others = [one for place, one in enumerate(operands) if place not in fitting]
    are = " and ".join(f"{one.text} is {one.dtype}" for one in dict.fromkeys([*changed, *others]))
    name = call.infix or call.name.split(".")[0]
    if others and all(one.dtype == wanted for one in others):
        sentence = f"{name} takes operands of one dtype here: {are}."
    else:
        texts = " and ".join(dict.fromkeys(one.text for one in changed))
        sentence = f"{name} needs {texts} to be {_WORDS.get(wanted, wanted)}: {are}."
    return Clash(
        sentence, (), (Try(with_calls(call, {place: f"{{}}.to({dtype})" for place, dtype in fitting.items()})),)
    )


def of_made(call: Call, dtype: str) -> Clash:
    """A tensor that cannot be made in this dtype can be made in another and cast."""
    others = {key: value for key, value in call.keywords.items() if key != "dtype"}
    what = f"these numbers as {dtype}" if call.name == "tensor" else dtype
    made = Call(call.name, call.arguments, others).written()
    return Clash(
        f"{call.name} does not make {what}; make another dtype and cast it.", (), (Try(f"{made}.to({dtype})"),)
    )


def with_calls(call: Call, changed: Mapping[int, str]) -> str:
    """Return the call with some operands written otherwise, counted as they are met: `{}` stands for what one was."""
    met = iter(range(len(call.operands)))

    def cast(part: object) -> object:
        if isinstance(part, Operand):
            text = changed.get(next(met))
            return part if text is None else part.to(text)
        return type(part)(cast(one) for one in part) if isinstance(part, tuple | list) else part

    arguments = tuple(cast(part) for part in call.arguments)
    keywords = {key: cast(part) for key, part in call.keywords.items()}
    return Call(call.name, arguments, keywords, call.infix, call.method).written()
