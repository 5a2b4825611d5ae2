"""Which files of a workspace are OpenAPI documents."""

from modelyard.workspace import Workspace

ENDINGS = (".yml", ".yaml", ".json")
FOLDERS = ("", "functions")


def document_names(workspace: Workspace) -> list[str]:
    """List the documents by their path in the workspace.

    Those that `[functions] documents` names; where it names none, `openapi.yml` (also `.yaml`,
    `.json`) and `NAME.openapi.yml` in the folder itself and in `functions`.
    """
    named = workspace.config.functions.documents
    if named:
        return list(named)
    found = []
    for folder in FOLDERS:
        place = workspace.root / folder
        for ending in ENDINGS:
            paths = [place / f"openapi{ending}", *sorted(place.glob(f"*.openapi{ending}"))]
            found += [path for path in paths if path.is_file()]
    return [path.relative_to(workspace.root).as_posix() for path in found]
