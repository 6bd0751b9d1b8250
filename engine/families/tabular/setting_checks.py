"""What can be seen in the settings alone: contradictions, what would never happen, what nothing would be left of.
Plain functions of a specification and a few counts that yield findings; what a model cannot do is the catalogue's to say."""

from collections.abc import Iterator, Sequence

from engine.families.findings import Finding
from engine.spec import RunSpec


def recorded_metrics(spec: RunSpec, classes: Sequence[int] = ()) -> frozenset[str]:
    """Return the metrics of a run that a checkpoint or early stopping can watch; `classes` counts each target's, where
    they are known."""
    targets = spec.data.roles.target
    if spec.tabular.task == "regression":
        names = ["loss", "mae", "rmse", "r2"]
    else:
        names = ["loss", "accuracy", "f1_macro", *(["auroc"] if all(count == 2 for count in classes) else [])]
    keys = [f"valid/{name}" for name in names]
    if len(targets) > 1:
        keys += [f"valid/{target}/{name}" for target in targets for name in names]
    elif spec.tabular.task == "classification":
        keys.append("train/accuracy")
    return frozenset(keys)


def check_split_column(spec: RunSpec) -> Iterator[Finding]:
    """Yield a column that splits the rows and is learned from as well."""
    roles = spec.data.roles
    if spec.split.kind == "group" and spec.split.column in roles.features:
        text = (
            f"“{spec.split.column}” names the groups of the split and is an input too; test groups will be new to it."
        )
        yield Finding(severity="warning", field="data.roles", text=text, fix="Give it the role group.")
    if spec.split.kind == "column" and spec.split.column in (*roles.features, *roles.target):
        text = f"“{spec.split.column}” says which part a row belongs to and is also learned from."
        yield Finding(severity="warning", field="data.roles", text=text, fix="Set its role to ignore.")


def check_balance(spec: RunSpec) -> Iterator[Finding]:
    """Yield ways of balancing that act twice."""
    balance = spec.tabular.balance
    if spec.tabular.task == "classification" and balance.class_weights != "none" and balance.balanced_sampling:
        text = "Class weights and balanced sampling together count rare classes twice."
        yield Finding(severity="warning", field="tabular.balance", text=text, fix="Choose one of them.")
