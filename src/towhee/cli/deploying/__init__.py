"""Ray clusters on Kubernetes as manifests and as Helm charts."""
