"""The pods of a cluster of Ray: what they may do, what they are given, when they are well.

Written from https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/config.html (RayCluster
Configuration) and https://kubernetes.io/docs/concepts/security/pod-security-standards ("restricted"
is kept to). KubeRay 1.4 and later puts the command ``ray start`` into the first container.
"""

from __future__ import annotations

from typing import Any

from towhee.cli.deploying.deployment import Group, RayDeployment
from towhee.cli.deploying.embedding_job import WORKERS

DASHBOARD, AGENT = 8265, 52365
"""The ports where Ray says whether a head is well, and a node of any kind."""

_USER = 10001  # of deploy/Dockerfile

# Any here and below: objects of Kubernetes, as its YAML files nest them.
Object = dict[str, Any]


def labels(deployment: RayDeployment) -> Object:
    """What tells the pods of this cluster from all others."""
    return {
        "app.kubernetes.io/instance": deployment.name,
        "app.kubernetes.io/component": "towhee-ray",
    }


def head_pod(deployment: RayDeployment) -> Object:
    """The template of the pod where programs run, and what keeps the cluster together."""
    # The operator's autoscaler, which it puts into this pod, asks Kubernetes for pods.
    head = {} if deployment.scales else {"automountServiceAccountToken": False}
    ports = [_port("gcs-server", 6379), _port("dashboard", DASHBOARD), _port("client", 10001)]
    probed = {"path": "/api/gcs_healthz", "port": "dashboard"}
    container = {**_container(deployment, deployment.head, "ray-head", probed), "ports": ports}
    return _template(deployment, head, container)


def worker_pod(deployment: RayDeployment) -> Object:
    """The template of a pod where workers of the engine run."""
    workers: Object = {"automountServiceAccountToken": False}
    if deployment.workers.gpus:
        tolerated = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
        workers["tolerations"] = [tolerated]
    probed = {"path": "/api/local_raylet_healthz", "port": AGENT}
    container = _container(deployment, deployment.workers, "ray-worker", probed)
    stopped = {"exec": {"command": ["/bin/sh", "-c", "ray stop"]}}
    return _template(deployment, workers, {**container, "lifecycle": {"preStop": stopped}})


def restricted() -> Object:
    """What a container may do: nothing that a program without rights does not need."""
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def _template(deployment: RayDeployment, more: Object, container: Object) -> Object:
    volumes: list[Object] = [
        {"name": "cache", "emptyDir": {}},
        {"name": "scratch", "emptyDir": {}},
    ]
    if deployment.claim:
        claim = {"claimName": deployment.claim}
        volumes.append({"name": "files", "persistentVolumeClaim": claim})
    security = {
        "runAsNonRoot": True,
        "runAsUser": _USER,
        "runAsGroup": _USER,
        "fsGroup": _USER,
        "fsGroupChangePolicy": "OnRootMismatch",  # or a million files change hands at each start
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    spec = {**more, "securityContext": security, "containers": [container], "volumes": volumes}
    return {"metadata": {"labels": labels(deployment)}, "spec": spec}


def _container(deployment: RayDeployment, group: Group, name: str, probed: Object) -> Object:
    mounts = [
        {"name": "cache", "mountPath": "/cache"},
        {"name": "scratch", "mountPath": "/tmp"},
    ]
    if deployment.claim:
        mounts.append({"name": "files", "mountPath": deployment.mount})
    return {
        "name": name,
        "image": deployment.image,
        "env": [
            # Workers of Ray give way to every other program otherwise, also to those of the node.
            {"name": "RAY_worker_niceness", "value": "0"},
            {"name": "RAY_USAGE_STATS_ENABLED", "value": "0"},
            {"name": WORKERS, "value": str(deployment.engine_workers)},
        ],
        "resources": _resources(group),
        # The image has no wget, with which the operator would ask.
        "startupProbe": _probe(probed, every=5, failures=60),
        "readinessProbe": _probe(probed, every=5, failures=10),
        "livenessProbe": _probe(probed, every=10, failures=60),
        "securityContext": {**restricted(), "readOnlyRootFilesystem": True},
        "volumeMounts": mounts,
    }


def _resources(group: Group) -> Object:
    """As much as is asked for, and no more: Ray counts on the limits."""
    each = {"cpu": str(group.cpus), "memory": group.memory}
    if group.gpus:
        each["nvidia.com/gpu"] = str(group.gpus)
    return {"requests": each, "limits": dict(each)}


def _probe(asked: Object, *, every: int, failures: int) -> Object:
    return {
        "httpGet": dict(asked),
        "periodSeconds": every,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }


def _port(name: str, number: int) -> Object:
    return {"name": name, "containerPort": number}
