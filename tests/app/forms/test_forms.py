import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from app.forms import Field, FieldList, SpecForm, SpecHistory, fields_of, fields_of_params
from app.forms.editors import make_editor
from app.forms.row import FieldRow
from app.forms.trainer_names import ARGUMENTS
from engine.catalog import model, tabular_models
from engine.spec import (
    DataSpec,
    EarlyStoppingSpec,
    ForecastingSpec,
    InputSpec,
    KFoldSplit,
    RunSpec,
    ScheduleSpec,
    TabularSpec,
    TextSpec,
    TrainerSpec,
)
from engine.spec.training import CheckpointSpec, OptimizerSpec

SPEC = RunSpec(data=DataSpec(dataset="0"))


def heard(signal):
    got = []
    signal.connect(lambda *values: got.append(values if len(values) > 1 else values[0]))
    return got


def test_that_fields_take_kind_range_choices_and_help_from_the_specification():
    fields = {field.key: field for field in fields_of(TrainerSpec, "trainer")}
    assert "trainer.optimizer" not in fields
    epochs = fields["trainer.epochs"]
    assert (epochs.kind, epochs.minimum, epochs.maximum, epochs.default) == ("float", 0, 100_000, 20)
    assert epochs.above_minimum
    assert epochs.help.startswith("How often")
    seed = fields["trainer.seed"]
    assert seed.below_maximum and seed.maximum == 2**31
    assert fields["trainer.precision"].choices == ("32-true", "bf16-mixed", "16-mixed", "64-true")
    assert "split.kind" not in {field.key for field in fields_of(KFoldSplit, "split")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field(key="a", kind="int", default=1), 7),
        (Field(key="a", kind="float", default=0.1), 3e-5),
        (Field(key="a", kind="int", default=None, nullable=True), None),
        (Field(key="a", kind="bool", default=False), True),
        (Field(key="a", kind="choice", default="x", choices=("x", "y")), "y"),
        (Field(key="a", kind="choice", default="x", choices=("x", "y"), free=True), "something else"),
        (Field(key="a", kind="text", default=""), "128-64"),
        (Field(key="a", kind="integers", default=[]), [128, 64]),
        (Field(key="a", kind="numbers", default=[]), [0.1, 0.5]),
        (Field(key="a", kind="several", default=[], choices=("x", "y", "z")), ["x", "z"]),
        (Field(key="a", kind="json", default=None, nullable=True), [{"name": "gandalf"}]),
    ],
)
def test_that_every_editor_shows_a_value_without_saying_that_it_changed(qtbot, field, value):
    editor = make_editor(field)
    qtbot.addWidget(editor)
    changes = heard(editor.valueChanged)
    assert editor.value() == field.default
    editor.setValue(value)
    assert editor.value() == value
    assert changes == []


def test_that_a_line_keeps_what_is_wrong_on_the_screen_and_its_last_good_value(qtbot):
    editor = make_editor(Field(key="a", kind="float", default=0.5, maximum=1))
    qtbot.addWidget(editor)
    editor.setValue(0.5)
    changes, problems = heard(editor.valueChanged), heard(editor.problemChanged)
    editor.selectAll()
    qtbot.keyClicks(editor, "2")
    assert (editor.text(), editor.value(), editor.problem()) == ("2", 0.5, "Must be at most 1")
    editor.selectAll()
    qtbot.keyClicks(editor, "2e-1")
    assert (editor.value(), editor.problem(), problems[-1], changes[-1]) == (0.2, "", "", 0.2)
    editor.setValue(0.2)
    assert editor.text() == "2e-1"


def test_that_several_values_are_ticked_in_a_menu_that_stays_open(qtbot):
    editor = make_editor(Field(key="a", kind="several", default=[], choices=("hour", "weekday"), free=True))
    qtbot.addWidget(editor)
    editor.show()
    changes = heard(editor.valueChanged)
    menu = editor.menu()
    menu.popup(editor.mapToGlobal(editor.rect().bottomLeft()))
    for action in reversed(menu.actions()):
        menu.setActiveAction(action)
        qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert changes == [["weekday"], ["hour", "weekday"]]
    assert menu.isVisible() and editor.accessibleDescription() == "hour, weekday"
    menu.close()
    editor.setChoices(("hour",))
    assert [action.text() for action in menu.actions()] == ["hour"]


def test_that_a_field_that_may_hold_several_of_a_few_values_offers_them():
    fields = {field.name: field for field in fields_of(ForecastingSpec, "forecasting")}
    assert fields["quantiles"].kind == "numbers"
    inputs = {field.name: field for field in fields_of(InputSpec, "forecasting.inputs")}
    assert inputs["calendar"].kind == "several" and "weekday" in inputs["calendar"].choices


def test_that_arrow_keys_step_a_number(qtbot):
    editor = make_editor(Field(key="a", kind="float", default=0.001, minimum=0, above_minimum=True))
    qtbot.addWidget(editor)
    editor.setValue(0.001)
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert editor.value() == 0.002


def test_that_a_form_gives_back_what_it_was_given(qtbot):
    form = SpecForm(TrainerSpec, "trainer", {"trainer.device": ("auto", "cpu")})
    qtbot.addWidget(form)
    wanted = TrainerSpec(epochs=3, device="cuda:3", precision="bf16-mixed", schedule=ScheduleSpec(name="cosine"))
    form.setValue(wanted)
    assert form.value() == wanted


