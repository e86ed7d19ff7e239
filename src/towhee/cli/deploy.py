"""``towhee deploy``: the files that another system runs towhee from."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from towhee.cli.engine import bounds
from towhee.cli.messages import Json, Verbose, say, say_json
from towhee.errors import UsageError

if TYPE_CHECKING:
    from towhee.cli.deploying.deployment import RayDeployment

app = typer.Typer(
    no_args_is_help=True,
    help="Write the files that run towhee elsewhere.",
    pretty_exceptions_enable=False,
)

_LEAST_RAY = "2.60.0"


@app.callback()
def deploy() -> None:
    """Write the files that run towhee elsewhere."""


@app.command("ray")
def ray(
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="The folder to write; it must be new or empty."),
    ],
    name: Annotated[str, typer.Option(help="What the cluster, or the job, is called.")] = "towhee",
    image: Annotated[
        str, typer.Option(help="The image: that of deploy/Dockerfile with the extra ray.")
    ] = "towhee:ray",
    namespace: Annotated[
        str | None,
        typer.Option(help="Where it runs; the one that kubectl is set to if not given."),
    ] = None,
    workers: Annotated[
        str,
        typer.Option(
            metavar="MIN:MAX",
            help="Pods of workers, which come and go with the work; one number for a fixed count.",
        ),
    ] = "1:4",
    cpus: Annotated[
        int,
        typer.Option(
            min=1, help="Processors of each pod of workers: as many workers, or as decode for GPUs."
        ),
    ] = 2,
    memory: Annotated[str, typer.Option(help="Memory of each pod of workers.")] = "4Gi",
    gpus: Annotated[
        int, typer.Option(min=0, help="NVIDIA's GPUs of each pod of workers; less than --cpus.")
    ] = 0,
    head_cpus: Annotated[
        int, typer.Option(min=1, help="Processors of the pod that programs run in.")
    ] = 1,
    head_memory: Annotated[str, typer.Option(help="Memory of the pod that programs run in.")] = (
        "4Gi"
    ),
    ray_version: Annotated[
        str | None,
        typer.Option(
            help="The version of Ray in the image; that of this machine, or else "
            f"{_LEAST_RAY}, if not given."
        ),
    ] = None,
    claim: Annotated[
        str,
        typer.Option(
            help="A PersistentVolumeClaim with the files that all pods can mount (ReadWriteMany).",
            show_default=False,
        ),
    ] = "",
    mount: Annotated[str, typer.Option(help="Where the pods see it.")] = "/data",
    embed: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Embed these images on a cluster that ends with the job: a folder below --mount, "
            "a pattern, an address; repeatable.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(help="The file of vectors to write, below --mount.", show_default=False),
    ] = None,
    pipeline: Annotated[
        str, typer.Option(help="The pipeline of --embed; `towhee pipelines` lists them.")
    ] = "image-embedding",
    job: Annotated[
        str,
        typer.Option(
            metavar="COMMAND",
            help="Run this on a cluster that ends with it, such as 'python /data/job.py'.",
            show_default=False,
        ),
    ] = "",
    helm: Annotated[
        bool, typer.Option("--helm", help="Write a Helm chart in place of plain manifests.")
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write a cluster of Ray for Kubernetes, or a job on one, which KubeRay then runs.

    Plain manifests for `kubectl apply -k`, or a Helm chart. Nothing is sent anywhere. Processors
    and GPUs are declared so that the workers of the Ray engine fit into the pods.

    Examples:

    \b
      towhee deploy ray -o cluster --image registry.example/towhee:ray --workers 1:8
      towhee deploy ray -o chart --helm --cpus 8 --memory 32Gi --gpus 1
      towhee deploy ray -o job --claim photos --embed /data/photos --output /data/photos.parquet
      kubectl apply -k cluster
    """
    from towhee.cli.deploying.deployment import Group, RayDeployment
    from towhee.cli.deploying.embedding_job import embedding_job

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{str(out)!r} is not empty: name a new folder with --out")
    if embed and job:
        raise typer.BadParameter("there is a --job already", param_hint="--embed")
    if output is not None and not embed:
        raise typer.BadParameter("it is of --embed", param_hint="--output")
    if embed and gpus:
        raise typer.BadParameter(
            "`towhee embed` asks Ray for none; run a program of yours with --job, in which "
            'set_engine("ray", num_gpus=1) does',
            param_hint="--gpus",
        )
    if embed:
        job = embedding_job(embed, output, pipeline, claim=claim, mount=mount)
    least, most = bounds(workers, "--workers")
    deployment = RayDeployment(
        name,
        image,
        namespace,
        ray_version or _ray_here(),
        Group(head_cpus, head_memory),
        Group(cpus, memory, gpus, least, most),
        claim,
        mount,
        job,
    )
    texts = _texts(deployment, helm=helm)
    for file, text in texts.items():
        path = out / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    where = "" if namespace is None else f" --namespace {namespace}"
    then = f"helm install {name} {out.absolute()}{where}" if helm else f"kubectl apply -k {out}"
    if as_json:
        say_json({"folder": str(out.resolve()), "files": list(texts), "then": then})
        return
    for file in texts:
        say(str(out / file))
    say(f"\nThen, where KubeRay 1.4 or later is installed: {then}")


def _texts(deployment: RayDeployment, *, helm: bool) -> dict[str, str]:
    """The files, by their paths in the folder."""
    import towhee
    from towhee.cli.deploying.chart import chart
    from towhee.cli.deploying.manifests import manifests
    from towhee.hub.strict_yaml import yaml_text

    if helm:
        return chart(deployment, towhee.__version__)
    made = manifests(deployment)
    listed = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(made),
    }
    return {file: yaml_text(each) for file, each in {**made, "kustomization.yaml": listed}.items()}


def _ray_here() -> str:
    """The version of Ray on this machine, or the least that the engine takes."""
    try:
        return version("ray")
    except PackageNotFoundError:
        return _LEAST_RAY
