"""The card of a package: its README, as people and the Hugging Face Hub read it."""

from __future__ import annotations

import re
from pathlib import Path

from towhee.hub.hugging_face_home import TAG
from towhee.hub.manifest import CARD, Manifest
from towhee.hub.strict_yaml import yaml_text


def card_of(manifest: Manifest, training: str = "") -> str:
    """A card that says what a package is and how it is used; its author may say more.

    Args:
        manifest: of the package.
        training: what the training of its weights says, as ``training_card`` gives it.
    """
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
        training,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def training_card(folder: Path) -> str:
    """What the card in a folder of weights says of their training, one heading deeper.

    Only a card that a training of ours wrote; how a folder is used is not how its package is.
    """
    try:
        text = (folder / CARD).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not re.search(rf"^tags: \[.*\b{TAG}\b.*\]$", head, re.M):
        return ""
    parts = re.split(r"(?m)^(?=#{1,2} )", body.strip())
    told = "".join(part for part in parts if not part.startswith("## Use\n"))
    return re.sub(r"(?m)^(#{1,2} )", r"#\1", told).strip()


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