def test_that_a_change_is_told_by_its_dotted_key_and_as_a_whole(qtbot):
    form = SpecForm(TrainerSpec, "trainer")
    qtbot.addWidget(form)
    form.setValue(TrainerSpec())
    keys, wholes = heard(form.changed), heard(form.valueChanged)
    rate = form.findChild(QLineEdit, "trainer.optimizer.learning_rate")
    rate.selectAll()
    qtbot.keyClicks(rate, "0.5")
    assert keys[-1] == ("trainer.optimizer.learning_rate", 0.5)
    assert wholes[-1].optimizer.learning_rate == 0.5


def test_that_every_editor_has_a_path_a_name_and_an_explanation(qtbot):
    lists = [FieldList("model.params", fields_of_params(info)) for info in tabular_models()]
    forms = [*lists, SpecForm(TrainerSpec, "trainer"), SpecForm(TabularSpec, "tabular")]
    for form in forms:
        qtbot.addWidget(form)
        editors = [
            one for one in form.findChildren(QWidget) if hasattr(one, "valueChanged") and hasattr(one, "problem")
        ]
        assert editors
        for editor in editors:
            assert "." in editor.objectName()
            assert editor.objectName() in editor.toolTip()
            assert editor.accessibleName() and "_" not in editor.accessibleName()


def test_that_labels_are_words_and_choices_have_names(qtbot):
    form = SpecForm(TrainerSpec, "trainer")
    qtbot.addWidget(form)
    assert form.findChild(QLineEdit, "trainer.batch_size").accessibleName() == "Batch size"
    shapes = form.findChild(QComboBox, "trainer.schedule.name")
    assert shapes.itemText(shapes.findData("cosine_with_min_lr")) == "Cosine to a floor"


def test_that_idle_fields_are_hidden_and_rare_ones_are_folded(qtbot):
    form = FieldList("model.params", fields_of_params(model("gate")))
    qtbot.addWidget(form)
    form.show()
    rare = form.findChild(QWidget, "model.params.learnable_sparsity")
    assert not rare.isVisible()
    form.focusField("model.params.learnable_sparsity")
    assert rare.isVisible()
    form.setIdle({"model.params.learnable_sparsity"})
    assert not rare.isVisible()


def test_that_a_fault_inside_a_value_is_shown_at_its_field(qtbot):
    form = FieldList("model.params", fields_of_params(model("stacking")))
    qtbot.addWidget(form)
    form.setFaults({"model.params.model_configs[1].name": "Cannot be stacked."})
    assert form.findChild(QWidget, "model.params.model_configs.note").text() == "Cannot be stacked."
    form.setFaults({})
    assert not form.findChild(QWidget, "model.params.model_configs.note").text()


def test_that_f1_shows_the_help_under_a_field(qtbot):
    form = FieldList("trainer", fields_of(TrainerSpec, "trainer"))
    qtbot.addWidget(form)
    form.show()
    qtbot.keyClick(form.findChild(QLineEdit, "trainer.epochs"), Qt.Key.Key_F1)
    assert form.findChild(QWidget, "trainer.epochs.note").text().startswith("How often")


def test_that_json_is_told_once_it_is_whole(qtbot):
    editor = make_editor(Field(key="a", kind="json", default=[]))
    qtbot.addWidget(editor)
    assert isinstance(editor, QPlainTextEdit)
    changes = heard(editor.valueChanged)
    editor.setPlainText('[{"name": ')
    assert editor.problem() and not changes
    editor.setPlainText('[{"name": "node"}]')
    assert changes == [[{"name": "node"}]]


def renamed(name):
    return SPEC.model_copy(update={"name": name})


def test_that_typing_is_one_step_and_leaving_the_field_begins_another(qtbot):
    history = SpecHistory()
    shown = heard(history.changed)
    history.push(renamed(""), renamed("a"), "name", "name")
    history.push(renamed("a"), renamed("ab"), "name", "name")
    history.seal()
    history.push(renamed("ab"), renamed("abc"), "name", "name")
    assert history.stack.count() == 2
    history.stack.undo()
    assert shown[-1].name == "ab"
    history.stack.undo()
    assert shown[-1].name == ""
    history.stack.redo()
    assert shown[-1].name == "ab"


def test_that_changes_of_different_fields_are_steps_of_their_own(qtbot):
    history = SpecHistory()
    history.push(renamed(""), renamed("a"), "name", "name")
    history.push(renamed("a"), renamed("b"), "other", "other")
    history.push(renamed("b"), renamed("b"), "nothing", "other")
    assert history.stack.count() == 2


def test_that_settings_are_found_by_the_names_that_transformers_gives_them():
    groups = [(TrainerSpec, "trainer"), (OptimizerSpec, "trainer.optimizer"), (ScheduleSpec, "trainer.schedule")]
    groups += [
        (EarlyStoppingSpec, "trainer.early_stopping"),
        (CheckpointSpec, "trainer.checkpoints"),
        (TextSpec, "text"),
    ]
    keys = {field.key for model, prefix in groups for field in fields_of(model, prefix)}
    assert set(ARGUMENTS) <= keys


def test_that_a_fields_tip_names_the_argument_of_transformers(qtbot):
    field = next(one for one in fields_of(TrainerSpec, "trainer") if one.name == "gradient_clip")
    row = FieldRow(field)
    qtbot.addWidget(row)
    assert "max_grad_norm" in row.editor.toolTip()
