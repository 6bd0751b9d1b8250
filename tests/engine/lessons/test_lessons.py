"""Lessons ship whole: each step does what its text says, each exercise can be solved and is not solved by its beginning."""

from pathlib import Path

import pytest

from engine.lessons import Exercise, Lesson, read_lessons
from engine.lessons.judging import judge
from engine.tensors.chain import evaluate
from engine.tensors.explaining import explain_text
from engine.tensors.refusal import Refused

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "lessons"
LESSONS = read_lessons(FOLDER)
SOLVED = {
    "Broadcasting": "x = tensor([[1., 2., 3., 6.], [4., 4., 4., 4.], [0., 1., 0., 3.]])\nx - x.mean(1).unsqueeze(1)",
    "View and reshape": "image = arange(12).view(2, 3, 2)\nstack([image[..., 0], image[..., 1]])",
    "BatchNorm and LayerNorm": (
        "x = tensor([[1., 2., 3.], [2., 4., 9.], [0., 0., 6.], [5., 6., 7.]])\nd = x - x.mean(1, keepdim=True)\n"
        "d / (d.pow(2).mean(1, keepdim=True) + 1e-5).sqrt()"
    ),
    "Why a sample has no gradient": (
        "noise = tensor([-1.2, 0.3, 0.8, -0.1, 1.6])\nmean = tensor([3.])\ndeviation = tensor([2.])\n"
        "mean.expand(5) + noise * deviation.expand(5)"
    ),
    "Attention by hand": (
        "Q = tensor([[1., 0., 2., 1.], [0., 1., 1., 0.], [1., 1., 0., 2.]])\n"
        "K = tensor([[1., 1., 0., 0.], [0., 2., 1., 0.], [1., 0., 1., 1.]])\n"
        "V = tensor([[1., 2.], [3., 4.], [5., 6.]])\n(Q @ K.t() / 2).softmax(1) @ V"
    ),
}
EXERCISE = Exercise(
    task="t", begin="b", answer="tensor([[1., 2.], [3., 4.]])", hint="h", right="Yes.", without=("flip",)
)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_that_each_step_gives_a_tensor_or_is_refused_as_its_text_says(lesson: Lesson) -> None:
    for step in lesson.steps:
        if step.refused:
            with pytest.raises(Refused):
                evaluate(step.expression)
        else:
            assert evaluate(step.expression).result.numel()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_that_an_exercise_is_solved_in_another_way_but_not_by_its_beginning(lesson: Lesson) -> None:
    assert judge(SOLVED[lesson.title], lesson.exercise).right
    assert not judge(lesson.exercise.begin, lesson.exercise).right


def test_that_the_clash_in_the_lesson_on_broadcasting_has_a_fix_that_makes_a_column() -> None:
    (lesson,) = (one for one in LESSONS if one.title == "Broadcasting")
    found = explain_text(lesson.steps[-1].expression, {})
    assert found is not None and any(tuple(fix.shape) == (2, 3) for fix in found.fixes)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tensor([[1., 2.], [3., 4.]])", "Yes."),
        ("tensor([1., 2.])", "Your result is [2]; the right one is [2, 2]."),
        (
            "tensor([[1., 2.], [3., 5.]])",
            "The shape is right, but 1 cell differs: 5 stands at [1, 1] in place of 4.",
        ),
        ("tensor([[4., 3.], [2., 1.]]).flip(0, 1)", "Try it without flip."),
        ("ones(2, 3) @ ones(4, 3)", "needs the columns of ones(2, 3) (3) to equal the rows of ones(4, 3) (4)"),
        ("x = 3", "The expression gives no tensor."),
    ],
)
def test_that_a_wrong_answer_hears_what_is_wrong(text: str, sentence: str) -> None:
    assert sentence in judge(text, EXERCISE).sentence
    assert judge(text, EXERCISE).right == (sentence == "Yes.")


def test_that_right_numbers_count_only_where_they_are_made_of_what_the_task_names() -> None:
    (lesson,) = (one for one in LESSONS if one.exercise.of)
    typed = judge("tensor([0.6, 3.6, 4.6, 2.8, 6.2])", lesson.exercise)
    assert (typed.right, typed.sentence) == (
        False,
        "The numbers are right, but they are not made of mean and deviation.",
    )
    other = "m = tensor([3.]); deviation = tensor([2.]); noise = tensor([-1.2, 0.3, 0.8, -0.1, 1.6]); mean = m * 1"
    assert judge(f"{other}\nz = noise * deviation\nz + mean", lesson.exercise).right


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("title = ", "is no lesson"),
        ("title = 'a'\nabout = 'b'\nsteps = []", "steps"),
        ("title = 3\nabout = 'b'", "title"),
    ],
)
def test_that_a_file_that_is_no_lesson_is_named(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(content)
    with pytest.raises(ValueError, match=rf"bad\.toml.*{said}"):
        read_lessons(tmp_path)
