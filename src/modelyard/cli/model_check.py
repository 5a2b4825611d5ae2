"""What is wrong with the models of a workspace: their files, their sidecars, their training."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelyard.errors import ModelyardError, NotFound
from modelyard.progress import Progress

if TYPE_CHECKING:
    from modelyard.models.files import ModelFile
    from modelyard.wiring import Services
    from modelyard.workspace import Workspace
    from modelyard.workspace.training import TrainConfig


def model_names(workspace: "Workspace") -> list[str]:
    """List the models that lie in a workspace, or that it says how to train."""
    from modelyard.models.files import find_files

    files, _ = find_files(workspace)
    trained = [name for name, one in workspace.config.models.items() if one.train is not None]
    return sorted({*(file.name for file in files), *trained})


def model_faults(services: "Services", progress: Progress) -> list[ModelyardError]:
    """List the faults, each with its file, or its line in modelyard.toml.

    Every file is opened as the service would do it: in the jail.
    """
    from modelyard.models.files import find_files

    workspace = services.workspace
    files, faults = find_files(workspace)
    found = [_placed(workspace, fault) for fault in faults]
    trusted = _trusted(services) if files else ()
    for done, file in enumerate(files):
        progress(done / len(files), file.name)
        found += _file_faults(workspace, file, trusted)
    return [*found, *_training_faults(services)]


def _file_faults(
    workspace: "Workspace", file: "ModelFile", trusted: tuple[str, ...]
) -> Iterator[ModelyardError]:
    from modelyard.models.opening import open_model
    from modelyard.models.sidecar import apply_sidecar, parse_sidecar

    try:
        opened = open_model(file.path.read_bytes(), trusted=trusted, convert=False)
    except ModelyardError as fault:
        yield _at(file.path.relative_to(workspace.root).as_posix(), fault)
        return
    except OSError as fault:
        where = file.path.relative_to(workspace.root).as_posix()
        yield NotFound(where, f"cannot be read: {fault.strerror}.")
        return
    if file.sidecar is not None:
        where = file.sidecar.relative_to(workspace.root).as_posix()
        try:
            sidecar = parse_sidecar(file.sidecar_text(), where)
            apply_sidecar(opened.description, sidecar, where)
        except ModelyardError as fault:
            yield fault


def _training_faults(services: "Services") -> Iterator[ModelyardError]:
    for name, section in services.workspace.config.models.items():
        if section.train is not None:
            yield from _faults_of(services, name, section.train)


def _faults_of(services: "Services", name: str, config: "TrainConfig") -> Iterator[ModelyardError]:
    from modelyard.models.training import refuse_missing_function

    try:
        refuse_missing_function(services.workspace, name, config)
    except ModelyardError as fault:
        is_python = ".py" in fault.where
        yield fault if is_python else _moved(_line(services.workspace, name, "function"), fault)
    try:
        known = services.datasets.get_dataset(config.dataset).shape().columns
    except ModelyardError as fault:
        yield _moved(_line(services.workspace, name, "dataset"), fault)
        return
    columns = {column.name for column in known}
    for key, names in (("target", [config.target]), ("features", config.features)):
        for column in names:
            if column not in columns:
                why = f"the dataset '{config.dataset}' has no column '{column}'."
                yield NotFound(_line(services.workspace, name, key), why)


def _placed(workspace: "Workspace", fault: ModelyardError) -> ModelyardError:
    """Give a fault of `[models.NAME] file` with its line."""
    name = fault.where.removeprefix("[models.").partition("]")[0]
    return _moved(_text_place(workspace, "models", name, "file"), fault)


def _moved(where: str, fault: ModelyardError) -> ModelyardError:
    return type(fault)(where, fault.why, fault.cure)


def _at(where: str, fault: ModelyardError) -> ModelyardError:
    said = fault.why if fault.where in {"model", ""} else f"{fault.where} {fault.why}"
    return type(fault)(where, said, fault.cure)


def _line(workspace: "Workspace", name: str, key: str) -> str:
    return _text_place(workspace, "models", name, "train", key)


def _text_place(workspace: "Workspace", *path: str) -> str:
    from modelyard.workspace.place import FILE_NAME, place

    return place((workspace.root / FILE_NAME).read_text(encoding="utf-8-sig"), *path)


def _trusted(services: "Services") -> tuple[str, ...]:
    """Give the modules that owners trust, where there is a database that says so."""
    from modelyard import wiring

    settings, workspace = services.settings, services.workspace
    kept = settings.data_for(workspace.root, workspace.has_file)
    if not settings.database_url and not (kept / "modelyard.db").is_file():
        return ()
    records = wiring.open_records(services)
    try:
        return records.models.list_trusted()
    except ModelyardError:
        return ()
    finally:
        records.database.close()
