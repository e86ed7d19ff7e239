// From two readings of /metrics to the figures of the time between them.

const OTHERS = ['/', '/metrics', '/healthz', '/readyz', '/openapi.json', '/v1/collections', 'other'];

function samples(text) {
  const found = [];
  for (const line of text.split('\n')) {
    const parts = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!parts) continue;
    const labels = {};
    for (const [, name, value] of (parts[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      labels[name] = value;
    found.push({ name: parts[1], labels, value: Number(parts[3]) });
  }
  return found;
}

function runsModels({ labels }) {
  return !OTHERS.includes(labels.route) && !(labels.route ?? '').startsWith('/v1/models');
}

function total(reading, name, counts = () => true) {
  return reading
    .filter(each => each.name === name && counts(each))
    .reduce((sum, each) => sum + each.value, 0);
}

function grown(now, before, name, counts) {
  return total(now, name, counts) - total(before, name, counts);
}

// As Prometheus' histogram_quantile: linear within the bucket that it falls into.
function quantile(share, now, before, name, counts = () => true) {
  const of = reading => {
    const found = new Map();
    for (const each of reading)
      if (each.name === `${name}_bucket` && counts(each)) {
        const le = each.labels.le === '+Inf' ? Infinity : Number(each.labels.le);
        found.set(le, (found.get(le) ?? 0) + each.value);
      }
    return found;
  };
  const earlier = of(before);
  const buckets = [...of(now)]
    .map(([le, count]) => [le, count - (earlier.get(le) ?? 0)])
    .sort((one, other) => one[0] - other[0]);
  const all = buckets.at(-1)?.[1] ?? 0;
  if (all <= 0) return null;
  const wanted = share * all;
  let [lower, below] = [0, 0];
  for (const [le, count] of buckets) {
    if (count >= wanted)
      return le === Infinity ? lower : lower + (le - lower) * (wanted - below) / (count - below);
    [lower, below] = [le, count];
  }
  return lower;
}

function figuresOf(now, before, seconds) {
  const milliseconds = share => {
    const found = quantile(share, now, before, 'towhee_request_seconds', runsModels);
    return found === null ? '–' : `${(1000 * found).toPrecision(2) * 1} ms`;
  };
  const requests = grown(now, before, 'towhee_requests_total', runsModels);
  const batches = grown(now, before, 'towhee_batch_inputs_count');
  const inputs = grown(now, before, 'towhee_batch_inputs_sum');
  return {
    'Requests a second': (requests / seconds).toPrecision(2) * 1,
    'p50': milliseconds(0.5),
    'p99': milliseconds(0.99),
    'Inputs waiting': total(now, 'towhee_queue_inputs'),
    'Inputs a batch': batches > 0 ? (inputs / batches).toPrecision(2) * 1 : '–',
    'Refused': grown(now, before, 'towhee_errors_total'),
  };
}
