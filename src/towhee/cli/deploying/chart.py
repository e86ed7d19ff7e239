"""A Helm chart of a cluster of Ray, whose values are those that were asked for.

Source: https://helm.sh/docs/topics/charts (the files of a chart, and the schema of its values).
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from towhee.cli.deploying.checks import IMAGE, MEMORY, VERSION
from towhee.cli.deploying.deployment import RayDeployment
from towhee.hub.strict_yaml import yaml_text

_VERSION = "1.0.0"  # of the templates: Helm wants one, whatever the version of towhee
_KUBERNETES = ">=1.25.0-0"
_COUNT = {"type": "integer", "minimum": 1}

# Any: JSON, of any depth.
_Json = dict[str, Any]


def chart(deployment: RayDeployment, towhee_version: str) -> dict[str, str]:
    """The files of the chart, by their paths in it.

    The release bears the name of the cluster, and is where the namespace is given.
    """
    about = {
        "apiVersion": "v2",
        "name": "towhee-ray",
        "description": "towhee on a cluster of Ray, made by KubeRay 1.4 or later",
        "type": "application",
        "version": _VERSION,
        "appVersion": towhee_version,
        "kubeVersion": _KUBERNETES,
    }
    schema = json.dumps(_schema(), indent=2, ensure_ascii=False) + "\n"
    made = {
        "Chart.yaml": yaml_text(about),
        "values.yaml": _values(deployment),
        "values.schema.json": schema,
    }
    templates = files("towhee.cli.deploying") / "chart_templates"
    for template in sorted(templates.iterdir(), key=lambda each: each.name):
        made[f"templates/{template.name}"] = template.read_text(encoding="utf-8")
    return made


def _values(deployment: RayDeployment) -> str:
    """``values.yaml``, with what the schema says of each value above it."""
    workers, head = deployment.workers, deployment.head
    values: _Json = {
        "image": deployment.image,
        "rayVersion": deployment.ray_version,
        "head": {"cpus": head.cpus, "memory": head.memory},
        "workers": {
            "min": workers.least,
            "max": workers.most,
            "cpus": workers.cpus,
            "memory": workers.memory,
            "gpus": workers.gpus,
        },
        "files": {"claim": deployment.claim, "mount": deployment.mount},
        "job": {"command": deployment.job},
    }
    return "\n".join(
        f"# {_schema()['properties'][name]['description']}\n{yaml_text({name: value})}"
        for name, value in values.items()
    )


def _schema() -> _Json:
    memory = {"type": "string", "pattern": _whole(MEMORY)}
    return {
        "$schema": "https://json-schema.org/draft-07/schema#",
        **_object(
            image=_text("The image: towhee with its extra ray.", _whole(IMAGE)),
            rayVersion=_text("The version of Ray in the image.", _whole(VERSION)),
            head=_described(
                "The pod that programs run in; no worker of the engine does.",
                cpus=_COUNT,
                memory=memory,
            ),
            workers=_described(
                "The pods of the engine's workers: from min to max of them, of such a size each.",
                min={"type": "integer", "minimum": 0},
                max=_COUNT,
                cpus=_COUNT,
                memory=memory,
                gpus={"type": "integer", "minimum": 0},
            ),
            files=_described(
                "A PersistentVolumeClaim that every pod sees at mount; none if it is empty.",
                claim={"type": "string", "pattern": "^([a-z0-9]([-.a-z0-9]*[a-z0-9])?)?$"},
                mount={"type": "string", "pattern": "^(/[^/:]+)+$"},
            ),
            job=_described(
                "A command to run on a cluster that ends with it; a cluster that stays if it is "
                "empty.",
                command={"type": "string"},
            ),
        ),
    }


def _text(description: str, pattern: str) -> _Json:
    return {"description": description, "type": "string", "pattern": pattern}


def _described(description: str, **properties: _Json) -> _Json:
    return {"description": description, **_object(**properties)}


def _object(**properties: _Json) -> _Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _whole(pattern: str) -> str:
    return f"^({pattern})$"
