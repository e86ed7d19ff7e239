"""The card of a package: its README, as people and the Hugging Face Hub read it."""

from __future__ import annotations

from towhee.hub.hugging_face_home import TAG
from towhee.hub.manifest import Manifest
from towhee.hub.strict_yaml import yaml_text


def card_of(manifest: Manifest) -> str:
    """A card that says what a package is and how it is used; its author may say more."""
    head = {"library_name": TAG, "tags": [TAG]}
    if manifest.license:
        head["license"] = manifest.license
    install = f'pip install "towhee[{",".join(manifest.extras)}]"' if manifest.extras else ""
    parts = [
        f"---\n{yaml_text(head)}---",
        f"# {manifest.name}",
        manifest.summary,
        f"```console\n$ {install}\n```" if install else "",
        f"```python\n{_usage(manifest)}\n```",
        f"Licence: {manifest.license}." if manifest.license else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _usage(manifest: Manifest) -> str:
    if manifest.kind == "model":
        return (
            "from towhee import hub\n\n"
            f'folder = hub.pull("{manifest.name}").folder    # pass it, or a part, as checkpoint='
        )
    trust = ", trust_remote_code=True" if manifest.code else ""
    return (
        "from towhee import pipeline\n\n"
        f'embed = pipeline("{manifest.name}"{trust})\n'
        f"result = embed({manifest.inputs[0] if manifest.inputs else 'value'})"
    )
