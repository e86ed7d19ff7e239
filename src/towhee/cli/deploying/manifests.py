"""A cluster of Ray, or a job on one, as the objects that KubeRay makes it of.

Written from the API reference of KubeRay, https://ray-project.github.io/kuberay/reference/api
("ray.io/v1"), and https://kubernetes.io/docs/concepts/services-networking/network-policies.
"""

from __future__ import annotations

from towhee.cli.deploying.deployment import RayDeployment
from towhee.cli.deploying.pods import (
    DASHBOARD,
    Object,
    head_pod,
    labels,
    restricted,
    worker_pod,
)

IDLE_SECONDS = 120
"""After which a pod that nothing runs in is given back."""

KEPT_SECONDS = 600
"""For which the cluster of a job stays when it is done, so that its log can be read."""


def manifests(deployment: RayDeployment) -> dict[str, Object]:
    """The objects, each with the name of its file.

    Example:
        >>> sorted(manifests(RayDeployment("birds", "towhee:ray")))
        ['cluster.yaml', 'network-policy.yaml']
    """
    file, made = (
        ("job.yaml", _job(deployment)) if deployment.job else ("cluster.yaml", _cluster(deployment))
    )
    return {file: made, "network-policy.yaml": _network_policy(deployment)}


def _cluster(deployment: RayDeployment) -> Object:
    spec = _cluster_spec(deployment)
    return {**_headed("ray.io/v1", "RayCluster", deployment), "spec": spec}


def _job(deployment: RayDeployment) -> Object:
    spec = {
        "entrypoint": deployment.job,
        # The operator sends the command itself: another pod to do so would need wget.
        "submissionMode": "HTTPMode",
        "backoffLimit": 0,
        "shutdownAfterJobFinishes": True,
        "ttlSecondsAfterFinished": KEPT_SECONDS,
        "rayClusterSpec": _cluster_spec(deployment),
    }
    return {**_headed("ray.io/v1", "RayJob", deployment), "spec": spec}


def _cluster_spec(deployment: RayDeployment) -> Object:
    workers = deployment.workers
    started = {"num-cpus": str(workers.cpus)}
    if workers.gpus:
        started["num-gpus"] = str(workers.gpus)
    return {
        "rayVersion": deployment.ray_version,
        **(_scaling() if deployment.scales else {}),
        "headGroupSpec": {
            # No worker of the engine takes the processors of the program that feeds them.
            "rayStartParams": {"dashboard-host": "0.0.0.0", "num-cpus": "0"},
            "template": head_pod(deployment),
        },
        "workerGroupSpecs": [
            {
                "groupName": "workers",
                "replicas": workers.least,
                "minReplicas": workers.least,
                "maxReplicas": workers.most,
                "rayStartParams": started,
                "template": worker_pod(deployment),
            }
        ],
    }


def _scaling() -> Object:
    each = {"cpu": "500m", "memory": "512Mi"}
    options = {
        "idleTimeoutSeconds": IDLE_SECONDS,
        "resources": {"requests": each, "limits": dict(each)},
        "securityContext": restricted(),
    }
    return {"enableInTreeAutoscaling": True, "autoscalerOptions": options}


def _network_policy(deployment: RayDeployment) -> Object:
    """Ray runs what anybody sends who reaches it: that is its own pods, and the operator."""
    operator = {"matchLabels": {"app.kubernetes.io/name": "kuberay-operator"}}
    spec = {
        "podSelector": {"matchLabels": labels(deployment)},
        "policyTypes": ["Ingress"],
        "ingress": [
            {"from": [{"podSelector": {"matchLabels": labels(deployment)}}]},
            {
                "from": [{"namespaceSelector": {}, "podSelector": operator}],
                "ports": [{"port": DASHBOARD, "protocol": "TCP"}],
            },
        ],
    }
    return {**_headed("networking.k8s.io/v1", "NetworkPolicy", deployment), "spec": spec}


def _headed(version: str, kind: str, deployment: RayDeployment) -> Object:
    metadata: Object = {"name": deployment.name}
    if deployment.namespace is not None:
        metadata["namespace"] = deployment.namespace
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {**metadata, "labels": labels(deployment)},
    }
