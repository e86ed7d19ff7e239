"""``towhee serve``: pipelines behind HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from towhee.cli.engine import Address, Engine, bounds, check_only_on_ray
from towhee.cli.messages import Verbose
from towhee.cli.settings import arguments_of
from towhee.errors import MissingExtraError

_MIB = 2**20


def serve(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="PIPELINE...",
            help="Pipelines by name, or their files; `towhee pipelines` lists them.",
            show_default=False,
        ),
    ],
    host: Annotated[
        str, typer.Option(help="The interface to listen at; 0.0.0.0 for all.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    workers: Annotated[
        str,
        typer.Option(
            metavar="N|MIN:MAX",
            help="Processes, each with its own models. One that ends is replaced; SIGHUP replaces "
            "them one by one. With --engine ray, MIN:MAX are as many as the load asks for.",
        ),
    ] = "1",
    engine: Annotated[
        Engine, typer.Option(help="Where they run: on this machine, or on a Ray cluster.")
    ] = Engine.LOCAL,
    address: Address = None,
    num_cpus: Annotated[
        float, typer.Option(min=0.01, help="Processors of each process on a Ray cluster.")
    ] = 1,
    num_gpus: Annotated[
        float, typer.Option(min=0, help="GPUs of each; 0.5 lets two share one.")
    ] = 0,
    detach: Annotated[
        bool,
        typer.Option("--detach", help="Leave it running on the Ray cluster, and end."),
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="An argument of the last operator of every pipeline, such as --set device=cuda; "
            "repeatable. The value is read as YAML.",
            show_default=False,
        ),
    ] = None,
    max_batch: Annotated[int, typer.Option(min=1, help="Inputs in a batch at most.")] = 64,
    max_tokens: Annotated[
        int,
        typer.Option(min=1, help="Inputs of a batch times the length of the longest, for texts."),
    ] = 16384,
    max_wait_ms: Annotated[
        float,
        typer.Option(
            min=0,
            help="How long an input waits for others while the model has nothing to do. Under load "
            "batches grow without it.",
        ),
    ] = 0.0,
    max_queue: Annotated[
        int,
        typer.Option(min=1, help="Inputs that may wait for each model; more are refused by 503."),
    ] = 1024,
    max_body: Annotated[int, typer.Option(min=1, help="MiB of the body of a request.")] = 16,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Width times height of an image, in millions.")
    ] = 64,
    timeout: Annotated[
        float, typer.Option(min=0.001, help="Seconds after which a request is refused by 503.")
    ] = 30.0,
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            envvar="TOWHEE_API_KEY_FILE",
            help="A file of API keys, one a line, name:key or key. Without it all may call.",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Requests a second for each key, or each client.", show_default=False),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A private host that addresses of inputs may name; repeatable.",
            show_default=False,
        ),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URI",
            help="Search this store (lancedb:///folder, …), or a file that `towhee embed` wrote "
            "(photos.parquet).",
            show_default=False,
        ),
    ] = None,
    collection: Annotated[
        list[str] | None,
        typer.Option(
            help="A collection of the store, repeatable; the only one there is, or else vectors, "
            "if not given.",
            show_default=False,
        ),
    ] = None,
    page: Annotated[
        bool, typer.Option(help="Serve a page for browsers at /, to try the pipelines.")
    ] = True,
    pictures: Annotated[
        bool,
        typer.Option(help="Give small pictures of neighbours whose keys are images, if asked to."),
    ] = True,
    manage: Annotated[
        bool, typer.Option("--manage", help="Let clients load and unload the pipelines.")
    ] = False,
    drain: Annotated[
        float,
        typer.Option(
            min=0,
            help="Seconds after SIGTERM in which requests are still taken, while /readyz says no.",
        ),
    ] = 0.0,
    verbose: Verbose = False,
) -> None:
    """Serve pipelines over HTTP, with the OpenAI API for embeddings.

    A page to try them is at /. POST /v1/embeddings, /v1/pipelines/NAME and /v1/search; GET
    /v1/models, /v1/collections, /healthz, /readyz, /metrics and /openapi.json. It ends on SIGTERM
    or Ctrl-C, when what it took is answered.

    Examples:

    \b
      towhee serve image-embedding
      towhee serve sentence-embedding image-embedding --port 9000 --api-key-file keys.txt
      towhee serve image-embedding --store lancedb:///photos
      towhee serve image-embedding --engine ray --address auto --workers 1:8
      curl localhost:8000/v1/pipelines/image-embedding -F input=@photo.jpg
    """
    from towhee.cli.served_file import vectors_in_file

    least, most = bounds(workers, "--workers")
    check_only_on_ray(
        engine,
        address=address is not None,
        num_cpus=num_cpus != 1,
        num_gpus=num_gpus != 0,
        detach=detach,
    )
    if engine is Engine.LOCAL and not least == most > 0:
        raise typer.BadParameter(
            f"{workers!r} is of --engine ray; here it is one number, of 1 or more",
            param_hint="--workers",
        )
    if engine is Engine.RAY and (manage or drain):
        raise typer.BadParameter(
            "it is of --engine local: on a cluster a request reaches one process of many, and "
            "Ray Serve itself lets those that end answer what they have",
            param_hint="--manage" if manage else "--drain",
        )
    try:
        from towhee.plan.cluster import Cluster
        from towhee.serve import ServeSettings
        from towhee.serve.forming import BatchRules
        from towhee.serve.ray_serving.replicas import Replicas
        from towhee.serve.server import Listening, run
        from towhee.serve.settings import read_keys
        from towhee.serve.starting import ServiceOptions
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "towhee":
            raise
        raise MissingExtraError("towhee serve", "serve") from error
    limits = ServeSettings(
        rules=BatchRules(max_batch, max_tokens, max_wait_ms / 1000, max_queue),
        timeout=timeout,
        max_body=max_body * _MIB,
        max_held=max(256, 4 * max_body) * _MIB,
        keys={} if api_key_file is None else read_keys(api_key_file),
        rate=rate,
        allow_hosts=tuple(allow_host or ()),
        can_manage=manage,
        has_page=page,
        shows_pictures=pictures,
    )
    options = ServiceOptions(
        tuple(names),
        arguments_of(settings or ()),
        limits,
        max_pixels=max_pixels * 1_000_000,
        store=store,
        collections=tuple(collection or ()),
        read_file=vectors_in_file,
    )
    options.check()
    if engine is Engine.LOCAL:
        run(options.service, Listening(host, port, least, drain))
        return
    from towhee.serve.ray_serving.server import OnRay, serve_on_ray

    cluster = Cluster(address, num_cpus=num_cpus, num_gpus=num_gpus)
    replicas = Replicas(least, most, cluster)
    serve_on_ray(options.service, OnRay(limits.rules, Listening(host, port), replicas, detach))
