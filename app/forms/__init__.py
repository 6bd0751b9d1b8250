"""Forms: from a schema to editors. Every editor has value(), setValue() and valueChanged;
what fields mean is the engine's business."""

from app.forms.field import Field, fields_of, fields_of_params
from app.forms.field_list import FieldList
from app.forms.history import SpecHistory
from app.forms.section import Section
from app.forms.spec_form import SpecForm
from app.forms.wording import choice_label, label_of

__all__ = [
    "Field",
    "FieldList",
    "Section",
    "SpecForm",
    "SpecHistory",
    "choice_label",
    "fields_of",
    "fields_of_params",
    "label_of",
]
