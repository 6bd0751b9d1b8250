"""What each column of a dataset is probably for; a first guess that the user changes with a click."""

from pathlib import Path

from engine.datasets.database import connect, literal, quoted
from engine.datasets.records import Column, Dataset
from engine.datasets.snapshots import load_dataset, parquet_path
from engine.datasets.text_conversion import FOLDER
from engine.datasets.text_sniffing import TEXT_FORMATS
from engine.spec import Role, Roles

LOOKED_AT = 100_000
FEW = 20
MANY_TEXTS = 0.5
_TARGETS = ("target", "label", "survived", "income", "outcome", "species", "diagnosis", "answer", "price", "class", "y")
_GROUPS = (
    "group",
    "subject",
    "patient",
    "user",
    "customer",
    "session",
    "subject_id",
    "patient_id",
    "user_id",
    "group_id",
)


def infer_roles(workspace: Path, dataset_id: str) -> Roles:
    """Guess a role for every column from its name, type and how many values it has. Raises DatasetError."""
    dataset = load_dataset(workspace, dataset_id)
    if dataset.options.format in TEXT_FORMATS:
        return _of_text(dataset)
    distinct, present = _counts(workspace, dataset)
    melt = dataset.origin.melt if dataset.origin is not None else None
    target = melt.value_name if melt is not None else _target(dataset, distinct, present)
    roles = {
        column.name: Role.TARGET
        if column.name == target
        else _role(column, distinct[column.name], present[column.name])
        for column in dataset.columns
    }
    if melt is not None:
        roles[melt.series_name] = Role.GROUP
    return Roles.from_mapping(roles)


def _of_text(dataset: Dataset) -> Roles:
    """Text is read, not tabulated; the folder that it lay in is often its class, its file's name never is."""
    names = [column.name for column in dataset.columns]
    return Roles.from_mapping({name: Role.TARGET if name == FOLDER else Role.IGNORE for name in names})


def _counts(workspace: Path, dataset: Dataset) -> tuple[dict[str, int], dict[str, int]]:
    names = [column.name for column in dataset.columns]
    counted = ", ".join(f"approx_count_distinct({quoted(name)}), count({quoted(name)})" for name in names)
    with connect() as db:
        source = f"(SELECT * FROM read_parquet({literal(str(parquet_path(workspace, dataset.id)))}) LIMIT {LOOKED_AT})"
        row = db.execute(f"SELECT {counted} FROM {source}").fetchone()
    assert row is not None
    return dict(zip(names, row[0::2], strict=True)), dict(zip(names, row[1::2], strict=True))


def _target(dataset: Dataset, distinct: dict[str, int], present: dict[str, int]) -> str | None:
    usable = [column.name for column in dataset.columns if distinct[column.name] > 1]
    for wanted in _TARGETS:
        for name in usable:
            if name.lower().strip() == wanted:
                return name
    types = {column.name: column.type for column in dataset.columns}
    told = [name for name in usable if types[name] != "text" or _has_few(distinct[name], present[name])]
    return (told or usable)[-1] if usable else None


def _has_few(distinct: int, present: int) -> bool:
    """Whether texts are the names of classes rather than something to read."""
    return distinct <= max(FEW, present * MANY_TEXTS)


def _role(column: Column, distinct: int, present: int) -> Role:
    if distinct <= 1:
        return Role.IGNORE
    name = column.name.lower().strip()
    if column.type in {"date", "datetime"}:
        return Role.DATE
    repeated = distinct < present * 0.9
    if name in _GROUPS and repeated:
        return Role.GROUP
    if column.type == "boolean":
        return Role.CATEGORICAL
    if column.type == "text":
        return Role.CATEGORICAL if _has_few(distinct, present) else Role.IGNORE
    unique = distinct > present * 0.95 and present > FEW
    if (
        column.type == "integer"
        and unique
        and (name in {"id", "index", "row", "no"} or name.endswith(("_id", " id", "id")))
    ):
        return Role.IGNORE
    if column.type == "integer" and distinct == 2:
        return Role.CATEGORICAL
    return Role.CONTINUOUS
