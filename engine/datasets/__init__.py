"""Import, profile, column roles, pages of any table, bundled samples. Must not import torch or know about runs."""

from engine.datasets.guessing import guess_options as sniff
from engine.datasets.importing import import_file
from engine.datasets.melting import melt, melt_preview
from engine.datasets.paging import read_page
from engine.datasets.previewing import preview
from engine.datasets.profiling import profile
from engine.datasets.records import (
    Column,
    ColumnProfile,
    Dataset,
    DatasetError,
    Histogram,
    Melt,
    MeltPreview,
    Origin,
    Page,
    Preview,
    ReadOptions,
    Reject,
    SampleInfo,
    Sheet,
)
from engine.datasets.role_inference import infer_roles
from engine.datasets.samples import import_sample, sample_names
from engine.datasets.snapshots import (
    delete_dataset,
    export_rejects,
    list_datasets,
    load_dataset,
    parquet_path,
    rejects,
)
from engine.datasets.text_lengths import text_lengths
from engine.datasets.workbooks import sheets

__all__ = [
    "Column",
    "ColumnProfile",
    "Dataset",
    "DatasetError",
    "Histogram",
    "Melt",
    "MeltPreview",
    "Origin",
    "Page",
    "Preview",
    "ReadOptions",
    "Reject",
    "SampleInfo",
    "Sheet",
    "delete_dataset",
    "export_rejects",
    "import_file",
    "import_sample",
    "infer_roles",
    "list_datasets",
    "load_dataset",
    "melt",
    "melt_preview",
    "parquet_path",
    "preview",
    "profile",
    "read_page",
    "rejects",
    "sample_names",
    "sheets",
    "sniff",
    "text_lengths",
]
