{{- /* What tells the pods of this cluster from all others. */ -}}
{{- define "towhee-ray.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: towhee-ray
{{- end -}}

{{- /* What no schema of single values can say. */ -}}
{{- define "towhee-ray.check" -}}
{{- if gt (len .Release.Name) 47 -}}
{{- fail (printf "the release %q has %d characters; KubeRay takes 47 at most" .Release.Name (len .Release.Name)) -}}
{{- end -}}
{{- if gt (int .Values.workers.min) (int .Values.workers.max) -}}
{{- fail (printf "workers.min is %d and workers.max %d, which is less" (int .Values.workers.min) (int .Values.workers.max)) -}}
{{- end -}}
{{- if ge (int .Values.workers.gpus) (int .Values.workers.cpus) -}}
{{- fail (printf "workers.gpus is %d and workers.cpus %d: a worker with a GPU takes a processor, and so does what decodes for it" (int .Values.workers.gpus) (int .Values.workers.cpus)) -}}
{{- end -}}
{{- end -}}

{{- define "towhee-ray.restricted" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
{{- end -}}

{{- define "towhee-ray.resources" -}}
cpu: {{ int .cpus | quote }}
memory: {{ .memory | quote }}
{{- if int (default 0 .gpus) }}
nvidia.com/gpu: {{ int .gpus | quote }}
{{- end }}
{{- end -}}

{{- /* What the first container of either pod has. (dict "root" . "group" .Values.head "path" … "port" …) */ -}}
{{- define "towhee-ray.container" -}}
{{- $workers := .root.Values.workers -}}
image: {{ .root.Values.image | quote }}
env:
  # Workers of Ray give way to every other program otherwise, also to those of the node.
  - name: RAY_worker_niceness
    value: "0"
  - name: RAY_USAGE_STATS_ENABLED
    value: "0"
  - name: TOWHEE_RAY_WORKERS
    value: {{ mul (int $workers.max) (default (int $workers.cpus) (int $workers.gpus)) | quote }}
resources:
  requests:
    {{- include "towhee-ray.resources" .group | nindent 4 }}
  limits:
    {{- include "towhee-ray.resources" .group | nindent 4 }}
startupProbe:
  httpGet:
    path: {{ .path }}
    port: {{ .port }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 60
readinessProbe:
  httpGet:
    path: {{ .path }}
    port: {{ .port }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 10
livenessProbe:
  httpGet:
    path: {{ .path }}
    port: {{ .port }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 60
securityContext:
  {{- include "towhee-ray.restricted" .root | nindent 2 }}
  readOnlyRootFilesystem: true
volumeMounts:
  - name: cache
    mountPath: /cache
  - name: scratch
    mountPath: /tmp
  {{- if .root.Values.files.claim }}
  - name: files
    mountPath: {{ .root.Values.files.mount | quote }}
  {{- end }}
{{- end -}}

{{- define "towhee-ray.pod" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
volumes:
  - name: cache
    emptyDir: {}
  - name: scratch
    emptyDir: {}
  {{- if .Values.files.claim }}
  - name: files
    persistentVolumeClaim:
      claimName: {{ .Values.files.claim | quote }}
  {{- end }}
{{- end -}}

{{- define "towhee-ray.clusterSpec" -}}
{{- include "towhee-ray.check" . -}}
{{- $scales := lt (int .Values.workers.min) (int .Values.workers.max) -}}
rayVersion: {{ .Values.rayVersion | quote }}
{{- if $scales }}
enableInTreeAutoscaling: true
autoscalerOptions:
  idleTimeoutSeconds: 120
  resources:
    requests:
      cpu: 500m
      memory: 512Mi
    limits:
      cpu: 500m
      memory: 512Mi
  securityContext:
    {{- include "towhee-ray.restricted" . | nindent 4 }}
{{- end }}
headGroupSpec:
  # No worker of the engine takes the processors of the program that feeds them.
  rayStartParams:
    dashboard-host: 0.0.0.0
    num-cpus: "0"
  template:
    metadata:
      labels:
        {{- include "towhee-ray.labels" . | nindent 8 }}
    spec:
      {{- if not $scales }}
      automountServiceAccountToken: false
      {{- end }}
      {{- include "towhee-ray.pod" . | nindent 6 }}
      containers:
        - name: ray-head
          {{- include "towhee-ray.container" (dict "root" . "group" .Values.head "path" "/api/gcs_healthz" "port" "dashboard") | nindent 10 }}
          ports:
            - name: gcs-server
              containerPort: 6379
            - name: dashboard
              containerPort: 8265
            - name: client
              containerPort: 10001
workerGroupSpecs:
  - groupName: workers
    replicas: {{ int .Values.workers.min }}
    minReplicas: {{ int .Values.workers.min }}
    maxReplicas: {{ int .Values.workers.max }}
    rayStartParams:
      num-cpus: {{ int .Values.workers.cpus | quote }}
      {{- if int .Values.workers.gpus }}
      num-gpus: {{ int .Values.workers.gpus | quote }}
      {{- end }}
    template:
      metadata:
        labels:
          {{- include "towhee-ray.labels" . | nindent 10 }}
      spec:
        automountServiceAccountToken: false
        {{- if int .Values.workers.gpus }}
        tolerations:
          - key: nvidia.com/gpu
            operator: Exists
            effect: NoSchedule
        {{- end }}
        {{- include "towhee-ray.pod" . | nindent 8 }}
        containers:
          - name: ray-worker
            {{- include "towhee-ray.container" (dict "root" . "group" .Values.workers "path" "/api/local_raylet_healthz" "port" 52365) | nindent 12 }}
            lifecycle:
              preStop:
                exec:
                  command: ["/bin/sh", "-c", "ray stop"]
{{- end -}}
